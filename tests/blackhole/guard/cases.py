"""A tenant with a /24, an alarm about one of its hosts, and all that may be different about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

from netwb.blackhole.guard.deciding import decide
from netwb.blackhole.records import (
    Approval,
    Caps,
    Mode,
    Never,
    OwnPrefix,
    Policy,
    Reason,
    Request,
    RoutedPort,
    Router,
    Standing,
    Verdict,
)

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
VICTIM = ip_network("203.0.113.10/32")
CAPS = Caps(
    active=50,
    active_per_tenant=5,
    per_minute=5,
    minutes=10,
    max_minutes=240,
    repeat_within_minutes=360,
    late_minutes=10,
    break_glass_minutes=30,
    approval_minutes=30,
)
TRIGGER = Router(
    device_id="d1",
    tenant_id="provider",
    tenant="provider",
    hostname="trg1",
    platform="frr",
    role="trigger",
    max_routes=40,
)
ALARM = Request(
    network=VICTIM,
    alarm=True,
    by="sender:fnm1",
    person=None,
    machine=True,
    tenants=None,
    reason="udp_flood",
    observed_at=NOON,
)
ASKED = Request(
    network=VICTIM,
    alarm=False,
    by="user:asantos",
    person="asantos",
    tenants=None,
    reason="Ticket 88213",
)
APPROVED = Approval(person="jkim", name="jkim", at=NOON)


PORT = RoutedPort(id="p1", label="provider/edge1 xe-0/0/1", tenant_id="acme", tenant="acme")


def own(network: str = "203.0.113.0/24", mode: Mode = "auto", **more: Any) -> OwnPrefix:
    plain = OwnPrefix(
        id=network,
        tenant_id="acme",
        tenant="acme",
        network=ip_network(network),
        mode=mode,
        reach="edge",
        by_customer=False,
        site_id="fra1-id",
        site="fra1",
    )
    return replace(plain, **more)


POLICY = Policy(
    prefixes=(own(), own("2001:db8:cafe::/48")),
    never=(Never(network=ip_network("203.0.113.1/32"), why="gateway, edge1 Gi0/2"),),
    caps=CAPS,
    triggers=(TRIGGER,),
    expirer_at=NOON,
)


def stands(network: str = "203.0.113.10/32", *, minutes_ago: float = 5, **more: Any) -> Standing:
    plain = Standing(
        network=ip_network(network),
        tenant_id="acme",
        announced_at=NOON - minutes_ago * MINUTE,
        expires_at=NOON + 5 * MINUTE,
    )
    return replace(plain, **more)


def ended(minutes_ago: float, network: str = "203.0.113.10/32") -> Standing:
    return stands(network, minutes_ago=minutes_ago + 10, ended_at=NOON - minutes_ago * MINUTE)


def verdict(
    request: Request = ALARM, policy: Policy = POLICY, *active: Standing, now: datetime = NOON
) -> Verdict:
    return decide(request, policy, active, now)


def reason(guard: str, found: Verdict) -> Reason:
    """What that guard said."""
    return next(one for one in found.reasons if one.guard == guard)


def lasts(found: Verdict) -> float:
    """Minutes until its end."""
    return (found.expires_at - NOON) / MINUTE


def asks_for(network: str, request: Request = ASKED) -> Request:
    return replace(request, network=ip_network(network))
