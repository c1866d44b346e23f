"""How each device's backup stands, read for all of them by one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, exists, func, select
from sqlalchemy.orm import aliased

from netwb.health.counts import CONFIG
from netwb.health.freshness import DeviceBackup, is_overdue, judge_freshness
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.models import (
    BackupOutcomeRow,
    BackupRunRow,
    CurrentRow,
    DeviceRow,
    SiteRow,
    TenantRow,
)

LIVING = ("active", "maintenance")  # planned ones do not answer yet, retired ones no longer
UNDER_WAY = "running"  # of an outcome: nothing came of it yet
Allowed = Callable[[str, str], timedelta]  # tenant's and site's id -> how old a good text may be


def read_backups(
    database: Database, scope: Scope, *, now: datetime, allowed: Allowed
) -> tuple[DeviceBackup, ...]:
    """Every living device of the scope, by tenant, site, hostname."""
    with database.reading(scope) as session:
        return tuple(_judged(session.execute(_statement()), now, allowed))


def waits_since(database: Database) -> datetime | None:
    """When the first backup that is known began; None: there was none, or no device is active."""
    active = exists().where(DeviceRow.status == "active")
    with database.reading(ALL_TENANTS) as session:
        return session.scalar(select(func.min(BackupRunRow.started_at)).where(active))


def _judged(
    rows: Iterable[Row[*tuple[Any, ...]]], now: datetime, allowed: Allowed
) -> Iterator[DeviceBackup]:
    times: dict[tuple[str, str], timedelta] = {}
    for row in rows:
        place = (row.tenant_id, row.site_id)
        if place not in times:
            times[place] = allowed(*place)
        yield _backup(row, now, times[place])


def _statement() -> Select[*tuple[Any, ...]]:
    """Its newest try by the end of an index, once a device: a grouping would read years of all."""
    newest = _newest_try()
    return (
        select(
            DeviceRow.id,
            DeviceRow.tenant_id,
            DeviceRow.site_id,
            TenantRow.slug.label("tenant"),
            SiteRow.slug.label("site"),
            DeviceRow.hostname,
            DeviceRow.status,
            DeviceRow.updated_at,
            CurrentRow.checked_at,
            BackupOutcomeRow.status.label("tried"),
            BackupOutcomeRow.ended_at,
            BackupOutcomeRow.cause_kind,
            BackupOutcomeRow.cause_message,
        )
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .join(SiteRow, SiteRow.id == DeviceRow.site_id)
        .outerjoin(CurrentRow, (CurrentRow.device_id == DeviceRow.id) & (CurrentRow.kind == CONFIG))
        .outerjoin(
            BackupOutcomeRow,
            (BackupOutcomeRow.run_id == newest) & (BackupOutcomeRow.device_id == DeviceRow.id),
        )
        .where(DeviceRow.status.in_(LIVING))
        .order_by(TenantRow.slug, SiteRow.slug, DeviceRow.hostname)
    )


def _newest_try() -> ScalarSelect[str]:
    """Run of a device's newest settled outcome, by our clock as runs carry no other order."""
    tried = aliased(BackupOutcomeRow)
    return (
        select(tried.run_id)
        .where(
            tried.device_id == DeviceRow.id,
            tried.ended_at.is_not(None),
            tried.status != UNDER_WAY,
        )
        .order_by(tried.ended_at.desc())
        .limit(1)
        .correlate(DeviceRow)
        .scalar_subquery()
    )


def _backup(row: Row[*tuple[Any, ...]], now: datetime, allowed: timedelta) -> DeviceBackup:
    copy_at, begun_at = row.checked_at, row.updated_at
    freshness = judge_freshness(
        copy_at=copy_at, tried_at=row.ended_at, tried=row.tried, now=now, allowed=allowed
    )
    return DeviceBackup(
        device_id=row.id,
        tenant_id=row.tenant_id,
        tenant=row.tenant,
        site=row.site,
        hostname=row.hostname,
        status=row.status,
        freshness=freshness,
        overdue=is_overdue(copy_at, begun_at, now=now, allowed=allowed),
        copy_at=copy_at,
        begun_at=begun_at,
        tried_at=row.ended_at,
        cause_kind=row.cause_kind or "",
        cause_message=row.cause_message or "",
    )
