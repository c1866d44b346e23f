"""Host routes typed at simulated devices: kept, shown, saved, heard by others, and refused."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from netwb.lab.configuring import show_route, take_line, unsaved
from netwb.lab.shelf import Shelf
from netwb.lab.static_routes import StaticRoutes
from tests.lab.ground import make_device, make_world

FOUR, SIX = ip_network("203.0.113.10/32"), ip_network("2001:db8:cafe::10/128")
KEY, EDGE, STRANGER = "acme/trg1", "acme/edge1", "umbra/edge1"
ON = {
    "frr": "ip route 203.0.113.10/32 Null0 tag 666",
    "arista_eos": "ip route 203.0.113.10/32 Null0 tag 666",
    "cisco_ios": "ip route 203.0.113.10 255.255.255.255 Null0 tag 666",
}


@pytest.mark.parametrize("platform", sorted(ON))
def test_typed_route_stands_in_the_running_configuration(platform: str) -> None:
    shelf = Shelf(make_world(make_device(KEY, platform=platform)))
    before = shelf.config("running", KEY, None)

    for line in (ON[platform], "ipv6 route 2001:db8:cafe::10/128 Null0 tag 667"):
        assert take_line(line, platform, KEY, shelf.routes) == ""

    lines = shelf.config("running", KEY, None).decode().lower().split("\r\n")
    new = [line for line in lines if line not in before.decode().lower().split("\r\n")]
    assert ON[platform].lower() in new
    assert "ipv6 route 2001:db8:cafe::10/128 null0 tag 667" in new
    assert len([line for line in new if "current configuration" not in line]) == 2


def test_ios_counts_the_bytes_of_typed_routes() -> None:
    shelf = Shelf(make_world(make_device(KEY)))
    take_line(ON["cisco_ios"], "cisco_ios", KEY, shelf.routes)

    text = shelf.config("running", KEY, None).replace(b"\r", b"")

    _, _, rest = text.partition(b"Current configuration : ")
    count, _, body = rest.partition(b" bytes\n")
    assert int(count) == len(body.removesuffix(b"\n"))


def test_saved_routes_stand_after_a_reboot_and_others_do_not() -> None:
    routes = StaticRoutes()
    routes.put(KEY, FOUR, 666)
    routes.save(KEY)
    routes.put(KEY, SIX, 666)

    routes.reboot(KEY)

    assert routes.standing(KEY) == {FOUR: 666} == routes.saved(KEY)


def test_announced_route_is_heard_by_the_tenants_other_devices_alone() -> None:
    routes = StaticRoutes()
    routes.put(KEY, FOUR, 666)
    routes.put(KEY, SIX, None)

    assert routes.discards(KEY, FOUR) == "static"
    assert routes.discards(EDGE, FOUR) == "bgp"
    assert routes.discards(EDGE, SIX) is None
    assert routes.discards(STRANGER, FOUR) is None


@pytest.mark.parametrize(
    ("platform", "line", "answer"),
    [
        ("frr", "no ip route 203.0.113.99/32 Null0 tag 666", "% Refusing to remove a non-existent"),
        ("cisco_ios", "no ip route 203.0.113.99 255.255.255.255 Null0", "%No matching route"),
        ("arista_eos", "no ip route 203.0.113.99/32 Null0", ""),
        ("frr", "!", ""),
        ("frr", "ip route 203.0.113.300/32 Null0 tag 666", None),
        ("frr", "ip route 203.0.113.9 255.255.255.255 Null0 tag 666", None),
        ("cisco_ios", "ip route 203.0.113.9/32 Null0 tag 666", None),
        ("frr", "router bgp 64500", None),
    ],
)
def test_line_is_answered_as_the_platform_does(
    platform: str, line: str, answer: str | None
) -> None:
    said = take_line(line, platform, KEY, StaticRoutes())

    assert said is None if answer is None else (said or "").startswith(answer)


def test_wrong_tag_removes_the_route_all_the_same() -> None:
    routes = StaticRoutes()
    routes.put(KEY, FOUR, 666)

    take_line("no ip route 203.0.113.10/32 Null0 tag 1", "frr", KEY, routes)

    assert routes.standing(KEY) == {}


@pytest.mark.parametrize("platform", ["cisco_ios", "arista_eos"])
def test_differences_show_what_is_not_saved(platform: str) -> None:
    routes = StaticRoutes()
    routes.put(KEY, FOUR, 666)
    routes.save(KEY)
    routes.remove(KEY, FOUR)
    routes.put(KEY, SIX, 667)

    lines = unsaved(platform, KEY, routes).splitlines()

    assert f"-{ON[platform]}" in lines
    assert "+ipv6 route 2001:db8:cafe::10/128 Null0 tag 667" in lines


@pytest.mark.parametrize("asked", ["", "nonsense", "203.0.113.300/32"])
def test_lookup_of_no_address_is_no_command(asked: str) -> None:
    assert show_route(asked, "frr", KEY, StaticRoutes()) is None
