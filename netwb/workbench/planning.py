"""What is due now, as the leader sees it: schedules, black-outs and firings read at once, then judged.

Judgement is `netwb.schedules`; this reads, plans the next firing of each job and place ahead, and
writes down what is left out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from netwb.errors import InputError
from netwb.roles import ALL_TENANTS, Scope
from netwb.schedules.blackouts import held_until
from netwb.schedules.deciding import (
    Holds,
    Timing,
    Verdict,
    decide,
    is_off,
    next_due,
    place_schedule,
)
from netwb.schedules.records import EVERYTHING, Blackout, JobSpec, Place, Schedule
from netwb.schedules.spread import jitter
from netwb.schedules.triggers import After, Off, Trigger, parse_trigger
from netwb.store.firing_records import SUPERSEDED, Due, Firing
from netwb.store.leases import Lease
from netwb.workbench.compose_scheduling import SchedulingParts

logger = logging.getLogger(__name__)

TIDIED_EACH = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A firing that may begin: `planned` is its row, `due` the newest time that it makes up."""

    spec: JobSpec
    planned: Due
    due: Due
    missed: int = 0
    late: bool = False


class Timetable:
    """One look at what is scheduled, for the tenants of a scope."""

    def __init__(self, parts: SchedulingParts, scope: Scope, *, jitter_s: int) -> None:
        self._parts = parts
        self._jitter_s = jitter_s
        self._schedules = parts.schedules.list(scope)
        self._blackouts = parts.blackouts.list(scope)
        self._newest = parts.firings.newest(scope)
        self.open = parts.firings.open(scope)

    def pairs(self) -> Iterator[tuple[JobSpec, Place]]:
        """Each job with each place at which it has a time of its own."""
        for spec in self._parts.table().values():
            for place in sorted(self.places(spec)):
                yield spec, place

    def places(self, spec: JobSpec) -> set[Place]:
        """All, and where a person set another time; for what follows another job, where that was."""
        own = {EVERYTHING, *(one.place for one in self._schedules if one.job == spec.name)}
        trigger = self.trigger(spec, EVERYTHING)
        if isinstance(trigger, After):
            own |= {one.due.place for one in self._newest if one.due.job == trigger.job}
        return own if spec.scope == "places" else {EVERYTHING}

    def schedule(self, spec: JobSpec, place: Place) -> Schedule | None:
        """What a person set, that is in force there."""
        own = [one for one in self._schedules if one.job == spec.name]
        return place_schedule(own, place)

    def trigger(self, spec: JobSpec, place: Place) -> Trigger:
        """When the job is due there."""
        found = self.schedule(spec, place)
        return parse_trigger(found.trigger if found else spec.trigger)

    def zone_name(self, spec: JobSpec, place: Place) -> str:
        """In which its times are meant."""
        found = self.schedule(spec, place)
        return (found.time_zone if found else "") or self._parts.zone_name

    def timing(self, spec: JobSpec, place: Place) -> Timing:
        """All that settles when it is due there. InputError where the zone is not known here."""
        trigger = self.trigger(spec, place)
        return Timing(
            trigger=trigger,
            zone=self._parts.zone(self.zone_name(spec, place)),
            jitter=self._jitter(spec, place, trigger),
            ended=self._followed(spec, place, trigger),
        )

    def plan(self, spec: JobSpec, place: Place, timing: Timing) -> str:
        """The same in a word: a firing that was planned by another one is planned anew."""
        seconds = int(timing.jitter.total_seconds())
        return f"{timing.trigger.text}|{self.zone_name(spec, place)}|{seconds}"

    def holds(self, spec: JobSpec, place: Place) -> Holds:
        """Until when black-outs hold a moment back there."""
        around = self.blackouts(place) if spec.touches == "devices" else []
        zones = self._parts.zone
        return lambda at: held_until(around, zones, at) if around else None

    def blackouts(self, place: Place) -> list[Blackout]:
        """Those that hold for the whole place."""
        return [one for one in self._blackouts if one.place.holds(place)]

    def of(self, job: str, place: Place) -> tuple[list[Firing], Firing | None]:
        """What is planned or waits there, by due time, and what runs."""
        found = [one for one in self.open if (one.due.job, one.due.place) == (job, place)]
        waiting = [one for one in found if one.status != "running"]
        return waiting, next((one for one in found if one.status == "running"), None)

    def newest(self, job: str, place: Place) -> Firing | None:
        """The firing that came to an end there last."""
        found = (one for one in self._newest if (one.due.job, one.due.place) == (job, place))
        return max(found, key=lambda one: one.due.at, default=None)

    def _jitter(self, spec: JobSpec, place: Place, trigger: Trigger) -> timedelta:
        """All begins on the minute; tenants and sites are spread behind it, unless somebody says."""
        found = self.schedule(spec, place)
        most_s = found.jitter_s if found else None
        if most_s is None:
            most_s = 0 if place == EVERYTHING else self._jitter_s
        if isinstance(trigger, After | Off):
            most_s = 0
        return jitter(f"{spec.name}/{place.tenant_id}/{place.site_id}", most_s=most_s)

    def _followed(self, spec: JobSpec, place: Place, trigger: Trigger) -> datetime | None:
        """When the job that it follows ended there; None where that left nothing to do again."""
        if not isinstance(trigger, After):
            return None
        before, own = self.newest(trigger.job, place), self.newest(spec.name, place)
        if before is None or before.ended_at is None:
            return None
        last = own if own and own.due.at > before.ended_at else before
        return before.ended_at if last.result.get("again") else None


class Planner:
    """Says what may begin, and keeps the plan of what comes next."""

    def __init__(
        self, parts: SchedulingParts, clock: Callable[[], datetime], *, jitter_s: int
    ) -> None:
        self._parts = parts
        self._clock = clock
        self._jitter_s = jitter_s
        self._told = ""
        self._tidied_at: datetime | None = None
        # As it was found: what waits for its lane meanwhile is not late.
        self._found_late: dict[Due, bool] = {}

    def due(self, lease: Lease) -> tuple[Start, ...]:
        """What may begin now, the longest due first."""
        self._tidy(lease)
        table = Timetable(self._parts, ALL_TENANTS, jitter_s=self._jitter_s)
        pairs = list(table.pairs())
        found = [
            self._judged(spec, partial(self._of, table, spec, place, lease))
            for spec, place in pairs
        ]
        found += self._left(table, pairs, lease)
        starts = tuple(sorted((one for one in found if one), key=lambda one: one.due.at))
        known = {one.due for one in starts}
        self._found_late = {due: late for due, late in self._found_late.items() if due in known}
        return starts

    def _judged(self, spec: JobSpec, judge: Callable[[], Start | None]) -> Start | None:
        try:
            return judge()
        except InputError as error:  # set on another machine: the others are still due
            if str(error) != self._told:
                logger.warning("%s is not done: %s", spec.name, error)
                self._told = str(error)
            return None

    def _of(self, table: Timetable, spec: JobSpec, place: Place, lease: Lease) -> Start | None:
        timing = table.timing(spec, place)
        plan, now = table.plan(spec, place, timing), self._clock()
        waiting, runs = table.of(spec.name, place)
        if is_off(timing):
            for open_one in waiting:
                self._parts.firings.drop(lease, open_one.due)
            return None
        past = [one for one in waiting if one.due.at <= now]
        for older in past[:-1]:
            self._parts.firings.skip(lease, older.due, older.due, missed=0, said=SUPERSEDED)
        row = past[-1] if past else next(iter(waiting), None)
        if row is not None and row.status == "planned" and row.plan != plan:
            self._parts.firings.drop(lease, row.due)
            self._plan(lease, spec, place, timing, plan, after=now)
            return None
        if row is None:
            self._plan(
                lease, spec, place, timing, plan, after=self._after(table, spec, place, timing)
            )
            return None
        if row.begin_at > now and row.status == "waiting":
            return None
        holds = table.holds(spec, place)
        verdict = decide(spec, timing, row.due.at, now, holds=holds, runs=runs is not None)
        return self._start(spec, row, verdict, lease)

    def _start(self, spec: JobSpec, row: Firing, verdict: Verdict, lease: Lease) -> Start | None:
        due = Due(job=spec.name, place=row.due.place, at=verdict.due_at)
        if verdict.answer == "skip":
            said = row.said or verdict.why
            self._parts.firings.skip(lease, row.due, due, missed=verdict.missed, said=said)
        if verdict.answer != "start":
            return None
        late = self._found_late.setdefault(due, verdict.late and row.tries == 0)
        return Start(spec=spec, planned=row.due, due=due, missed=verdict.missed, late=late)

    def _left(
        self, table: Timetable, pairs: Sequence[tuple[JobSpec, Place]], lease: Lease
    ) -> Iterator[Start | None]:
        """Firings at places without a time of their own: left by another for later, or by a person."""
        known = {(spec.name, place) for spec, place in pairs}
        specs = self._parts.table()
        for row in table.open:
            spec = specs.get(row.due.job)
            if (row.due.job, row.due.place) in known or row.status == "running":
                continue
            if spec is None or row.status == "planned":
                self._parts.firings.drop(lease, row.due)
            elif row.begin_at <= self._clock():
                yield self._judged(spec, partial(self._left_one, table, spec, row.due))

    def _left_one(self, table: Timetable, spec: JobSpec, due: Due) -> Start | None:
        held = table.holds(spec, due.place)(self._clock())
        if held is not None or table.of(due.job, due.place)[1] is not None:
            return None
        return Start(spec=spec, planned=due, due=due)

    def _after(self, table: Timetable, spec: JobSpec, place: Place, timing: Timing) -> datetime:
        """Behind what the next one is due: the last one, or now where there was none."""
        _, runs = table.of(spec.name, place)
        last = runs or table.newest(spec.name, place)
        if timing.ended is not None:
            return max(timing.ended, last.due.at) if last else timing.ended
        return last.due.at if last else self._clock()

    def _plan(  # noqa: PLR0913 - what a plan is made of
        self,
        lease: Lease,
        spec: JobSpec,
        place: Place,
        timing: Timing,
        plan: str,
        *,
        after: datetime,
    ) -> None:
        at = next_due(timing, after)
        if at is not None:
            due = Due(job=spec.name, place=place, at=at)
            self._parts.firings.plan(lease, due, plan=plan, begin_at=at + timing.jitter)

    def _tidy(self, lease: Lease) -> None:
        """Once an hour: old firings go."""
        now = self._clock()
        if self._tidied_at is None or now - self._tidied_at >= TIDIED_EACH:
            self._parts.firings.forget(lease)
            self._tidied_at = now
