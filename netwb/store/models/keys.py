"""The tables of what proves and protects: wrapped keys and the audit chain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, Sequence64


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
    at: Mapped[datetime] = mapped_column(index=True)
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
