"""The tables of Telegraf: its shards, and which sites each serves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, TenantOwned


class TelegrafShardRow(Base):
    """One Telegraf. It belongs to nobody: it may serve sites of several tenants."""

    __tablename__ = "telegraf_shard"
    name: Mapped[str] = mapped_column(primary_key=True)
    weight: Mapped[int]
    place: Mapped[str]  # here elsewhere
    reload: Mapped[list[Any]]  # arguments of a command; none: the setting's
    restart: Mapped[list[Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TelegrafServedRow(Base):
    """What a shard's text was when it was fetched last, for those who see the same of it."""

    __tablename__ = "telegraf_served"
    shard: Mapped[str] = mapped_column(primary_key=True)  # `main` has no row of its own
    scope: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    changed_at: Mapped[datetime]


class TelegrafShardSiteRow(TenantOwned, Base):
    """A site that a shard serves."""

    __tablename__ = "telegraf_shard_site"
    shard: Mapped[str] = mapped_column(ForeignKey("telegraf_shard.name"), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), primary_key=True, index=True)
