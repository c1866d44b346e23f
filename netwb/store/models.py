"""Every table of netwb (SQLAlchemy 2). Rows stay in the session that loaded them.

A table with `TenantOwned` is filtered by the reader's scope in `store.database`, and nowhere else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from netwb.store.types import CleanText, UtcDateTime

NAMING = {  # Alembic can only change what has a name, on every database
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
Sequence64 = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER keys


class Base(DeclarativeBase):
    """Common ground of the tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own hook, read once at class creation
        datetime: UtcDateTime,
        str: CleanText,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        bytes: LargeBinary,
    }


class TenantOwned:
    """A row that belongs to one tenant."""

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), index=True)


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
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), index=True)
    hostname: Mapped[str]
    address: Mapped[str]
    port: Mapped[int]
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
    id: Mapped[int] = mapped_column(Sequence64, primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]]


class KeyRow(Base):
    """A random key, wrapped by the master key. `purpose` `check` tells a wrong master key."""

    __tablename__ = "key"
    __table_args__ = (UniqueConstraint("purpose", "tenant_id"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    tenant_id: Mapped[str]  # "" for keys that belong to no tenant
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]


class AuditRow(Base):
    """One link of the audit chain. Append only.

    Not TenantOwned: `tenant_id` may be empty; `store.audit` filters it by scope itself.
    """

    __tablename__ = "audit"
    seq: Mapped[int] = mapped_column(Sequence64, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    tenant_id: Mapped[str] = mapped_column(index=True)
    target: Mapped[str]
    detail: Mapped[str]  # canonical JSON, as it was authenticated
    previous: Mapped[str]  # hex
    mac: Mapped[str]  # hex


class AuditHeadRow(Base):
    """The newest link, kept apart: a chain that was cut at its end shows here."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    mac: Mapped[str]


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
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    tenant_id: Mapped[str] = mapped_column(index=True)  # "" when it spans tenants
    actor: Mapped[str]
    status: Mapped[str]  # queued running done failed lost
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]  # last sign of life of its worker
    progress: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]


class BackupRunRow(Base):
    """One run over many devices."""

    __tablename__ = "backup_run"
    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    actor: Mapped[str]
    note: Mapped[str]
    planned: Mapped[int]


class BackupOutcomeRow(TenantOwned, Base):
    """What one device gave in one run."""

    __tablename__ = "backup_outcome"
    run_id: Mapped[str] = mapped_column(ForeignKey("backup_run.id"), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True, index=True)
    status: Mapped[str]  # running changed unchanged rejected failed
    revision: Mapped[str | None]
    cause_kind: Mapped[str | None]
    cause_message: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class RevisionRow(TenantOwned, Base):
    """The index of Git: one stored version of one kind of one device. Rebuilt from Git at will.

    number    1, 2, 3 ... in the order of Git, for each device and kind
    """

    __tablename__ = "revision"
    __table_args__ = (
        Index("ix_revision_commit", "commit"),
        Index("ix_revision_stored_at", "stored_at"),
    )
    device_id: Mapped[str] = mapped_column(primary_key=True)  # no foreign key: Git outlives it
    kind: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    commit: Mapped[str]
    blob: Mapped[str]
    path: Mapped[str]
    at: Mapped[datetime]  # author time: when the device says it was changed, else when seen
    stored_at: Mapped[datetime]
    author: Mapped[str]
    cause: Mapped[str]  # backup, accept, rename, retire, rules, foreign
    message: Mapped[str]
    note: Mapped[str]
    run_id: Mapped[str]
    rule_set: Mapped[str]
    digest: Mapped[str]  # keyed digest of the canonical text
    added: Mapped[int]
    removed: Mapped[int]
    size: Mapped[int]  # bytes
    lines: Mapped[int]
    placed: Mapped[list[Any]]  # byte offsets of the tokens in the stored text
    volatile: Mapped[list[Any]]  # [[line, text], ...], redacted


class CurrentRow(TenantOwned, Base):
    """The newest revision of each device and kind, and when it was last seen to be so."""

    __tablename__ = "current"
    device_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    commit: Mapped[str]
    blob: Mapped[str]
    path: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]  # keyed digest of the canonical text: unchanged is seen without Git
    rule_set: Mapped[str]
    size: Mapped[int]  # bytes
    lines: Mapped[int]
    retired: Mapped[bool]
    changed_by: Mapped[str]  # whom the device named last, and when; "" nobody yet
    changed_at: Mapped[datetime | None]
    checked_at: Mapped[datetime]


class CurrentTextRow(TenantOwned, Base):
    """The newest text itself, so that a search reads no Git; apart, as CurrentRow changes nightly.

    since    revision number that brought the first lines, how many, the next number, ...
    """

    __tablename__ = "current_text"
    device_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[list[Any]]
    text: Mapped[bytes]


class LineRow(TenantOwned, Base):
    """A line that a device no longer has: revision numbers that brought it and took it out.

    A line that still stands has no row; since when it stands is in `CurrentTextRow.since`.
    """

    __tablename__ = "past_line"
    __table_args__ = (Index("ix_past_line_device_id_kind", "device_id", "kind"),)
    id: Mapped[int] = mapped_column(Sequence64, primary_key=True)
    device_id: Mapped[str]
    kind: Mapped[str]
    text: Mapped[bytes]
    since: Mapped[int]
    until: Mapped[int]


class IndexedRow(TenantOwned, Base):
    """Up to which commit a tenant's repository is indexed."""

    __tablename__ = "indexed"
    __mapper_args__ = {"primary_key": ["tenant_id"]}  # noqa: RUF012 - SQLAlchemy's own hook
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    commit: Mapped[str]


class VaultRow(TenantOwned, Base):
    """A secret behind its token, encrypted under the tenant's vault key."""

    __tablename__ = "vault"
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)
    full: Mapped[str]  # whole HMAC, hex: tells a conflict of short tokens
    sealed: Mapped[bytes]
    fingerprint: Mapped[str]
    rule: Mapped[str]
    created_at: Mapped[datetime]


class QuarantineRow(TenantOwned, Base):
    """A text that was not believed; the text itself is an encrypted file."""

    __tablename__ = "quarantine"
    id: Mapped[str] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    run_id: Mapped[str]
    cause_kind: Mapped[str]
    cause_message: Mapped[str]
    digest: Mapped[str]
    file: Mapped[str]
    size: Mapped[int]
    lines: Mapped[int]
    acceptable: Mapped[bool]
    status: Mapped[str]  # held accepted discarded
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]
