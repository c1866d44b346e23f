"""The tables of the inventory: tenants, sites, devices, and what opens them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, Sequence64, TenantOwned


class TenantRow(Base):
    """A tenant."""

    __tablename__ = "tenant"
    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]
    credential_id: Mapped[str | None] = mapped_column(
        ForeignKey("credential.id", use_alter=True, name="fk_tenant_credential_id")
    )
    snmp_credential_id: Mapped[str | None] = mapped_column(
        ForeignKey("credential.id", use_alter=True, name="fk_tenant_snmp_credential_id")
    )
    jump: Mapped[str | None]
    jump_credential_id: Mapped[str | None] = mapped_column(
        ForeignKey("credential.id", use_alter=True, name="fk_tenant_jump_credential_id")
    )
    jump_host_key: Mapped[str | None]


class CredentialRow(TenantOwned, Base):
    """A credential's open part."""

    __tablename__ = "credential"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    username: Mapped[str | None]
    snmp_user: Mapped[str | None]
    snmp_auth_protocol: Mapped[str | None]
    snmp_priv_protocol: Mapped[str | None]
    status: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CredentialSecretRow(TenantOwned, Base):
    """One secret of a credential: sealed, or a reference (`env:NAME`, `file:PATH`).

    generation  0 is the one in force; 1 the one before it, tried second during a rotation
    """

    __tablename__ = "credential_secret"
    __table_args__ = (UniqueConstraint("credential_id", "kind", "generation"),)
    id: Mapped[int] = mapped_column(Sequence64, primary_key=True)
    credential_id: Mapped[str] = mapped_column(ForeignKey("credential.id"))
    kind: Mapped[str]  # username password private_key passphrase enable snmp_community ...
    generation: Mapped[int]
    sealed: Mapped[bytes | None]
    reference: Mapped[str | None]
    created_at: Mapped[datetime]


class SiteRow(TenantOwned, Base):
    """A site of a tenant."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("tenant_id", "slug"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]
    credential_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"))
    snmp_credential_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"))
    jump: Mapped[str | None]
    jump_credential_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"))
    jump_host_key: Mapped[str | None]
    max_sessions: Mapped[int | None]
    shadow: Mapped[bool] = mapped_column(default=False)  # blackholes are only written down


class DeviceRow(TenantOwned, Base):
    """A device. Retired ones keep their row, so that an id is never reused."""

    __tablename__ = "device"
    __table_args__ = (
        # A retired device gives its name free; unique among the living.
        Index(
            "uq_device_tenant_id_hostname",
            "tenant_id",
            "hostname",
            unique=True,
            sqlite_where=text("status <> 'retired'"),
            postgresql_where=text("status <> 'retired'"),
        ),
        Index("ix_device_tenant_id_id", "tenant_id", "id"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), index=True)
    hostname: Mapped[str]
    address: Mapped[str]
    port: Mapped[int]
    snmp_port: Mapped[int] = mapped_column(default=161)
    platform: Mapped[str]
    status: Mapped[str]
    role: Mapped[str | None]
    transport: Mapped[str]
    credential_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"))
    snmp_credential_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"))
    jump: Mapped[str | None]
    jump_credential_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"))
    jump_host_key: Mapped[str | None]
    sysname: Mapped[str | None]
    syslog_source: Mapped[str | None]  # addresses and names, by comma
    model: Mapped[str | None]
    serial: Mapped[str | None]
    os_version: Mapped[str | None]
    uptime_s: Mapped[int | None] = mapped_column(BigInteger)
    facts_at: Mapped[datetime | None]
    contract_ref: Mapped[str | None]
    labels: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class HostKeyRow(TenantOwned, Base):
    """A host key that was trusted; the one without `retired_at` is in force."""

    __tablename__ = "host_key"
    id: Mapped[int] = mapped_column(Sequence64, primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), index=True)
    key: Mapped[str]  # OpenSSH public key line
    fingerprint: Mapped[str]  # SHA256:...
    trusted_at: Mapped[datetime]
    trusted_by: Mapped[str]
    retired_at: Mapped[datetime | None]


class DeviceEventRow(TenantOwned, Base):
    """Something happened to a device: facts changed, renamed, replaced, retired."""

    __tablename__ = "device_event"
    __table_args__ = (Index("ix_device_event_device_id_tenant_id", "device_id", "tenant_id"),)
    id: Mapped[int] = mapped_column(Sequence64, primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    at: Mapped[datetime]
    actor: Mapped[str]
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]]
