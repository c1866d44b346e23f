"""The tables of notices: what happened, what is wrong now.

Neither is TenantOwned: much concerns no tenant at all, and is then shown to a scope of all tenants
only. `store.notices` narrows both.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, Sequence64


class NoticeRow(Base):
    """One thing to tell. `routed_at` is empty until it is known who is told of it."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_routed_at_id", "routed_at", "id"),
        Index("ix_notice_at", "at"),
    )
    id: Mapped[int] = mapped_column(Sequence64, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    tenant_id: Mapped[str] = mapped_column(index=True)  # "" where it concerns no tenant alone
    subject: Mapped[str]
    label: Mapped[str]
    severity: Mapped[str]  # info warning critical
    state: Mapped[str]  # event wrong recovered
    message: Mapped[str]
    detail: Mapped[dict[str, Any]]
    since: Mapped[datetime | None]
    routed_at: Mapped[datetime | None]


class StandingRow(Base):
    """Something that is wrong now; it goes when it is right again."""

    __tablename__ = "standing"
    kind: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    severity: Mapped[str]  # the worst that was told
    message: Mapped[str]
    detail: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
