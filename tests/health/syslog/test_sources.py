"""Whose message is it?"""

from __future__ import annotations

import pytest

from netwb.errors import SettingsError
from netwb.health.syslog.sources import Relay, Sources, parse_relays, plain_address
from netwb.inventory.records import Sender


def sender(hostname: str, address: str = "", *, tenant: str = "acme", **more: str) -> Sender:
    return Sender(
        device_id=f"{tenant}/{hostname}",
        tenant_id=f"t-{tenant}",
        tenant=tenant,
        site_id="s1",
        hostname=hostname,
        sysname=more.get("sysname"),
        address=address or "host.example",
        platform="cisco_ios",
        source=more.get("source"),
        username="netwb",
    )


def found(sources: Sources, address: str, hostname: str = "") -> str:
    """Device id, or why none."""
    relay = sources.relay(address)
    meant = sources.at(address) if relay is None else sources.behind(relay, hostname)
    if len(meant) == 1:
        return meant[0].device_id
    return "ambiguous" if meant else "unknown"


EDGES = (
    sender("edge1", "192.0.2.1"),
    sender("edge2", "192.0.2.2", source="198.51.100.2, 2001:db8::2, edge2-log"),
    sender("edge3", "edge3.example.net", sysname="E3.example.net"),
    sender("core1", "192.0.2.9", tenant="zeta"),
    sender("edge1", "10.0.0.1", tenant="zeta"),
)


@pytest.mark.parametrize(
    ("address", "device"),
    [
        ("192.0.2.1", "acme/edge1"),
        ("198.51.100.2", "acme/edge2"),
        ("2001:db8::2", "acme/edge2"),
        ("192.0.2.2", "unknown"),  # a source that is given stands in the address's place
        ("192.0.2.9", "zeta/core1"),
        ("203.0.113.1", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_device_is_known_by_its_source_or_its_address(address: str, device: str) -> None:
    assert found(Sources(EDGES), address) == device


@pytest.mark.parametrize(
    ("hostname", "device"),
    [
        ("192.0.2.1", "acme/edge1"),
        ("::ffff:192.0.2.1", "acme/edge1"),
        ("edge2", "acme/edge2"),
        ("EDGE2-LOG", "acme/edge2"),
        ("edge3", "acme/edge3"),
        ("e3", "acme/edge3"),
        ("e3.example.net", "acme/edge3"),
        ("e3.example.org", "unknown"),
        ("edge1", "ambiguous"),  # of two tenants
        ("core1", "zeta/core1"),
        ("edge9", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_relay_is_believed_the_name_that_a_message_bears(hostname: str, device: str) -> None:
    sources = Sources(EDGES, parse_relays("203.0.113.0/24"))

    assert found(sources, "203.0.113.7", hostname) == device


@pytest.mark.parametrize(
    ("hostname", "device"),
    [
        ("edge1", "zeta/edge1"),
        ("core1", "zeta/core1"),
        ("edge2", "unknown"),
        ("192.0.2.1", "unknown"),
        ("10.0.0.1", "zeta/edge1"),
    ],
)
def test_a_tenants_relay_speaks_for_that_tenants_devices_only(hostname: str, device: str) -> None:
    sources = Sources(EDGES, parse_relays("203.0.113.0/24, 203.0.113.7 = zeta"))

    assert found(sources, "203.0.113.7", hostname) == device


def test_who_is_no_relay_is_not_believed_a_name() -> None:
    sources = Sources(EDGES, parse_relays("203.0.113.0/24"))

    assert found(sources, "198.51.100.9", "edge2") == "unknown"
    assert found(sources, "192.0.2.1", "core1") == "acme/edge1"


@pytest.mark.parametrize(
    ("one", "other", "device"),
    [
        (sender("a", "192.0.2.1"), sender("b", "192.0.2.1"), "ambiguous"),
        (sender("a", "192.0.2.1"), sender("b", source="192.0.2.1"), "acme/b"),
        (sender("a", "192.0.2.1"), sender("b", "192.0.2.1", tenant="zeta"), "ambiguous"),
        # what one tenant writes must not take another one's messages
        (sender("a", "192.0.2.1"), sender("b", source="192.0.2.1", tenant="zeta"), "ambiguous"),
    ],
    ids=["two addresses", "a source goes first", "two tenants", "a source of another tenant"],
)
def test_what_several_devices_claim(one: Sender, other: Sender, device: str) -> None:
    assert found(Sources((one, other)), "192.0.2.1") == device


def test_a_whole_name_comes_before_its_beginning() -> None:
    sources = Sources((sender("sw.fra1"), sender("sw.ber1")), parse_relays("203.0.113.7"))

    assert found(sources, "203.0.113.7", "sw.fra1") == "acme/sw.fra1"
    assert found(sources, "203.0.113.7", "sw") == "ambiguous"


def test_strangers_addresses_do_not_fill_the_memory() -> None:
    sources = Sources(EDGES, parse_relays("203.0.113.0/24"))

    for number in range(30_000):
        assert sources.relay(f"10.1.{number // 256}.{number % 256}") is None

    assert len(sources._relay_of) <= 10_001


@pytest.mark.parametrize(
    ("text", "relays"),
    [
        ("", []),
        (" , ", []),
        ("192.0.2.7", [("192.0.2.7/32", "")]),
        ("192.0.2.0/24,2001:db8::/32=acme", [("192.0.2.0/24", ""), ("2001:db8::/32", "acme")]),
    ],
)
def test_relays_are_networks_with_or_without_a_tenant(
    text: str, relays: list[tuple[str, str]]
) -> None:
    assert [(str(one.network), one.tenant) for one in parse_relays(text)] == relays


@pytest.mark.parametrize("text", ["relay1", "192.0.2.1/24", "192.0.2.7=", "192.0.2.7=A B", "=acme"])
def test_what_is_no_relay_is_named(text: str) -> None:
    with pytest.raises(SettingsError, match=r"syslog\.relays: .*; write"):
        parse_relays(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:0db8:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("edge1", ""),
        ("192.0.2.1/32", ""),
    ],
)
def test_an_address_has_one_form(text: str, address: str) -> None:
    assert plain_address(text) == address


def test_the_narrowest_network_says_whose_relay_it_is() -> None:
    sources = Sources((), parse_relays("192.0.2.0/24=wide, 192.0.2.7=narrow, 192.0.2.0/28=near"))

    assert [
        relay.tenant if isinstance(relay := sources.relay(f"192.0.2.{n}"), Relay) else None
        for n in (7, 8, 99)
    ] == ["narrow", "near", "wide"]
