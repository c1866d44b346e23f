"""Which alarms act at once: those of an attack that comes in, and of now."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest

from netwb.blackhole.attack_records import AttackEvent
from netwb.blackhole.guard.direction import why_no_request
from netwb.blackhole.records import Direction
from tests.blackhole.guard.cases import (
    ALARM,
    APPROVED,
    ASKED,
    MINUTE,
    NOON,
    POLICY,
    own,
    reason,
    stands,
    verdict,
)


@pytest.mark.parametrize(
    ("direction", "manual", "answer"),
    [
        ("incoming", False, "allow"),
        ("outgoing", False, "hold"),
        ("other", False, "hold"),
        ("incoming", True, "hold"),
        ("other", True, "hold"),
    ],
)
def test_only_what_comes_in_and_was_found_by_the_detector_itself_acts_at_once(
    direction: Direction, *, manual: bool, answer: str
) -> None:
    found = verdict(replace(ALARM, direction=direction, manual=manual))

    assert (found.answer, reason("direction", found).answer) == (answer, answer)


def test_a_ban_by_hand_of_an_own_host_waits_even_where_alarms_act_at_once() -> None:
    by_hand = replace(ALARM, direction="other", manual=True)

    found = verdict(by_hand, replace(POLICY, prefixes=(own(),)))

    assert found.why == ("Banned by hand at the detector; another person must say so",)


def test_an_alarm_that_does_not_say_which_way_it_goes_is_no_ban_by_hand() -> None:
    assert verdict(replace(ALARM, direction="other")).why == (
        "The detector does not say whether the attack comes in; a person must say so",
    )


def test_which_way_it_goes_is_no_question_to_a_person() -> None:
    assert verdict(replace(ASKED, direction="outgoing", manual=True)).answer == "allow"


@pytest.mark.parametrize(
    ("minutes_ago", "answer", "said"),
    [
        (0, "allow", "of now"),
        (10, "allow", "of now"),
        (10.01, "hold", "The alarm is 10 minutes old"),
        (61, "hold", "The alarm is 61 minutes old"),
        (-5, "allow", "of now"),
        (-6, "hold", "The alarm is 6 minutes ahead of netwb's clock"),
        (-600_000, "hold", "ahead of netwb's clock"),
    ],
)
def test_an_alarm_that_is_not_of_now_is_held(minutes_ago: float, answer: str, said: str) -> None:
    found = verdict(replace(ALARM, observed_at=NOON - minutes_ago * MINUTE))

    assert found.answer == answer
    assert said in reason("lateness", found).text


def test_an_alarm_of_no_time_counts_as_now_and_a_person_asks_now() -> None:
    assert verdict(replace(ALARM, observed_at=None)).answer == "allow"
    assert verdict(replace(ASKED, observed_at=NOON - 600 * MINUTE)).answer == "allow"


@pytest.mark.parametrize(
    "change",
    [{"direction": "outgoing"}, {"manual": True}, {"observed_at": NOON - 60 * MINUTE}],
    ids=["outgoing", "by hand", "late"],
)
def test_another_person_s_word_settles_what_was_asked(change: dict[str, Any]) -> None:
    found = verdict(replace(ALARM, approvals=(APPROVED,), **change))

    assert found.answer == "allow"
    assert any(text.endswith("; jkim approved it") for text in found.why)


def test_a_repeat_with_a_question_leaves_what_stands_as_it_stands() -> None:
    standing = stands(expires_at=NOON + 3 * MINUTE)

    found = verdict(replace(ALARM, manual=True), POLICY, standing)

    assert (found.answer, found.expires_at) == ("allow", standing.expires_at)
    assert reason("direction", found).text.endswith("it stands already, and is left as it stands")


def test_an_event_of_a_host_group_says_why_nothing_can_be_asked_for() -> None:
    event = AttackEvent(action="ban", address=None, direction="incoming", hostgroup="resolvers")

    assert "the host group 'resolvers', which has no single address" in str(why_no_request(event))


def test_an_event_of_no_address_says_so_and_one_of_an_address_is_asked_for() -> None:
    event = AttackEvent(action="ban", address=None, direction="incoming")

    assert why_no_request(event) == "The alarm names no address, so there is nothing to blackhole"
    assert why_no_request(replace(event, address=ip_address("203.0.113.10"))) is None
