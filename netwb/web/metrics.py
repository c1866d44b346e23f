"""The figures of a Workbench in the text format of Prometheus. Pure.

Names begin with netwb_, values are in base units, counters end in _total. Labels are bounded by what
is in the inventory: the tenants' slugs, the devices, the jobs of the daemon; no text that a device or
a person wrote is one. A figure that is not known has no sample, so that nobody takes it for 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from netwb.health.freshness import WORST_FIRST
from netwb.web.tally import Labels, family, head, sample
from netwb.workbench.figures import Figures, Machine
from netwb.workbench.words import TenantCounts

Samples = Iterable[tuple[Labels, float]]


def lines_of(figures: Figures) -> Iterator[str]:
    """All that this scope is told, a line each."""
    yield from family("netwb_jobs", "gauge", "Jobs by status.", _labelled("status", figures.jobs))
    yield from _tenants(figures)
    yield from _backups(figures)
    yield from _archive(figures)
    yield from _remotes(figures)
    yield from _telling(figures)
    if figures.machine is not None:
        yield from _runs(figures.machine, figures.now_s)
        yield from _daemon(figures.machine, figures.now_s)
        yield from _machine(figures.machine)


def _tenants(figures: Figures) -> Iterator[str]:
    for name, (about, value_of) in _TENANT_FIGURES.items():
        values = ((counts.tenant, value_of(counts, figures.now_s)) for counts in figures.tenants)
        samples = (({"tenant": tenant}, value) for tenant, value in values if value is not None)
        yield from family(name, "gauge", about, samples)


def _backups(figures: Figures) -> Iterator[str]:
    yield from family(
        "netwb_device_backup_age_seconds",
        "gauge",
        "Since the newest good copy of a device was last seen to be so; none where it was never saved.",
        (
            (
                {
                    "device_id": one.device_id,
                    "hostname": one.hostname,
                    "tenant": one.tenant,
                },
                figures.now_s - one.copy_at.timestamp(),
            )
            for one in figures.backups
            if one.copy_at is not None
        ),
    )
    states: dict[tuple[str, str], int] = {
        (counts.tenant, state): 0 for counts in figures.tenants for state in WORST_FIRST
    }
    for one in figures.backups:
        if not one.excused:
            states[one.tenant, one.freshness] = states.get((one.tenant, one.freshness), 0) + 1
    yield from family(
        "netwb_devices_backup",
        "gauge",
        "Active devices by how their backup stands; all but fresh lack a fresh good one.",
        _paired("tenant", "state", states),
    )
    yield from family(
        "netwb_backup_attempts_total",
        "counter",
        "Devices that runs tried, by what came of it.",
        _paired("tenant", "outcome", figures.outcomes),
    )


def _archive(figures: Figures) -> Iterator[str]:
    yield from family(
        "netwb_repository_bytes",
        "gauge",
        "Size of a tenant's repository on the disk.",
        _labelled("tenant", figures.repositories),
    )
    yield from family(
        "netwb_quarantine_texts",
        "gauge",
        "Texts that wait for a person.",
        (({"tenant": one.tenant}, one.texts) for one in figures.held),
    )
    yield from family(
        "netwb_quarantine_bytes",
        "gauge",
        "Size of the texts that wait for a person.",
        (({"tenant": one.tenant}, one.size) for one in figures.held),
    )
    yield from family(
        "netwb_quarantine_oldest_age_seconds",
        "gauge",
        "Since when the oldest of them waits.",
        _ages(figures.now_s, ((one.tenant, one.oldest) for one in figures.held)),
    )


def _remotes(figures: Figures) -> Iterator[str]:
    yield from family(
        "netwb_remote_ahead_commits",
        "gauge",
        "Commits that a tenant's remote lacks.",
        (({"tenant": one.tenant}, one.ahead) for one in figures.remotes),
    )
    yield from family(
        "netwb_remote_behind_commits",
        "gauge",
        "Commits there that netwb did not push.",
        (({"tenant": one.tenant}, one.behind) for one in figures.remotes),
    )
    yield from family(
        "netwb_remote_failing",
        "gauge",
        "1 where the last push to it failed.",
        (({"tenant": one.tenant}, one.failed_since is not None) for one in figures.remotes),
    )
    yield from family(
        "netwb_remote_push_age_seconds",
        "gauge",
        "Since the last push to it that succeeded.",
        _ages(figures.now_s, ((one.tenant, one.pushed_at) for one in figures.remotes)),
    )


def _telling(figures: Figures) -> Iterator[str]:
    yield from family(
        "netwb_deliveries",
        "gauge",
        "Messages to targets by state: those of the last 24 h, and all that are queued.",
        _paired("target", "state", figures.deliveries),
    )
    yield from family(
        "netwb_webhook_events_waiting",
        "gauge",
        "Events that webhooks of a tenant's ERP were not told yet, once a webhook.",
        (({"tenant": one.tenant}, one.events) for one in figures.events),
    )
    yield from family(
        "netwb_webhook_oldest_age_seconds",
        "gauge",
        "Since the oldest of them happened; none where no event waits.",
        _ages(figures.now_s, ((one.tenant, one.oldest) for one in figures.events)),
    )
    yield from family(
        "netwb_standing",
        "gauge",
        "Things that are wrong now, by kind of notice; without a tenant: of netwb itself.",
        _paired("tenant", "kind", figures.standing),
    )


def _runs(machine: Machine, now_s: float) -> Iterator[str]:
    name = "netwb_backup_run_duration_seconds"
    yield from head(name, "histogram", "How long backup runs took.")
    for bound, count in machine.lengths.items():
        yield sample(f"{name}_bucket", {"le": f"{float(bound)}"}, count)
    yield sample(f"{name}_bucket", {"le": "+Inf"}, machine.runs)
    yield sample(f"{name}_sum", {}, machine.length_s)
    yield sample(f"{name}_count", {}, machine.runs)
    last = machine.last_run
    yield from _one(
        "netwb_backup_last_run_duration_seconds",
        "How long the run that ended last took.",
        None if last is None else last.length_s,
    )
    yield from _one(
        "netwb_backup_last_run_devices",
        "Devices that it planned.",
        None if last is None else last.devices,
    )
    yield from _one(
        "netwb_backup_last_run_age_seconds",
        "Since it ended.",
        None if last is None else now_s - last.ended_at.timestamp(),
    )
    yield from _one("netwb_backup_runs_running", "Runs that have not ended.", machine.running)
    yield from _one("netwb_queue_jobs", "Jobs that wait for a worker.", machine.queued)
    yield from _one(
        "netwb_queue_age_seconds",
        "Since when the oldest of them waits; 0 where none does.",
        _age_s(machine.queued_since, now_s) or 0,
    )
    yield from family(
        "netwb_workers_stuck",
        "gauge",
        "Jobs, firings and runs that are under way and give no sign of life.",
        _labelled("kind", machine.stuck),
    )


def _daemon(machine: Machine, now_s: float) -> Iterator[str]:
    yield from _one(
        "netwb_daemon_alive", "1 where a daemon leads.", float(machine.beat_at is not None)
    )
    yield from _one(
        "netwb_daemon_beat_age_seconds",
        "Since its last sign of life.",
        _age_s(machine.beat_at, now_s),
    )
    yield from _one("netwb_servers", "Processes that serve pages and REST.", machine.servers)
    yield from family(
        "netwb_firings",
        "gauge",
        "Times that jobs of the daemon were due in the last 24 h, by what came of it.",
        _paired("job", "status", machine.firings),
    )
    yield from family(
        "netwb_job_last_done_age_seconds",
        "gauge",
        "Since a job of the daemon was last done.",
        (({"job": job}, now_s - at.timestamp()) for job, at in sorted(machine.done.items())),
    )


def _machine(machine: Machine) -> Iterator[str]:
    space = machine.space
    yield from family(
        "netwb_syslog_messages_total",
        "counter",
        "Devices' messages by what became of them; cut, lost and full were dropped.",
        _labelled("fate", machine.messages),
    )
    yield from _one("netwb_disk_bytes", "Size of the disk that the home lies on.", space.total)
    yield from _one("netwb_disk_free_bytes", "Of it, free.", space.free)
    yield from _one(
        "netwb_database_bytes",
        "Size of the SQLite database; 0 where it is a server's.",
        space.database,
    )
    yield from family(
        "netwb_build_info", "gauge", "Its version.", [({"version": machine.version}, 1)]
    )


def _one(name: str, about: str, value: float | None) -> Iterator[str]:
    """A gauge without labels."""
    yield from family(name, "gauge", about, [] if value is None else [({}, value)])


def _ages(now_s: float, moments: Iterable[tuple[str, datetime | None]]) -> Samples:
    """Since each tenant's moment; no sample where there is none."""
    ages = ((tenant, _age_s(at, now_s)) for tenant, at in moments)
    return (({"tenant": tenant}, age) for tenant, age in ages if age is not None)


def _labelled(label: str, values: Mapping[str, float]) -> Samples:
    return (({label: key}, value) for key, value in sorted(values.items()))


def _paired(first: str, second: str, values: Mapping[tuple[str, str], float]) -> Samples:
    return (({first: one, second: two}, value) for (one, two), value in sorted(values.items()))


def _age_s(at: datetime | None, now_s: float) -> float | None:
    return None if at is None else now_s - at.timestamp()


_TENANT_FIGURES: Mapping[str, tuple[str, Callable[[TenantCounts, float], float | None]]] = {
    "netwb_devices": ("Active devices.", lambda counts, _: counts.devices),
    "netwb_devices_saved": (
        "Active devices with a good copy of their configuration.",
        lambda counts, _: counts.saved,
    ),
    "netwb_backup_newest_age_seconds": (
        "Since a device's newest good copy was last seen to be so: the freshest of the tenant.",
        lambda counts, now_s: _age_s(counts.newest, now_s),
    ),
    "netwb_backup_oldest_age_seconds": (
        "The same: the stalest of the tenant.",
        lambda counts, now_s: _age_s(counts.oldest, now_s),
    ),
}
