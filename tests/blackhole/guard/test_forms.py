"""Only hosts: no networks, no addresses of a special form, no end of a prefix, none of the list."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest

from netwb.blackhole.records import Never
from tests.blackhole.guard.cases import ALARM, POLICY, asks_for, own, reason, verdict

EVERYTHING = replace(POLICY, prefixes=(own("0.0.0.0/0"), own("::/0")), never=())


@pytest.mark.parametrize(
    "network", ["0.0.0.0/0", "203.0.113.0/24", "203.0.113.10/31", "::/0", "2001:db8::/127"]
)
def test_anything_wider_than_one_host_is_denied(network: str) -> None:
    found = verdict(asks_for(network, ALARM), EVERYTHING)

    assert found.answer == "deny"
    assert reason("host", found).text == (
        f"{network} is a network, and only single hosts are blackholed;"
        " name the one address that is attacked"
    )


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("0.0.0.0", "the unspecified address"),
        ("0.1.2.3", "of its network"),
        ("127.0.0.1", "a loopback address"),
        ("169.254.1.1", "a link-local address"),
        ("192.0.2.1", "the next hop of what is discarded"),
        ("224.0.0.5", "a multicast address"),
        ("239.255.255.255", "a multicast address"),
        ("240.0.0.1", "a reserved address"),
        ("255.255.255.255", "the broadcast address of every link"),
        ("::", "the unspecified address"),
        ("::1", "the loopback address"),
        ("::203.0.113.10", "in its old compatible form"),
        ("::ffff:203.0.113.10", "mapped into IPv6"),
        ("::ffff:0:203.0.113.10", "translated into IPv6"),
        ("64:ff9b::203.0.113.10", "behind NAT64"),
        ("64:ff9b:1::1", "behind NAT64"),
        ("100::1", "of the network of what is discarded"),
        ("2001::1", "in Teredo"),
        ("2002:cb00:710a::1", "in 6to4"),
        ("fe80::1", "a link-local address"),
        ("ff02::1", "a multicast address"),
    ],
)
def test_an_address_of_a_special_form_is_denied_even_in_own_space(address: str, name: str) -> None:
    found = verdict(asks_for(address, ALARM), EVERYTHING)

    assert found.answer == "deny"
    assert name in reason("special", found).text
    assert reason("special", found).answer == "deny"


def test_an_ipv4_address_mapped_into_ipv6_is_said_as_people_write_it() -> None:
    found = verdict(asks_for("::ffff:203.0.113.70", ALARM), EVERYTHING)

    assert reason("special", found).text == (
        "::ffff:203.0.113.70 is an IPv4 address mapped into IPv6; name 203.0.113.70 itself"
    )
    assert "::ffff:203.0.113.70 is in ::/0 of" in reason("own_space", found).text


@pytest.mark.parametrize("address", ["192.0.2.2", "10.0.0.1", "100.64.0.1", "fd00::1", "2001:1::1"])
def test_private_and_documentation_addresses_are_hosts_where_they_are_registered(
    address: str,
) -> None:
    assert verdict(asks_for(address, ALARM), EVERYTHING).answer == "allow"


def test_a_network_with_special_addresses_within_says_so_too() -> None:
    found = reason("special", verdict(asks_for("0.0.0.0/0", ALARM), EVERYTHING))

    assert found.text.startswith("0.0.0.0/0 has within it what is the unspecified address")


@pytest.mark.parametrize(
    ("host", "prefix", "said"),
    [
        ("203.0.113.0", "203.0.113.0/24", "is the network address of 203.0.113.0/24"),
        ("203.0.113.255", "203.0.113.0/24", "is the broadcast address of 203.0.113.0/24"),
        ("203.0.113.64", "203.0.113.64/30", "is the network address"),
        ("203.0.113.67", "203.0.113.64/30", "is the broadcast address"),
        ("2001:db8:cafe::", "2001:db8:cafe::/48", "is the address of all its routers"),
        ("203.0.113.64", "203.0.113.64/31", ""),
        ("203.0.113.65", "203.0.113.64/31", ""),
        ("203.0.113.64", "203.0.113.64/32", ""),
        ("2001:db8::", "2001:db8::/127", ""),
        ("2001:db8::", "2001:db8::/128", ""),
        ("2001:db8:cafe:ffff:ffff:ffff:ffff:ffff", "2001:db8:cafe::/48", ""),
        ("203.0.113.66", "203.0.113.64/30", ""),
    ],
)
def test_neither_end_of_a_registered_prefix_is_a_host(host: str, prefix: str, said: str) -> None:
    found = verdict(asks_for(host, ALARM), replace(POLICY, prefixes=(own(prefix),)))

    assert (found.answer == "deny") == bool(said)
    assert said in reason("ends", found).text


@pytest.mark.parametrize(
    ("asked", "listed", "answer"),
    [
        ("203.0.113.1/32", "203.0.113.1/32", "deny"),
        ("203.0.113.9/32", "203.0.113.8/29", "deny"),
        ("203.0.113.0/30", "203.0.113.1/32", "deny"),
        ("203.0.113.2/32", "203.0.113.1/32", "allow"),
        ("2001:db8:cafe::1/128", "2001:db8:cafe::/64", "deny"),
        ("2001:db8:cafe::1/128", "0.0.0.0/0", "allow"),
    ],
)
def test_what_is_on_the_never_list_is_denied(asked: str, listed: str, answer: str) -> None:
    policy = replace(POLICY, never=(Never(network=ip_network(listed), why="a gateway, edge1"),))

    found = reason("never_list", verdict(asks_for(asked, ALARM), policy))

    assert found.answer == answer
    assert found.text.endswith(": a gateway, edge1") == (answer == "deny")


def test_each_entry_that_holds_it_says_why_once() -> None:
    policy = replace(
        POLICY,
        never=tuple(
            Never(network=ip_network(network), why=why)
            for network, why in (
                ("203.0.113.10/32", "DNS"),
                ("203.0.113.0/28", "a gateway"),
                ("203.0.113.0/29", "not this one"),
                ("203.0.113.8/29", "DNS"),
            )
        ),
    )

    assert verdict(ALARM, policy).why == (
        "203.0.113.10 is on the list of what is never blackholed: DNS, a gateway",
    )
