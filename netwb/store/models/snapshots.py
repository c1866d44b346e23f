"""The table of change windows: what each device said of its state when a snapshot was taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, TenantOwned


class SnapshotRow(TenantOwned, Base):
    """One device in one snapshot; those of one snapshot share its id, and each is its tenant's.

    state     answers by getter, as packed JSON
    missing   by getter: why there is none
    """

    __tablename__ = "snapshot"
    __table_args__ = (Index("ix_snapshot_device_id_taken_at", "device_id", "taken_at"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    name: Mapped[str]
    taken_at: Mapped[datetime] = mapped_column(index=True)
    taken_by: Mapped[str]
    getters: Mapped[list[Any]]
    state: Mapped[bytes]
    missing: Mapped[dict[str, Any]]
    cause_kind: Mapped[str]
    cause: Mapped[str]
