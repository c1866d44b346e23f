"""What is typed at routers, and what their answers mean: by recorded and hand-written answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.blackhole.commands import (
    Answer,
    announcing,
    is_committed,
    is_saved,
    judge,
    lookup_line,
    off_lines,
    read_listing,
    read_lookups,
    tag_of,
    why_unsafe,
    withdrawing,
)
from netwb.blackhole.records import RouteThere
from tests.blackhole.ground_routers import FOUR, NAMES, SIX, net, recorded, words

ON = {
    "frr": (
        "configure terminal",
        "ip route 203.0.113.10/32 Null0 tag 666",
        "ipv6 route 2001:db8:cafe::10/128 Null0 tag 666",
        "end",
    ),
    "arista_eos": (
        "configure terminal",
        "ip route 203.0.113.10/32 Null0 tag 666",
        "ipv6 route 2001:db8:cafe::10/128 Null0 tag 666",
        "end",
    ),
    "cisco_ios": (
        "configure terminal",
        "ip route 203.0.113.10 255.255.255.255 Null0 tag 666",
        "ipv6 route 2001:db8:cafe::10/128 Null0 tag 666",
        "end",
    ),
    "cisco_xr": (
        "configure terminal",
        "router static address-family ipv4 unicast 203.0.113.10/32 Null0 tag 666",
        "router static address-family ipv6 unicast 2001:db8:cafe::10/128 Null0 tag 666",
        "commit",
        "end",
    ),
    "juniper_junos": (
        "configure private",
        "set routing-options static route 203.0.113.10/32 discard",
        "set routing-options static route 203.0.113.10/32 tag 666",
        "set routing-options rib inet6.0 static route 2001:db8:cafe::10/128 discard",
        "set routing-options rib inet6.0 static route 2001:db8:cafe::10/128 tag 666",
        "commit",
        "exit configuration-mode",
    ),
}
OFF = {
    "frr": "no ip route 203.0.113.10/32 Null0 tag 667",
    "arista_eos": "no ip route 203.0.113.10/32 Null0 tag 667",
    "cisco_ios": "no ip route 203.0.113.10 255.255.255.255 Null0 tag 667",
    "cisco_xr": "no router static address-family ipv4 unicast 203.0.113.10/32 Null0",
    "juniper_junos": "delete routing-options static route 203.0.113.10/32",
}


@pytest.mark.parametrize("name", NAMES)
def test_dry_run_gives_every_line_as_it_is_typed(name: str) -> None:
    assert announcing(words(name), [FOUR, SIX], "edge") == ON[name]


@pytest.mark.parametrize("name", NAMES)
def test_withdrawal_gives_every_line_as_it_is_typed(name: str) -> None:
    typed = withdrawing(words(name), [FOUR], "upstream")

    assert OFF[name] in typed
    assert typed[0] == words(name).enter[0]
    assert typed[-1] == words(name).leave[-1]


def test_tag_follows_the_reach() -> None:
    assert [tag_of(reach) for reach in ("edge", "upstream", "both")] == [666, 667, 667]


# -- listings

LISTED: dict[str, dict[str, tuple[str, int | None]]] = {
    "frr": {
        "192.0.2.1/32": ("blackhole", None),
        "203.0.113.9/32": ("other", None),
        "203.0.113.10/32": ("blackhole", 666),
        "203.0.113.11/32": ("other", None),
        "203.0.113.12/32": ("other", None),
        "203.0.113.13/32": ("other", None),
        "203.0.113.14/32": ("other", 666),
        "203.0.113.20/32": ("blackhole", 667),
        "100::1/128": ("blackhole", None),
        "2001:db8:cafe::10/128": ("blackhole", 666),
    },
    "cisco_ios": {
        "192.0.2.1/32": ("blackhole", None),
        "203.0.113.10/32": ("blackhole", 666),
        "203.0.113.11/32": ("other", None),
        "203.0.113.12/32": ("other", 666),
        "203.0.113.13/32": ("other", 666),
        "203.0.113.14/32": ("other", None),
        "203.0.113.15/32": ("blackhole", 667),
        "2001:db8:cafe::10/128": ("blackhole", 666),
    },
    "arista_eos": {
        "203.0.113.10/32": ("blackhole", 666),
        "203.0.113.11/32": ("other", None),
        "203.0.113.12/32": ("other", None),
        "2001:db8:cafe::10/128": ("blackhole", 667),
    },
    "cisco_xr": {
        "203.0.113.10/32": ("blackhole", 666),
        "203.0.113.11/32": ("other", None),
        "203.0.113.12/32": ("other", None),
        "2001:db8:cafe::10/128": ("blackhole", 667),
    },
    "juniper_junos": {
        "203.0.113.10/32": ("blackhole", 666),
        "203.0.113.11/32": ("other", 666),
        "203.0.113.12/32": ("other", 666),
        "203.0.113.13/32": ("other", 666),
        "2001:db8:cafe::10/128": ("blackhole", 667),
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_listing_tells_our_routes_from_all_others(name: str) -> None:
    routes = read_listing(recorded(name, "listing"), words(name))

    assert {str(n): (r.kind, r.tag) for n, r in routes.items()} == LISTED[name]
    assert all(r.ours == (LISTED[name][str(n)] in OURS) for n, r in routes.items())


OURS = {("blackhole", 666), ("blackhole", 667)}


def test_two_next_hops_of_one_host_are_never_ours() -> None:
    text = (
        b"ip route 203.0.113.10/32 Null0 tag 666\r\nip route 203.0.113.10/32 10.0.0.1 tag 666\r\n"
    )

    (route,) = read_listing(text, words("frr")).values()

    assert route.kind == "other"
    assert not route.ours
    assert route.said == "ip route 203.0.113.10/32 10.0.0.1 tag 666"


def test_host_with_two_tags_is_not_ours() -> None:
    text = b"ip route 203.0.113.10/32 Null0 tag 666\nip route 203.0.113.10/32 Null0 tag 667\n"

    assert not any(route.ours for route in read_listing(text, words("frr")).values())


@pytest.mark.parametrize(
    "line", ["ip route 203.0.113.300/32 Null0 tag 666", "ip route ::/32 Null0"]
)
def test_line_without_an_address_is_no_route(line: str) -> None:
    assert read_listing(line.encode(), words("frr")) == {}


def test_listing_of_a_whole_configuration_gives_the_same_routes() -> None:
    """After vtysh found a daemon again it prints all of it, whatever was asked for."""
    whole = (
        b"hostname trigger\r\n!\r\n" + recorded("frr", "listing") + b"router bgp 64500\r\nend\r\n"
    )

    assert read_listing(whole, words("frr")) == read_listing(
        recorded("frr", "listing"), words("frr")
    )


# -- where an edge sends an address


def test_frr_edge_says_blackhole_absent_and_next_hop_by_type() -> None:
    asked = [FOUR, net("203.0.113.99/32"), SIX, net("203.0.113.77/32")]

    routes = read_lookups(recorded("frr", "lookups"), words("frr"), asked)

    assert [(routes[one].kind, routes[one].said) for one in asked] == [
        ("blackhole", ""),
        ("absent", ""),
        ("blackhole", ""),
        ("other", "10.255.0.2 e0"),
    ]


def test_ipv6_route_to_the_triggers_link_local_address_is_no_blackhole() -> None:
    """Without `prefer-global` the flood goes to the trigger: the route is there, and of no use."""
    routes = read_lookups(recorded("frr", "lookup_link_local"), words("frr"), [SIX])

    assert routes[SIX].kind == "other"
    assert routes[SIX].said.startswith("fe80::")


BLACKHOLE_AND_MORE = (
    b'{"203.0.113.10/32":[{"nexthops":['
    b'{"fib":true,"blackhole":true},{"fib":true,"ip":"192.0.2.9"}]}]}'
)


def test_route_that_goes_on_by_a_second_next_hop_is_no_blackhole() -> None:
    routes = read_lookups(BLACKHOLE_AND_MORE, words("frr"), [FOUR])

    assert routes == {FOUR: RouteThere(network=FOUR, kind="other", said="192.0.2.9")}


@pytest.mark.parametrize(
    "text",
    [
        b"% Unknown command: show ip route 203.0.113.10/32 json",
        b'{"203.0.113.99/32":[{"nexthops":[]}]}',
        b'{"203.0.113.10/32":',
        b"{" * 100_000,
        b'["203.0.113.10/32"]',
        b"",
    ],
    ids=["unknown", "another route", "cut", "deep", "list", "empty"],
)
def test_json_that_is_not_the_answer_tells_nothing(text: bytes) -> None:
    assert read_lookups(text, words("frr"), [FOUR]) == {}


@pytest.mark.parametrize("entry", ["1", "[1]", '[{"nexthops":1}]', '[{"nexthops":[1,{}]}]'])
def test_route_of_a_strange_shape_is_no_blackhole(entry: str) -> None:
    text = f'{{"203.0.113.10/32":{entry}}}'.encode()

    assert read_lookups(text, words("frr"), [FOUR])[FOUR].kind == "other"


@pytest.mark.parametrize("name", [one for one in NAMES if one != "frr"])
@pytest.mark.parametrize("kind", ["blackhole", "other", "absent"])
def test_text_of_an_edge_says_where_it_sends_an_address(name: str, kind: str) -> None:
    routes = read_lookups(recorded(name, f"lookup_{kind}"), words(name), [FOUR])

    assert routes[FOUR].kind == kind


def test_lookup_that_is_refused_tells_nothing() -> None:
    text = (
        b"show ip cef 203.0.113.10 255.255.255.255\r\n% Invalid input detected at '^' marker.\r\n"
    )

    assert read_lookups(text, words("cisco_ios"), [FOUR]) == {}


def test_covering_network_is_not_the_hosts_route() -> None:
    text = b"show ip cef 203.0.113.10 255.255.255.255\r\n203.0.113.0/24\r\n  attached to Null0\r\n"

    assert read_lookups(text, words("cisco_ios"), [FOUR])[FOUR].kind == "absent"


# -- what was said to typed lines


def test_answers_to_typed_lines_are_sorted() -> None:
    typed = [
        "no ip route 203.0.113.77/32 Null0 tag 666",
        "ip route 203.0.113.300/32 Null0 tag 666",
        "end",
    ]

    answer = judge(recorded("frr", "typed_ahead"), typed, words("frr"))

    assert answer == Answer(
        refused=("% Unknown command: ip route 203.0.113.300/32 Null0 tag 666",),
        done=("% Refusing to remove a non-existent route",),
        new=("Warning: connecting to bgpd...failed!",),
    )


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("frr", "VTY configuration is locked by other VTY"),
        ("cisco_ios", "% Invalid input detected at '^' marker."),
        ("cisco_ios", "Command authorization failed."),
        ("arista_eos", "% Invalid input (at token 2: 'rout')"),
        ("cisco_xr", "% Failed to commit one or more configuration items"),
        ("juniper_junos", "error: configuration database locked by ana"),
    ],
)
def test_refusal_is_seen_as_one(name: str, line: str) -> None:
    answer = judge(f"{line}\r\n".encode(), ["x"], words(name))

    assert answer.refused == (line,)
    assert answer.words == line


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("frr", "% Refusing to remove a non-existent route"),
        ("cisco_ios", "%No matching route to delete"),
        ("juniper_junos", "warning: statement not found"),
    ],
)
def test_removing_what_is_gone_is_done_already(name: str, line: str) -> None:
    assert judge(line.encode(), ["x"], words(name)) == Answer(done=(line,))


def test_something_new_is_told_and_is_neither_yes_nor_no() -> None:
    answer = judge(b"change queued for review 4711\r\n", ["ip route"], words("frr"))

    assert answer == Answer(new=("change queued for review 4711",))


def test_words_of_a_router_are_bounded_and_hold_no_control_character() -> None:
    answer = judge(b"% \x1b[2Jbad\x07 \xe2\x80\xae" + b"x" * 100_000, ["end"], words("frr"))

    assert len(answer.words) <= 203
    assert answer.words.startswith("%  [2Jbad")
    assert answer.words.isprintable()


def test_commit_counts_where_the_router_says_so() -> None:
    assert is_committed(b"commit complete\r\n", words("juniper_junos"))
    assert not is_committed(b"\r\n", words("juniper_junos"))
    assert is_committed(b"\r\n", words("cisco_xr"))


def test_saving_counts_where_the_router_says_so() -> None:
    said = (
        b"% Warning: can't chown configuration file /etc/frr/frr.conf: Operation not permitted\r\n"
        b"Integrated configuration saved to /etc/frr/frr.conf\r\n[OK]\r\n"
    )

    assert is_saved(said, words("frr"))
    assert judge(said, ["write memory"], words("frr")).refused == ()
    assert not is_saved(b"Building Configuration...\r\n", words("frr"))


# -- saving


def test_dead_bgpd_makes_saving_unsafe() -> None:
    why = why_unsafe(words("frr"), alive=b"show daemons\r\n zebra staticd\r\n", unsaved=b"")

    assert why == "not every daemon answers: `show daemons` says ``"


def test_living_daemons_make_saving_safe() -> None:
    assert why_unsafe(words("frr"), alive=b" zebra bgpd staticd\r\n", unsaved=b"") is None


def test_our_own_unsaved_routes_may_be_saved() -> None:
    assert (
        why_unsafe(words("cisco_ios"), alive=b"", unsaved=recorded("cisco_ios", "unsaved")) is None
    )


def test_unsaved_change_of_somebody_else_is_not_saved() -> None:
    unsaved = recorded("cisco_ios", "unsaved") + b"+ shutdown\r\n"

    why = why_unsafe(words("cisco_ios"), alive=b"", unsaved=unsaved)

    assert why == "it would save what others left unsaved: `+ shutdown`"


def test_differences_that_are_not_shown_make_saving_unsafe() -> None:
    why = why_unsafe(words("arista_eos"), alive=b"", unsaved=b"% Invalid input\r\n")

    assert why is not None
    assert "is refused" in why


def test_heading_of_differences_is_no_difference() -> None:
    diffs = b"--- flash:/startup-config\n+++ system:/running-config\n+ip route 203.0.113.1/32 Null0 tag 666\n"

    assert why_unsafe(words("arista_eos"), alive=b"", unsaved=diffs) is None


# -- laws


@pytest.mark.parametrize("name", NAMES)
@given(text=st.binary(max_size=2000))
def test_any_bytes_are_read_without_a_fault(name: str, text: bytes) -> None:
    spoken = words(name)

    routes = read_listing(text, spoken)
    read_lookups(text, spoken, [FOUR])
    judge(text, ["x"], spoken)

    assert all(network.num_addresses == 1 for network in routes)


@pytest.mark.parametrize("name", NAMES)
@given(number=st.integers(0, 2**32 - 1), reach=st.sampled_from(["edge", "upstream"]))
def test_what_is_typed_is_what_is_read_back_as_ours(name: str, number: int, reach: str) -> None:
    network, spoken = net(str(net("0.0.0.0/0")[number])), words(name)
    tag = tag_of(reach)  # type: ignore[arg-type]

    lines = announcing(spoken, [network], reach)  # type: ignore[arg-type]
    (route,) = read_listing("\n".join(lines).encode(), spoken).values()

    assert (route.network, route.kind, route.tag, route.ours) == (network, "blackhole", tag, True)
    assert str(network.network_address) in off_lines(spoken, network, tag)[0]
    assert str(network.network_address) in lookup_line(spoken, network)


@pytest.mark.parametrize("name", ["frr", "arista_eos", "cisco_ios"])
def test_own_lines_are_told_by_one_pattern(name: str) -> None:
    spoken = words(name)
    mine, theirs = announcing(spoken, [FOUR], "edge")[1], announcing(spoken, [FOUR], "edge")[0]

    assert spoken.ipv4.own.fullmatch(mine.encode())
    assert not spoken.ipv4.own.fullmatch(mine.replace("666", "665").encode())
    assert not spoken.ipv4.own.fullmatch(theirs.encode())
