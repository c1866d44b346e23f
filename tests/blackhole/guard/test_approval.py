"""Who must say so beside who asked, and what nobody's word changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netwb.blackhole.records import Approval, Mode, Reach, Request
from tests.blackhole.guard.cases import (
    ALARM,
    APPROVED,
    ASKED,
    MINUTE,
    NOON,
    POLICY,
    asks_for,
    lasts,
    own,
    reason,
    stands,
    verdict,
)

BY_APPROVAL = replace(POLICY, prefixes=(own(mode="approve"),))
TOKEN = replace(ASKED, by="token:erp", machine=True)


@pytest.mark.parametrize(
    ("request_", "who"),
    [
        (ASKED, "another person than who asked"),
        (ALARM, "a person"),
        (TOKEN, "another person than the owner of what asked"),
        (replace(ASKED, person=None), "a person"),
    ],
)
def test_a_prefix_by_approval_waits_for_another_person(request_: Request, who: str) -> None:
    found = verdict(request_, BY_APPROVAL)

    assert found.answer == "hold"
    assert found.why == (
        f"203.0.113.0/24 of acme is blackholed by approval only; {who} must approve it",
    )


@pytest.mark.parametrize(
    ("approval", "answer"),
    [
        (APPROVED, "allow"),
        (replace(APPROVED, at=NOON - 29 * MINUTE), "allow"),
        (replace(APPROVED, at=NOON + 5 * MINUTE), "allow"),
        (replace(APPROVED, person="asantos"), "hold"),
        (replace(APPROVED, person=""), "hold"),
        (replace(APPROVED, at=NOON - 30 * MINUTE), "hold"),
        (replace(APPROVED, at=NOON + 6 * MINUTE), "hold"),
    ],
    ids=["other", "fresh", "clocks differ", "same", "nobody", "expired", "ahead"],
)
@pytest.mark.parametrize("request_", [ASKED, TOKEN])
def test_only_another_person_s_approval_of_now_counts(
    request_: Request, approval: Approval, answer: str
) -> None:
    found = verdict(replace(request_, approvals=(approval,)), BY_APPROVAL)

    assert found.answer == answer


def test_one_that_counts_is_enough_and_is_named() -> None:
    own_word = replace(APPROVED, person="asantos", name="asantos")
    second = replace(APPROVED, person="rpatel", name="rpatel")

    found = verdict(replace(ASKED, approvals=(own_word, second, APPROVED)), BY_APPROVAL)

    assert found.answer == "allow"
    assert reason("approval", found).text.endswith("; jkim and rpatel approved it")


@pytest.mark.parametrize("mode", ["auto", "approve"])
@pytest.mark.parametrize(
    ("registered", "asked", "reach", "alone"),
    [
        ("edge", None, "edge", True),
        ("edge", "upstream", "upstream", False),
        ("edge", "both", "both", False),
        ("both", None, "both", False),
        ("upstream", None, "upstream", False),
        ("both", "edge", "edge", True),
    ],
)
def test_what_an_upstream_hears_needs_another_person_in_every_prefix(
    mode: Mode, registered: Reach, asked: Reach | None, reach: Reach, *, alone: bool
) -> None:
    policy = replace(POLICY, prefixes=(own(mode=mode, reach=registered),))

    found = verdict(replace(ASKED, reach=asked), policy)

    assert found.reach == reach
    assert found.answer == ("allow" if alone and mode == "auto" else "hold")
    approved = replace(ASKED, reach=asked, approvals=(APPROVED,))
    assert verdict(approved, policy).answer == "allow"


@pytest.mark.parametrize(
    "denied",
    [
        asks_for("8.8.8.8/32"),
        asks_for("203.0.113.0/25"),
        asks_for("203.0.113.1/32"),
        asks_for("203.0.113.255/32"),
        replace(ASKED, minutes=241),
        replace(ASKED, tenants=frozenset({"borealis"})),
        replace(ASKED, break_glass=True, reason=" "),
    ],
)
def test_no_approval_lifts_a_denial(denied: Request) -> None:
    assert verdict(denied).answer == "deny"
    assert verdict(replace(denied, approvals=(APPROVED,))).answer == "deny"


@pytest.mark.parametrize(
    ("change", "minutes", "answer", "said"),
    [
        ({}, 10, "allow", "nobody else is asked, and every admin is told"),
        ({"minutes": 30}, 30, "allow", "nobody else is asked"),
        ({"minutes": 31}, 30, "deny", "has 30 minutes at most, and asked for 31; ask for fewer"),
        ({"reason": ""}, 10, "deny", "give a reason"),
        ({"reason": " \t"}, 10, "deny", "give a reason"),
        ({"machine": True}, 10, "deny", "Only a person breaks the glass"),
        ({"person": None}, 10, "deny", "Only a person breaks the glass"),
        ({"person": ""}, 10, "deny", "Only a person breaks the glass"),
        ({"alarm": True}, 10, "deny", "Only a person breaks the glass"),
        ({"reach": "both"}, 10, "allow", "nobody else is asked"),
    ],
)
def test_who_breaks_the_glass_skips_the_second_person_for_a_reason_and_a_short_time(
    change: dict[str, Any], minutes: int, answer: str, said: str
) -> None:
    fields: dict[str, Any] = {"break_glass": True, **change}

    found = verdict(replace(ASKED, **fields), BY_APPROVAL)

    assert (found.answer, lasts(found)) == (answer, minutes)
    assert said in reason("break_glass", found).text


def test_the_glass_holds_a_long_back_off_short_too() -> None:
    many = tuple(stands(ended_at=NOON - MINUTE, minutes_ago=9) for _ in range(4))

    assert lasts(verdict(replace(ASKED, break_glass=True), POLICY, *many)) == 30
