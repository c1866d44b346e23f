"""The tables of work: who owns a piece of it, who follows it, what a run gave."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, TenantOwned


class LeaseRow(Base):
    """Who owns a piece of work until when. `epoch` rises with each new owner."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    epoch: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime]


class JobRow(Base):
    """A piece of work that somebody follows: a backup run, an import."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_status", "status"),
        Index("ix_job_created_at", "created_at"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    tenant_id: Mapped[str] = mapped_column(index=True)  # "" when it spans tenants
    actor: Mapped[str]
    status: Mapped[str]  # queued running done failed interrupted
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]  # last sign of life of its worker
    progress: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    holder: Mapped[str] = mapped_column(default="", server_default=text("''"))
    epoch: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    until: Mapped[datetime | None]  # its worker's claim ends then, unless renewed


class BackupRunRow(Base):
    """One run over many devices."""

    __tablename__ = "backup_run"
    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    actor: Mapped[str]
    note: Mapped[str]
    planned: Mapped[int]


class BackupOutcomeRow(TenantOwned, Base):
    """What one device gave in one run.

    By far the most rows: an index of the tenant alone would be taken for the better one, and is none.
    """

    __tablename__ = "backup_outcome"
    __table_args__ = (
        Index("ix_backup_outcome_run_id_tenant_id", "run_id", "tenant_id"),
        Index("ix_backup_outcome_device_id_ended_at_status", "device_id", "ended_at", "status"),
    )
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"))
    run_id: Mapped[str] = mapped_column(ForeignKey("backup_run.id"), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    status: Mapped[str]  # running changed unchanged rejected failed
    revision: Mapped[str | None]
    cause_kind: Mapped[str | None]
    cause_message: Mapped[str | None]
    ended_at: Mapped[datetime | None]
