"""The tables of bills: groups of ports, what is not billed, and bills that are frozen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, TenantOwned


class PortGroupRow(TenantOwned, Base):
    """Ports that are billed as one."""

    __tablename__ = "port_group"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    method: Mapped[str]  # higher sum in out
    commit_bps: Mapped[int | None] = mapped_column(BigInteger)
    time_zone: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PortGroupPortRow(TenantOwned, Base):
    """A port that is in a group; what it carried before is not on the group's bill."""

    __tablename__ = "port_group_port"
    group_id: Mapped[str] = mapped_column(ForeignKey("port_group.id"), primary_key=True)
    port_id: Mapped[str] = mapped_column(ForeignKey("port.id"), primary_key=True, index=True)
    since_at: Mapped[datetime | None]  # None: from the first


class PortGroupPastRow(TenantOwned, Base):
    """A time in which a port was in a group before; None: from the first."""

    __tablename__ = "port_group_past"
    group_id: Mapped[str] = mapped_column(ForeignKey("port_group.id"), primary_key=True)
    port_id: Mapped[str] = mapped_column(ForeignKey("port.id"), primary_key=True, index=True)
    until_at: Mapped[datetime] = mapped_column(primary_key=True)
    since_at: Mapped[datetime | None]


class BillExclusionRow(TenantOwned, Base):
    """A time that is not billed. Without a group it is that of all of the tenant's."""

    __tablename__ = "bill_exclusion"
    id: Mapped[str] = mapped_column(primary_key=True)
    group_id: Mapped[str | None] = mapped_column(ForeignKey("port_group.id"))
    since_at: Mapped[datetime]
    until_at: Mapped[datetime]
    reason: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class BillRow(TenantOwned, Base):
    """A month that was frozen; one that is frozen anew stands beside it, as another version."""

    __tablename__ = "bill"
    __table_args__ = (UniqueConstraint("tenant_id", "month", "version"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str]  # 2026-11
    version: Mapped[int]
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[str]
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[str | None]
    reason: Mapped[str | None]  # why it was reopened


class BillGroupRow(TenantOwned, Base):
    """What one group came to; its windows are kept for 26 months, its figures for good."""

    __tablename__ = "bill_group"
    bill_id: Mapped[str] = mapped_column(ForeignKey("bill.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    figures: Mapped[dict[str, Any]]
    windows: Mapped[bytes | None]  # `metrics.billing.packing`
