"""The tables of the archive: the index of Git, the newest texts, the vault, the quarantine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, Sequence64, TenantOwned


class RevisionRow(TenantOwned, Base):
    """The index of Git: one stored version of one kind of one device. Rebuilt from Git at will.

    number    1, 2, 3 ... in the order of Git, for each device and kind
    """

    __tablename__ = "revision"
    __table_args__ = (
        Index("ix_revision_commit", "commit"),
        Index("ix_revision_stored_at", "stored_at"),
        Index("ix_revision_tenant_id_stored_at", "tenant_id", "stored_at"),
        Index("ix_revision_author_stored_at", "author", "stored_at"),
    )
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"))
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
    status: Mapped[str] = mapped_column(index=True)  # held accepted discarded
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]
