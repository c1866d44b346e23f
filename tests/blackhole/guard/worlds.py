"""Worlds for the guard's laws: one in which an alarm or a person is heard, and up to six changes to it.

Few addresses, so that prefixes, the never-list and what stands meet; figures around each bound; and
clocks that jumped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

from hypothesis import strategies as st

from netwb.blackhole.records import (
    REACHES,
    Approval,
    IPNetwork,
    Never,
    OwnPrefix,
    Policy,
    Request,
    RoutedPort,
    Standing,
)
from tests.blackhole.guard.cases import ALARM, ASKED, CAPS, MINUTE, NOON, POLICY, PORT, TRIGGER, own

TENANTS = ("acme", "acme", "borealis")
PERSONS = ("asantos", "jkim", "jkim", "")
STRANGE = (
    *("0.0.0.0/0", "0.0.0.0/32", "127.0.0.1/32", "192.0.2.1/32", "224.0.0.1/32"),
    *("255.255.255.255/32", "169.254.0.1/32", "8.8.8.8/32", "::/0", "::/128", "::1/128"),
    *("::ffff:203.0.113.2/128", "::203.0.113.2/128", "64:ff9b::cb00:7102/128", "fe80::1/128"),
    *("2002:cb00:7102::1/128", "ff02::1/128", "100::1/128", "203.0.113.0/29", "2001:db8::/127"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All that one decision is made of."""

    request: Request
    policy: Policy
    active: tuple[Standing, ...] = ()


Change = Callable[[World], World]


def tuples(of: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[Any]:
    return st.lists(of, max_size=most).map(tuple)


def around(*minutes: float) -> st.SearchStrategy[Any]:
    """Instants near now, and some from which a clock has jumped."""
    return st.sampled_from((*minutes, -600_000, 600_000)).map(lambda n: NOON + n * MINUTE)


def each(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


V4 = tuple(ip_network(f"203.0.113.{n}/32") for n in range(8))
V6 = tuple(ip_network(f"2001:db8::{n:x}/128") for n in range(4))
HOSTS: tuple[IPNetwork, ...] = (*V4, *V6)
WIDER: tuple[IPNetwork, ...] = tuple(
    one.supernet(prefixlen_diff=wider) for one in HOSTS for wider in range(4)
)
hosts = st.sampled_from(HOSTS)
prefixes: st.SearchStrategy[OwnPrefix] = st.builds(
    lambda tenant, network, mode, reach, **more: own(
        str(network), mode, tenant_id=tenant, tenant=tenant, reach=reach, **more
    ),
    tenant=each(*TENANTS),
    network=st.sampled_from((*WIDER, ip_network("0.0.0.0/0"), ip_network("::/0"))),
    mode=each("auto", "approve", "never"),
    reach=each("edge", *REACHES),
    by_customer=st.booleans(),
    site_id=each("fra1", None),
    id=each("a", "b"),
    port=each(None, None, PORT, replace(PORT, tenant_id="borealis"), RoutedPort(id="p1")),
)
nevers = st.builds(
    Never,
    network=st.sampled_from(WIDER),
    why=each("why", "wherefore"),
    tenant_id=each(*TENANTS, None),
)
standings = st.builds(
    Standing,
    network=hosts,
    tenant_id=each(*TENANTS),
    announced_at=around(-300, -9, -1, 0, 3),
    expires_at=around(-1, 0, 1, 20, 600),
    ended_at=st.one_of(st.none(), around(-200, -1)),
    reach=each("edge", *REACHES),
    withdrawing=each(False, False, True),
)
approvals = st.builds(
    Approval,
    person=each(*PERSONS),
    name=each("name"),
    at=around(-31, -30, -1, 0, 5, 6),
    minutes=each(None, None, 0, 5, 10_000),
)

REQUEST: dict[str, st.SearchStrategy[Any]] = {
    "network": st.one_of(st.sampled_from(STRANGE).map(ip_network), st.sampled_from(WIDER)),
    "alarm": st.booleans(),
    "person": each(*PERSONS, None),
    "tenants": each(frozenset({"acme"}), frozenset({"borealis"}), frozenset()),
    "reason": each("", " "),
    "customer": st.just(True),
    "machine": st.booleans(),
    "direction": each("outgoing", "other"),
    "manual": st.just(True),
    "observed_at": st.one_of(st.none(), around(-11, -1, 5, 6)),
    "minutes": each(-1, 0, 1, 30, 31, 240, 241),
    "reach": each(*REACHES),
    "break_glass": st.just(True),
    "approvals": tuples(approvals, 2),
}
CAP: dict[str, st.SearchStrategy[Any]] = {
    "active": each(0, 1, 2),
    "active_per_tenant": each(0, 1, 2),
    "per_minute": each(0, 1),
    "minutes": each(1, 10_000),
    "max_minutes": each(1, 60),
    "repeat_within_minutes": each(0),
}
RULES: dict[str, st.SearchStrategy[Any]] = {
    "prefixes": tuples(prefixes, 4),
    "never": tuples(nevers, 2),
    "triggers": tuples(each(1, 2, 50).map(lambda n: replace(TRIGGER, max_routes=n)), 2),
    "shadow": each(frozenset({"fra1"})),
    "paused": each("why"),
    "expirer_at": each(None, NOON - timedelta(seconds=61), NOON + timedelta(days=9)),
}


def asked(**fields: Any) -> Change:
    return lambda world: replace(world, request=replace(world.request, **fields))


def capped(**fields: Any) -> Change:
    return lambda world: ruled(caps=replace(world.policy.caps, **fields))(world)


def ruled(**fields: Any) -> Change:
    return lambda world: replace(world, policy=replace(world.policy, **fields))


def registered(*, more: tuple[OwnPrefix, ...]) -> Change:
    return lambda world: ruled(prefixes=(*world.policy.prefixes, *more))(world)


def found_standing(*, more: tuple[Standing, ...]) -> Change:
    return lambda world: replace(world, active=(*world.active, *more))


Row = tuple[Callable[..., Change], str, st.SearchStrategy[Any]]
ROWS: tuple[Row, ...] = (
    *((asked, name, values) for name, values in REQUEST.items()),
    *((capped, name, values) for name, values in CAP.items()),
    *((ruled, name, values) for name, values in RULES.items()),
    *((registered, "more", tuples(prefixes, 3)),) * 6,
    *((found_standing, "more", tuples(standings, 3)),) * 6,
)


@st.composite
def worlds(draw: st.DrawFn, *always: Change) -> World:
    """One in which it is allowed, with some changes, and at last these."""
    policy = replace(
        POLICY,
        prefixes=(own("203.0.113.0/28"), own("2001:db8::/64")),
        never=(),
        caps=replace(CAPS, active_per_tenant=50, per_minute=50),
    )
    request = replace(draw(each(ALARM, ASKED)), network=draw(hosts))
    world = World(request=request, policy=policy)
    rows = draw(st.lists(st.sampled_from(ROWS), max_size=6))
    for change in (*(make(**{name: draw(values)}) for make, name, values in rows), *always):
        world = change(world)
    return world
