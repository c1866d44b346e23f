"""What is other tenants' is not given away, neither to who asks nor to who reads it later."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from netwb.blackhole.guard.telling import narrowed
from netwb.blackhole.records import Never, OwnPrefix, Policy, Request, Standing
from tests.blackhole.guard.cases import (
    ASKED,
    CAPS,
    POLICY,
    PORT,
    TRIGGER,
    asks_for,
    ended,
    lasts,
    own,
    reason,
    stands,
    verdict,
)

ACME = frozenset({"acme"})
NARROW = replace(ASKED, tenants=ACME)
THEIRS = own("198.51.100.0/24", tenant_id="borealis", tenant="borealis")


def theirs(**more: Any) -> Policy:
    return replace(POLICY, prefixes=(*POLICY.prefixes, replace(THEIRS, **more)))


@pytest.mark.parametrize(
    "policy",
    [
        theirs(),
        theirs(mode="never"),
        theirs(mode="approve", reach="both", by_customer=True),
        replace(theirs(), shadow=frozenset({"fra1-id"})),
        replace(
            theirs(), never=(Never(network=ip_network("198.51.100.25/32"), why="borealis' DNS"),)
        ),
        replace(POLICY, prefixes=(*POLICY.prefixes, own("198.51.0.0/16"), THEIRS)),
        replace(POLICY, prefixes=(own("198.51.100.0/24"), THEIRS)),
    ],
    ids=["auto", "never", "approve", "shadow", "listed", "within one's own", "of both"],
)
@pytest.mark.parametrize(
    "active",
    [(), (stands("198.51.100.25/32"),), tuple(ended(n, "198.51.100.25/32") for n in range(3))],
    ids=["new", "stands", "comes back"],
)
@pytest.mark.parametrize("request_", [NARROW, replace(NARROW, customer=True, break_glass=True)])
def test_another_tenant_s_address_and_nobody_s_read_the_same(
    policy: Policy, active: tuple[Standing, ...], request_: Request
) -> None:
    elsewhere = [replace(one, network=ip_network("192.0.2.77/32")) for one in active]

    foreign = verdict(asks_for("198.51.100.25/32", request_), policy, *active)
    nobody = verdict(asks_for("198.51.100.25/32", request_), POLICY, *elsewhere)

    assert foreign == nobody
    assert foreign.prefix is None
    assert "198.51.100.25 is in no prefix that you may act on" in " ".join(foreign.why)


def test_no_prefix_at_all_reads_the_same_too() -> None:
    assert (
        verdict(asks_for("198.51.100.25/32", NARROW), replace(POLICY, prefixes=())).reasons
        == verdict(asks_for("198.51.100.25/32", NARROW), theirs()).reasons
    )


def test_of_one_s_own_address_what_stands_and_what_was_is_known() -> None:
    assert verdict(NARROW, FULL, stands()).answer == "allow"
    assert lasts(verdict(NARROW, POLICY, ended(30))) == 20


def test_an_empty_scope_may_ask_for_nothing() -> None:
    assert verdict(replace(ASKED, tenants=frozenset())).answer == "deny"


def test_a_longer_prefix_of_another_tenant_is_not_one_s_own() -> None:
    inner = own("203.0.113.0/28", tenant_id="borealis", tenant="borealis")
    policy = replace(POLICY, prefixes=(own(), inner))

    assert verdict(NARROW, policy).answer == "deny"
    assert verdict(asks_for("203.0.113.99/32", NARROW), policy).answer == "allow"


@pytest.mark.parametrize(
    ("tenants", "owner", "why"),
    [
        (None, None, ": gateway"),
        (None, "provider", ": gateway"),
        (ACME, "acme", ": gateway"),
        (ACME, "provider", ""),
        (ACME, None, ""),
    ],
)
def test_why_it_is_never_blackholed_is_told_to_who_may_see_whose_thing_it_is(
    tenants: frozenset[str] | None, owner: str | None, why: str
) -> None:
    entry = Never(network=ip_network("203.0.113.8/29"), why="gateway", tenant_id=owner)
    policy = replace(POLICY, never=(entry,))

    found = verdict(replace(ASKED, tenants=tenants), policy)

    assert found.why == (f"203.0.113.10 is on the list of what is never blackholed{why}",)


FULL = replace(
    POLICY,
    caps=replace(CAPS, active=1, per_minute=1),
    triggers=(replace(TRIGGER, max_routes=1),),
    paused="borealis is being moved",
)
GIVEN_AWAY = ("borealis", "trg1", "provider", "1 of", "2 of")


def test_figures_over_all_tenants_are_told_to_who_sees_all() -> None:
    found = verdict(ASKED, FULL, stands("198.51.100.25/32", tenant_id="borealis", minutes_ago=0))

    assert set(found.why) == {
        "1 of at most 1 stand without asking",
        "1 of at most 1 are of the last minute without asking",
        "provider/trg1 carries 1 of ours, and 1 at most; it waits until one that stands has ended",
        "New blackholes are paused: borealis is being moved; it waits until they are resumed",
    }


@pytest.mark.parametrize("prefix", [own(), own(mode="approve")], ids=["auto", "approve"])
def test_who_asks_for_one_tenant_hears_of_no_other(prefix: OwnPrefix) -> None:
    other = stands("198.51.100.25/32", tenant_id="borealis", minutes_ago=0)
    found = verdict(NARROW, replace(FULL, prefixes=(prefix,)), other)

    assert found.answer == "hold"
    told = " ".join(one.text for one in found.reasons)
    assert [word for word in GIVEN_AWAY if word in told] == []
    assert reason("cap_of_tenant", found).text == "0 of at most 5 stand for acme"


def test_who_reads_it_later_for_one_tenant_hears_of_no_other() -> None:
    policy = replace(FULL, never=(Never(network=ip_network("203.0.113.0/24"), why="trg1"),))
    other = stands("198.51.100.25/32", tenant_id="borealis", minutes_ago=0)
    kept = verdict(ASKED, policy, other).reasons

    read = narrowed(kept)

    assert [(one.guard, one.answer) for one in read] == [(one.guard, one.answer) for one in kept]
    told = " ".join(one.text for one in read)
    assert [word for word in GIVEN_AWAY if word in told] == []


@pytest.mark.parametrize("whose", ["acme", "borealis"])
def test_neither_the_port_nor_whose_it_is_is_told_to_who_does_not_see_all(whose: str) -> None:
    port = replace(PORT, tenant_id=whose, tenant=whose)
    policy = replace(POLICY, prefixes=(own(port=port),))

    asked = reason("port", verdict(NARROW, policy))
    (kept,) = narrowed([reason("port", verdict(ASKED, policy))])

    assert asked == kept
    assert asked.answer == ("allow" if whose == "acme" else "deny")
    assert "edge1" not in asked.text
    assert "borealis" not in asked.text
