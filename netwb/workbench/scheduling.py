"""Schedules, black-outs and the daemon on the facade: when what is due, what came of it, who lives.

A time or a black-out of a tenant or site is for whoever edits its inventory; one for all is for who
manages the system. Whatever cannot come true is refused, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from netwb.errors import InputError, RunUnderWayError, UnknownNameError
from netwb.inventory.records import EVERYWHERE
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.schedules.blackouts import leaves_none
from netwb.schedules.deciding import LATE_S, begins_at, next_due
from netwb.schedules.records import EVERYTHING, JobSpec, Place
from netwb.schedules.triggers import After, Off, parse_trigger
from netwb.workbench.at_places import place_label
from netwb.workbench.night import NightFace
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.store import firing_records as _firings
    from netwb.store.daemons import Daemon
    from netwb.store.firing_records import Firing
    from netwb.workbench import attempting as _attempting
    from netwb.workbench import leader as _leader
    from netwb.workbench import planning as _planning
else:
    _attempting = lazy("netwb.workbench.attempting")
    _leader = lazy("netwb.workbench.leader")
    _planning = lazy("netwb.workbench.planning")
    _firings = lazy("netwb.store.firing_records")

CLAIM_S = 30.0  # of a job that a person began: it gives signs of life several times within
MOST_JITTER_S = 6 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """A job at a place: when it is due, and how it went last.

    place        "" is all, `acme` a tenant, `acme/fra1` a site
    own          the place has a time of its own, that a person set
    next_at      None: never by itself, or when the job that it follows has ended
    last_status  done failed interrupted skipped, or "" where it was never due
    said         why it failed, was left out, or waits
    """

    name: str
    place: str
    trigger: str
    time_zone: str
    own: bool
    next_at: datetime | None
    running_since: datetime | None
    last_at: datetime | None
    last_status: str
    last_result: dict[str, Any]
    said: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonState:
    """Whether a daemon lives, and what it does next.

    leader    the daemon that leads; None where none does
    beat_at   the newest sign of life of any; None: there never was one
    late      jobs that should have begun long ago
    """

    alive: bool
    leader: Daemon | None
    beat_at: datetime | None
    daemons: tuple[Daemon, ...]
    jobs: tuple[JobState, ...]
    late: tuple[str, ...]


class SchedulingFace(NightFace):
    """`timetable`, `set_schedule`, `reset_schedule`, `run_job`, `daemon`, `lead`."""

    def timetable(self) -> Records[JobState]:
        """Each job at each place with a time of its own, in the order of the table."""
        self._require(Permission.HEALTH_VIEW)
        table = self._timetable()
        return records_of(self._states(table), JobState)

    def set_schedule(
        self, job: str, trigger: str, *, time_zone: str = "", jitter_s: int | None = None
    ) -> JobState:
        """Give a job a time at the place that this Workbench is narrowed to; `off`: never there.

        time_zone   in which it is meant; "" is the configured one
        jitter_s    spread over so long behind it; None is the configured one
        Raises InputError where it can never begin, UnknownNameError for another job.
        """
        spec, place = self._settable(job)
        parsed = parse_trigger(trigger)
        zone = self._parts.scheduling.zone(time_zone)
        if isinstance(parsed, After):
            self._require_followable(spec, parsed)
        if jitter_s is not None and not 0 <= jitter_s <= MOST_JITTER_S:
            msg = f"a start cannot be spread over {jitter_s} s; take 0 to {MOST_JITTER_S // 3600} hours"
            raise InputError(msg)
        around = self._timetable().blackouts(place) if spec.touches == "devices" else []
        if leaves_none(parsed, zone, around, self._parts.scheduling.zone, self._parts.clock()):
            msg = (
                f"{job} at {parsed.text!r} would never begin: each time lies in a black-out; take"
                " another time, or end the black-out; `netwb blackout list` shows it"
            )
            raise InputError(msg)
        self._parts.scheduling.schedules.set(
            job,
            place,
            trigger=parsed.text,
            time_zone=time_zone,
            jitter_s=jitter_s,
            actor=self._actor.name,
        )
        detail = {"trigger": parsed.text, "time_zone": time_zone, "jitter_s": jitter_s}
        self._audit("schedule.set", self._scheduled(job), tenant_id=place.tenant_id, detail=detail)
        return self._state(self._timetable(), spec, place, place_label(self._where))

    def reset_schedule(self, job: str) -> JobState:
        """Take the place's own time away: that of the wider place, or the default, is in force again.

        InputError where it has none.
        """
        spec, place = self._settable(job)
        if not self._parts.scheduling.schedules.reset(job, place):
            msg = f"{self._scheduled(job)} has no time of its own; `netwb schedule list` shows which have"
            raise InputError(msg)
        self._audit("schedule.reset", self._scheduled(job), tenant_id=place.tenant_id)
        return self._state(self._timetable(), spec, place, place_label(self._where))

    def run_job(self, job: str) -> Firing:
        """Do a job now, at the place that this Workbench is narrowed to; comes back when it ended.

        The firing's status is `done` or `failed`, and its `said` is why. Raises RunUnderWayError
        where the job runs there already, InputError where a black-out holds it back.
        """
        parts, place = self._parts.scheduling, self._place_meant()
        spec = parts.job(job)
        self._require(Permission.BACKUP_RUN)
        if place == EVERYTHING:
            self._require_everywhere(f"{job} of all")
        self._require_fits(spec, place)
        self._require_not_held(spec, place)
        firing = parts.firings.begin(job, place, actor=self._actor.name, claim_s=CLAIM_S)
        if firing is None:
            msg = f"{self._scheduled(job)} runs already; `netwb scheduler --list` shows since when"
            raise RunUnderWayError(msg)
        with _attempting.Heart(parts.firings, firing, CLAIM_S):
            ending = _attempting.attempt(spec, firing, self._call_job, self._parts.clock)
        parts.firings.end(firing, ending)
        return replace(firing, status=ending.status, result=ending.result, said=ending.said)

    def daemon(self) -> DaemonState:
        """Whether a daemon lives, which one leads, and what comes next."""
        self._require(Permission.HEALTH_VIEW)
        daemons = self._parts.scheduling.daemons.list()
        table = self._timetable()
        return DaemonState(
            alive=any(one.alive for one in daemons),
            leader=next((one for one in daemons if one.leads_since is not None), None),
            beat_at=daemons[0].beat_at if daemons else None,
            daemons=daemons,
            jobs=tuple(self._states(table)),
            late=tuple(self._late(table)),
        )

    def lead(self) -> _leader.Leader:
        """This process's part as a daemon, acting as `system:scheduler`."""
        self._require_local("the daemon's part")
        acting = self._named(_firings.ACTOR)
        parts, settings = self._parts.scheduling, self._parts.settings.scheduler
        planner = _planning.Planner(parts, self._parts.clock, jitter_s=settings.jitter_s)
        return _leader.Leader(
            parts,
            planner,
            self._parts.notices,
            self._parts.clock,
            call=acting._call_job,  # noqa: SLF001 - the same class, as another actor
            named=acting._place_name,  # noqa: SLF001 - as above
            lease_s=settings.lease_s,
        )

    def _call_job(self, spec: JobSpec, place: Place) -> object:
        """Its method, on a copy that means the place."""
        where = EVERYWHERE if place == EVERYTHING else self._place_names().get(place)
        if where is None:
            msg = f"the tenant or site of {spec.name} is gone; `netwb schedule list` shows what is left"
            raise UnknownNameError(msg)
        narrowed = type(self)(self._parts, self._who, where)
        method: Callable[[], object] = getattr(narrowed, spec.method)
        return method()

    def _place_name(self, place: Place) -> str:
        """As a person names it; "" is all."""
        if place == EVERYTHING:
            return ""
        where = self._place_names().get(place)
        return place_label(where) if where else "a place that is gone"

    def _timetable(self) -> _planning.Timetable:
        jitter_s = self._parts.settings.scheduler.jitter_s
        return _planning.Timetable(self._parts.scheduling, self._meant_scope, jitter_s=jitter_s)

    def _settable(self, job: str) -> tuple[JobSpec, Place]:
        """The job and the place, once who acts may give it a time there."""
        spec, place = self._parts.scheduling.job(job), self._place_meant()
        self._require(Permission.INVENTORY_EDIT if place.tenant_id else Permission.SYSTEM_MANAGE)
        if place == EVERYTHING:
            self._require_everywhere(f"the time of {job}")
        self._require_fits(spec, place)
        return spec, place

    def _require_fits(self, spec: JobSpec, place: Place) -> None:
        if place != EVERYTHING and spec.scope != "places":
            msg = f"{spec.name} is done for all at once; leave the tenant and the site out"
            raise InputError(msg)

    def _require_followable(self, spec: JobSpec, trigger: After) -> None:
        before = self._parts.scheduling.job(trigger.job)
        follows = parse_trigger(before.trigger)
        if before.name == spec.name or isinstance(follows, After) or before.scope != spec.scope:
            msg = f"{spec.name} cannot follow {before.name}; name a job that has times of its own"
            raise InputError(msg)

    def _require_not_held(self, spec: JobSpec, place: Place) -> None:
        until = self._timetable().holds(spec, place)(self._parts.clock())
        if until is not None:
            msg = (
                f"a black-out holds {self._scheduled(spec.name)} back until {until:%Y-%m-%d %H:%M} UTC;"
                " end it with `netwb blackout end`, or back devices up with `netwb backup`"
            )
            raise InputError(msg)

    def _scheduled(self, job: str) -> str:
        name = place_label(self._where)
        return f"{job} of {name}" if name else job

    def _states(self, table: _planning.Timetable) -> Iterator[JobState]:
        names, meant = self._place_names(), self._place_meant()
        for spec, place in table.pairs():
            if place in names and meant.holds(place):
                yield self._state(table, spec, place, place_label(names[place]))

    def _state(
        self, table: _planning.Timetable, spec: JobSpec, place: Place, name: str
    ) -> JobState:
        last, (waiting, runs) = table.newest(spec.name, place), table.of(spec.name, place)
        found = table.schedule(spec, place)
        shown = self._scope.holds(place.tenant_id)  # counts of all are for who sees all
        said = waiting[0].said if waiting else ""
        return JobState(
            name=spec.name,
            place=name,
            trigger=table.trigger(spec, place).text,
            time_zone=table.zone_name(spec, place),
            own=found is not None and found.place == place,
            next_at=self._next_at(table, spec, place),
            running_since=runs.started_at if runs else None,
            last_at=(last.started_at or last.ended_at) if last else None,
            last_status=last.status if last else "",
            last_result=dict(last.result) if last and shown else {},
            said=(said or (last.said if last else "")) if shown else "",
            says=spec.says,
        )

    def _next_at(self, table: _planning.Timetable, spec: JobSpec, place: Place) -> datetime | None:
        """When the open firing begins; where none is planned yet, the next one that will be."""
        timing, holds = table.timing(spec, place), table.holds(spec, place)
        waiting, _ = table.of(spec.name, place)
        if isinstance(timing.trigger, Off):
            return None
        first = next(iter(waiting), None)
        if first is not None and first.status == "waiting":
            return holds(first.begin_at) or first.begin_at
        planned = first is not None and first.plan == table.plan(spec, place, timing)
        due = first.due.at if first and planned else next_due(timing, self._parts.clock())
        return due and begins_at(timing, due, holds)

    def _late(self, table: _planning.Timetable) -> Iterator[str]:
        now, names = self._parts.clock(), self._place_names()
        for spec, place in table.pairs():
            waiting, runs = table.of(spec.name, place)
            at = self._next_at(table, spec, place) if waiting and runs is None else None
            if at is not None and (now - at).total_seconds() > LATE_S and place in names:
                name = place_label(names[place])
                yield f"{spec.name} of {name}" if name else spec.name
