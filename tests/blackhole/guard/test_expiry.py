"""How long one stands: by the settings, longer when it comes back, and never for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwb.blackhole.guard.words import ordinal
from netwb.blackhole.records import Reach, Request
from tests.blackhole.guard.cases import (
    ALARM,
    APPROVED,
    ASKED,
    CAPS,
    MINUTE,
    NOON,
    POLICY,
    ended,
    lasts,
    own,
    reason,
    stands,
    verdict,
)

BY_APPROVAL = replace(POLICY, prefixes=(own(mode="approve"),))


@pytest.mark.parametrize(
    ("before", "minutes"),
    [(0, 10), (1, 20), (2, 40), (3, 80), (4, 160), (5, 240), (6, 240), (5000, 240)],
)
def test_each_time_it_comes_back_it_stands_twice_as_long_up_to_the_maximum(
    before: int, minutes: int
) -> None:
    found = verdict(ALARM, POLICY, *(ended(1 + n / 100) for n in range(before)))

    assert (found.answer, lasts(found)) == ("allow", minutes)


def test_it_says_why_it_stands_longer() -> None:
    found = verdict(ALARM, POLICY, ended(30), ended(60))

    assert reason("expiry", found).text == (
        "For 40 minutes instead of 10 minutes, as it is the 3rd time within 360 minutes"
    )


def test_it_says_no_more_of_the_first_time_or_of_a_person_s_own_minutes() -> None:
    assert reason("expiry", verdict()).text == "For 10 minutes"
    asked = verdict(replace(ASKED, minutes=7), POLICY, ended(30))
    assert reason("expiry", asked).text == "For 7 minutes"


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (13, "13th"), (22, "22nd")],
)
def test_times_are_counted_in_words(number: int, said: str) -> None:
    assert ordinal(number) == said


def test_only_the_same_host_counts_as_a_repeat_and_only_for_so_long() -> None:
    assert lasts(verdict(ALARM, POLICY, ended(30, "203.0.113.11/32"))) == 10
    assert lasts(verdict(ALARM, POLICY, ended(360))) == 10
    assert lasts(verdict(ALARM, POLICY, ended(359))) == 20


@pytest.mark.parametrize(
    ("asked", "answer", "said"),
    [
        (1, "allow", "For 1 minute"),
        (240, "allow", "For 240 minutes"),
        (241, "deny", "241 minutes is longer than the 240 minutes that a blackhole stands at most"),
        (0, "deny", "0 minutes is no time to stand; ask for 1 to 240"),
        (-5, "deny", "is no time to stand"),
        (10**12, "deny", "ask for fewer"),
    ],
)
def test_a_person_says_for_how_long_within_the_maximum(asked: int, answer: str, said: str) -> None:
    found = verdict(replace(ASKED, minutes=asked))

    assert found.answer == answer
    assert said in reason("expiry", found).text
    assert 1 <= lasts(found) <= 240


def test_a_person_s_minutes_are_not_doubled_and_none_are_as_an_alarm_s() -> None:
    assert lasts(verdict(replace(ASKED, minutes=7), POLICY, ended(30))) == 7
    assert lasts(verdict(ASKED, POLICY, ended(30))) == 20


def test_an_alarm_s_minutes_are_those_of_the_settings() -> None:
    assert lasts(verdict(replace(ALARM, minutes=1_000_000))) == 10


@pytest.mark.parametrize(
    ("minutes", "most", "stands_for"), [(600, 240, 240), (0, 240, 1), (10, 0, 1), (-1, -1, 1)]
)
def test_settings_that_contradict_each_other_end_it_all_the_same(
    minutes: int, most: int, stands_for: int
) -> None:
    policy = replace(POLICY, caps=replace(CAPS, minutes=minutes, max_minutes=most))

    assert lasts(verdict(ALARM, policy)) == stands_for


def test_who_approves_may_shorten_it_and_not_lengthen_it() -> None:
    def approved(*minutes: int | None) -> float:
        approvals = tuple(replace(APPROVED, minutes=one) for one in minutes)
        return lasts(verdict(replace(ALARM, approvals=approvals), BY_APPROVAL, ended(9), ended(8)))

    assert approved(None) == 40
    assert approved(10) == 10
    assert approved(100) == 40
    assert approved(30, 15, None) == 15
    assert approved(0) == 1


@pytest.mark.parametrize("request_", [ALARM, replace(ASKED, minutes=3)])
def test_a_repeat_prolongs_what_stands_and_never_shortens_it(request_: Request) -> None:
    soon, late = NOON + 2 * MINUTE, NOON + 100 * MINUTE

    assert verdict(request_, POLICY, stands(expires_at=soon)).expires_at > soon
    assert verdict(request_, POLICY, stands(expires_at=late)).expires_at == late


def test_what_stands_is_no_repeat_that_doubles() -> None:
    assert lasts(verdict(ALARM, POLICY, stands())) == 10
    assert lasts(verdict(ALARM, POLICY, stands(), ended(60))) == 20


def test_of_one_host_that_stands_twice_the_later_end_counts_in_any_order() -> None:
    active = (stands(expires_at=NOON + MINUTE), stands(expires_at=NOON + 90 * MINUTE))

    assert lasts(verdict(ALARM, POLICY, *active)) == 90
    assert lasts(verdict(ALARM, POLICY, *active[::-1])) == 90


@pytest.mark.parametrize(
    ("announced", "expires"),
    [(300, 310), (-9000, -8000), (0, 600_000), (600_000, 600_010), (-10, 0)],
    ids=["clock back", "clock forward", "for ever", "far ahead", "due now"],
)
@pytest.mark.parametrize("request_", [ALARM, ASKED, replace(ALARM, manual=True)])
def test_a_clock_that_jumped_neither_shortens_to_nothing_nor_announces_for_ever(
    request_: Request, announced: float, expires: float
) -> None:
    standing = stands(announced_at=NOON + announced * MINUTE, expires_at=NOON + expires * MINUTE)

    found = verdict(request_, POLICY, standing)

    assert 1 <= lasts(found) <= 240


def test_an_overdue_one_is_prolonged_like_a_new_one() -> None:
    overdue = stands(expires_at=NOON)

    assert verdict(ALARM, POLICY, overdue).answer == "allow"
    assert verdict(ALARM, BY_APPROVAL, overdue).answer == "hold"


def test_a_repeat_that_needs_a_person_leaves_it_as_it_stands() -> None:
    standing = stands(expires_at=NOON + 3 * MINUTE)

    alarm = verdict(ALARM, BY_APPROVAL, standing)
    person = verdict(ASKED, BY_APPROVAL, standing)
    approved = verdict(replace(ALARM, approvals=(APPROVED,)), BY_APPROVAL, standing)

    assert (alarm.answer, lasts(alarm)) == ("allow", 3)
    assert person.answer == "hold"
    assert (approved.answer, lasts(approved)) == ("allow", 10)


@pytest.mark.parametrize(
    ("standing", "asked", "reach", "answer"),
    [
        ("edge", None, "edge", "allow"),
        ("both", None, "both", "allow"),
        ("upstream", None, "both", "hold"),
        ("edge", "upstream", "both", "hold"),
        ("both", "edge", "both", "allow"),
        ("upstream", "upstream", "upstream", "allow"),
    ],
)
def test_what_a_repeat_adds_to_the_reach_needs_a_person(
    standing: Reach, asked: Reach | None, reach: Reach, answer: str
) -> None:
    found = verdict(replace(ALARM, reach=asked), POLICY, stands(reach=standing))

    assert (found.answer, found.reach) == (answer, reach)
