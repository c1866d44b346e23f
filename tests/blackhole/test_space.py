"""Own space: what can be registered, by whom, and that nobody takes another's addresses by it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from netwb.blackhole.records import IPNetwork, OwnPrefix, RoutedPort
from netwb.blackhole.space import Space, parse_network
from netwb.errors import InputError, InventoryError, NotPermittedError, UnknownNameError
from netwb.inventory.ports.records import Port, SeenPort
from netwb.roles import ALL_TENANTS, Scope
from tests.benches import Rig, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE
NET = ip_network("203.0.113.0/24")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ()}) as made:
        yield made


@pytest.fixture
def space(made: Rig) -> Space:
    return made.bench._parts.attacks.space


def of(made: Rig, *tenants: str) -> Scope:
    return Scope(frozenset(made.bench.tenant(slug).id for slug in tenants))


def add(
    made: Rig,
    tenant: str,
    network: str | IPNetwork,
    *,
    scope: Scope = ALL_TENANTS,
    port_id: str | None = None,
) -> OwnPrefix:
    return made.bench._parts.attacks.space.add(
        scope,
        ip_network(network),
        tenant_id=made.bench.tenant(tenant).id,
        mode="approve",
        reach="edge",
        by_customer=False,
        site_id=None,
        port_id=port_id,
        by="ana",
    )


def port_of(made: Rig, *, for_: str) -> Port:
    """One of acme's edge1."""
    seen = SeenPort(name="xe-0/0/1", if_index=1, alias="", if_type=6, speed_bps=10**9)
    made.bench._parts.ports.sighted({made.devices["acme/edge1"].id: [seen]})
    made.bench.set_port("acme/edge1", seen.name, tenant=for_)
    return made.bench.port("acme/edge1", seen.name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0.0.0.0/0", "every address there is"),
        ("::/0", "every address there is"),
        ("8.0.0.0/7", "more than anybody has"),
        ("2000::/15", "more than anybody has"),
        ("203.0.113.7/24", "write 203.0.113.0/24 for the network"),
        ("127.0.0.0/8", "loopback"),
        ("127.0.0.1", "loopback"),
        ("224.0.0.0/8", "multicast"),
        ("ff02::/16", "multicast"),
        ("fe80::/64", "link-local"),
        ("169.254.0.0/16", "link-local"),
        ("0.0.0.0/8", "addresses of no host"),
        ("::", "unspecified"),
        ("255.255.255.255", "reserved"),
        ("::ffff:203.0.113.0/120", "write them as IPv4"),
        ("100::/64", "discarded anyway"),
        ("203.0.113", "no IPv4 or IPv6 address"),
        ("", "no address is given"),
    ],
)
def test_what_nobody_owns_is_refused_with_its_reason(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_network(text)


@pytest.mark.parametrize("text", ["10.0.0.0/8", "2001:db8::/32", "203.0.113.10", "fd00::/16"])
def test_what_somebody_may_own_is_taken(text: str) -> None:
    assert parse_network(text) == ip_network(text)


def test_a_network_has_one_owner_in_all_of_netwb(made: Rig, space: Space) -> None:
    add(made, "acme", NET)

    with pytest.raises(InventoryError, match="registered already, and a network has one owner"):
        add(made, "umbra", NET)
    with pytest.raises(InventoryError, match="registered already"):
        add(made, "acme", NET)

    assert [one.tenant for one in space.all()] == ["acme"]


def test_the_provider_gives_a_part_of_its_space_to_a_customer(made: Rig, space: Space) -> None:
    add(made, "acme", NET)

    add(made, "umbra", "203.0.113.64/26")

    owners = [space.owner(ip_address(f"203.0.113.{last}")) for last in (10, 64, 127, 128)]
    assert [one.tenant if one else None for one in owners] == ["acme", "umbra", "umbra", "acme"]
    assert space.owner(ip_address("198.51.100.1")) is None
    assert space.owner(ip_address("2001:db8::1")) is None


def test_who_sees_some_tenants_divides_these_alone(made: Rig, space: Space) -> None:
    add(made, "acme", NET)
    ours, theirs = of(made, "acme"), of(made, "umbra")

    add(made, "acme", "203.0.113.10/32", scope=ours)
    for scope, tenant, network in (
        (theirs, "umbra", "203.0.113.11/32"),  # in another's
        (theirs, "umbra", "203.0.112.0/22"),  # around another's
        (ours, "acme", "198.51.100.0/24"),  # nobody's so far
    ):
        with pytest.raises(NotPermittedError, match="in no prefix of yours") as refused:
            add(made, tenant, network, scope=scope)
        assert "acme" not in str(refused.value)

    assert [str(one.network) for one in space.list(ours)] == ["203.0.113.0/24", "203.0.113.10/32"]
    assert space.list(theirs) == ()


def test_a_part_given_away_is_no_more_its_former_owners(made: Rig) -> None:
    add(made, "acme", NET)
    add(made, "umbra", "203.0.113.64/26")

    with pytest.raises(NotPermittedError):
        add(made, "acme", "203.0.113.70/32", scope=of(made, "acme"))
    add(made, "umbra", "203.0.113.70/32", scope=of(made, "umbra"))


def test_a_foreign_prefix_and_an_unknown_one_read_alike(made: Rig, space: Space) -> None:
    add(made, "acme", NET)
    theirs = of(made, "umbra")

    said = set()
    for network in (NET, ip_network("198.51.100.0/24")):
        for act in (space.get, space.retire, lambda s, n: space.set(s, n, {"mode": "auto"})):
            with pytest.raises(UnknownNameError) as refused:
                act(theirs, network)
            said.add(str(refused.value).replace(str(network), "X"))

    assert len(said) == 1
    assert space.get(ALL_TENANTS, NET).mode == "approve"


def test_changes_are_seen_at_once_by_who_asks_again_and_again(made: Rig, space: Space) -> None:
    assert space.all() == ()
    add(made, "acme", NET)
    assert space.all() is space.all()
    made.clock.advance(seconds=1)

    space.set(ALL_TENANTS, NET, {"mode": "never", "reach": "both", "by_customer": True})
    (one,) = space.all()
    assert (one.mode, one.reach, one.by_customer) == ("never", "both", True)

    space.retire(ALL_TENANTS, NET)
    assert space.all() == ()
    assert space.owner(ip_address("203.0.113.10")) is None


def test_a_port_is_told_to_whom_it_is_for_on_whosever_device(made: Rig, space: Space) -> None:
    port = port_of(made, for_="umbra")
    registered = add(made, "umbra", NET, port_id=port.id)
    add(made, "acme", "198.51.100.0/24", port_id=port.id)

    (theirs,), (ours,) = space.list(of(made, "umbra")), space.list(of(made, "acme"))

    assert registered.port == theirs.port
    assert theirs.port == RoutedPort(
        id=port.id, label="acme/edge1 xe-0/0/1", tenant_id=port.tenant_id, tenant="umbra"
    )
    assert ours.port == RoutedPort(id=port.id)


def test_whom_a_port_is_for_is_seen_at_once_by_who_asks_again(made: Rig, space: Space) -> None:
    port = port_of(made, for_="umbra")
    add(made, "acme", NET, port_id=port.id)
    before = space.all()[0].port

    made.bench.set_port("acme/edge1", port.name, tenant="acme")
    after = space.all()[0].port
    space.set(ALL_TENANTS, NET, {"port_id": "a port that was purged"})
    gone = space.all()[0].port
    space.set(ALL_TENANTS, NET, {"port_id": None})

    assert [one.tenant if one else None for one in (before, after, gone)] == ["umbra", "acme", ""]
    assert space.all()[0].port is None
