"""What netwb itself runs on, on the facade: daemon, jobs, black-outs, server, remotes, disk, targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from netwb.inventory.records import EVERYWHERE
from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, Permission
from netwb.roles import allowed as permits
from netwb.schedules.records import EVERYTHING
from netwb.workbench.at_places import place_label
from netwb.workbench.blackouts import BlackoutFace
from netwb.workbench.exporting import ExportFace
from netwb.workbench.night import NIGHTLY
from netwb.workbench.remotes import RemotesFace
from netwb.workbench.scheduling import DaemonState

if TYPE_CHECKING:
    from netwb.archive.remote import push as _push
    from netwb.health import backups as _backups
    from netwb.health import disk as _disks
    from netwb.health import examining as _examining
    from netwb.health import hindrances as _hindrances
    from netwb.health import presence as _presence
    from netwb.health import samples as _samples
    from netwb.health import space as _space
    from netwb.health import unseen as _unseen
    from netwb.health.diagnosis import Diagnosis
    from netwb.health.disk import Forecast, Space
    from netwb.health.examining import Check
    from netwb.health.hindrances import Held
    from netwb.health.presence import FailingJob
    from netwb.health.syslog import contested as _contested
    from netwb.workbench import leader as _leader
else:
    _push = lazy("netwb.archive.remote.push")
    _contested = lazy("netwb.health.syslog.contested")
    _backups = lazy("netwb.health.backups")
    _disks = lazy("netwb.health.disk")
    _examining = lazy("netwb.health.examining")
    _hindrances = lazy("netwb.health.hindrances")
    _presence = lazy("netwb.health.presence")
    _samples = lazy("netwb.health.samples")
    _space = lazy("netwb.health.space")
    _unseen = lazy("netwb.health.unseen")
    _leader = lazy("netwb.workbench.leader")

_SILENT = 3  # intervals, as monitoring has it


class PresenceFace(BlackoutFace, RemotesFace, ExportFace):
    """`note_serving`, `end_serving`."""

    def note_serving(self) -> None:
        """A sign of life of this server process; by the minute."""
        self._require_local("the server's sign of life")
        self._parts.servers.beat()

    def end_serving(self) -> None:
        """This server process ends as it was told to."""
        self._require_local("the server's sign of life")
        self._parts.servers.leave()

    def _standing_parts(self) -> tuple[Diagnosis, ...]:
        return tuple(
            one
            for name, check in self._what_runs().items()
            for one in _examining.examined(name, check)
        )

    def _what_runs(self) -> Mapping[str, Check]:
        now = self._parts.clock()
        return {
            "daemon": self._daemon_stands,
            "schedule": self._schedule_off,
            "black-outs": lambda: _hindrances.judge_blackouts(self._held()),
            "server": lambda: _presence.judge_server(self._parts.servers.list(), now=now),
            "remote": lambda: _presence.judge_remotes(self.remotes(), now=now, lost=self._lost()),
            "disk": self._disk,
            **({"notifications": self._target_stands} if self._sees_targets() else {}),
            **({"syslog": self._syslog_stands} if self._scope.tenants is None else {}),
            **({"samples": self._samples_stand} if self._scope.tenants is None else {}),
        }

    def _samples_stand(self) -> tuple[Diagnosis, ...]:
        """Whether counters are kept, and which devices show none although they answer."""
        parts = self._parts
        metrics, store = parts.settings.metrics, parts.metrics
        seen = _unseen.seen_ports(parts.database)
        kept = _samples.check_samples(parts.home.path, metrics, store, seen)
        if not metrics.url and not (parts.home.path / "metrics.db").exists():
            return (kept,)  # a look makes no file
        bare = _unseen.without_interfaces(
            parts.database,
            store,
            parts.devices.named(ALL_TENANTS),
            seen,
            parts.clock() - timedelta(seconds=_SILENT * metrics.interval_s),
        )
        return (kept, _unseen.judge_without_interfaces(bare)) if bare else (kept,)

    def _sees_targets(self) -> bool:
        return permits(self._actor, Permission.SYSTEM_MANAGE)

    def _target_stands(self) -> Iterator[Diagnosis]:
        targets = self._parts.notify.targets.list(self._scope)
        return _hindrances.judge_targets(targets, now=self._parts.clock())

    def _schedule_off(self) -> Iterator[Diagnosis]:
        """Only where nobody is backed up by itself; a black-out is told beside it."""
        found = self._judged_schedule(None)
        if found.verdict != "ok":
            yield found

    def _schedule_stands(self) -> Diagnosis:
        now, nightly = self._parts.clock(), self._parts.scheduling.job(NIGHTLY)
        return self._judged_schedule(self._timetable().holds(nightly, EVERYTHING)(now))

    def _judged_schedule(self, held_until: datetime | None) -> Diagnosis:
        return _presence.judge_schedule(
            self._nightly_triggers(),
            now=self._parts.clock(),
            waits_since=_backups.waits_since(self._parts.database),
            held_until=held_until,
        )

    def _nightly_triggers(self) -> list[tuple[str, str]]:
        """Place and trigger of the job that saves all; "" is everywhere."""
        jobs = self._everywhere().timetable()
        return [(job.place, job.trigger) for job in jobs if job.name == NIGHTLY]

    def _lost(self) -> list[str]:
        """What remotes had lost, until a restore from them was tried."""
        found = self._parts.notices.standing(self._scope, [_push.LOST])
        return [one.message for one in found]

    def _syslog_stands(self) -> Diagnosis:
        found = self._parts.notices.standing(self._scope, [_contested.AMBIGUOUS])
        return _contested.judge_contested(found)

    def _held(self) -> list[Held]:
        return [
            _hindrances.Held(
                place=one.place, start=one.from_at, end=one.until_at, reason=one.reason
            )
            for one in self._everywhere().blackouts()
            if one.state == "holds" and one.from_at is not None and one.until_at is not None
        ]

    def _daemons(self) -> DaemonState:
        """Of all, whatever this Workbench is narrowed to."""
        return self._everywhere().daemon()

    def _daemon_stands(self) -> tuple[Diagnosis, ...]:
        """Whether it leads, and whether what is due is done, and well."""
        state = self._daemons()
        coming = [(job.next_at, job.name) for job in state.jobs if job.next_at is not None]
        leads = _presence.judge_daemon(
            state.daemons,
            next_job=min(coming, default=None),
            now=self._parts.clock(),
            ended_at=self._parts.scheduling.daemons.ended_well(_leader.LEASE),
            waits_since=_backups.waits_since(self._parts.database),
        )
        failing = tuple(self._failing_jobs())
        late = _presence.judge_late(state.late)
        off = [(job.name, job.place) for job in state.jobs if job.own and job.trigger == "off"]
        return (
            leads,
            late,
            *_presence.judge_failing(failing, now=self._parts.clock()),
            *_presence.judge_switched_off(off),
        )

    def _everywhere(self) -> PresenceFace:
        """This Workbench of whoever acts, narrowed to nothing."""
        return type(self)(self._parts, self._who, EVERYWHERE)

    def _failing_jobs(self) -> Iterator[FailingJob]:
        """At the places where they are due. Why is told to whoever sees the place's tenant, or all."""
        everywhere = self._everywhere()
        names = self._place_names()
        table = everywhere._timetable()  # noqa: SLF001 - the same class, narrowed to nothing
        due = {(spec.name, place) for spec, place in table.pairs() if place in names}
        for firing, since in self._parts.scheduling.firings.failing(self._scope):
            job, place = firing.due.job, firing.due.place
            if (job, place) in due:
                said = firing.said if self._scope.holds(place.tenant_id) else ""
                yield _presence.FailingJob(
                    job=job, place=place_label(names[place]), since=since, said=said
                )

    def _disk(self) -> Diagnosis:
        return _disks.judge_disk(*self._space_left())

    def _space_left(self) -> tuple[Space, Forecast | None]:
        database = self._parts.database
        space = _space.read_space(self._parts.home.path, database.path)
        return space, _disks.forecast(space, _space.read_growth(database, now=self._parts.clock()))
