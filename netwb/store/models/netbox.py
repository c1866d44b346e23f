"""The tables of NetBox: where a tenant's devices are read from, and which device is which there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, TenantOwned


class NetboxSourceRow(TenantOwned, Base):
    """A tenant's NetBox. The token is sealed, or a reference that is read at each use."""

    __tablename__ = "netbox_source"
    __mapper_args__ = {"primary_key": ["tenant_id"]}  # noqa: RUF012 - SQLAlchemy's own hook
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    url: Mapped[str]
    filters: Mapped[list[Any]]  # [[name, value], ...] of the question for devices
    token_sealed: Mapped[bytes | None]
    token_reference: Mapped[str | None]
    set_at: Mapped[datetime]
    synced_at: Mapped[datetime | None]  # last time that everything was as NetBox says
    waiting: Mapped[str]  # id of the plan that waits for a person; "" none
    waiting_since: Mapped[datetime | None]
    waiting_says: Mapped[str]


class NetboxLinkRow(TenantOwned, Base):
    """A device that NetBox named: its id there, which outlives a new name."""

    __tablename__ = "netbox_link"
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    netbox_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), index=True)
