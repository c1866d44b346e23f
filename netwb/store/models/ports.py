"""The tables of ports: interfaces of devices, whom they are for, and what they were called."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, TenantOwned


class PortRow(TenantOwned, Base):
    """A port. `tenant_id` is whom it is for, which need not be the tenant of its device."""

    __tablename__ = "port"
    __table_args__ = (
        UniqueConstraint("device_id", "name"),
        Index("ix_port_circuit_ref", "circuit_ref"),
        Index("ix_port_tenant_id_device_id_id", "tenant_id", "device_id", "id"),
        # Of many thousand ports a few are watched, and whether they are up is asked each minute.
        Index(
            "ix_port_watched",
            "device_id",
            "if_index",
            "name",
            "watched",  # else SQLite looks into the row for it
            sqlite_where=text("watched IS 1"),
            postgresql_where=text("watched IS true"),
        ),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_since_at: Mapped[datetime | None]  # None: from the first
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    name: Mapped[str]  # ifName
    alias: Mapped[str]  # ifAlias
    if_type: Mapped[int | None]
    if_index: Mapped[int | None]
    speed_bps: Mapped[int | None] = mapped_column(BigInteger)
    speed_override_bps: Mapped[int | None] = mapped_column(BigInteger)
    circuit_ref: Mapped[str | None]
    watched: Mapped[bool]
    first_seen_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PortNameRow(TenantOwned, Base):
    """A name that a port bore before; its samples of that time are found under it.

    It may bear a name again, and another port may meanwhile: each time has a row.
    """

    __tablename__ = "port_name"
    port_id: Mapped[str] = mapped_column(ForeignKey("port.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    until_at: Mapped[datetime] = mapped_column(primary_key=True)


class PortTenantRow(TenantOwned, Base):
    """A time in which a port was for another tenant than it is now; None: from the first.

    `circuit_ref` is what that tenant called its circuit at the end of it.
    """

    __tablename__ = "port_tenant"
    port_id: Mapped[str] = mapped_column(ForeignKey("port.id"), primary_key=True)
    until_at: Mapped[datetime] = mapped_column(primary_key=True)
    since_at: Mapped[datetime | None]
    circuit_ref: Mapped[str | None]
