"""Let virtual time pass over a daemon's part: it looks whenever something is due, and at no other time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from netwb.loading import shared
from netwb.roles import ALL_TENANTS
from netwb.schedules.records import JobSpec
from netwb.store.models import FiringRow
from netwb.workbench import Workbench
from netwb.workbench.leader import Leader
from netwb.workbench.planning import Start
from tests.benches import Rig, TestClock, with_parts

NIGHT: tuple[JobSpec, ...] = tuple(
    job for job in shared("scheduler.jobs").JOBS if job.name in {"nightly", "retry"}
)
SHORTEST = timedelta(seconds=1)


@dataclass
class Played:
    """A bench and the clock that it goes by; a Rig has both."""

    bench: Workbench
    clock: TestClock


def with_jobs(made: Rig | Played, jobs: Iterable[JobSpec] = NIGHT) -> None:
    """The bench's table of jobs is this one from now on."""
    parts, table = made.bench._parts, {job.name: job for job in jobs}
    scheduling = replace(parts.scheduling, table=lambda: table)
    made.bench._parts = with_parts(parts, scheduling=scheduling)


def pass_until(
    made: Rig | Played,
    leader: Leader,
    until: datetime,
    *,
    do: Callable[[Start], object] | None = None,
) -> None:
    """Look, do what is due, and go to the next time that something is, up to `until`."""
    run = do or leader.run
    while made.clock.now < until:
        leader.beat()
        for start in leader.due():
            run(start)
        leader.due()  # plans what comes after
        following = next_begin(made)
        made.clock.now = min(until, max(following or until, made.clock.now + SHORTEST))


def next_begin(made: Rig | Played) -> datetime | None:
    """When the next firing begins, by what is planned and what waits."""
    firings = made.bench._parts.scheduling.firings.open(ALL_TENANTS)
    ahead = (one.begin_at for one in firings if one.begin_at > made.clock.now)
    return min(ahead, default=None)


def ended(made: Rig | Played, job: str) -> list[FiringRow]:
    """All firings of a job that came to an end, by due time."""
    over = (FiringRow.job == job) & FiringRow.ended_at.is_not(None)
    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        rows = session.scalars(select(FiringRow).where(over).order_by(FiringRow.due_at)).all()
        session.expunge_all()
        return list(rows)


def statuses(firings: list[FiringRow]) -> Counter[str]:
    return Counter(one.status for one in firings)
