"""The audit chain: who did what to which thing when. Append only; each link holds the next.

It is data, not a log. No secret may stand in `target` or `detail`: whoever appends sees to that,
because a link can never be taken out again. What proves the chain stands in `store.chain`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from netwb.errors import AuditBrokenError
from netwb.roles import NO_TENANT, Actor, Scope
from netwb.store.canonical import canonical_json, storable
from netwb.store.chain import ERASED, AuditProblem, Head, Link, erased, link_code, problems
from netwb.store.database import Database
from netwb.store.models import AuditHeadRow, AuditRow

__all__ = ["Audit", "AuditEvent", "AuditProblem", "AuditReport", "NewEvent", "Wanted"]

_HEAD = 1  # the head's only row
_MACHINE = "local:"  # how the name of a login of the machine itself begins
_BATCH = 1000  # links in memory at once during a walk
_MOST_PROBLEMS = 100  # a chain under a wrong key is wrong at every link


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One link as a reader sees it; `tenant_id` is empty for what belongs to no tenant."""

    seq: int
    at: datetime
    actor: str
    action: str
    tenant_id: str
    target: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """One to be appended, as `Audit.append` takes it. No secret in `target` or `detail`."""

    actor: Actor | str
    action: str
    target: str
    tenant_id: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What a walk along the whole chain found; no problem means that it is whole."""

    links: int
    head: str  # as `Audit.head()`
    problems: tuple[AuditProblem, ...]  # the first hundred at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events are asked for; None and "" ask nothing.

    actor, target  a part of it, in any case           action   the same, as `device.` or `retire`
    tenant_id      only of that tenant
    since, until   at or after, and before
    """

    actor: str = ""
    action: str = ""
    target: str = ""
    tenant_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


ANY_EVENT = Wanted()


class Audit:
    """The chain of one database.

    key    gives the HMAC key; asked again at each use, so that the keyring alone holds it
    """

    def __init__(
        self, database: Database, key: Callable[[], bytes], clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._key = key
        self._clock = clock

    def append(
        self,
        actor: Actor | str,
        action: str,
        target: str,
        *,
        tenant_id: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Add one event in a transaction of its own. No secret in `target` or `detail`."""
        self._key()  # its first use writes, which may not happen inside the transaction
        with self._database.writing(NO_TENANT) as session:
            self.append_in(session, actor, action, target, tenant_id=tenant_id, detail=detail)

    def append_many(self, events: Sequence[NewEvent]) -> None:
        """Add several in their order, in one transaction; none where there are none."""
        if not events:
            return
        self._key()
        with self._database.writing(NO_TENANT) as session:
            self._append(session, events)

    def append_in(  # noqa: PLR0913 - the event's fields, as in append
        self,
        session: Session,
        actor: Actor | str,
        action: str,
        target: str,
        *,
        tenant_id: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Add one event in the caller's write transaction: both happen or neither.

        Do it last: from here to the commit every other process waits for the head.
        Raises AuditBrokenError when the head is gone.
        """
        event = NewEvent(
            actor=actor, action=action, target=target, tenant_id=tenant_id, detail=detail or {}
        )
        self._append(session, [event])

    def _append(self, session: Session, events: Iterable[NewEvent]) -> None:
        head, key, now = _held_head(session), self._key(), self._clock()
        for event in events:
            link = _link(event, head, now)
            link = replace(link, mac=link_code(key, link))
            session.add(_row(link))
            head.seq, head.mac = link.seq, link.mac
        session.flush()

    def count_meant(self, session: Session, is_meant: Callable[[Link], bool]) -> int:
        """How many links those are; what is erased already says nothing any more."""
        return sum(1 for _ in _links(session, is_meant))

    def erase_in(self, session: Session, is_meant: Callable[[Link], bool]) -> int:
        """Take what those links say away for good, in the caller's transaction; how many they were.

        The chain verifies as before; that they were erased, the caller appends.
        """
        _held_head(session)
        key, found = self._key(), 0
        for link in list(_links(session, is_meant)):
            bare = erased(key, link)
            words = {"actor": "", "action": ERASED, "target": "", "detail": bare.detail}
            session.execute(update(AuditRow).where(AuditRow.seq == link.seq).values(**words))
            found += 1
        return found

    def events(
        self,
        scope: Scope,
        limit: int = 50,
        before: int | None = None,
        *,
        wanted: Wanted = ANY_EVENT,
    ) -> tuple[AuditEvent, ...]:
        """Events of the scope's tenants, newest first; `before` is the `seq` of the last one seen.

        What belongs to no tenant is seen by a scope of all tenants only.
        """
        query = _narrowed(select(AuditRow), scope, wanted)
        if before is not None:
            query = query.where(AuditRow.seq < before)
        newest = query.order_by(AuditRow.seq.desc()).limit(limit)
        with self._database.reading(scope) as session:
            return tuple(_event(row) for row in session.scalars(newest))

    def count(self, scope: Scope, *, wanted: Wanted = ANY_EVENT) -> int:
        """How many events `events` would give without a limit."""
        query = _narrowed(select(func.count(AuditRow.seq)), scope, wanted)
        with self._database.reading(scope) as session:
            return session.scalar(query) or 0

    def events_of(
        self, scope: Scope, actions: Collection[str], *, wanted: Wanted = ANY_EVENT
    ) -> tuple[AuditEvent, ...]:
        """All events of these actions, oldest first; a name that ends with a dot is a whole family."""
        meant = [
            AuditRow.action.startswith(one, autoescape=True)
            if one.endswith(".")
            else AuditRow.action == one
            for one in sorted(actions)
        ]
        query = _narrowed(select(AuditRow), scope, wanted).where(or_(*meant))
        with self._database.reading(scope) as session:
            return tuple(_event(row) for row in session.scalars(query.order_by(AuditRow.seq)))

    def machine_logins(
        self, scope: Scope, *, wanted: Wanted = ANY_EVENT
    ) -> tuple[tuple[str, int, datetime, datetime], ...]:
        """Logins of the machine, and users that one acted as: name, events, the first and the last."""
        columns = (AuditRow.actor, func.count(), func.min(AuditRow.at), func.max(AuditRow.at))
        by_one = AuditRow.actor.startswith(_MACHINE, autoescape=True)
        as_other = AuditRow.detail.contains(f'"by":"{_MACHINE}', autoescape=True)
        whole: Any = select(*columns)  # its type names four columns, `_narrowed` none
        query = _narrowed(whole, scope, wanted).where(or_(by_one, as_other))
        grouped = query.group_by(AuditRow.actor).order_by(AuditRow.actor)
        with self._database.reading(scope) as session:
            return tuple((row[0], row[1], row[2], row[3]) for row in session.execute(grouped))

    def first_at(self) -> datetime | None:
        """When the oldest event was; None in an empty trail."""
        with self._database.reading(NO_TENANT) as session:
            return session.scalar(select(func.min(AuditRow.at)))

    def head(self) -> str:
        """Newest link, short: `17:0123456789abcdef`; `verify` takes it as a witness."""
        with self._database.reading(NO_TENANT) as session:
            head = _read_head(session)
        if head is None:
            raise AuditBrokenError(_HEAD_GONE)
        return head.short()

    def verify(self, witnesses: Collection[str] = ()) -> AuditReport:
        """Walk the whole chain, a batch at a time, and report what is wrong.

        witnesses    heads that were noted elsewhere, as in Git trailers: a chain that was cut and
                     whose head was put back to match is found by them alone
        """
        with self._database.reading(NO_TENANT) as session:
            head = _read_head(session)
            walked = _Counted(_links(session))
            found = problems(self._key(), walked, head, witnesses)
            listed = tuple(islice(found, _MOST_PROBLEMS))
        return AuditReport(links=walked.count, head=head.short() if head else "", problems=listed)


_HEAD_GONE = (
    "audit chain has lost its head; run `netwb audit verify`, put the database back from a copy"
)


class _Counted:
    """An iterator that knows how many it gave."""

    def __init__(self, links: Iterator[Link]) -> None:
        self._links = links
        self.count = 0

    def __iter__(self) -> Iterator[Link]:
        for link in self._links:
            self.count += 1
            yield link


def _link(event: NewEvent, head: AuditHeadRow, at: datetime) -> Link:
    """The next one, without its code."""
    by = event.actor
    return Link(
        seq=head.seq + 1,
        at=at,
        actor=storable(by.name if isinstance(by, Actor) else by),
        action=storable(event.action),
        tenant_id=storable(event.tenant_id),
        target=storable(event.target),
        detail=storable(canonical_json(event.detail)),
        previous=head.mac,
    )


def _held_head(session: Session) -> AuditHeadRow:
    """The head, locked until the commit (SQLite holds the whole database by then)."""
    query = select(AuditHeadRow).where(AuditHeadRow.id == _HEAD).with_for_update()
    head = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if head is None:
        raise AuditBrokenError(_HEAD_GONE)
    return head


def _narrowed(query: Select[Any], scope: Scope, wanted: Wanted) -> Select[Any]:
    """The table is not TenantOwned, so its scope stands here and nowhere else."""
    if scope.tenants is not None:
        query = query.where(AuditRow.tenant_id.in_(sorted(scope.tenants - {""})))
    if wanted.tenant_id is not None:
        query = query.where(AuditRow.tenant_id == wanted.tenant_id)
    for name in ("actor", "action", "target"):
        text = getattr(wanted, name)
        if text:
            query = query.where(getattr(AuditRow, name).icontains(text, autoescape=True))
    if wanted.since is not None:
        query = query.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRow.at < wanted.until)
    return query


def _read_head(session: Session) -> Head | None:
    row = session.get(AuditHeadRow, _HEAD)
    return None if row is None else Head(seq=row.seq, mac=row.mac)


def _links(session: Session, is_meant: Callable[[Link], bool] = lambda _: True) -> Iterator[Link]:
    query: Select[Any] = select(*(getattr(AuditRow, name) for name in Link.__slots__))
    rows = session.execute(query.order_by(AuditRow.seq).execution_options(yield_per=_BATCH))
    for link in (Link(**row) for row in rows.mappings()):
        if is_meant(link):
            yield link


def _row(link: Link) -> AuditRow:
    return AuditRow(**{name: getattr(link, name) for name in Link.__slots__})


def _event(row: AuditRow) -> AuditEvent:
    return AuditEvent(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        action=row.action,
        tenant_id=row.tenant_id,
        target=row.target,
        detail=json.loads(row.detail),
    )
