"""A sitting: blackholes that are judged, begun and moved together, in one transaction.

Each step sees what those before it changed, as if each had had a transaction of its own; what is read
is read once for all of them. Whoever sits holds the head, so that no two sit at once, and no cap is
passed by two. Nothing here reaches a network.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypedDict, Unpack

from sqlalchemy import case
from sqlalchemy.orm import Session

from netwb.blackhole.ledger.events import Settled, latest_ends, settle_in
from netwb.blackhole.ledger.heads import locked_head
from netwb.blackhole.ledger.reading import unknown_blackhole
from netwb.blackhole.ledger.rows import reasons_out
from netwb.blackhole.ledger.seen import Attack, Seen
from netwb.blackhole.ledger.states import ENDED, FOLLOWS
from netwb.blackhole.records import (
    Approval,
    Entry,
    IPAddress,
    IPNetwork,
    OnRouter,
    Reach,
    Request,
    Standing,
    State,
    Verdict,
)
from netwb.erp.records import EventKind
from netwb.errors import StoreError
from netwb.store.canonical import storable
from netwb.store.erp_events import NewEvent, tell
from netwb.store.ids import new_id
from netwb.store.inserting import upsert
from netwb.store.models import BlackholeApprovalRow, BlackholeOnRouterRow, BlackholeRow

Decide = Callable[[Request, Sequence[Standing]], Verdict]
BESIDE = frozenset({"called_at", "commands"})  # whoever saw it before saw what it is now


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What came of a request.

    how      new; again: the very same request came before, and nothing was asked; repeat: one for
             the same network is open, and is left as it is; `verdict` says what it may become.
             Who may not know of the network begins one of their own, which is denied
    verdict  None: it was not asked
    """

    entry: Entry
    how: Literal["new", "again", "repeat"]
    verdict: Verdict | None


class Change(TypedDict, total=False):
    """What may change with a step; what is not given stays.

    by, why    who ended it, and what for
    commands   by the trigger's label
    """

    by: str
    why: str
    expires_at: datetime
    reach: Reach
    commands: Mapping[str, Sequence[str]]
    called_at: datetime


class Sitting:
    """Steps in one session. `Ledger.sitting` opens one, and writes what it leaves.

    within   how long what ended counts, for repeats
    """

    def __init__(self, session: Session, *, now: datetime, within: timedelta) -> None:
        self._session = session
        self._now = now
        self._head = locked_head(session)
        self._seen = Seen(session, now - within)
        self._noted: list[dict[str, Any]] = []
        self._settled: list[Settled] = []
        self._told: list[NewEvent] = []
        self._has_changed = False

    def read_ahead(
        self,
        *,
        ids: Iterable[str] = (),
        networks: Iterable[IPNetwork] = (),
        attacks: Iterable[Attack] = (),
        cause_ids: Iterable[int] = (),
    ) -> None:
        """Read at once what the steps will ask for; else each reads its own."""
        self._seen.read_ahead(ids=ids, networks=networks, attacks=attacks, cause_ids=cause_ids)

    def entry(self, blackhole_id: str) -> Entry:
        """One as the steps so far have left it; UnknownNameError."""
        row = self._seen.row(blackhole_id)
        if row is None:
            raise unknown_blackhole(blackhole_id)
        return self._seen.entry(row)

    def open_for(self, network: IPNetwork) -> Entry | None:
        """The one that is held or stands for exactly that network."""
        row = self._seen.open_row(network)
        return None if row is None else self._seen.entry(row)

    def latest_ends(
        self, addresses: Collection[IPAddress], since: datetime
    ) -> Mapping[tuple[str, IPAddress], datetime]:
        """When each sender last saw an attack on each end, of what came since then."""
        return latest_ends(self._session, addresses, since)

    def begin(
        self,
        request: Request,
        decide: Decide,
        *,
        attack_id: str | None = None,
        cause_id: int | None = None,
        once_key: str | None = None,
    ) -> Begun:
        """Write a request down with the guard's answer.

        cause_id   event that asks: a second time gives what came of it the first time
        once_key   of who asks, likewise; with another request it is a KeyReusedError
        """
        seen = self._seen
        again = seen.same_request(request, cause_id, once_key)
        if again is not None:
            return Begun(entry=seen.entry(again), how="again", verdict=None)
        verdict = decide(request, seen.standing())
        there = seen.same_attack(request, attack_id)
        if there is not None and (verdict.prefix is not None or request.tenants is None):
            return Begun(entry=seen.entry(there), how="repeat", verdict=verdict)
        row = _row(request, self._now)
        row.attack_id, row.cause_id, row.once_key = attack_id, cause_id, once_key
        _answer(row, verdict, self._now)
        self._session.add(row)
        return Begun(entry=self._changed(row), how="new", verdict=verdict)

    def ask_again(self, entry: Entry, decide: Decide) -> tuple[Entry, Verdict] | None:
        """Ask the guard about one that is held or intended, and let it be as it answers.

        None: it has changed since `entry` was read. The version stays where nothing changes.
        """
        row = self._unchanged(entry)
        if row is None or row.state not in {"held", "intended"}:
            return None
        verdict = decide(self._seen.entry(row).request, self._seen.standing(without=row.id))
        before = (row.state, row.reasons, row.expires_at, row.reach)
        _answer(row, verdict, self._now)
        if (row.state, row.reasons, row.expires_at, row.reach) == before:
            return self._seen.entry(row), verdict
        if row.announced_at is not None and row.state in ENDED:
            self._tell(row, "blackhole.ended")
        row.version += 1
        return self._changed(row), verdict

    def approve(self, entry: Entry, approval: Approval) -> Entry | None:
        """Write a person's word down; said again it counts once, from then on.

        It is no other version where it says the same. None: it has changed meanwhile.
        """
        row = self._unchanged(entry)
        if row is None or row.state != "held":
            return None
        said = self._session.get(BlackholeApprovalRow, (row.id, approval.person))
        if said is None or said.minutes != approval.minutes:
            row.version += 1
        if said is None:
            self._session.add(
                BlackholeApprovalRow(
                    blackhole_id=row.id,
                    tenant_id=row.tenant_id,
                    person=approval.person,
                    name=approval.name,
                    at=approval.at,
                    minutes=approval.minutes,
                )
            )
        else:
            said.at, said.minutes = approval.at, approval.minutes
        self._session.flush()
        self._seen.read_approvals(row)
        return self._changed(row)

    def prolong(self, entry: Entry, expires_at: datetime) -> Entry | None:
        """Let it end later, as its attack goes on. None: it has changed since `entry` was read.

        It is no other version: detectors repeat themselves, and who acts on what they saw of it
        would be refused each time. Who ends it by the clock looks at the end anew.
        """
        row = self._unchanged(entry)
        if row is None:
            return None
        row.expires_at = expires_at
        return self._changed(row)

    def move(self, entry: Entry, to: State, **change: Unpack[Change]) -> Entry | None:
        """Let it be in that state; the same one changes only what is given.

        That on-call was called, or one router more has it, is no other version of it.
        None: another was first. Raises StoreError for a state that cannot follow.
        """
        blackhole = entry.blackhole
        if to not in FOLLOWS[blackhole.state]:
            msg = f"blackhole {blackhole.id} is {blackhole.state}, and {to} cannot follow; read it anew"
            raise StoreError(msg)
        row = self._seen.row(blackhole.id)
        if row is None or row.version != blackhole.version:
            return None
        if "called_at" in change and row.called_at != entry.called_at:
            return None
        is_beside = row.state == to and change.keys() <= BESIDE
        was_announced = row.announced_at is not None
        for name, value in {**_stored(change), **_stamps(row, to, self._now)}.items():
            setattr(row, name, value)
        row.state = to
        row.version += not is_beside
        if was_announced and to in ENDED:
            self._tell(row, "blackhole.ended")
        elif to == "announced" and not was_announced:
            self._tell(row, "blackhole.announced")
        return self._changed(row)

    def note_routers(self, blackhole_id: str, stood: Iterable[OnRouter]) -> None:
        """Write down how it stands on those routers; the others stay. Its version does not rise.

        What is as it was is not written again. Failed ones are counted until it goes well.
        """
        row = self._seen.row(blackhole_id)
        if row is None:
            return  # it was purged with its tenant
        known = self._seen.routers(row)
        for one in stood:
            on = OnRouter(
                router=one.router,
                state=one.state,
                at=one.at or self._now,
                said=None if one.said is None else storable(one.said),
            )
            place = next((n for n, old in enumerate(known) if _is_same(old, on)), len(known))
            before = known[place : place + 1]
            known[place : place + 1] = [on]
            was = [(old.state, old.said) for old in before]
            if was != [(on.state, on.said)] or on.state == "failed":
                self._noted.append(_note(row, on))
                self._has_changed = True

    def settle(self, event_id: int, said: str, *, blackhole_id: str | None = None) -> None:
        """Write down what came of an event."""
        self._settled.append(Settled(id=event_id, said=said, blackhole_id=blackhole_id))
        self._has_changed = True

    def close(self) -> None:
        """Write what is not written yet."""
        self._head.changes += self._has_changed
        self._session.flush()
        settle_in(self._session, self._settled, self._now)
        if self._noted:
            self._session.execute(_noting(self._session), self._noted)
        tell(self._session, self._told)

    def _tell(self, row: BlackholeRow, kind: EventKind) -> None:
        """The ERP of whose address it is; it is told the end of what it was told the beginning of."""
        if row.tenant_id is None:
            return
        ends = row.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ") if row.expires_at else None
        detail = {"id": row.id, "state": row.state, "reach": row.reach}
        self._told.append(
            NewEvent(
                tenant_id=row.tenant_id,
                kind=kind,
                at=self._now,
                subject=row.network,
                detail=detail if kind == "blackhole.ended" else {**detail, "expires_at": ends},
            )
        )

    def _unchanged(self, entry: Entry) -> BlackholeRow | None:
        found = self._seen.row(entry.blackhole.id)
        if found is None:
            raise unknown_blackhole(entry.blackhole.id)
        return found if found.version == entry.blackhole.version else None

    def _changed(self, row: BlackholeRow) -> Entry:
        self._has_changed = True
        self._seen.changed(row)
        return self._seen.entry(row)


def _row(request: Request, now: datetime) -> BlackholeRow:
    return BlackholeRow(
        id=new_id(),
        version=1,
        network=str(request.network),
        alarm=request.alarm,
        machine=request.machine,
        customer=request.customer,
        manual=request.manual,
        break_glass=request.break_glass,
        direction=request.direction,
        requested_by=request.by,
        person=request.person,
        seen=None if request.tenants is None else sorted(request.tenants),
        reason=storable(request.reason),
        requested_at=now,
        observed_at=request.observed_at,
        minutes=request.minutes,
        wanted_reach=request.reach,
        commands={},
    )


def _answer(row: BlackholeRow, verdict: Verdict, now: datetime) -> None:
    """Let the row be as the guard answered."""
    row.answer, row.reasons = verdict.answer, reasons_out(verdict.reasons)
    row.reach, row.state = verdict.reach, _state(verdict)
    if verdict.prefix is not None:
        row.tenant_id, row.site_id = verdict.prefix.tenant_id, verdict.prefix.site_id
    # What is held stands for no time yet: its time begins once it is let through.
    row.expires_at = None if row.state in {"held", "denied"} else verdict.expires_at
    if row.state == "intended" and row.intended_at is None:
        row.intended_at = now
    if row.state in ENDED:
        row.ended_at = now


def _state(verdict: Verdict) -> State:
    if verdict.answer == "deny":
        return "denied"
    if verdict.shadow:
        return "shadow"
    return "held" if verdict.answer == "hold" else "intended"


def _stamps(row: BlackholeRow, to: State, now: datetime) -> dict[str, Any]:
    stamps: dict[str, Any] = {}
    if to == "announced" and row.announced_at is None:
        stamps["announced_at"] = now
    if to == "intended":
        stamps.update(intended_at=row.intended_at or now, ended_by=None, end_reason=None)
    if to in ENDED:
        stamps["ended_at"] = now
    return stamps


def _stored(change: Change) -> dict[str, Any]:
    names = {"by": "ended_by", "why": "end_reason"}
    values: dict[str, Any] = {names.get(name, name): value for name, value in change.items()}
    if "end_reason" in values:
        values["end_reason"] = storable(values["end_reason"])
    if "commands" in values:
        values["commands"] = {k: list(lines) for k, lines in values["commands"].items()}
    return values


def _is_same(one: OnRouter, other: OnRouter) -> bool:
    """Whether both are of one router in one role."""
    first, second = one.router, other.router
    return (first.device_id, first.role) == (second.device_id, second.role)


def _note(row: BlackholeRow, on: OnRouter) -> dict[str, Any]:
    return {
        "blackhole_id": row.id,
        "device_id": on.router.device_id,
        "role": on.router.role,
        "tenant_id": row.tenant_id,
        "state": on.state,
        "at": on.at,
        "said": on.said,
        "tries": int(on.state == "failed"),
    }


def _noting(session: Session) -> Any:
    """An insert of many, which changes those that are there."""
    insert = upsert(session, BlackholeOnRouterRow)
    new, tries = insert.excluded, BlackholeOnRouterRow.tries
    return insert.on_conflict_do_update(
        index_elements=["blackhole_id", "device_id", "role"],
        set_={
            "state": new.state,
            "at": new.at,
            "said": new.said,
            "tries": case((new.tries > 0, tries + 1), else_=0),
        },
    )
