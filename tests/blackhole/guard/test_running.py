"""While netwb is paused, or nothing would take a blackhole back, none is announced; a shadow is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from netwb.blackhole.records import OwnPrefix, Policy
from tests.blackhole.guard.cases import (
    ALARM,
    APPROVED,
    ASKED,
    CAPS,
    MINUTE,
    NOON,
    POLICY,
    TRIGGER,
    lasts,
    own,
    reason,
    stands,
    verdict,
)


def test_while_new_ones_are_paused_they_wait_and_no_approval_changes_it() -> None:
    policy = replace(POLICY, paused="router exchange, CHG-77", paused_at=NOON - 8 * MINUTE)

    found = verdict(replace(ALARM, approvals=(APPROVED,)), policy)

    assert found.answer == "hold"
    assert reason("pause", found).text == (
        "New blackholes are paused since 2026-11-29 11:52 UTC: router exchange, CHG-77;"
        " it waits until they are resumed"
    )
    assert verdict(replace(ASKED, break_glass=True), policy).answer == "hold"


def test_a_pause_without_a_word_is_a_pause() -> None:
    assert verdict(ALARM, replace(POLICY, paused="")).why == (
        "New blackholes are paused; it waits until they are resumed",
    )


def test_what_stands_goes_on_while_new_ones_are_paused() -> None:
    assert verdict(ALARM, replace(POLICY, paused="x"), stands()).answer == "allow"


@pytest.mark.parametrize(
    ("policy", "answer"),
    [
        (POLICY, "allow"),
        (replace(POLICY, paused="x"), "hold"),
        (replace(POLICY, prefixes=(own(mode="approve"),)), "hold"),
        (replace(POLICY, caps=replace(CAPS, active=0)), "hold"),
    ],
    ids=["auto", "paused", "by approval", "cap"],
)
def test_what_is_being_taken_back_is_asked_for_anew(policy: Policy, answer: str) -> None:
    leaving = stands(withdrawing=True)

    found = verdict(ALARM, policy, leaving)

    assert (found.answer, lasts(found)) == (answer, 20)


def test_what_is_being_taken_back_takes_no_second_place() -> None:
    policy = replace(POLICY, triggers=(replace(TRIGGER, max_routes=1),))

    assert verdict(ALARM, policy, stands(withdrawing=True)).answer == "allow"
    assert verdict(ALARM, policy, stands("203.0.113.11/32", withdrawing=True)).answer == "hold"


@pytest.mark.parametrize(
    ("seconds_ago", "answer", "said"),
    [
        (0, "allow", "It would be taken back in time"),
        (60, "allow", "It would be taken back in time"),
        (-60, "allow", "It would be taken back in time"),
        (61, "hold", "has been silent for 61 s; it waits until the scheduler runs"),
        (-61, "hold", "has a clock far ahead of netwb's"),
        (None, "hold", "Nothing is running that would take it back"),
    ],
)
@pytest.mark.parametrize("standing", [(), (stands(),)], ids=["new", "repeat"])
def test_everything_waits_while_nothing_alive_would_take_it_back(
    seconds_ago: int | None, answer: str, said: str, standing: tuple[()]
) -> None:
    at = None if seconds_ago is None else NOON - timedelta(seconds=seconds_ago)
    policy = replace(POLICY, expirer_at=at)

    found = verdict(replace(ALARM, approvals=(APPROVED,)), policy, *standing)

    assert found.answer == answer
    assert said in reason("heartbeat", found).text


@pytest.mark.parametrize(
    ("prefix", "shadow"),
    [
        (own(), True),
        (own(site=None), True),
        (own(mode="approve"), True),
        (own(site_id="lon3-id", site="lon3"), False),
        (own(site_id=None, site=None), False),
    ],
)
def test_at_a_site_in_shadow_the_answer_is_the_same_and_nothing_is_sent(
    prefix: OwnPrefix, *, shadow: bool
) -> None:
    plain = replace(POLICY, prefixes=(prefix,))

    found = verdict(ALARM, replace(plain, shadow=frozenset({"fra1-id"})))

    assert found.shadow is shadow
    assert found.answer == verdict(ALARM, plain).answer
    assert ("nothing is sent" in reason("shadow", found).text) is shadow
