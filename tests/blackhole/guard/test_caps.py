"""How many stand and are new, before another person is asked, and before nobody is."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from netwb.blackhole.records import Request, Standing
from tests.blackhole.guard.cases import (
    ALARM,
    APPROVED,
    ASKED,
    CAPS,
    MINUTE,
    NOON,
    POLICY,
    TRIGGER,
    asks_for,
    ended,
    reason,
    stands,
    verdict,
)


def several(count: int, **more: Any) -> tuple[Standing, ...]:
    return tuple(stands(f"203.0.113.{100 + n}/32", **more) for n in range(count))


def of_others(count: int, **more: Any) -> tuple[Standing, ...]:
    more = {"tenant_id": "borealis", **more}
    return tuple(stands(f"198.51.100.{n}/32", **more) for n in range(count))


@pytest.mark.parametrize(
    ("active", "guard"),
    [
        (of_others(30) + of_others(20), "cap"),
        (several(5), "cap_of_tenant"),
        (of_others(5, minutes_ago=0.5), "cap_in_a_minute"),
        (of_others(5, minutes_ago=0.5, ended_at=NOON), "cap_in_a_minute"),
        (of_others(5, minutes_ago=-90), "cap_in_a_minute"),
    ],
    ids=["in all", "of its tenant", "new", "new and gone", "ahead of a clock put back"],
)
def test_at_a_cap_the_next_one_waits_for_another_person(
    active: tuple[Standing, ...], guard: str
) -> None:
    policy = replace(POLICY, triggers=(replace(TRIGGER, max_routes=100),))

    found = verdict(ALARM, policy, *active)

    assert (found.answer, reason(guard, found).answer) == ("hold", "hold")
    assert found.why[0].endswith("without asking")
    assert verdict(ALARM, policy, *active[1:]).answer == "allow"
    assert verdict(replace(ALARM, approvals=(APPROVED,)), policy, *active).answer == "allow"


def test_what_was_new_a_minute_ago_is_not_new() -> None:
    assert verdict(ALARM, POLICY, *of_others(5, minutes_ago=1)).answer == "allow"


def test_what_has_ended_does_not_count() -> None:
    gone = tuple(ended(5, f"203.0.113.{n}/32") for n in range(100, 200))

    assert verdict(ALARM, POLICY, *gone).answer == "allow"


def test_what_is_overdue_counts_as_long_as_it_stands() -> None:
    overdue = several(5, expires_at=NOON - 60 * MINUTE)

    assert verdict(ALARM, POLICY, *overdue).answer == "hold"


def test_a_repeat_of_what_stands_does_not_count_twice() -> None:
    active = (stands(minutes_ago=0), *several(4, minutes_ago=0), *of_others(45, minutes_ago=0))
    policy = replace(POLICY, triggers=(replace(TRIGGER, max_routes=1),))

    found = verdict(ALARM, policy, *active)

    assert found.answer == "allow"
    assert found.why.count("It stands already and does not count twice") == 4


@pytest.mark.parametrize("request_", [ALARM, ASKED])
def test_no_approval_goes_beyond_what_a_router_carries(request_: Request) -> None:
    small = replace(TRIGGER, hostname="trg2", max_routes=3)
    policy = replace(POLICY, triggers=(TRIGGER, small))
    asked = replace(request_, approvals=(APPROVED,))

    assert verdict(asked, policy, *of_others(2)).answer == "allow"
    assert verdict(asked, policy, *of_others(3)).why == (
        "provider/trg2 carries 3 of ours, and 3 at most; it waits until one that stands has ended",
    )


def test_no_glass_that_one_person_breaks_goes_beyond_a_cap() -> None:
    assert verdict(replace(ASKED, break_glass=True), POLICY, *several(5)).answer == "hold"


@pytest.mark.parametrize("cap", ["active", "active_per_tenant", "per_minute"])
def test_a_cap_of_none_asks_each_time(cap: str) -> None:
    policy = replace(POLICY, caps=replace(CAPS, **{cap: 0}))

    assert verdict(ALARM, policy).answer == "hold"


def test_without_a_trigger_nothing_could_be_announced() -> None:
    found = verdict(ALARM, replace(POLICY, triggers=()))

    assert found.answer == "deny"
    assert found.why == (
        "No trigger router is registered, so nothing would announce it; register one first",
    )


def test_a_hundred_alarms_at_once_stop_at_the_cap() -> None:
    active: list[Standing] = []
    answers = []
    for n in range(1, 101):
        found = verdict(asks_for(f"203.0.113.{n + 1}/32", ALARM), POLICY, *active)
        answers.append(found.answer)
        if found.answer == "allow":
            network = ip_network(f"203.0.113.{n + 1}/32")
            active.append(stands(str(network), minutes_ago=0, expires_at=found.expires_at))

    assert answers == ["allow"] * 5 + ["hold"] * 95
