"""Who may answer what is held, who is called meanwhile, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netwb.blackhole.guard.approving import may_approve, may_deny
from netwb.blackhole.guard.holding import next_step
from netwb.blackhole.records import Blackhole, Mode
from tests.blackhole.guard.cases import MINUTE, NOON, VICTIM

HELD = Blackhole(
    id="b1",
    tenant_id="acme",
    tenant="acme",
    network=VICTIM,
    state="held",
    reach="edge",
    alarm=False,
    requested_by="user:asantos",
    person="asantos",
    reason="Ticket 88213",
    requested_at=NOON,
    announced_at=None,
    expires_at=None,
    ended_at=None,
    ended_by=None,
    end_reason=None,
    attack_id=None,
    reasons=(),
)
ANSWERED: dict[str, Any] = {
    "person": "jkim",
    "tenants": None,
    "now": NOON + 3 * MINUTE,
    "hold_minutes": 15,
}


@pytest.mark.parametrize(
    ("change", "approve", "deny"),
    [
        ({}, "you may approve", "You may deny it"),
        ({"tenants": frozenset({"acme"})}, "you may approve", "You may deny it"),
        ({"person": "asantos"}, "You asked for it, so another person", "You may deny it"),
        ({"person": None}, "Only a person may answer", "Only a person may answer"),
        ({"person": ""}, "Only a person may answer", "Only a person may answer"),
        ({"tenants": frozenset({"borealis"})}, "No such blackhole", "No such blackhole"),
        ({"now": NOON + 15 * MINUTE}, "for 15 minutes and has lapsed", "has lapsed"),
        ({"now": NOON - 15 * MINUTE}, "has lapsed", "has lapsed"),
    ],
)
def test_another_person_may_approve_and_who_asked_may_take_it_back(
    change: dict[str, Any], approve: str, deny: str
) -> None:
    given = {**ANSWERED, **change}

    for found, said in ((may_approve(HELD, **given), approve), (may_deny(HELD, **given), deny)):
        assert said in found.text
        assert found.answer == ("allow" if "may approve" in said or "You may" in said else "deny")


def test_what_a_machine_without_an_owner_asked_for_any_person_may_approve() -> None:
    assert may_approve(replace(HELD, person=None), **ANSWERED).answer == "allow"


def test_what_is_not_held_any_more_cannot_be_approved() -> None:
    found = may_approve(replace(HELD, state="expired"), **ANSWERED)

    assert found.answer == "deny"
    assert found.text == "It is not held any more but expired; ask for it anew if it is needed"


def test_another_tenant_s_that_is_over_reads_like_one_that_is_held() -> None:
    given = {**ANSWERED, "tenants": frozenset({"borealis"})}

    assert may_approve(replace(HELD, state="denied"), **given) == may_approve(HELD, **given)


@pytest.mark.parametrize(
    ("at", "called", "action", "next_at"),
    [
        (0, None, "call", 2),
        (0, 0, "wait", 2),
        (1.9, 0, "wait", 2),
        (2, 0, "call", 4),
        (9, 0, "call", 11),
        (14, 12, "call", 15),
        (14, 13.5, "wait", 15),
        (3, 300, "call", 5),
        (-3, None, "call", -1),
    ],
    ids=[
        *("at once", "called", "not yet", "every two minutes", "once after an outage"),
        *("no later than its end", "the last one", "clock put back", "held ahead of the clock"),
    ],
)
def test_on_call_is_called_at_once_and_every_two_minutes(
    at: float, called: float | None, action: str, next_at: float
) -> None:
    found = next_step(
        held_at=NOON,
        called_at=None if called is None else NOON + called * MINUTE,
        now=NOON + at * MINUTE,
        hold_minutes=15,
        mode="approve",
    )

    assert (found.action, found.next_at) == (action, NOON + next_at * MINUTE)


@pytest.mark.parametrize("at", [15, 16, 600_000, -15])
@pytest.mark.parametrize(
    ("mode", "action"), [("auto", "ask"), ("approve", "deny"), ("never", "deny"), (None, "deny")]
)
def test_what_nobody_answered_ends_by_its_prefix_s_mode(
    at: float, mode: Mode | None, action: str
) -> None:
    found = next_step(
        held_at=NOON, called_at=None, now=NOON + at * MINUTE, hold_minutes=15, mode=mode
    )

    assert found.action == action
    assert found.why.startswith("Nobody answered within 15 minutes; ")
