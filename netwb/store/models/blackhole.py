"""The tables of attacks: own space, routers, who reports, what was reported, blackholes.

A network stands in its canonical text. What concerns nobody's address has no tenant, and is seen by
a scope of all tenants alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, Sequence64, TenantOwned


class TenantOrNobody(TenantOwned):
    """A row of one tenant, or of none: NULL lies in no list of tenants."""

    tenant_id: Mapped[str | None] = mapped_column(  # type: ignore[assignment]  # wider, for rows that are read by its class
        ForeignKey("tenant.id"), index=True
    )


class OwnPrefixRow(TenantOwned, Base):
    """A network of a tenant. Of all of netwb: two tenants cannot both have it."""

    __tablename__ = "own_prefix"
    id: Mapped[str] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(unique=True)
    mode: Mapped[str]  # auto approve never
    reach: Mapped[str]  # edge upstream both
    by_customer: Mapped[bool]
    site_id: Mapped[str | None] = mapped_column(ForeignKey("site.id"))
    port_id: Mapped[str | None]  # no key: one whose port is gone is refused, and not forgotten
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    updated_at: Mapped[datetime]


class BlackholeRouterRow(TenantOwned, Base):
    """A device that announces blackholes, or one that obeys them."""

    __tablename__ = "blackhole_router"
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)  # trigger edge
    community: Mapped[str]
    max_routes: Mapped[int]
    saves: Mapped[bool]  # its configuration is saved after each change of ours
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    updated_at: Mapped[datetime]
    read_at: Mapped[datetime | None]  # its routes were last read
    fault: Mapped[str]  # why they could not be, the last time; "" none


class AttackSenderRow(Base):
    """A detector that reports attacks. It is the operator's: it sees the traffic of all tenants."""

    __tablename__ = "attack_sender"
    __table_args__ = (
        Index(
            "uq_attack_sender_name",
            "name",
            unique=True,
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]  # community advanced
    networks: Mapped[list[Any]]  # CIDR; empty: from anywhere, and then no callback
    keys_sealed: Mapped[bytes | None]  # JSON list, newest first
    rotating: Mapped[bool]
    callback: Mapped[str | None] = mapped_column(unique=True)  # SHA-256 of its secret, hex
    status: Mapped[str]  # active retired
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    heard_at: Mapped[datetime | None]


class AttackEventRow(TenantOrNobody, Base):
    """What a sender said, and what came of it: once, however often it is sent."""

    __tablename__ = "attack_event"
    __table_args__ = (
        UniqueConstraint("sender_id", "message_id"),
        Index("ix_attack_event_state_id", "state", "id"),
        Index("ix_attack_event_address_id", "address", "id"),
        Index("ix_attack_event_received_at", "received_at"),
    )
    id: Mapped[int] = mapped_column(Sequence64, primary_key=True)
    sender_id: Mapped[str] = mapped_column(ForeignKey("attack_sender.id"))
    message_id: Mapped[str]
    received_at: Mapped[datetime]
    observed_at: Mapped[datetime | None]
    action: Mapped[str]
    address: Mapped[str | None]  # canonical
    direction: Mapped[str]
    manual: Mapped[bool]
    pps: Mapped[int | None] = mapped_column(BigInteger)
    attack_type: Mapped[str | None]
    protocol: Mapped[str | None]
    severity: Mapped[str | None]
    hostgroup: Mapped[str | None]
    attack_id: Mapped[str | None]
    figures: Mapped[dict[str, Any]]
    report: Mapped[str]
    state: Mapped[str]  # received taken settled
    taken_until: Mapped[datetime | None]  # whoever took it settles it until then, or another does
    settled_at: Mapped[datetime | None]
    said: Mapped[str]  # what came of it
    blackhole_id: Mapped[str | None] = mapped_column(index=True)


class BlackholeRow(TenantOrNobody, Base):
    """One blackhole from the request to its end. `version` rises with each change of it.

    The request is kept whole, as the guard is asked again before anything is sent.
    """

    __tablename__ = "blackhole"
    __table_args__ = (
        UniqueConstraint("requested_by", "once_key"),
        Index("ix_blackhole_state_expires_at", "state", "expires_at"),
        Index("ix_blackhole_network", "network"),
        Index("ix_blackhole_ended_at", "ended_at"),
        Index("ix_blackhole_requested_at_id", "requested_at", "id"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    network: Mapped[str]
    state: Mapped[str]
    site_id: Mapped[str | None]
    # the request
    alarm: Mapped[bool]
    machine: Mapped[bool]
    customer: Mapped[bool]
    manual: Mapped[bool]
    break_glass: Mapped[bool]
    direction: Mapped[str]
    requested_by: Mapped[str]
    person: Mapped[str | None]
    seen: Mapped[list[Any] | None]  # tenants that who asked sees, by id; None: all
    reason: Mapped[str]
    requested_at: Mapped[datetime]
    observed_at: Mapped[datetime | None]
    minutes: Mapped[int | None]
    wanted_reach: Mapped[str | None]
    attack_id: Mapped[str | None]
    cause_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)  # event that asked for it
    once_key: Mapped[str | None]  # of who asked, so that a repeat of it is the same
    # the answer
    answer: Mapped[str]  # allow hold deny
    reasons: Mapped[list[Any]]
    reach: Mapped[str]
    commands: Mapped[dict[str, Any]]
    # its life
    intended_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    called_at: Mapped[datetime | None]  # on-call was last told that it is held
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    end_reason: Mapped[str | None]


class BlackholeOnRouterRow(TenantOrNobody, Base):
    """How a blackhole stands on one router."""

    __tablename__ = "blackhole_on_router"
    blackhole_id: Mapped[str] = mapped_column(ForeignKey("blackhole.id"), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]  # waiting announced verified failed withdrawn
    at: Mapped[datetime | None]
    said: Mapped[str | None]
    tries: Mapped[int]  # in vain, since it last went well


class BlackholeApprovalRow(TenantOrNobody, Base):
    """A person's word for a blackhole; nobody counts twice."""

    __tablename__ = "blackhole_approval"
    blackhole_id: Mapped[str] = mapped_column(ForeignKey("blackhole.id"), primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    at: Mapped[datetime]
    minutes: Mapped[int | None]  # for so long at most


class StrayRouteRow(TenantOwned, Base):
    """A route that looks like a blackhole, stands on a router, and is none of ours."""

    __tablename__ = "stray_route"
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[str]
    since_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class BlackholeHeadRow(Base):
    """One row: whoever begins a blackhole locks it, so that no cap is passed by two at once."""

    __tablename__ = "blackhole_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    changes: Mapped[int] = mapped_column(BigInteger)  # of any blackhole, ever
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str]
    paused_why: Mapped[str]


class BlackholeExpirerRow(Base):
    """One row: who ends blackholes whose time is up, and when it last said so."""

    __tablename__ = "blackhole_expirer"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str]
    beat_at: Mapped[datetime]
