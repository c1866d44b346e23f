"""Firings: one row for each time that a job is due at a place, so that none is done twice.

The leader plans the next one of each job and place ahead; what is due is claimed with the leader's
epoch and gives signs of life. Who sleeps through its claim finds it gone at its next word. A row is
`planned` until it is due, `waiting` for a further try, `running`, and at last `done`, `failed`,
`interrupted` (its process died, and it is not done anew) or `skipped`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from netwb.errors import LeaseLostError
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.schedules.records import Place
from netwb.store.database import Database
from netwb.store.holders import is_dead
from netwb.store.inserting import upsert
from netwb.store.leases import Lease, Leases
from netwb.store.models import FiringRow
from netwb.store.schedules import of_scope

FiringStatus = Literal["planned", "waiting", "running", "done", "failed", "interrupted", "skipped"]
OPEN: tuple[FiringStatus, ...] = ("planned", "waiting", "running")
ACTOR = "system:scheduler"
DIED = "the process that did it ended without a word"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Which firing: a job, a place, and when it was due."""

    job: str
    place: Place
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """One firing as it stands.

    begin_at   not before, as it was planned; black-outs may hold it longer
    missed     how many due times before it were missed, and are made up by it
    tries      how often it began
    epoch      of the leader that did it; 0: a person did
    said       why it waits, failed, or was left out; one sentence
    result     what it gave: counts
    """

    due: Due
    status: FiringStatus
    plan: str
    begin_at: datetime
    actor: str
    missed: int
    tries: int
    started_at: datetime | None
    ended_at: datetime | None
    holder: str
    epoch: int
    until: datetime | None
    said: str
    error_kind: str
    result: Mapping[str, Any]


class Firings:
    """The firings of one database, as one process claims and reads them."""

    def __init__(
        self, database: Database, leases: Leases, holder: str, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._leases = leases
        self._holder = holder
        self._clock = clock

    def open(self) -> tuple[Firing, ...]:
        """What is planned, waits or runs, by due time."""
        rows = select(FiringRow).where(FiringRow.status.in_(OPEN)).order_by(FiringRow.due_at)
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

    def last(self, job: str, place: Place) -> Firing | None:
        """The firing of a job at a place that was due last, of those that are not open."""
        rows = (
            select(FiringRow)
            .where(_of(job, place), FiringRow.status.not_in(OPEN))
            .order_by(FiringRow.due_at.desc())
            .limit(1)
        )
        with self._database.reading(NO_TENANT) as session:
            row = session.scalar(rows)
            return None if row is None else _firing(row)

    def plan(self, lease: Lease, firings: Iterable[tuple[Due, str, datetime]]) -> None:
        """Plan firings: due, by what it was planned, not before. One that is there already stays."""
        rows = [self._row(due, plan=plan, begin_at=begin_at) for due, plan, begin_at in firings]
        if rows:
            with self._leading(lease) as session:
                insert = upsert(session, FiringRow).values(rows)
                session.execute(insert.on_conflict_do_nothing())

    def drop(self, lease: Lease, dues: Collection[Due]) -> None:
        """Plan these no longer; what began stays."""
        if dues:
            with self._leading(lease) as session:
                for due in dues:
                    gone = delete(FiringRow).where(_is(due), FiringRow.status == "planned")
                    session.execute(gone)

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

    def finish(  # noqa: PLR0913 - how it ended
        self,
        firing: Firing,
        status: Literal["done", "failed", "interrupted"],
        *,
        result: Mapping[str, Any] | None = None,
        error_kind: str = "",
        said: str = "",
        tell: Callable[[Session], None] = lambda _: None,
    ) -> None:
        """End it, and tell of it in the same transaction; LeaseLostError when the claim is over."""
        self._change(
            firing,
            tell=tell,
            status=status,
            ended_at=self._clock(),
            until=None,
            result=dict(result or {}),
            error_kind=error_kind,
            said=said,
        )

    def put_off(
        self, firing: Firing, begin_at: datetime, *, said: str, error_kind: str = ""
    ) -> None:
        """Try it again later; LeaseLostError when the claim is over."""
        self._change(
            firing,
            status="waiting",
            begin_at=begin_at,
            until=None,
            said=said,
            error_kind=error_kind,
        )

    def lost(self, epoch: int) -> tuple[Firing, ...]:
        """What runs by its row, and by nobody: of an earlier leader, or of a process that is gone."""
        rows = select(FiringRow).where(FiringRow.status == "running")
        with self._database.reading(NO_TENANT) as session:
            return tuple(
                _firing(row)
                for row in session.scalars(rows)
                if self.is_lost(row) or 0 < row.epoch < epoch
            )

    def settle(self, lease: Lease, firing: Firing, *, again: bool) -> None:
        """Write down that its process is gone: it waits to be done again, or was interrupted."""
        now = self._clock()
        values: dict[str, Any] = {"until": None, "said": DIED}
        if again:
            values |= {"status": "waiting", "begin_at": now}
        else:
            values |= {
                "status": "interrupted",
                "ended_at": now,
                "error_kind": "RunInterruptedError",
            }
        with self._leading(lease) as session:
            session.execute(update(FiringRow).where(_held(firing)).values(**values))

    def forget(self, lease: Lease, before: datetime, jobs: Collection[str]) -> None:
        """Delete what those jobs ended before then."""
        old = FiringRow.job.in_(sorted(jobs)) & (FiringRow.ended_at < before)
        with self._leading(lease) as session:
            session.execute(delete(FiringRow).where(old))

    def is_lost(self, row: FiringRow | Firing) -> bool:
        """Whether what runs has lost its process."""
        return row.until is None or row.until <= self._clock() or is_dead(row.holder)

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
        gone = delete(FiringRow).where(_is(planned), _began_not())
        session.execute(gone)
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


def _get(session: Session, due: Due) -> FiringRow:
    row = session.get(FiringRow, _key(due), populate_existing=True)
    assert row is not None
    return row


def _firing(row: FiringRow) -> Firing:
    place = Place(tenant_id=row.tenant_id, site_id=row.site_id)
    values = {item.name: getattr(row, item.name) for item in fields(Firing) if item.name != "due"}
    return Firing(due=Due(job=row.job, place=place, at=row.due_at), **values)
