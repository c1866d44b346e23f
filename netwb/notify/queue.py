"""Deliveries in SQL: what waits for which target, in its order, and what came of it.

A notice becomes a delivery for each target that hears it, in one transaction with the mark that it
did. A target's deliveries wait for each other: the lowest id goes first, and while it does not arrive
the others stay where they are. Nothing of it is held in memory, however long a target is away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, true, update
from sqlalchemy.orm import Session

from netwb.errors import DeliveryError, NetwbError, UnknownNameError
from netwb.notify.records import Delivery, DeliveryState, Message, Route, Standing, Target
from netwb.notify.retrying import COLLAPSE_FROM, GIVE_UP_AFTER, REFUSED_TRIES, wait_s
from netwb.notify.routes import matching, wrong_at
from netwb.notify.rows import QUEUED, deliveries_query, find_target, load_deliveries
from netwb.notify.wording import message_of, summary_of
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.inserting import insert_many
from netwb.store.leases import Lease, Leases
from netwb.store.models import DeliveryRow, NoticeRow, NotifyTargetRow
from netwb.store.notices import notice_of

ROUTED_AT_ONCE = 500  # notices in one transaction
_SUMMED = 1000  # deliveries at once in one summary; the next one sums it up too
_ERROR_MOST = 300  # characters
KEPT = timedelta(days=90)  # of what was told, and of what came of it
SUMMARY = "summary"
DIGEST = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """The delivery that goes next to one target."""

    id: int
    target_id: str
    message_id: str
    message: Message
    tries: int


@dataclass(slots=True)
class Hold:
    """The lease that one process has on one target; it ends unless it is renewed."""

    leases: Leases
    lease: Lease

    def ask(self, now: datetime) -> None:
        """Right before each effect; LeaseLostError where it is over. Half of it over, it is renewed."""
        if (self.lease.until - now).total_seconds() < self.lease.ttl_s / 2:
            self.lease = self.leases.renew(self.lease)
        else:
            self.leases.check(self.lease)

    def check_in(self, session: Session) -> None:
        """Within the transaction that writes down what was done."""
        self.leases.check_in(session, self.lease)


class Queue:
    """The deliveries of one database; `zone`: in which people are told times."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], zone: tzinfo = UTC
    ) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone

    def route(self, targets: Iterable[Target], routes: Iterable[Route]) -> tuple[int, int]:
        """Make deliveries of the next notices; gives how many notices and how many deliveries.

        One at a time: whoever calls holds the lease of routing.
        """
        known, ways, now = list(targets), list(routes), self._clock()
        with self._database.writing(NO_TENANT) as session:
            rows = session.scalars(
                select(NoticeRow)
                .where(NoticeRow.routed_at.is_(None))
                .order_by(NoticeRow.id)
                .limit(ROUTED_AT_ONCE)
                .with_for_update(skip_locked=True)
            ).all()
            notices = [notice_of(row) for row in rows]
            in_use = select(NotifyTargetRow.id).where(NotifyTargetRow.status == "active")
            active = set(session.scalars(in_use))  # one may be retired since they were read
            told = matching([one for one in known if one.id in active], ways, notices)
            made = [
                _row(target, one.kind, message_of(one, self._zone), now) for target, one in told
            ]
            insert_many(session, DeliveryRow, made)
            for row in rows:
                row.routed_at = now
        return len(rows), len(made)

    def greet(self, target: Target, routes: Iterable[Route], standing: Iterable[Standing]) -> int:
        """Tell a target that was added just now what is wrong since before; gives of how much."""
        was_wrong = (
            wrong_at(one, target.created_at) for one in standing if one.since < target.created_at
        )
        told = matching([target], list(routes), was_wrong)
        now = self._clock()
        made = [_row(target, one.kind, message_of(one, self._zone), now) for _, one in told]
        with self._database.writing(NO_TENANT) as session:
            insert_many(session, DeliveryRow, made)
        return len(made)

    def add_digest(self, target: Target, message: Message | None, today: str) -> bool:
        """Queue a target's digest of that day, or note that there was nothing to tell.

        False where somebody was first: one a day.
        """
        now = self._clock()
        ours = (NotifyTargetRow.id == target.id) & (NotifyTargetRow.digested_on != today)
        noted = update(NotifyTargetRow).where(ours).values(digested_on=today, digested_at=now)
        with self._database.writing(NO_TENANT) as session:
            if session.scalar(noted.returning(NotifyTargetRow.id)) is None:
                return False
            if message is not None:
                insert_many(session, DeliveryRow, [_row(target, DIGEST, message, now)])
        return True

    def note_trial(self, target: Target, message: Message, message_id: str, error: str) -> None:
        """Write down a message that was sent by hand, past the queue."""
        now = self._clock()
        row = _row(target, "notify.test", message, now)
        row |= {"message_id": message_id, "tries": 1, "tried_at": now, "last_error": error}
        row |= {"state": "failed"} if error else {"state": "sent", "sent_at": now}
        with self._database.writing(NO_TENANT) as session:
            insert_many(session, DeliveryRow, [row])

    def due(self) -> tuple[str, ...]:
        """Ids of the targets that something may be sent to now; those that fare well first."""
        waits = select(DeliveryRow.id).where(
            DeliveryRow.target_id == NotifyTargetRow.id, DeliveryRow.state == QUEUED
        )
        query = (
            select(NotifyTargetRow.id)
            .where(
                NotifyTargetRow.status == "active",
                or_(NotifyTargetRow.retry_at.is_(None), NotifyTargetRow.retry_at <= self._clock()),
                waits.exists(),
            )
            .order_by(NotifyTargetRow.tries, NotifyTargetRow.id)
        )
        with self._database.reading(NO_TENANT) as session:
            return tuple(session.scalars(query))

    def next(self, target_id: str) -> Queued | None:
        """The oldest that waits for the target."""
        oldest = select(DeliveryRow).where(_waits(target_id)).order_by(DeliveryRow.id).limit(1)
        with self._database.reading(NO_TENANT) as session:
            row = session.scalar(oldest)
            if row is None:
                return None
            return Queued(
                id=row.id,
                target_id=row.target_id,
                message_id=row.message_id,
                message=Message(**row.message),
                tries=row.tries,
            )

    def collapse(self, target: Target) -> int:
        """Tell many that wait as one; digests stay what they are. Gives how many became one."""
        now = self._clock()
        with self._database.writing(NO_TENANT) as session:
            rows = session.scalars(
                select(DeliveryRow)
                .where(_waits(target.id), DeliveryRow.kind != DIGEST)
                .order_by(DeliveryRow.id)
                .limit(_SUMMED)
            ).all()
            if len(rows) <= COLLAPSE_FROM:
                return 0
            # A summary is the youngest row, and tells of what came before the others.
            told = sorted(rows, key=lambda row: (row.kind != SUMMARY, row.id))
            message = summary_of([Message(**row.message) for row in told])
            new = insert(DeliveryRow).values(**_row(target, SUMMARY, message, now))
            summary_id = session.scalar(new.returning(DeliveryRow.id))
            for row in rows:
                row.state, row.summary_id = "collapsed", summary_id
            return len(rows)

    def ask(self, hold: Hold) -> None:
        """Whether the target is this process's still; LeaseLostError."""
        hold.ask(self._clock())

    def arrived(self, hold: Hold, item: Queued) -> None:
        """The target took it. Raises LeaseLostError where somebody else serves the target by now."""
        now = self._clock()
        with self._database.writing(NO_TENANT) as session:
            hold.check_in(session)
            values = {"state": "sent", "sent_at": now, "tried_at": now, "last_error": ""}
            _change(session, item, true(), tries=item.tries + 1, **values)
            fare_well(session, item.target_id)

    def did_not_arrive(self, hold: Hold, item: Queued, error: NetwbError, *, jitter: float) -> bool:
        """Write down why; True where the target may be given its next one at once."""
        now = self._clock()
        words = storable(str(error))[:_ERROR_MOST]
        is_its_own = isinstance(error, DeliveryError) and error.fault == "message"
        given_up = is_its_own and item.tries + 1 >= REFUSED_TRIES
        with self._database.writing(NO_TENANT) as session:
            hold.check_in(session)
            state = "failed" if given_up else QUEUED
            changed = {"state": state, "tried_at": now, "last_error": words}
            still = DeliveryRow.state == QUEUED  # its target may be retired meanwhile
            _change(session, item, still, tries=item.tries + 1, **changed)
            _give_up_old(session, item.target_id, now)
            row = falter(session, item.target_id, error, now, jitter=jitter)
            row.retry_at = None if given_up else row.retry_at
        return given_up

    def list(
        self,
        scope: Scope,
        *,
        target: str | None = None,
        state: DeliveryState | None = None,
        limit: int = 50,
    ) -> tuple[Delivery, ...]:
        """Deliveries to the scope's targets, newest first."""
        query = deliveries_query(scope)
        with self._database.reading(ALL_TENANTS) as session:
            if target is not None:
                wanted = find_target(session, scope, target).id
                query = query.where(DeliveryRow.target_id == wanted)
            if state is not None:
                query = query.where(DeliveryRow.state == state)
            rows = session.execute(query.order_by(DeliveryRow.id.desc()).limit(limit))
            return load_deliveries(session, rows)

    def redeliver(self, scope: Scope, delivery_id: int) -> Delivery:
        """Send one again, with the id that it has; its target is tried at once."""
        with self._database.writing(ALL_TENANTS) as session:
            found = session.execute(
                deliveries_query(scope).where(
                    DeliveryRow.id == delivery_id, NotifyTargetRow.status == "active"
                )
            ).one_or_none()
            if found is None:
                msg = (
                    f"no delivery {delivery_id} to a target that is in use; "
                    "`netwb notify list` names them"
                )
                raise UnknownNameError(msg)
            row: DeliveryRow = found[0]
            row.state, row.tries, row.queued_at = QUEUED, 0, self._clock()
            row.summary_id = None
            _fares(session, row.target_id, retry_at=None)
            session.flush()
            return load_deliveries(session, [found])[0]

    def counts(self, scope: Scope) -> Mapping[str, int]:
        """How many deliveries of the scope's targets there are, by state."""
        with self._database.reading(ALL_TENANTS) as session:
            narrowed = deliveries_query(scope).with_only_columns(DeliveryRow.state, func.count())
            rows = session.execute(narrowed.group_by(DeliveryRow.state))
            return {str(state): int(count) for state, count in rows}

    def forget_old(self) -> int:
        """Drop what was told, and what came of it, long ago; gives how many rows."""
        before = self._clock() - KEPT
        old = (DeliveryRow.queued_at < before) & (DeliveryRow.state != QUEUED)
        told = (NoticeRow.at < before) & NoticeRow.routed_at.is_not(None)
        with self._database.writing(NO_TENANT) as session:
            gone = session.execute(delete(DeliveryRow).where(old).returning(DeliveryRow.id)).all()
            more = session.execute(delete(NoticeRow).where(told).returning(NoticeRow.id)).all()
        return len(gone) + len(more)


def fare_well(session: Session, target_id: str) -> None:
    """The target took something."""
    well = {"tries": 0, "failing_since": None, "retry_at": None, "last_error": ""}
    _fares(session, target_id, **well)


def falter(
    session: Session, target_id: str, error: NetwbError, now: datetime, *, jitter: float
) -> NotifyTargetRow:
    """It did not, and is tried again after a while, which grows with each time."""
    row = session.get_one(NotifyTargetRow, target_id)
    since = row.failing_since or now
    wait = wait_s(
        row.tries + 1,
        failing_s=(now - since).total_seconds(),
        jitter=jitter,
        asked_s=error.retry_after_s if isinstance(error, DeliveryError) else 0.0,
    )
    row.tries, row.failing_since = row.tries + 1, since
    row.last_error = storable(str(error))[:_ERROR_MOST]
    row.retry_at = now + timedelta(seconds=wait)
    return row


def _row(target: Target, kind: str, message: Message, now: datetime) -> dict[str, Any]:
    return {
        "message_id": f"msg_{new_id()}",
        "target_id": target.id,
        "tenant_id": target.tenant_id,
        "kind": kind,
        "message": asdict(message),
        "state": QUEUED,
        "queued_at": now,
        "tries": 0,
        "tried_at": None,
        "sent_at": None,
        "last_error": "",
        "summary_id": None,
    }


def _waits(target_id: str) -> ColumnElement[bool]:
    return (DeliveryRow.target_id == target_id) & (DeliveryRow.state == QUEUED)


def _change(session: Session, item: Queued, only: ColumnElement[bool], **values: Any) -> None:
    session.execute(update(DeliveryRow).where(DeliveryRow.id == item.id, only).values(**values))


def _fares(session: Session, target_id: str, **values: Any) -> None:
    session.execute(update(NotifyTargetRow).where(NotifyTargetRow.id == target_id).values(**values))


def _give_up_old(session: Session, target_id: str, now: datetime) -> None:
    """What waited for days: the target is not to be drowned when it comes back."""
    old = _waits(target_id) & (DeliveryRow.queued_at <= now - GIVE_UP_AFTER)
    days = GIVE_UP_AFTER.days
    session.execute(
        update(DeliveryRow)
        .where(old)
        .values(state="failed", last_error=f"given up: it did not arrive for {days} days")
    )
