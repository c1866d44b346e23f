"""Take a tenant out of netwb for good: rows, repository, held texts, keys, people of its own.

The audit keeps that it was purged, by its id: the words of its links are erased, the chain goes on
over them. First nobody works on the tenant any more, then its files go, then all rows in one
transaction, then what SQLite's file still holds of them. Killed at any point, the same command does
the rest: until the transaction the tenant is there, and afterwards a file in the home says that the
last step is open. Ids are random, so that none of its is ever used again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from netwb.archive.faults import file_error
from netwb.archive.repository import writing
from netwb.archive.sizes import size_of
from netwb.blackhole.records import STANDING
from netwb.erp.status_rows import forget_devices_of
from netwb.errors import MetricsRefusedError, NetwbError, RunUnderWayError
from netwb.health.diagnosis import Diagnosis, ok, wrong
from netwb.inventory.ports.leaving import own_samples
from netwb.inventory.records import Tenant
from netwb.roles import ALL_TENANTS, Actor
from netwb.store.audit import Audit
from netwb.store.changes import leave_others
from netwb.store.database import Database
from netwb.store.erp_events import forget_devices
from netwb.store.holders import is_dead
from netwb.store.models import (
    BackupOutcomeRow,
    BackupRunRow,
    BlackholeOnRouterRow,
    BlackholeRow,
    DeviceRow,
    JobRow,
    LeaseRow,
    QuarantineRow,
    RemoteRow,
    SiteRow,
    TenantRow,
)
from netwb.store.purge import Purge

if TYPE_CHECKING:
    from netwb.inventory.ports.ports import Ports
    from netwb.metrics.store import MetricsStore

OPEN = "purge.open"  # in the home, while a purge is not through; holds the tenant's id
_LEASE = "backup-run/{}"  # as collect.runs names it


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantPurge:
    """What a purge takes, or took.

    rows    by table
    counters  devices, and ports on devices of others, whose samples go
    audit   links whose words are erased
    files   bytes of its repository and of its held texts
    users   people who are of no other tenant
    left    where netwb cannot or may not delete: remotes, copies, exports
    """

    tenant_id: str
    rows: Mapping[str, int]
    counters: int
    audit: int
    files: int
    users: int
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeParts:
    """Where a tenant lies."""

    home: Path
    database: Database
    audit: Audit
    ports: Ports
    metrics: Callable[[], MetricsStore]
    clock: Callable[[], datetime]
    lock_timeout_s: float


class Purging:
    """Plans and carries out."""

    def __init__(self, parts: PurgeParts) -> None:
        self._parts = parts

    def plan(self, tenant: Tenant) -> TenantPurge:
        """What would go; nothing is written."""
        with self._parts.database.reading(ALL_TENANTS) as session:
            self._refuse_busy(session, tenant)
            purge = Purge(session, tenant.id)
            rows = purge.counts()
            links = self._parts.audit.count_meant(session, purge.words.tell)
            left = self._left(session, tenant)
        own = own_samples(self._parts.database, self._parts.ports, tenant)
        staying = self._staying(tenant)
        return TenantPurge(
            tenant_id=tenant.id,
            rows=rows,
            counters=0 if staying else own.devices + own.ports,
            audit=links,
            files=sum(size_of(path) for path in self._files(tenant)),
            users=rows.get("user", 0),
            left=(*left, *staying),
        )

    def carry_out(self, tenant: Tenant, actor: Actor, reason: str) -> TenantPurge:
        """All of it. Raises RunUnderWayError while a run or a job has its devices."""
        planned = self.plan(tenant)
        self._end_its_work(tenant)
        self._open_file.write_text(tenant.id)
        kept = self._remove_samples(tenant)
        self._remove_files(tenant)
        detail = {
            "reason": reason,
            "devices": planned.rows.get("device", 0),
            "files": planned.files,
            "counters": 0 if kept else planned.counters,
        }
        with self._parts.database.writing_durably(ALL_TENANTS) as session:
            self._refuse_busy(session, tenant)
            purge = Purge(session, tenant.id)
            links = self._parts.audit.erase_in(session, purge.words.tell)
            forget_devices(session, tenant.id)
            forget_devices_of(session, tenant.id, tenant.slug)
            rows = purge.carry_out()
            detail = {**detail, "rows": sum(rows.values()), "links": links}
            self._parts.audit.append_in(session, actor, "tenant.purge", tenant.id, detail=detail)
        self.finish()
        return TenantPurge(
            tenant_id=tenant.id,
            rows=rows,
            counters=0 if kept else planned.counters,
            audit=links,
            files=planned.files,
            users=rows.get("user", 0),
            left=tuple(dict.fromkeys((*planned.left, *kept))),
        )

    def is_open(self) -> bool:
        """Whether a purge was cut off after its rows were gone."""
        return self._open_file.exists()

    def check(self) -> Diagnosis:
        """That none was cut off."""
        if not self.is_open():
            return ok("purge", "no purge of a tenant was cut off")
        found = self._open_file.read_text(encoding="utf-8").strip()
        with self._parts.database.reading(ALL_TENANTS) as session:
            slug = session.scalar(select(TenantRow.slug).where(TenantRow.id == found))
        return wrong(
            "purge",
            f"the purge of tenant {slug or found} was begun, and has not ended: what is left of it"
            f" can be read in {'the home' if slug else 'the file of the database'}",
            f"do the rest with `netwb tenant purge {slug or found} --reason TEXT`",
        )

    def finish(self) -> None:
        """The last step: nothing of it is left in SQLite's file."""
        self._parts.database.wipe_deleted()
        self._open_file.unlink(missing_ok=True)

    @property
    def _open_file(self) -> Path:
        return self._parts.home / OPEN

    def _end_its_work(self, tenant: Tenant) -> None:
        """From here on no run, no schedule and no person begins anything on it."""
        with self._parts.database.writing_durably(ALL_TENANTS) as session:
            self._refuse_busy(session, tenant)
            leave_others(session, tenant.id, self._parts.clock())
            for row in (DeviceRow, SiteRow):
                retire = update(row).where(row.tenant_id == tenant.id).values(status="retired")
                session.execute(retire)
            retire = update(TenantRow).where(TenantRow.id == tenant.id).values(status="retired")
            session.execute(retire)

    def _remove_samples(self, tenant: Tenant) -> tuple[str, ...]:
        """Gives what a person has to see to, where the store will not; one that is down is waited for."""
        own = own_samples(self._parts.database, self._parts.ports, tenant)
        try:
            for (since, until), keys in own.series.items():
                if keys:
                    self._parts.metrics().delete(keys, since, until)
        except MetricsRefusedError as error:
            return (_counters(tenant, error),)
        return ()

    def _staying(self, tenant: Tenant) -> tuple[str, ...]:
        """The same of a store that others fill, which is known without asking it for anything."""
        try:
            self._parts.metrics().delete(())
        except MetricsRefusedError as error:
            return (_counters(tenant, error),)
        return ()

    def _refuse_busy(self, session: Session, tenant: Tenant) -> None:
        runs = session.execute(
            select(BackupRunRow.id, BackupRunRow.actor)
            .where(
                BackupRunRow.id.in_(
                    select(BackupOutcomeRow.run_id).where(
                        BackupOutcomeRow.tenant_id == tenant.id,
                        BackupOutcomeRow.status == "running",
                    )
                )
            )
            .order_by(BackupRunRow.id)
        ).all()
        for run_id, actor in runs:
            if self._lives(session, run_id):
                raise _busy(tenant, f"a backup run of {actor}")
        query = select(JobRow.actor, JobRow.holder, JobRow.until).where(
            JobRow.tenant_id == tenant.id, JobRow.status == "running"
        )
        for actor, holder, until in session.execute(query):
            if until is not None and until > self._parts.clock() and not is_dead(holder):
                raise _busy(tenant, f"a job of {actor}")
        _refuse_blackholes(session, tenant)

    def _lives(self, session: Session, run_id: str) -> bool:
        holder = session.scalar(
            select(LeaseRow.holder).where(
                LeaseRow.name == _LEASE.format(run_id), LeaseRow.until > self._parts.clock()
            )
        )
        return holder is not None and not is_dead(holder)

    def _files(self, tenant: Tenant) -> tuple[Path, ...]:
        """Its repository, and its held texts."""
        held = select(QuarantineRow.file).where(QuarantineRow.tenant_id == tenant.id)
        with self._parts.database.reading(ALL_TENANTS) as session:
            names = tuple(session.scalars(held))
        texts = (self._parts.home / "quarantine" / name for name in names)
        return (self._repository(tenant), *(path for path in texts if path.exists()))

    def _remove_files(self, tenant: Tenant) -> None:
        repository = self._repository(tenant)
        files = self._files(tenant)
        try:
            with writing(repository, timeout_s=self._parts.lock_timeout_s):
                for path in files:
                    _take_away(path)
            # Its locks, hosts, and the key that a killed push left; no slug holds a dot.
            for path in repository.parent.glob(f"{tenant.slug}.*"):
                _take_away(path)
        except OSError as error:
            raise file_error(repository, error) from error

    def _repository(self, tenant: Tenant) -> Path:
        return self._parts.home / "archive" / f"{tenant.slug}.git"

    def _left(self, session: Session, tenant: Tenant) -> tuple[str, ...]:
        """What a person has to see to."""
        remotes = session.scalars(select(RemoteRow.url).where(RemoteRow.tenant_id == tenant.id))
        copies = sorted(self._parts.home.glob("netwb-before-*.db"))
        return (
            *(f"remote {url}" for url in remotes),
            *(f"copy of the database {path}" for path in copies),
        )


def _refuse_blackholes(session: Session, tenant: Tenant) -> None:
    """Without its row, a route that stands would be nobody's, and never taken back."""
    on_its_routers = (
        select(BlackholeOnRouterRow.blackhole_id)
        .join(DeviceRow, DeviceRow.id == BlackholeOnRouterRow.device_id)
        .where(DeviceRow.tenant_id == tenant.id)
    )
    stands = select(func.count(BlackholeRow.id)).where(
        BlackholeRow.state.in_(sorted(STANDING)),
        or_(BlackholeRow.tenant_id == tenant.id, BlackholeRow.id.in_(on_its_routers)),
    )
    if count := session.scalar(stands):
        msg = (
            f"of tenant {tenant.slug}, or on its routers, {count} blackholes stand; withdraw them,"
            " then purge"
        )
        raise RunUnderWayError(msg)


def _busy(tenant: Tenant, what: str) -> NetwbError:
    return RunUnderWayError(
        f"tenant {tenant.slug} has devices in {what}; wait for it to end, then purge"
    )


def _counters(tenant: Tenant, why: MetricsRefusedError) -> str:
    return f"its counters, as tag tenant {tenant.slug}: {why}"


def _take_away(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
