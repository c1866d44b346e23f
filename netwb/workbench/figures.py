"""Figures for whoever draws curves of netwb and wakes people by them, on the facade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from netwb._version import __version__
from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, Permission
from netwb.workbench.status import StatusFace

if TYPE_CHECKING:
    from netwb.archive import sizes as _sizes
    from netwb.archive.remote.records import Remote
    from netwb.collect import tallying as _tallying
    from netwb.health import backups as _backups
    from netwb.health import counts as _counts
    from netwb.health import space as _space
    from netwb.health.counts import HeldTexts, LastRun, TenantCounts, WaitingEvents
    from netwb.health.disk import Space
    from netwb.health.freshness import DeviceBackup
    from netwb.store import tallies as _tallies
else:
    _sizes = lazy("netwb.archive.sizes")
    _tallying = lazy("netwb.collect.tallying")
    _backups = lazy("netwb.health.backups")
    _counts = lazy("netwb.health.counts")
    _space = lazy("netwb.health.space")
    _tallies = lazy("netwb.store.tallies")

DAY = timedelta(days=1)  # what is not counted for ever is counted by the day


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What concerns no tenant.

    lengths    of runs: upper bound in seconds -> runs as short as that; `length_s` of all, `runs`
    stuck      kind of worker -> how many give no sign of life
    firings    (job, status) -> how many of the last day; `done`: job -> when it was last done
    beat_at    of the daemon that leads; None: none does
    servers    processes that serve
    messages   devices' messages, by what became of them
    """

    version: str
    last_run: LastRun | None
    running: int
    lengths: Mapping[str, int]
    length_s: float
    runs: int
    queued: int
    queued_since: datetime | None
    stuck: Mapping[str, int]
    firings: Mapping[tuple[str, str], int]
    done: Mapping[str, datetime]
    beat_at: datetime | None
    servers: int
    messages: Mapping[str, int]
    space: Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of this scope; `machine` is for a scope of all tenants only.

    jobs          by status
    now_s         when they were read, seconds since the epoch
    outcomes      (tenant's slug, status) -> how often since the first run
    deliveries    (kind of target, state) -> messages of the last day, and all that wait
    events        of tenants with a webhook of their ERP: what it was not told yet
    repositories  tenant's slug -> bytes
    standing      (tenant's slug or "", kind) -> things that are wrong now
    """

    now_s: float
    jobs: Mapping[str, int]
    tenants: tuple[TenantCounts, ...]
    backups: tuple[DeviceBackup, ...]
    outcomes: Mapping[tuple[str, str], int]
    held: tuple[HeldTexts, ...]
    deliveries: Mapping[tuple[str, str], int]
    events: tuple[WaitingEvents, ...]
    repositories: Mapping[str, int]
    remotes: tuple[Remote, ...]
    standing: Mapping[tuple[str, str], int]
    machine: Machine | None

    @property
    def wide(self) -> bool:
        """Whether they are of all tenants."""
        return self.machine is not None


class FiguresFace(StatusFace):
    """`figures`."""

    def figures(self) -> Figures:
        """What Prometheus is told, in this scope: each kind of figure by a statement or two."""
        self._require(Permission.HEALTH_VIEW)
        scope, parts, now = self._scope, self._parts, self._parts.clock()
        database = parts.database
        slugs = {tenant.id: tenant.slug for tenant in parts.places.tenants(scope)}
        return Figures(
            now_s=now.timestamp(),
            jobs=_counts.job_counts(database, scope),
            tenants=_counts.tenant_counts(database, scope),
            backups=_backups.read_backups(database, scope, now=now, allowed=self._allowed()),
            outcomes=_by_slug(_tallies.read_tally(database, scope, _tallying.OUTCOMES), slugs),
            held=_counts.held_texts(database, scope),
            deliveries=_counts.deliveries(database, scope, since=now - DAY),
            events=_counts.waiting_events(database, scope),
            repositories=self._repository_sizes(slugs.values()),
            remotes=tuple(self.remotes()),
            standing=self._standing_counts(slugs),
            machine=self._machine() if scope.tenants is None else None,
        )

    def _repository_sizes(self, slugs: Iterable[str]) -> Mapping[str, int]:
        archive = self._parts.home.folder("archive")
        paths = {slug: archive / f"{slug}.git" for slug in slugs}
        return {slug: _sizes.size_of(path) for slug, path in paths.items() if path.is_dir()}

    def _standing_counts(self, slugs: Mapping[str, str]) -> Mapping[tuple[str, str], int]:
        found = self._parts.notices.standing(self._scope)
        return Counter((slugs.get(one.tenant_id, ""), one.kind) for one in found)

    def _machine(self) -> Machine:
        parts, now = self._parts, self._parts.clock()
        database = parts.database
        lengths = {
            label: count
            for (_, label), count in _tallies.read_tally(
                database, ALL_TENANTS, _tallying.LENGTHS
            ).items()
        }
        queued, queued_since = parts.jobs.queued()
        leader = self._daemons().leader
        return Machine(
            version=__version__,
            last_run=_counts.last_run(database),
            running=_counts.running_runs(database),
            lengths={str(bound): lengths.get(str(bound), 0) for bound in _tallying.BOUNDS_S},
            length_s=lengths.get(_tallying.SUM_MS, 0) / 1000,
            runs=lengths.get(_tallying.COUNT, 0),
            queued=queued,
            queued_since=queued_since,
            stuck=_counts.stuck_workers(database, now=now),
            firings=_counts.firing_counts(database, since=now - DAY),
            done=_counts.last_done(database),
            beat_at=leader.beat_at if leader else None,
            servers=sum(server.alive for server in parts.servers.list()),
            messages=parts.bursts.counts(),
            space=_space.read_space(parts.home.path, database.path),
        )


def _by_slug(
    counts: Mapping[tuple[str, str], int], slugs: Mapping[str, str]
) -> Mapping[tuple[str, str], int]:
    """Those of tenants that are there, by slug."""
    return {(slugs[id_], label): n for (id_, label), n in counts.items() if id_ in slugs}
