"""Figures for whoever watches netwb, each by one statement, in the reader's scope.

What concerns no tenant (runs, firings, daemons) is asked for a scope of all tenants only, by the
facade.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, literal, or_, select

from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.store.database import Database
from netwb.store.models import (
    BackupRunRow,
    CurrentRow,
    DeliveryRow,
    DeviceRow,
    ErpEventRow,
    ErpFeedRow,
    FiringRow,
    JobRow,
    LeaseRow,
    NotifyTargetRow,
    QuarantineRow,
    TenantRow,
)

CONFIG = "running"  # the kind that every device has
RUN_LEASE = "backup-run/"  # then a run's id: how a run that lives is told from one that died


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantCounts:
    """Active devices of one tenant, and when their good copies were last seen to be the newest.

    saved           how many have one
    newest, oldest  of the copies; None where there is none
    """

    tenant: str
    devices: int
    saved: int
    newest: datetime | None
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTexts:
    """Texts of one tenant that wait for a person, and the bytes of them; `oldest`: since when."""

    tenant: str
    texts: int
    size: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingEvents:
    """Events that webhooks of one tenant's ERP were not told yet, once a webhook; `oldest`: of when."""

    tenant: str
    events: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The run that ended last."""

    ended_at: datetime
    length_s: float
    devices: int


def tenant_counts(database: Database, scope: Scope) -> tuple[TenantCounts, ...]:
    """By tenant's slug; one statement."""
    statement = (
        select(
            TenantRow.slug,
            func.count(DeviceRow.id),
            func.count(CurrentRow.device_id),
            func.max(CurrentRow.checked_at),
            func.min(CurrentRow.checked_at),
        )
        .join(DeviceRow, DeviceRow.tenant_id == TenantRow.id)
        .outerjoin(CurrentRow, (CurrentRow.device_id == DeviceRow.id) & (CurrentRow.kind == CONFIG))
        .where(DeviceRow.status == "active")
        .group_by(TenantRow.slug)
        .order_by(TenantRow.slug)
    )
    with database.reading(scope) as session:
        return tuple(
            TenantCounts(tenant=slug, devices=devices, saved=saved, newest=newest, oldest=oldest)
            for slug, devices, saved, newest, oldest in session.execute(statement)
        )


def job_counts(database: Database, scope: Scope) -> Mapping[str, int]:
    """Jobs by status; those that span tenants are counted for a scope of all tenants only."""
    statement = select(JobRow.status, func.count()).group_by(JobRow.status)
    if scope.tenants is not None:
        statement = statement.where(JobRow.tenant_id.in_(sorted(scope.tenants - {""})))
    with database.reading(scope) as session:
        return dict(session.execute(statement).all())


def held_texts(database: Database, scope: Scope) -> tuple[HeldTexts, ...]:
    """By tenant's slug, of those that have some."""
    statement = (
        select(
            TenantRow.slug,
            func.count(QuarantineRow.id),
            func.sum(QuarantineRow.size),
            func.min(QuarantineRow.at),
        )
        .join(QuarantineRow, QuarantineRow.tenant_id == TenantRow.id)
        .where(QuarantineRow.status == "held")
        .group_by(TenantRow.slug)
        .order_by(TenantRow.slug)
    )
    with database.reading(scope) as session:
        return tuple(
            HeldTexts(tenant=slug, texts=texts, size=int(size), oldest=oldest)
            for slug, texts, size, oldest in session.execute(statement)
        )


def waiting_events(database: Database, scope: Scope) -> tuple[WaitingEvents, ...]:
    """By tenant's slug, of those that have a webhook that is told events; two statements."""
    mine = ErpEventRow.tenant_id == ErpFeedRow.tenant_id
    later = or_(ErpEventRow.number.is_(None), ErpEventRow.number > ErpFeedRow.number)
    feeds = (
        select(ErpFeedRow.target_id, ErpFeedRow.kinds, TenantRow.slug)
        .join(TenantRow, TenantRow.id == ErpFeedRow.tenant_id)
        .join(NotifyTargetRow, NotifyTargetRow.id == ErpFeedRow.target_id)
        .where(NotifyTargetRow.status == "active")
    )
    events = (
        select(ErpFeedRow.target_id, ErpEventRow.kind, func.count(), func.min(ErpEventRow.at))
        .join(ErpEventRow, mine & later)
        .group_by(ErpFeedRow.target_id, ErpEventRow.kind)
    )
    waiting: dict[str, dict[str, tuple[int, datetime]]] = defaultdict(dict)
    found: dict[str, list[tuple[int, datetime]]] = {}
    with database.reading(scope) as session:
        for target_id, kind, count, oldest in session.execute(events):
            waiting[target_id][kind] = (count, oldest)
        for target_id, kinds, slug in session.execute(feeds):
            told = waiting[target_id]
            found.setdefault(slug, []).extend(
                told[kind] for kind in told if kind in (kinds or told)
            )
    return tuple(
        WaitingEvents(
            tenant=slug,
            events=sum(count for count, _ in some),
            oldest=min((at for _, at in some), default=None),
        )
        for slug, some in sorted(found.items())
    )


def last_run(database: Database) -> LastRun | None:
    """None where no run has ended."""
    statement = (
        select(BackupRunRow.started_at, BackupRunRow.ended_at, BackupRunRow.planned)
        .where(BackupRunRow.ended_at.is_not(None))
        .order_by(BackupRunRow.started_at.desc())
        .limit(1)
    )
    with database.reading(ALL_TENANTS) as session:
        found = session.execute(statement).first()
    if found is None or found.ended_at is None:
        return None
    length_s = max(0.0, (found.ended_at - found.started_at).total_seconds())
    return LastRun(ended_at=found.ended_at, length_s=length_s, devices=found.planned)


def stuck_workers(database: Database, *, now: datetime) -> Mapping[str, int]:
    """What runs by the tables, and gives no sign of life any more: jobs, firings, backup runs."""
    lives = exists().where(
        LeaseRow.name == literal(RUN_LEASE) + BackupRunRow.id, LeaseRow.until > now
    )
    over = {
        "job": select(func.count()).where(
            JobRow.status == "running", or_(JobRow.until.is_(None), JobRow.until <= now)
        ),
        "firing": select(func.count()).where(
            FiringRow.status == "running", or_(FiringRow.until.is_(None), FiringRow.until <= now)
        ),
        "run": select(func.count()).where(BackupRunRow.ended_at.is_(None), ~lives),
    }
    with database.reading(ALL_TENANTS) as session:
        return {kind: session.scalar(query) or 0 for kind, query in over.items()}


def running_runs(database: Database) -> int:
    """Backup runs that have not ended."""
    with database.reading(ALL_TENANTS) as session:
        query = select(func.count()).where(BackupRunRow.ended_at.is_(None))
        return session.scalar(query) or 0


def deliveries(
    database: Database, scope: Scope, *, since: datetime
) -> Mapping[tuple[str, str], int]:
    """Kind of target and state -> messages that were queued since then, and all that wait."""
    statement = (
        select(NotifyTargetRow.kind, DeliveryRow.state, func.count())
        .join(NotifyTargetRow, NotifyTargetRow.id == DeliveryRow.target_id)
        .where(or_(DeliveryRow.queued_at >= since, DeliveryRow.state == "queued"))
        .group_by(NotifyTargetRow.kind, DeliveryRow.state)
    )
    if scope.tenants is not None:
        statement = statement.where(DeliveryRow.tenant_id.in_(sorted(scope.tenants - {""})))
    with database.reading(NO_TENANT) as session:
        return {(kind, state): count for kind, state, count in session.execute(statement)}


def firing_counts(database: Database, *, since: datetime) -> Mapping[tuple[str, str], int]:
    """Job and status -> firings that were due since then, those to come left out."""
    statement = (
        select(FiringRow.job, FiringRow.status, func.count())
        .where(FiringRow.due_at >= since, FiringRow.status != "planned")
        .group_by(FiringRow.job, FiringRow.status)
    )
    with database.reading(NO_TENANT) as session:
        return {(job, status): count for job, status, count in session.execute(statement)}


def last_done(database: Database) -> Mapping[str, datetime]:
    """Job -> when a firing of it was last done."""
    statement = (
        select(FiringRow.job, func.max(FiringRow.ended_at))
        .where(FiringRow.status == "done")
        .group_by(FiringRow.job)
    )
    with database.reading(NO_TENANT) as session:
        return {job: at for job, at in session.execute(statement) if at is not None}
