"""The tables of the daemon: when jobs are due, when they may not be, each firing, who lives.

None is TenantOwned: much is for all tenants, and is then told to a scope of all tenants only.
`store.schedules`, `store.blackouts` and `store.firings` narrow them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base


class ScheduleRow(Base):
    """A job's time at a place, as a person set it."""

    __tablename__ = "schedule"
    job: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(primary_key=True)  # "" all
    site_id: Mapped[str] = mapped_column(primary_key=True)  # "" the whole tenant
    trigger: Mapped[str]
    time_zone: Mapped[str]  # "" the configured one
    jitter_s: Mapped[int | None]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class BlackoutRow(Base):
    """A time in which no device of a place is logged in to, once or again and again."""

    __tablename__ = "blackout"
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]
    site_id: Mapped[str]
    from_at: Mapped[datetime | None]
    until_at: Mapped[datetime | None]
    starts: Mapped[str]  # trigger; "" of one that comes once
    lasts_s: Mapped[int]
    time_zone: Mapped[str]
    reason: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class FiringRow(Base):
    """One time that a job is due at a place: there is one row of it, so that it is done once."""

    __tablename__ = "firing"
    __table_args__ = (
        Index("ix_firing_status", "status"),
        Index(
            "ix_firing_job_tenant_id_site_id_ended_at", "job", "tenant_id", "site_id", "ended_at"
        ),
    )
    job: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    status: Mapped[str]  # planned waiting running done failed interrupted skipped
    plan: Mapped[str]  # trigger, zone and jitter that it was planned by
    begin_at: Mapped[datetime]  # not before
    actor: Mapped[str]
    missed: Mapped[int]
    tries: Mapped[int]
    first_at: Mapped[datetime | None]  # it began first
    started_at: Mapped[datetime | None]  # it began last
    ended_at: Mapped[datetime | None]
    holder: Mapped[str]
    epoch: Mapped[int] = mapped_column(BigInteger)  # the leader's; 0 of one that a person began
    until: Mapped[datetime | None]  # its claim ends then, unless it gives signs of life
    said: Mapped[str]  # why it waits, failed, or was left out
    error_kind: Mapped[str]
    result: Mapped[dict[str, Any]]


class DaemonRow(Base):
    """A daemon's process, and its last sign of life."""

    __tablename__ = "daemon"
    holder: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    version: Mapped[str]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    leads_since: Mapped[datetime | None]
