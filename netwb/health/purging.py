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

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from netwb.archive.faults import file_error
from netwb.archive.repository import writing
from netwb.errors import NetwbError, RunUnderWayError
from netwb.health.diagnosis import Diagnosis, ok, wrong
from netwb.inventory.records import Tenant
from netwb.roles import ALL_TENANTS, Actor
from netwb.store.audit import Audit
from netwb.store.database import Database
from netwb.store.holders import is_dead
from netwb.store.models import (
    BackupOutcomeRow,
    BackupRunRow,
    DeviceRow,
    JobRow,
    LeaseRow,
    QuarantineRow,
    RemoteRow,
    SiteRow,
    TenantRow,
)
from netwb.store.purge import Purge

OPEN = "purge.open"  # in the home, while a purge is not through; holds the tenant's id
_LEASE = "backup-run/{}"  # as collect.runs names it


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantPurge:
    """What a purge takes, or took.

    rows    by table
    audit   links whose words are erased
    files   bytes of its repository and of its held texts
    users   people who are of no other tenant
    left    where netwb cannot or may not delete: remotes, copies, exports
    """

    tenant_id: str
    rows: Mapping[str, int]
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
        return TenantPurge(
            tenant_id=tenant.id,
            rows=rows,
            audit=links,
            files=sum(_size(path) for path in self._files(tenant)),
            users=rows.get("user", 0),
            left=left,
        )

    def carry_out(self, tenant: Tenant, actor: Actor, reason: str) -> TenantPurge:
        """All of it. Raises RunUnderWayError while a run or a job has its devices."""
        planned = self.plan(tenant)
        self._end_its_work(tenant)
        self._open_file.write_text(tenant.id)
        self._remove_files(tenant)
        detail = {
            "reason": reason,
            "devices": planned.rows.get("device", 0),
            "files": planned.files,
        }
        with self._parts.database.writing_durably(ALL_TENANTS) as session:
            self._refuse_busy(session, tenant)
            purge = Purge(session, tenant.id)
            links = self._parts.audit.erase_in(session, purge.words.tell)
            rows = purge.carry_out()
            detail = {**detail, "rows": sum(rows.values()), "links": links}
            self._parts.audit.append_in(session, actor, "tenant.purge", tenant.id, detail=detail)
        self.finish()
        return TenantPurge(
            tenant_id=tenant.id,
            rows=rows,
            audit=links,
            files=planned.files,
            users=rows.get("user", 0),
            left=planned.left,
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
            for row in (DeviceRow, SiteRow):
                retire = update(row).where(row.tenant_id == tenant.id).values(status="retired")
                session.execute(retire)
            retire = update(TenantRow).where(TenantRow.id == tenant.id).values(status="retired")
            session.execute(retire)

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


def _busy(tenant: Tenant, what: str) -> NetwbError:
    return RunUnderWayError(
        f"tenant {tenant.slug} has devices in {what}; wait for it to end, then purge"
    )


def _take_away(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
