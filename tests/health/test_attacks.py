"""What is missing before an attack is answered, each with what cures it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from netwb.blackhole.attack_records import Sender
from netwb.blackhole.records import OwnPrefix, RoutedPort, Router, RouterRole
from netwb.health.attacks import Defense, judge_defense, reached_by_name
from tests.views.inventory.test_rows import device

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PREFIX = OwnPrefix(
    id="p",
    tenant_id="t",
    tenant="acme",
    network=ip_network("203.0.113.0/24"),
    mode="auto",
    reach="edge",
    by_customer=False,
    site_id=None,
    site=None,
)
SENDER = Sender(
    id="s",
    name="fnm1",
    kind="community",
    networks=(),
    rotating=False,
    callback=False,
    status="active",
    created_at=NOON,
    created_by="ana",
    heard_at=NOON,
)


def router(hostname: str, role: RouterRole = "trigger", **changes: str) -> Router:
    return replace(
        Router(
            device_id=hostname,
            tenant_id="t",
            tenant="acme",
            hostname=hostname,
            platform="frr",
            role=role,
        ),
        **changes,  # type: ignore[arg-type]
    )


READY = Defense(
    prefixes=[PREFIX],
    triggers=[router("trg1"), router("trg2")],
    edges=[router("edge1", "edge")],
    senders=[SENDER],
    verified={"frr": True, "arista_eos": False},
    now=NOON,
)


def said(defense: Defense) -> list[tuple[str, str]]:
    found = judge_defense(defense)
    assert all(one.check == "attacks" for one in found)
    assert all(bool(one.cure) == (one.verdict != "ok") for one in found)
    return [(one.verdict, one.said) for one in found]


def test_nothing_registered_is_as_it_should_be() -> None:
    nothing = Defense(prefixes=[], triggers=[], edges=[], senders=[], verified={}, now=NOON)

    assert said(nothing) == [("ok", "no prefix is registered, so nothing is blackholed")]


def test_what_is_complete_is_counted() -> None:
    assert said(READY) == [("ok", "1 prefix, 2 triggers, 1 edge, 1 sender")]


def test_each_thing_that_is_missing_is_told() -> None:
    assert said(replace(READY, triggers=[], edges=[])) == [
        ("wrong", "1 prefix is registered, and no trigger announces anything")
    ]
    assert said(replace(READY, prefixes=[PREFIX, PREFIX], triggers=[]))[0][1].startswith(
        "2 prefixes are registered"
    )
    assert said(replace(READY, prefixes=[])) == [
        ("wrong", "no prefix is registered, so every request is denied")
    ]
    assert said(replace(READY, triggers=[router("trg1")])) == [
        ("advice", "acme/trg1 is the only trigger: what it announced goes with it")
    ]
    assert said(replace(READY, edges=[])) == [
        ("advice", "no edge is registered, so nobody looks whether blackholes are obeyed")
    ]
    assert said(replace(READY, senders=[])) == [
        ("advice", "no detector reports attacks, so only people ask for blackholes")
    ]


def test_a_platform_without_commands_and_one_that_is_not_verified_are_told() -> None:
    triggers = [router("trg1", platform="cisco_nxos"), router("trg2", platform="arista_eos")]

    found = judge_defense(replace(READY, triggers=triggers))

    assert [(one.verdict, one.said.partition(",")[0]) for one in found] == [
        ("wrong", "trigger acme/trg1 is of platform cisco_nxos"),
        ("advice", "commands of blackholes of platform arista_eos are not verified"),
    ]


def test_a_router_that_does_not_answer_and_a_sender_that_is_silent_are_told() -> None:
    defense = replace(
        READY,
        edges=[router("edge1", "edge", fault="it does not answer")],
        senders=[replace(SENDER, heard_at=None), replace(SENDER, name="fnm2", rotating=True)],
    )

    assert said(defense) == [
        ("wrong", "edge acme/edge1 could not be read last: it does not answer"),
        ("advice", "sender fnm1 was never heard"),
        ("advice", "the key of sender fnm2 is rotated, and the one before is taken still"),
    ]


def test_a_sender_that_has_been_silent_for_long_is_told_and_a_retired_one_is_not() -> None:
    old = replace(SENDER, heard_at=NOON - timedelta(days=9))
    gone = replace(old, name="fnm9", status="retired")

    assert said(replace(READY, senders=[old, gone])) == [
        ("advice", "sender fnm1 was last heard 9 d ago")
    ]


def test_what_no_list_spares_is_told_where_there_is_something_to_blackhole() -> None:
    names = [f"acme/edge{number}" for number in range(1, 6)]
    bare = replace(READY, named=names, spares=False)

    told = [one for _, one in said(bare)]

    assert told[0].startswith("acme/edge1, acme/edge2, acme/edge3 and 2 more are reached by a name")
    assert told[1].startswith("the setting blackhole.never is empty")
    assert len(said(replace(bare, prefixes=[]))) == 1


def test_a_device_that_is_reached_by_a_name_has_no_address_to_spare() -> None:
    addresses = {"edge1": "198.51.100.7", "edge2": "edge2.example.net", "edge3": "2001:db8::7"}
    devices = [device(name, address=address) for name, address in addresses.items()]

    assert reached_by_name(devices) == ("acme/edge2",)


def test_a_prefix_whose_port_is_not_its_tenants_is_named() -> None:
    theirs = RoutedPort(id="p1", label="acme/edge1 xe-0/0/1", tenant_id="t2", tenant="umbra")
    ports = (theirs, RoutedPort(id="p2"), replace(theirs, tenant_id="t", tenant="acme"), None)
    prefixes = [replace(PREFIX, port=port) for port in ports]

    found = said(replace(READY, prefixes=prefixes))

    denied = "so every host of it is denied"
    assert found == [
        (
            "wrong",
            f"203.0.113.0/24 of acme is routed to acme/edge1 xe-0/0/1 of umbra, {denied}",
        ),
        ("wrong", f"203.0.113.0/24 of acme is routed to a port that is gone, {denied}"),
    ]
