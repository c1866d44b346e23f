"""The demo's attacks: in its own space, rarely twice on one address, on routers that there are."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from netwb.lab.attacks import FIRST, PREFIXES, SHADOW, WAITS, attack, routers_among

SPACE = (ip_network("203.0.113.0/24"), ip_network("2001:db8:cafe::/48"))


def mode_of(address: str) -> tuple[str, str]:
    """Tenant and mode of the longest prefix, as the guard finds it."""
    host = ip_address(address)
    holding = [one for one in PREFIXES if host in ip_network(one.network)]
    found = max(holding, key=lambda one: ip_network(one.network).prefixlen)
    return found.tenant, found.mode


def test_every_prefix_and_attack_is_of_the_space_of_documentation() -> None:
    hosts = [ip_address(attack(number).address) for number in range(200)]
    first = [ip_network(one.network).network_address for one in PREFIXES]

    assert [one for one in (*hosts, *first) if not any(one in space for space in SPACE)] == []


def test_a_customers_address_is_blackholed_at_once_and_the_resolvers_wait() -> None:
    assert mode_of("203.0.113.10") == ("acme", "auto")
    assert mode_of(FIRST.address) == ("acme", "auto")
    assert mode_of(WAITS.address) == ("acme", "approve")
    assert SHADOW.partition("/")[0] == mode_of(attack(2).address)[0]


def test_no_address_but_the_gateways_is_attacked_twice_in_two_hours() -> None:
    in_two_hours = 48  # one every 150 s

    for first in range(100):
        seen = [attack(number).address for number in range(first, first + in_two_hours)]
        victims = [one for one in seen if one != "203.0.113.1"]
        assert len(set(victims)) == len(victims)
        assert not {FIRST.address, WAITS.address, "203.0.113.10"} & set(seen)


@pytest.mark.parametrize(
    ("keys", "triggers", "edges"),
    [
        ((), (), ()),
        (("acme/edge1",), (), ()),
        (("acme/rr1", "nordwind/pe1"), ("nordwind/pe1",), ()),
        (
            ("nordwind/pe1", "nordwind/rr1", "nordwind/pe2", "nordwind/pe3", "nordwind/rr2"),
            ("nordwind/rr1", "nordwind/rr2"),
            ("nordwind/pe1", "nordwind/pe2"),
        ),
    ],
    ids=["none", "no provider", "no reflector", "all"],
)
def test_the_providers_reflectors_announce_and_its_other_routers_drop(
    keys: tuple[str, ...], triggers: tuple[str, ...], edges: tuple[str, ...]
) -> None:
    found = routers_among(keys)

    assert (found.triggers, found.edges) == (triggers, edges)
