"""Only hosts of registered prefixes, by those who may, and by the prefix's own mode."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwb.blackhole.records import Mode, OwnPrefix, RoutedPort
from tests.blackhole.guard.cases import (
    ALARM,
    APPROVED,
    ASKED,
    POLICY,
    PORT,
    asks_for,
    own,
    reason,
    verdict,
)


def test_an_alarm_about_an_own_host_is_allowed() -> None:
    found = verdict()

    assert (found.answer, found.prefix, found.reach) == ("allow", own(), "edge")
    assert "203.0.113.10 is in 203.0.113.0/24 of acme" in found.why


def test_every_guard_answers_whatever_the_others_say() -> None:
    names = [one.guard for one in verdict().reasons]
    denied = verdict(asks_for("0.0.0.0/0"), replace(POLICY, prefixes=(), triggers=()))

    assert len(set(names)) == len(names) == 21
    assert [one.guard for one in denied.reasons] == names
    assert all(one.text and "\n" not in one.text for one in denied.reasons)


def test_everything_is_denied_while_no_prefix_is_registered() -> None:
    found = verdict(ALARM, replace(POLICY, prefixes=()))

    assert found.answer == "deny"
    assert found.prefix is None
    assert found.why == (
        "No prefix is registered, so nothing is blackholed; register your own networks first",
    )


def test_what_nobody_registered_is_denied_with_the_cure() -> None:
    found = verdict(asks_for("8.8.8.8/32", ALARM))

    assert found.why == ("8.8.8.8 is in no registered prefix; register its network if it is yours",)


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("203.0.113.60/32", "deny"),
        ("203.0.113.50/32", "allow"),
        ("203.0.113.10/32", "allow"),
    ],
    ids=["never", "auto within never", "auto"],
)
def test_the_longest_prefix_wins(host: str, answer: str) -> None:
    prefixes = (own(), own("203.0.113.48/28", "never"), own("203.0.113.48/30", "auto"))
    policy = replace(POLICY, prefixes=prefixes)

    assert verdict(asks_for(host), policy).answer == answer


def test_a_host_of_a_never_prefix_is_denied_by_its_name() -> None:
    found = verdict(ALARM, replace(POLICY, prefixes=(own(mode="never"),)))

    assert found.why == (
        "No host of 203.0.113.0/24 of acme is ever blackholed; change the prefix's mode first",
    )


@pytest.mark.parametrize(
    "twin",
    [
        own(mode="never"),
        own(mode="approve"),
        own(reach="both"),
        own(site_id=None),
        own(id="0"),
        own(port=PORT),
    ],
    ids=["never", "approve", "reach", "site", "id", "port"],
)
def test_of_one_network_registered_twice_the_stricter_counts_in_any_order(twin: OwnPrefix) -> None:
    found = [
        verdict(ALARM, replace(POLICY, prefixes=prefixes))
        for prefixes in ((own(), twin), (twin, own()))
    ]

    assert found[0] == found[1]
    assert found[0].prefix is not None
    assert (found[0].prefix.mode, found[0].reach) == (twin.mode, "edge")


def test_a_network_of_two_tenants_is_nobody_s_until_one_gives_it_up() -> None:
    policy = replace(POLICY, prefixes=(own(), own(tenant_id="borealis", tenant="borealis")))

    found = verdict(ALARM, policy)

    assert found.why == (
        "203.0.113.0/24 is registered for acme and borealis; leave it to one of them",
    )


@pytest.mark.parametrize(("allowed", "answer"), [(True, "allow"), (False, "deny")])
def test_a_tenant_s_own_people_ask_only_where_its_policy_says_so(
    *, allowed: bool, answer: str
) -> None:
    policy = replace(POLICY, prefixes=(own(by_customer=allowed),))
    customer = replace(ASKED, customer=True, tenants=frozenset({"acme"}))

    found = verdict(customer, policy)

    assert (found.answer, reason("customer", found).answer) == (answer, answer)
    assert reason("customer", found).text.startswith("In 203.0.113.0/24 the people of acme may")


@pytest.mark.parametrize(("mode", "way"), [("auto", "at once"), ("approve", "by approval")])
def test_a_prefix_says_how_its_hosts_are_blackholed(mode: Mode, way: str) -> None:
    found = verdict(ALARM, replace(POLICY, prefixes=(own(mode=mode),)))

    assert reason("mode", found).text == f"Hosts of 203.0.113.0/24 of acme are blackholed {way}"


@pytest.mark.parametrize(
    ("port", "answer", "words"),
    [
        (None, "allow", "203.0.113.0/24 names no port that it is routed to"),
        (
            PORT,
            "allow",
            "203.0.113.0/24 is routed to provider/edge1 xe-0/0/1, which is for acme too",
        ),
        (
            replace(PORT, tenant_id="borealis", tenant="borealis"),
            "deny",
            (
                "203.0.113.0/24 of acme is routed to provider/edge1 xe-0/0/1 of borealis; set whom"
                " the port is for, or the prefix's port"
            ),
        ),
        (
            RoutedPort(id="p1"),
            "deny",
            (
                "203.0.113.0/24 is routed to a port that the inventory has no more; name the one"
                " that it is routed to now"
            ),
        ),
    ],
    ids=["none", "its own", "another tenant's", "gone"],
)
def test_a_prefix_and_the_port_that_it_is_routed_to_have_one_tenant(
    port: RoutedPort | None, answer: str, words: str
) -> None:
    found = verdict(ALARM, replace(POLICY, prefixes=(own(port=port),)))

    assert (found.answer, reason("port", found).text) == (answer, words)


def test_no_approval_lifts_another_tenant_s_port() -> None:
    port = replace(PORT, tenant_id="borealis", tenant="borealis")
    request = replace(ASKED, approvals=(APPROVED,), break_glass=True)

    found = verdict(request, replace(POLICY, prefixes=(own(mode="approve", port=port),)))

    assert found.answer == "deny"
