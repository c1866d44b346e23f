"""Routes that netwb itself wrote on a trigger: facts of the revision, and no change of the device."""

from __future__ import annotations

import pytest

from netwb.configs.canonical import canonical
from netwb.configs.records import RawConfig
from netwb.platforms.record import Platform

HOSTS = ("203.0.113.10", "203.0.113.11")
BEFORE = {
    "frr": ("frr version 8.4.4\nhostname trg1\nip route 192.0.2.1/32 Null0\n", "!\nend\n"),
    "arista_eos": ("hostname trg1\nip route 192.0.2.1/32 Null0\n", "!\nend\n"),
    "cisco_ios": ("hostname trg1\nip route 192.0.2.1 255.255.255.255 Null0\n", "!\nend\n"),
    "cisco_xr": ("hostname trg1\nrouter static\n address-family ipv4 unicast\n", " !\n!\nend\n"),
    "juniper_junos": (
        "set version 20.1R1\nset routing-options static route 0.0.0.0/0 next-hop 198.51.100.1\n",
        "set system host-name trg1\n",
    ),
}
ONE = {
    "frr": "ip route {}/32 Null0 tag {}\n",
    "arista_eos": "ip route {}/32 Null0 tag {}\n",
    "cisco_ios": "ip route {} 255.255.255.255 Null0 tag {}\n",
    "cisco_xr": "  {}/32 Null0 tag {}\n",
    "juniper_junos": (
        "set routing-options static route {0}/32 discard\n"
        "set routing-options static route {0}/32 tag {1}\n"
    ),
}
SIX = {
    "frr": "ipv6 route 2001:db8:cafe::10/128 Null0 tag 667\n",
    "cisco_ios": "ipv6 route 2001:DB8:CAFE::10/128 Null0 tag 667\n",
    "juniper_junos": (
        "set routing-options rib inet6.0 static route 2001:db8:cafe::10/128 discard\n"
        "set routing-options rib inet6.0 static route 2001:db8:cafe::10/128 tag 667\n"
    ),
}


def raw(text: str) -> RawConfig:
    sent = text.replace("\n", "\r\n").encode()
    return RawConfig(kind="running", command="", transcript=sent, prompt=b"trg1#")


def typed(name: str, tag: int) -> str:
    return "".join(ONE[name].format(host, tag) for host in HOSTS)


@pytest.mark.parametrize("name", sorted(BEFORE))
def test_own_routes_of_a_trigger_make_no_change(name: str, platforms: dict[str, Platform]) -> None:
    head, tail = BEFORE[name]
    without = canonical(raw(head + tail), platforms[name], trigger=True)

    text = head + typed(name, 666) + SIX.get(name, "") + tail
    seen = canonical(raw(text), platforms[name], trigger=True)

    assert seen.text == without.text == (head + tail).encode()


@pytest.mark.parametrize("name", sorted(BEFORE))
def test_own_routes_are_kept_with_their_places(name: str, platforms: dict[str, Platform]) -> None:
    head, tail = BEFORE[name]
    text = head + typed(name, 666) + SIX.get(name, "") + tail

    seen = canonical(raw(text), platforms[name], trigger=True)

    lines = seen.text.decode().split("\n")
    for line in seen.volatile:  # the 0-based place in the whole text
        lines.insert(line.line, line.text.decode())
    assert "\n".join(lines) == text


@pytest.mark.parametrize("name", sorted(BEFORE))
def test_device_that_is_no_trigger_keeps_such_lines(
    name: str, platforms: dict[str, Platform]
) -> None:
    head, tail = BEFORE[name]

    seen = canonical(raw(head + typed(name, 666) + tail), platforms[name])

    assert seen.text == (head + typed(name, 666) + tail).encode()


@pytest.mark.parametrize("name", sorted(BEFORE))
def test_route_with_another_tag_is_a_change(name: str, platforms: dict[str, Platform]) -> None:
    head, tail = BEFORE[name]

    seen = canonical(raw(head + typed(name, 665) + tail), platforms[name], trigger=True)

    assert seen.text == (head + typed(name, 665) + tail).encode()


def test_line_in_a_banner_is_not_a_route(platforms: dict[str, Platform]) -> None:
    text = "hostname trg1\nbanner motd ^C\nip route 203.0.113.10 255.255.255.255 Null0 tag 666\n^C\nend\n"

    seen = canonical(raw(text), platforms["cisco_ios"], trigger=True)

    assert seen.text == text.encode()


def test_platform_without_blackholes_has_no_own_routes(platforms: dict[str, Platform]) -> None:
    text = "version 9.3(8)\nhostname trg1\nip route 203.0.113.10/32 Null0 tag 666\n"

    seen = canonical(raw(text), platforms["cisco_nxos"], trigger=True)

    assert seen.text == text.encode()
