"""What detectors said: taken in once, done by one, and told to whose address it concerns.

An event that was answered with 202 is on the disk. Whoever takes some has them for a while; when it
dies, another does them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from netwb.blackhole.attack_records import AttackEvent, ReceivedEvent
from netwb.blackhole.records import IPAddress
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.canonical import storable, storable_json
from netwb.store.database import Database
from netwb.store.inserting import upsert
from netwb.store.models import AttackEventRow, AttackSenderRow, TenantRow
from netwb.store.prepared import Prepared

REPORT_MOST = 32 * 1024  # characters; the rest of a longer one is left out, and said to be
TAKEN_FOR = timedelta(seconds=60)
_CUT = "\n(the rest is left out)"
_WAITING = Prepared(select(AttackEventRow.id).where(AttackEventRow.state != "settled").limit(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """An event was stored; `how` again: it had come before, and is left as it is."""

    id: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What came of an event.

    blackhole_id   that it asked for, ended or concerns
    """

    id: int
    said: str
    blackhole_id: str | None = None


class Events:
    """Events of one database. Safe between threads and between processes."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def take_in(
        self, sender_id: str, message_id: str, event: AttackEvent, *, tenant_id: str | None
    ) -> TakenIn:
        """Store what a sender said. `tenant_id`: whose address it is; None: nobody's."""
        with self._database.writing_durably(ALL_TENANTS) as session:
            values = {
                "sender_id": sender_id,
                "message_id": message_id,
                "tenant_id": tenant_id,
                "received_at": self._clock(),
                "state": "received",
                "said": "",
                **_columns(event),
            }
            stored = session.scalar(
                upsert(session, AttackEventRow)
                .values(**values)
                .on_conflict_do_nothing(index_elements=["sender_id", "message_id"])
                .returning(AttackEventRow.id)
            )
            if stored is not None:
                return TakenIn(id=stored, how="new")
            found = select(AttackEventRow.id).where(
                AttackEventRow.sender_id == sender_id, AttackEventRow.message_id == message_id
            )
            return TakenIn(id=session.scalars(found).one(), how="again")

    def are_waiting(self) -> bool:
        """Whether any is not settled; cheap enough to be asked several times a second."""
        return bool(self._database.rows(ALL_TENANTS, _WAITING))

    def take(self, limit: int = 100) -> tuple[ReceivedEvent, ...]:
        """Some that nobody is at work on, oldest first; they are the caller's for `TAKEN_FOR`."""
        now = self._clock()
        free = or_(
            AttackEventRow.state == "received",
            (AttackEventRow.state == "taken") & (AttackEventRow.taken_until < now),
        )
        some = select(AttackEventRow.id).where(free).order_by(AttackEventRow.id).limit(limit)
        with self._database.writing(ALL_TENANTS) as session:
            ids = session.scalars(some.with_for_update(skip_locked=True)).all()
            if not ids:
                return ()
            session.execute(
                update(AttackEventRow)
                .where(AttackEventRow.id.in_(ids))
                .values(state="taken", taken_until=now + TAKEN_FOR)
            )
            return _records(
                session, _select(AttackEventRow.id.in_(ids)).order_by(AttackEventRow.id)
            )

    def list(
        self,
        scope: Scope,
        *,
        address: IPAddress | None = None,
        blackhole_id: str | None = None,
        limit: int = 50,
        after: int | None = None,
    ) -> tuple[ReceivedEvent, ...]:
        """Those about addresses of the scope, newest first. `after`: id of the last one before.

        What came of one is told with its reasons only to who sees all tenants.
        """
        conditions: list[ColumnElement[bool]] = []
        if address is not None:
            conditions.append(AttackEventRow.address == str(address))
        if blackhole_id is not None:
            conditions.append(AttackEventRow.blackhole_id == blackhole_id)
        if after is not None:
            conditions.append(AttackEventRow.id < after)
        statement = _select(*conditions).order_by(AttackEventRow.id.desc()).limit(limit)
        with self._database.reading(scope) as session:
            found = _records(session, statement)
        return found if scope.tenants is None else tuple(map(_without_reasons, found))


def settle_in(session: Session, settled: Sequence[Settled], now: datetime) -> None:
    """Write down what came of some, in the caller's transaction."""
    if not settled:
        return
    values = [
        {
            "id": one.id,
            "state": "settled",
            "taken_until": None,
            "settled_at": now,
            "said": storable(one.said),
            "blackhole_id": one.blackhole_id,
        }
        for one in settled
    ]
    session.execute(update(AttackEventRow), values)


def latest_ends(
    session: Session, addresses: Iterable[IPAddress], since: datetime
) -> dict[tuple[str, IPAddress], datetime]:
    """When each sender, by its id, last saw an attack on each end, of what came since then."""
    statement = (
        select(
            AttackEventRow.sender_id,
            AttackEventRow.address,
            func.max(AttackEventRow.observed_at),
        )
        .where(
            AttackEventRow.address.in_(sorted(map(str, addresses))),
            AttackEventRow.received_at >= since,
            AttackEventRow.action == "unban",
            AttackEventRow.observed_at.is_not(None),
        )
        .group_by(AttackEventRow.sender_id, AttackEventRow.address)
    )
    found = session.execute(statement)
    return {
        (sender, ip_address(address)): at
        for sender, address, at in found
        if address is not None and at is not None
    }


def _without_reasons(one: ReceivedEvent) -> ReceivedEvent:
    return replace(one, said=one.said.partition(": ")[0])


def _columns(event: AttackEvent) -> dict[str, object]:
    report = storable(event.report)
    return {
        "action": event.action,
        "address": None if event.address is None else str(event.address),
        "direction": event.direction,
        "manual": event.manual,
        "observed_at": event.observed_at,
        "pps": event.pps,
        "attack_type": _text(event.attack_type),
        "protocol": _text(event.protocol),
        "severity": _text(event.severity),
        "hostgroup": _text(event.hostgroup),
        "attack_id": _text(event.attack_id),
        "figures": storable_json(dict(event.figures)),
        "report": report[:REPORT_MOST] + _CUT if len(report) > REPORT_MOST else report,
    }


def _text(value: str | None) -> str | None:
    return None if value is None else storable(value)


def _select(*conditions: ColumnElement[bool]) -> Select[AttackEventRow, str, str | None]:
    return (
        select(AttackEventRow, AttackSenderRow.name, TenantRow.slug)
        .join(AttackSenderRow, AttackSenderRow.id == AttackEventRow.sender_id)
        .outerjoin(TenantRow, TenantRow.id == AttackEventRow.tenant_id)
        .where(*conditions)
    )


def _records(
    session: Session, statement: Select[AttackEventRow, str, str | None]
) -> tuple[ReceivedEvent, ...]:
    found = session.execute(statement.execution_options(populate_existing=True))
    return tuple(_record(row, sender, tenant) for row, sender, tenant in found)


def _record(row: AttackEventRow, sender: str, tenant: str | None) -> ReceivedEvent:
    event = AttackEvent(
        action=row.action,  # type: ignore[arg-type]  # written by `_columns` alone, as the other words
        address=None if row.address is None else ip_address(row.address),
        direction=row.direction,  # type: ignore[arg-type]
        manual=row.manual,
        observed_at=row.observed_at,
        pps=row.pps,
        attack_type=row.attack_type,
        protocol=row.protocol,
        severity=row.severity,
        hostgroup=row.hostgroup,
        attack_id=row.attack_id,
        figures=row.figures,
        report=row.report,
    )
    return ReceivedEvent(
        id=row.id,
        tenant_id=row.tenant_id,
        tenant=tenant,
        sender_id=row.sender_id,
        sender=sender,
        message_id=row.message_id,
        received_at=row.received_at,
        event=event,
        state=row.state,  # type: ignore[arg-type]
        settled_at=row.settled_at,
        said=row.said,
        blackhole_id=row.blackhole_id,
    )
