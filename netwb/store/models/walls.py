"""The tables of walls: screens that were enrolled by a code, and whose sites they show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base


class WallRow(Base):
    """A wall. Its code and its cookie were shown once; what stands here only recognizes them."""

    __tablename__ = "wall"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    page: Mapped[str]  # the one that it opens
    wide: Mapped[bool]  # all tenants; else those of WallTenantRow
    networks: Mapped[list[Any]]  # CIDR; empty: from anywhere
    time_zone: Mapped[str]
    code: Mapped[str | None] = mapped_column(unique=True)  # HMAC-SHA-256, hex; None: it was used
    code_until_at: Mapped[datetime]
    digest: Mapped[str | None] = mapped_column(unique=True)  # SHA-256 of the cookie's secret, hex
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    enrolled_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # written once a minute at most
    address: Mapped[str]
    browser: Mapped[str]
    revoked_at: Mapped[datetime | None]


class WallTenantRow(Base):
    """One tenant that a wall shows."""

    __tablename__ = "wall_tenant"
    wall_id: Mapped[str] = mapped_column(ForeignKey("wall.id"), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
