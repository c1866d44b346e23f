"""Figures for whoever watches netwb: jobs by status, devices and the age of their copies by tenant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import CurrentRow, DeviceRow, JobRow, TenantRow

CONFIG = "running"  # the kind that every device has


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
