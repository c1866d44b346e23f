"""The tables of notices: what happened, what is wrong now; where it is told, and each telling.

None is TenantOwned: much concerns no tenant at all, and is then shown to a scope of all tenants only.
`store.notices` and `netwb.notify` narrow them. A target's URL holds its password, and is sealed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
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


class NotifyTargetRow(Base):
    """A place that messages go to, and how it fares: its messages wait for each other."""

    __tablename__ = "notify_target"
    __table_args__ = (
        Index(
            "uq_notify_target_tenant_id_name",
            "tenant_id",
            "name",
            unique=True,
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]  # "" the provider's
    name: Mapped[str]
    kind: Mapped[str]  # webhook service
    url_sealed: Mapped[bytes | None]
    url_reference: Mapped[str | None]
    shown: Mapped[str]  # the URL without its secrets
    keys_sealed: Mapped[bytes | None]  # of a webhook: JSON list, newest first
    rotating: Mapped[bool]
    digest: Mapped[str]  # off changes always
    digested_on: Mapped[str]  # date of the last digest in netwb's zone; "" none yet
    digested_at: Mapped[datetime | None]
    status: Mapped[str]  # active retired
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    tries: Mapped[int]  # failed in a row
    failing_since: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    last_error: Mapped[str]


class NotifyRouteRow(Base):
    """What one target is told."""

    __tablename__ = "notify_route"
    id: Mapped[str] = mapped_column(primary_key=True)
    target_id: Mapped[str] = mapped_column(ForeignKey("notify_target.id"), index=True)
    kinds: Mapped[list[Any]]
    severity: Mapped[str]
    tenants: Mapped[list[Any] | None]  # ids; None: all


class DeliveryRow(Base):
    """One message on its way to one target. The lowest queued id of a target is the next to go."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_target_id_state_id", "target_id", "state", "id"),
        Index("ix_delivery_queued_at", "queued_at"),
    )
    id: Mapped[int] = mapped_column(Sequence64, primary_key=True)
    message_id: Mapped[str]
    target_id: Mapped[str] = mapped_column(ForeignKey("notify_target.id"))
    tenant_id: Mapped[str] = mapped_column(index=True)  # the target's
    kind: Mapped[str]
    message: Mapped[dict[str, Any]]
    state: Mapped[str]  # queued sent failed collapsed
    queued_at: Mapped[datetime]
    tries: Mapped[int]
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str]
    summary_id: Mapped[int | None] = mapped_column(Sequence64)  # that told it instead
