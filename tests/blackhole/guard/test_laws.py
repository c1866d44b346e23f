"""What holds for every input: nothing is allowed that a guard stands against, alone or together.

Each law says by itself, in other words than the guard's, what may be.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import TypeVar

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from netwb.blackhole.guard.deciding import decide
from netwb.blackhole.records import Approval, IPAddress, OwnPrefix, Standing, Verdict
from tests.blackhole.guard.cases import MINUTE, NOON
from tests.blackhole.guard.worlds import World, approvals, asked, prefixes, worlds

T = TypeVar("T")
Law = Callable[[World, Verdict], None]
SHARED = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
OFTEN = settings(SHARED, max_examples=3 * settings().max_examples)
BY_PERSON = asked(alarm=False, machine=False, person="asantos", break_glass=True)


def decided(world: World) -> Verdict:
    return decide(world.request, world.policy, world.active, NOON)


def longest(world: World) -> list[OwnPrefix]:
    """By widening what is asked for until something is registered."""
    wanted = world.request.network
    for length in range(wanted.prefixlen, -1, -1):
        around = wanted.supernet(new_prefix=length)
        if found := [one for one in world.policy.prefixes if one.network == around]:
            return found
    return []


def standing(world: World) -> list[Standing]:
    return [one for one in world.active if one.ended_at is None]


def repeated(world: World) -> list[Standing]:
    """What goes on for the same network."""
    return [
        one
        for one in standing(world)
        if one.network == world.request.network and not one.withdrawing
    ]


def others(world: World) -> list[Approval]:
    """Approvals of another person than who asked, of the last half hour."""
    return [
        one
        for one in world.request.approvals
        if one.person
        and one.person != world.request.person
        and -5 * MINUTE <= NOON - one.at < 30 * MINUTE
    ]


def it_is_in_a_registered_prefix_of_who_asks(world: World, found: Verdict) -> None:
    holding, scope = longest(world), world.request.tenants

    assert holding
    assert all(one.mode != "never" for one in holding)
    assert len({one.tenant_id for one in holding}) == 1
    assert scope is None or holding[0].tenant_id in scope
    assert found.prefix in holding
    assert all(one.port is None or one.port.tenant_id == one.tenant_id for one in holding)
    if world.request.customer:
        assert any(one.by_customer for one in holding)


def it_is_a_host(world: World, _: Verdict) -> None:
    network, within = world.request.network, longest(world)[0].network
    address = network.network_address

    assert network.num_addresses == 1
    assert not special(address)
    assert isinstance(address, IPv4Address) or not holds_ipv4(address)
    if within.num_addresses > 2:
        assert address != within[0]
        assert address.version == 6 or address != within[-1]


def special(address: IPAddress) -> bool:
    """By what Python knows of addresses."""
    return (
        address.is_unspecified
        or address.is_loopback
        or address.is_multicast
        or address.is_link_local
        or str(address) in {"192.0.2.1", "100::1", "255.255.255.255"}
    )


def holds_ipv4(address: IPv6Address) -> bool:
    return (
        address.ipv4_mapped is not None
        or address.sixtofour is not None
        or address.teredo is not None
        or address in ip_network("::/96")
        or address in ip_network("64:ff9b::/96")
    )


def it_is_not_on_the_never_list(world: World, _: Verdict) -> None:
    wanted = world.request.network
    same = [one.network for one in world.policy.never if one.network.version == wanted.version]

    assert [one for one in same if one.overlaps(wanted)] == []


def another_person_said_so_where_one_is_needed(world: World, found: Verdict) -> None:
    """Unless nothing more would stand, for longer, or be heard further away."""
    alarm = world.request
    if any(
        found.expires_at <= one.expires_at and found.reach == one.reach for one in repeated(world)
    ):
        return
    modes = {one.mode for one in longest(world)}
    if "approve" in modes or found.reach != "edge":
        assert others(world) or alarm.break_glass
    if alarm.alarm and (alarm.direction != "incoming" or alarm.manual):
        assert others(world)
    if alarm.alarm and alarm.observed_at is not None:
        assert others(world) or -5 * MINUTE <= NOON - alarm.observed_at <= 10 * MINUTE


def a_broken_glass_is_a_person_s_for_a_reason_and_half_an_hour(
    world: World, found: Verdict
) -> None:
    request = world.request
    if request.break_glass:
        assert request.person
        assert not request.alarm
        assert not request.machine
        assert request.reason.strip()
        assert repeated(world) or found.expires_at <= NOON + 30 * MINUTE


def it_is_within_the_caps(world: World, _: Verdict) -> None:
    others_stand = [one for one in standing(world) if one.network != world.request.network]
    count, limits = len(others_stand), world.policy.caps

    assert world.policy.triggers
    if repeated(world):
        return
    assert all(count < one.max_routes for one in world.policy.triggers)
    if not others(world):
        owner = longest(world)[0].tenant_id
        assert count < limits.active
        assert sum(one.tenant_id == owner for one in others_stand) < limits.active_per_tenant
        assert sum(NOON - one.announced_at < MINUTE for one in world.active) < limits.per_minute


def it_ends_when_it_was_asked_to(world: World, found: Verdict) -> None:
    minutes = world.request.minutes
    if not world.request.alarm and minutes is not None:
        assert 1 <= minutes <= world.policy.caps.max_minutes
        assert repeated(world) or found.expires_at <= NOON + minutes * MINUTE


def it_is_taken_back_by_who_is_alive_and_new_ones_are_not_paused(world: World, _: Verdict) -> None:
    alive = world.policy.expirer_at

    assert alive is not None
    assert abs(NOON - alive) <= MINUTE
    assert world.policy.paused is None or repeated(world)


LAWS: tuple[Law, ...] = (
    it_is_in_a_registered_prefix_of_who_asks,
    it_is_a_host,
    it_is_not_on_the_never_list,
    another_person_said_so_where_one_is_needed,
    a_broken_glass_is_a_person_s_for_a_reason_and_half_an_hour,
    it_is_within_the_caps,
    it_ends_when_it_was_asked_to,
    it_is_taken_back_by_who_is_alive_and_new_ones_are_not_paused,
)


@OFTEN
@given(worlds() | worlds(BY_PERSON))
def test_whatever_is_allowed_keeps_each_law(world: World) -> None:
    found = decided(world)
    assume(found.answer == "allow")

    for law in LAWS:
        law(world, found)


@SHARED
@given(worlds())
def test_everything_ends_after_now_and_within_the_maximum(world: World) -> None:
    found = decided(world)

    assert NOON < found.expires_at <= NOON + world.policy.caps.max_minutes * MINUTE


@SHARED
@given(worlds(), st.lists(approvals, min_size=1, max_size=3).map(tuple))
def test_an_approval_never_lifts_a_denial(world: World, said: tuple[Approval, ...]) -> None:
    assume(decided(world).answer == "deny")

    approved = replace(world.request, approvals=said)
    assert decide(approved, world.policy, world.active, NOON).answer == "deny"


def never(prefix: OwnPrefix) -> OwnPrefix:
    return replace(prefix, mode="never")


@OFTEN
@given(worlds(), prefixes.map(never), st.integers(0, 4))
def test_a_further_prefix_of_mode_never_lets_nothing_through(
    world: World, further: OwnPrefix, place: int
) -> None:
    assume(decided(world).answer != "allow")

    known = world.policy.prefixes
    policy = replace(world.policy, prefixes=(*known[:place], further, *known[place:]))
    assert decide(world.request, policy, world.active, NOON).answer != "allow"


@SHARED
@given(worlds(), st.randoms(use_true_random=False))
def test_no_order_matters(world: World, dice: random.Random) -> None:
    policy, request = world.policy, world.request

    mixed = decide(
        replace(request, approvals=shuffled(dice, request.approvals)),
        replace(
            policy,
            prefixes=shuffled(dice, policy.prefixes),
            never=shuffled(dice, policy.never),
            triggers=shuffled(dice, policy.triggers),
        ),
        shuffled(dice, world.active),
        NOON,
    )

    assert mixed == decided(world)


def shuffled(dice: random.Random, rows: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dice.sample(rows, len(rows)))


@SHARED
@given(worlds(asked(tenants=frozenset({"borealis"}))))
def test_another_tenant_s_address_reads_like_nobody_s(world: World) -> None:
    request = world.request
    assume(not any(one.tenant_id == "borealis" for one in longest(world)))

    first = request.network.network_address
    free = tuple(one for one in world.policy.prefixes if first not in one.network)
    elsewhere = [
        replace(one, network=ip_network("198.51.100.1/32"))
        if one.network == request.network
        else one
        for one in world.active
    ]
    nobody_s = replace(world.policy, never=(), prefixes=free)
    assert decided(world) == decide(request, nobody_s, elsewhere, NOON)
