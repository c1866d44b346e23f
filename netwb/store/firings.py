"""Firings: one row for each time that a job is due at a place, so that none is done twice.

The leader plans the next one of each job and place ahead; what is due is claimed with the leader's
epoch and gives signs of life. Who sleeps through its claim finds it gone at its next word. A row is
`planned` until it is due, `waiting` for a further try, `running`, and at last `done`, `failed`,
`interrupted` (its process died, and it is not done anew) or `skipped`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, literal, select, tuple_, update
from sqlalchemy.orm import Session

from netwb.errors import LeaseLostError
from netwb.notify.records import Observed
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.schedules.records import Later, Place
from netwb.store.database import Database
from netwb.store.firing_records import (
    ACTOR,
    ALL_KEPT,
    BAD,
    DIED,
    FAILED,
    HELD,
    KEPT,
    MOST_KEPT,
    OPEN,
    SUPERSEDED,
    Due,
    Ending,
    Firing,
)
from netwb.store.holders import is_dead
from netwb.store.inserting import upsert
from netwb.store.leases import Lease, Leases
from netwb.store.models import FiringRow
from netwb.store.notices import Notices
from netwb.store.schedules import of_scope
from netwb.store.types import UtcDateTime


class Firings:
    """The firings of one database, as one process claims and reads them."""

    def __init__(
        self,
        database: Database,
        leases: Leases,
        notices: Notices,
        holder: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._leases = leases
        self._notices = notices
        self._holder = holder
        self._clock = clock

    def open(self, scope: Scope) -> tuple[Firing, ...]:
        """What is planned, waits or runs, by due time."""
        seen = of_scope(scope, FiringRow), FiringRow.status.in_(OPEN)
        rows = select(FiringRow).where(*seen).order_by(FiringRow.due_at)
        with self._database.reading(NO_TENANT) as session:
            return tuple(_firing(row) for row in session.scalars(rows))

    def newest(self, scope: Scope) -> tuple[Firing, ...]:
        """The newest of each job and place that came to an end, whatever end."""
        key = (FiringRow.job, FiringRow.tenant_id, FiringRow.site_id)
        ended = FiringRow.ended_at.is_not(None) & of_scope(scope, FiringRow)
        last = select(*key, func.max(FiringRow.ended_at)).where(ended).group_by(*key)
        with self._database.reading(NO_TENANT) as session:
            found = [tuple(row) for row in session.execute(last)]
            rows = session.scalars(
                select(FiringRow).where(tuple_(*key, FiringRow.ended_at).in_(found))
            )
            return tuple(_firing(row) for row in rows)

    def failing(self, scope: Scope) -> tuple[tuple[Firing, datetime], ...]:
        """The newest of each job and place that was tried, where it failed; and since when each does.

        What was left out since counts for nothing: it says not that the job would succeed again.
        """
        key = (FiringRow.job, FiringRow.tenant_id, FiringRow.site_id)
        tried = FiringRow.status.in_(("done", *BAD)) & of_scope(scope, FiringRow)
        last = select(*key, func.max(FiringRow.ended_at)).where(tried).group_by(*key)
        with self._database.reading(NO_TENANT) as session:
            found = [tuple(row) for row in session.execute(last)]
            bad = select(FiringRow).where(
                tuple_(*key, FiringRow.ended_at).in_(found), FiringRow.status.in_(BAD)
            )
            return tuple(
                (_firing(row), _failed_first(session, row)) for row in session.scalars(bad)
            )

    def running(self, job: str, place: Place) -> Firing | None:
        """The firing that this process does of a job at a place."""
        with self._database.reading(NO_TENANT) as session:
            own = [one for one in _running(session, job, place) if one.holder == self._holder]
            return _firing(own[0]) if own else None

    def plan(self, lease: Lease, due: Due, *, plan: str, begin_at: datetime) -> None:
        """Plan a firing; one that is there already stays.

        plan       by what it is planned: it is planned anew where that changes
        begin_at   not before
        """
        row = self._row(due, plan=plan, begin_at=begin_at)
        with self._leading(lease) as session:
            session.execute(upsert(session, FiringRow).values(row).on_conflict_do_nothing())

    def drop(self, lease: Lease, due: Due) -> None:
        """Plan it no longer; what began stays, as interrupted."""
        now = self._clock()
        with self._leading(lease) as session:
            session.execute(delete(FiringRow).where(_is(due), FiringRow.status == "planned"))
            over = {"status": "skipped", "said": SUPERSEDED, "ended_at": now}
            session.execute(update(FiringRow).where(_is(due), _began_not()).values(**over))

    def skip(self, lease: Lease, planned: Due, due: Due, *, missed: int, said: str) -> None:
        """Leave out what is due, and what was planned before it."""
        now = self._clock()
        with self._leading(lease) as session:
            self._replace(session, planned, due)
            done = {"status": "skipped", "missed": missed, "said": said, "ended_at": now}
            session.execute(update(FiringRow).where(_is(due), _began_not()).values(**done))

    def claim(self, lease: Lease, planned: Due, due: Due, *, missed: int) -> Firing | None:
        """Begin what is due, in the place of what was planned before it; None where another did."""
        with self._leading(lease) as session:
            self._replace(session, planned, due)
            begun = (
                update(FiringRow)
                .where(_is(due), _began_not())
                .values(**self._begun(lease.epoch, lease.ttl_s), missed=missed)
                .returning(FiringRow.job)
            )
            if session.scalar(begun) is None:
                return None
            return _firing(_get(session, due))

    def begin(self, job: str, place: Place, *, actor: str, claim_s: float) -> Firing | None:
        """Begin one now that a person wants; None where the job runs at that place."""
        due = Due(job=job, place=place, at=self._clock())
        row = self._row(due, plan="", begin_at=due.at)
        with self._database.writing(NO_TENANT) as session:
            if any(not self.is_lost(one) for one in _running(session, job, place)):
                return None
            session.execute(upsert(session, FiringRow).values(row | {"actor": actor}))
            begun = update(FiringRow).where(_is(due)).values(**self._begun(0, claim_s))
            session.execute(begun)
            return _firing(_get(session, due))

    def beat(self, firing: Firing, claim_s: float) -> None:
        """Give a sign of life; LeaseLostError when the claim is over."""
        self._change(firing, until=self._clock() + timedelta(seconds=claim_s))

    def end(self, firing: Firing, ending: Ending, stands: Observed | None = None) -> None:
        """Write how it ended; LeaseLostError as above.

        stands   how the job stands now, told in the same transaction
        """
        values: dict[str, Any] = {
            "status": ending.status,
            "until": None,
            "result": dict(ending.result),
            "error_kind": ending.error_kind,
            "said": ending.said,
        }
        if ending.begin_at is not None:
            values["begin_at"] = ending.begin_at
        else:
            values["ended_at"] = self._clock()

        def all_of_it(session: Session) -> None:
            self._leave_for_later(session, firing, ending.later)
            self._tell(session, stands)

        self._change(firing, all_of_it, **values)

    def lost(self, epoch: int) -> tuple[Firing, ...]:
        """What runs by its row, and by nobody: of an earlier leader, or of a process that is gone."""
        rows = select(FiringRow).where(FiringRow.status == "running")
        with self._database.reading(NO_TENANT) as session:
            return tuple(
                _firing(row)
                for row in session.scalars(rows)
                if self.is_lost(row) or 0 < row.epoch < epoch
            )

    def settle(
        self,
        lease: Lease,
        firing: Firing,
        *,
        again: bool,
        stands: Observed,
    ) -> None:
        """Write down that its process is gone: it waits to be done again, or was interrupted."""
        now = self._clock()
        values: dict[str, Any] = {"until": None, "said": DIED}
        if again:
            values |= {"status": "waiting", "begin_at": now}
        else:
            kind = "RunInterruptedError"
            values |= {"status": "interrupted", "ended_at": now, "error_kind": kind}
        with self._leading(lease) as session:
            session.execute(update(FiringRow).where(_held(firing)).values(**values))
            if not again:
                self._tell(session, stands)

    def forget(self, lease: Lease) -> None:
        """Delete what ended long ago, and what more than MOST_KEPT came behind at its place.

        The last of each status stays at each place, however old: it says since when a job fails.
        """
        now, place = self._clock(), (FiringRow.job, FiringRow.tenant_id, FiringRow.site_id)
        key = (*place, FiringRow.due_at)
        latest = FiringRow.ended_at.desc()
        ended = select(
            *key,
            FiringRow.ended_at,
            func.row_number().over(partition_by=place, order_by=latest).label("rank"),
            func.row_number()
            .over(partition_by=(*place, FiringRow.status), order_by=latest)
            .label("rank_of_status"),
        ).where(FiringRow.ended_at.is_not(None))
        row = ended.subquery().c
        behind = (row.rank > MOST_KEPT) & (row.ended_at < now - ALL_KEPT)
        old = select(row.job, row.tenant_id, row.site_id, row.due_at).where(
            row.rank_of_status > 1, behind | (row.ended_at < now - KEPT)
        )
        with self._leading(lease) as session:
            session.execute(delete(FiringRow).where(tuple_(*key).in_(old)))

    def is_lost(self, row: FiringRow | Firing) -> bool:
        """Whether what runs has lost its process."""
        return row.until is None or row.until <= self._clock() or is_dead(row.holder)

    def _leave_for_later(self, session: Session, firing: Firing, laters: Iterable[Later]) -> None:
        """The same firing at places that it left out; what waited there for an earlier one is over."""
        for later in laters:
            due = Due(job=firing.due.job, place=later.place, at=firing.due.at)
            over = {"status": "skipped", "said": SUPERSEDED, "ended_at": self._clock()}
            older = _of(due.job, due.place) & (FiringRow.due_at < due.at) & _began_not()
            session.execute(update(FiringRow).where(older).values(**over))
            row = self._row(due, plan="", begin_at=later.at) | {"status": "waiting", "said": HELD}
            session.execute(upsert(session, FiringRow).values(row).on_conflict_do_nothing())

    def _tell(self, session: Session, stands: Observed | None) -> None:
        if stands is not None:
            self._notices.stands_many(FAILED, [stands], session=session)

    @contextmanager
    def _leading(self, lease: Lease) -> Iterator[Session]:
        """A transaction of the leader: LeaseLostError, and nothing written, where it leads no more."""
        with self._database.writing(NO_TENANT) as session:
            self._leases.check_in(session, lease)
            yield session

    def _change(
        self, firing: Firing, tell: Callable[[Session], None] = lambda _: None, **values: Any
    ) -> None:
        change = update(FiringRow).where(_held(firing)).values(**values).returning(FiringRow.job)
        with self._database.writing(ALL_TENANTS) as session:
            if session.scalar(change) is None:
                msg = (
                    f"{firing.due.job}, due {firing.due.at:%Y-%m-%d %H:%M} UTC, is no longer this"
                    " process's; its report is dropped"
                )
                raise LeaseLostError(msg)
            tell(session)

    def _begun(self, epoch: int, claim_s: float) -> dict[str, Any]:
        now = self._clock()
        return {
            "status": "running",
            "holder": self._holder,
            "epoch": epoch,
            "tries": FiringRow.tries + 1,
            "first_at": func.coalesce(FiringRow.first_at, literal(now, UtcDateTime())),
            "started_at": now,
            "until": now + timedelta(seconds=claim_s),
            "said": "",
            "error_kind": "",
        }

    def _replace(self, session: Session, planned: Due, due: Due) -> None:
        """What was planned gives way to the newest that is due: those before it are made up by it."""
        if planned == due:
            return
        row = session.get(FiringRow, _key(planned), populate_existing=True)
        plan, begin_at = (row.plan, row.begin_at) if row else ("", due.at)
        session.execute(delete(FiringRow).where(_is(planned), FiringRow.status == "planned"))
        tried = {"status": "failed", "ended_at": self._clock()}
        session.execute(update(FiringRow).where(_is(planned), _began_not()).values(**tried))
        new = self._row(due, plan=plan, begin_at=max(begin_at, due.at))
        session.execute(upsert(session, FiringRow).values(new).on_conflict_do_nothing())

    def _row(self, due: Due, *, plan: str, begin_at: datetime) -> dict[str, Any]:
        return {
            "job": due.job,
            "tenant_id": due.place.tenant_id,
            "site_id": due.place.site_id,
            "due_at": due.at,
            "status": "planned",
            "plan": plan,
            "begin_at": begin_at,
            "actor": ACTOR,
            "missed": 0,
            "tries": 0,
            "holder": "",
            "epoch": 0,
            "said": "",
            "error_kind": "",
            "result": {},
        }


def _key(due: Due) -> tuple[str, str, str, datetime]:
    return due.job, due.place.tenant_id, due.place.site_id, due.at


def _of(job: str, place: Place) -> ColumnElement[bool]:
    return (
        (FiringRow.job == job)
        & (FiringRow.tenant_id == place.tenant_id)
        & (FiringRow.site_id == place.site_id)
    )


def _is(due: Due) -> ColumnElement[bool]:
    return _of(due.job, due.place) & (FiringRow.due_at == due.at)


def _began_not() -> ColumnElement[bool]:
    return FiringRow.status.in_(("planned", "waiting"))


def _held(firing: Firing) -> ColumnElement[bool]:
    """The row, as long as this very claim stands."""
    return (
        _is(firing.due)
        & (FiringRow.status == "running")
        & (FiringRow.holder == firing.holder)
        & (FiringRow.epoch == firing.epoch)
        & (FiringRow.tries == firing.tries)
    )


def _running(session: Session, job: str, place: Place) -> Sequence[FiringRow]:
    rows = select(FiringRow).where(_of(job, place), FiringRow.status == "running")
    return session.scalars(rows).all()


def _failed_first(session: Session, last: FiringRow) -> datetime:
    """When the first of the failures ended that the given one is the last of."""
    own = _of(last.job, Place(tenant_id=last.tenant_id, site_id=last.site_id))
    done = session.scalar(
        select(func.max(FiringRow.ended_at)).where(own, FiringRow.status == "done")
    )
    failed = select(func.min(FiringRow.ended_at)).where(own, FiringRow.status.in_(BAD))
    first = session.scalar(failed if done is None else failed.where(FiringRow.ended_at > done))
    assert first is not None
    return first


def _get(session: Session, due: Due) -> FiringRow:
    row = session.get(FiringRow, _key(due), populate_existing=True)
    assert row is not None
    return row


def _firing(row: FiringRow) -> Firing:
    place = Place(tenant_id=row.tenant_id, site_id=row.site_id)
    values = {item.name: getattr(row, item.name) for item in fields(Firing) if item.name != "due"}
    return Firing(due=Due(job=row.job, place=place, at=row.due_at), **values)
