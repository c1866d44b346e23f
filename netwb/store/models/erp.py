"""The tables of what an ERP keeps a copy of: what changed, what happened, how a tenant's network is.

A thing that changed has no number until somebody asks; `netwb.erp.numbers` gives it the next one then,
under the lock of the tenant's head. So writers never wait for each other, and no number is ever seen
before a smaller one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, Sequence64, TenantOwned

_PENDING = "number IS NULL"


class ErpHeadRow(TenantOwned, Base):
    """The last numbers that a tenant's changes and events were given.

    epoch         another one where numbers begin anew: what was given before means nothing then
    events_gone   the last event that is kept no more
    """

    __tablename__ = "erp_head"
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    epoch: Mapped[str]
    changes: Mapped[int] = mapped_column(BigInteger)
    events: Mapped[int] = mapped_column(BigInteger)
    events_gone: Mapped[int] = mapped_column(BigInteger, default=0)


class ErpChangeRow(TenantOwned, Base):
    """When a device or port of the tenant changed last, or went; also of a port on another's device."""

    __tablename__ = "erp_change"
    __table_args__ = (
        Index("ix_erp_change_tenant_id_number", "tenant_id", "number", "thing_id"),
        Index(
            "ix_erp_change_pending",
            "tenant_id",
            sqlite_where=text(_PENDING),
            postgresql_where=text(_PENDING),
        ),
    )
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # device port
    thing_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    number: Mapped[int | None] = mapped_column(BigInteger)


class ErpEventRow(TenantOwned, Base):
    """Something that a tenant's ERP is told once.

    event_id   what tells it apart for ever: also where a copy of this database goes on
    """

    __tablename__ = "erp_event"
    __table_args__ = (
        Index("ix_erp_event_tenant_id_number", "tenant_id", "number"),
        Index("ix_erp_event_at", "at"),
        Index(
            "ix_erp_event_pending",
            "tenant_id",
            "id",
            sqlite_where=text(_PENDING),
            postgresql_where=text(_PENDING),
        ),
    )
    id: Mapped[int] = mapped_column(Sequence64, primary_key=True)
    event_id: Mapped[str]
    at: Mapped[datetime]
    kind: Mapped[str]
    device_id: Mapped[str | None]
    port_id: Mapped[str | None]
    subject: Mapped[str]  # hostname, `hostname ifName`, prefix
    detail: Mapped[dict[str, Any]]
    number: Mapped[int | None] = mapped_column(BigInteger)


class ErpFeedRow(TenantOwned, Base):
    """How far a webhook was told its tenant's events.

    kinds    that it is told; none: all
    inside   it may be in the provider's own network
    epoch    of that number
    number   of the last one that arrived
    """

    __tablename__ = "erp_feed"
    target_id: Mapped[str] = mapped_column(ForeignKey("notify_target.id"), primary_key=True)
    kinds: Mapped[list[Any]]
    inside: Mapped[bool]
    epoch: Mapped[str]
    number: Mapped[int] = mapped_column(BigInteger)


class ErpStatusRow(TenantOwned, Base):
    """How a tenant's devices and ports are, as the daemon found them last.

    interval_s   how often devices were asked then
    version      counts up with each summary: nobody writes over one that they have not seen
    body         JSON of its devices and ports, compressed
    """

    __tablename__ = "erp_status"
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    as_of: Mapped[datetime]
    interval_s: Mapped[int]
    version: Mapped[int] = mapped_column(BigInteger)
    overall: Mapped[str]
    counts: Mapped[dict[str, Any]]
    body: Mapped[bytes]


class ErpPercentileRow(TenantOwned, Base):
    """What a tenant's port groups came to in their month, when it was last worked out."""

    __tablename__ = "erp_percentile"
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    as_of: Mapped[datetime]
    groups: Mapped[list[Any]]


class ErpOnceRow(TenantOwned, Base):
    """What a write was answered, for who sends it again with its Idempotency-Key."""

    __tablename__ = "erp_once"
    __table_args__ = (Index("ix_erp_once_at", "at"),)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    owner: Mapped[str] = mapped_column(primary_key=True)
    once_key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]  # of all that was asked
    answer: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]
