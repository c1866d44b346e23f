"""A request is written down with the guard's answer before anything else happens, and once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network

import pytest

from netwb.blackhole.records import Answer, Approval, State
from netwb.errors import InputError
from tests.benches import Rig
from tests.blackhole.ledger.ground import (
    MINUTES,
    WITHIN,
    answering,
    attacks,
    begin,
    begun,
    capped,
    request,
)


@pytest.mark.parametrize(
    ("answer", "shadow", "state"),
    [
        ("allow", False, "intended"),
        ("hold", False, "held"),
        ("deny", False, "denied"),
        ("allow", True, "shadow"),
        ("hold", True, "shadow"),
        ("deny", True, "denied"),
    ],
)
def test_the_answer_gives_the_first_state(
    made: Rig, *, answer: Answer, shadow: bool, state: State
) -> None:
    one = begun(made, request(), answering(made, answer, shadow=shadow)).entry.blackhole

    assert (one.state, one.answer, one.tenant, one.version) == (state, answer, "acme", 1)
    assert (one.ended_at is not None) == (state in {"denied", "shadow"})
    assert (one.expires_at is not None) == (state in {"intended", "shadow"})
    assert [reason.text for reason in one.reasons] == ["as the test says"]
    assert attacks(made).ledger.entry(one.id).blackhole == one


def test_the_request_is_read_back_as_it_was(made: Rig) -> None:
    asked = request(
        alarm=False,
        by="ana",
        person="u-ana",
        tenants=frozenset({"t-1", "t-2"}),
        reason="a \x00 byte",
        minutes=30,
        reach="both",
        break_glass=True,
        customer=True,
        machine=True,
        manual=True,
        direction="other",
        observed_at=made.clock() - timedelta(minutes=3),
    )

    entry = begun(made, asked, answering(made)).entry

    assert entry.request == request(
        **{
            name: getattr(asked, name)
            for name in asked.__slots__
            if name not in {"network", "reason"}
        },
        reason="a \\x00 byte",
    )
    assert entry.intended_at == made.clock()


def test_what_is_of_nobody_has_no_tenant(made: Rig) -> None:
    one = begin(made, "198.51.100.8/32", "deny", tenant=None).blackhole

    assert (one.tenant_id, one.tenant) == (None, None)


def test_an_event_that_asks_twice_asked_once(made: Rig) -> None:
    first = begun(made, request(), answering(made), cause_id=7)

    again = begun(made, request(), answering(made, "deny"), cause_id=7)

    assert (again.how, again.verdict) == ("again", None)
    assert again.entry == first.entry


def test_a_key_of_who_asks_makes_a_repeat_the_same(made: Rig) -> None:
    first = begun(made, request(), answering(made, "deny"), once_key="k-1")

    assert begun(made, request(), answering(made), once_key="k-1").entry == first.entry
    assert begun(made, request(by="ben"), answering(made), once_key="k-1").how == "new"
    with pytest.raises(InputError, match="take a new one"):
        begun(made, request("203.0.113.11/32"), answering(made), once_key="k-1")


@pytest.mark.parametrize("answer", ["allow", "hold"])
def test_one_that_is_open_is_left_as_it_is(made: Rig, answer: Answer) -> None:
    there = begin(made, answer=answer)

    again = begun(made, request(), answering(made, minutes=2 * MINUTES))

    assert (again.how, again.entry) == ("repeat", there)
    assert again.verdict is not None
    assert again.verdict.expires_at == made.clock() + 2 * MINUTES
    assert attacks(made).ledger.open_for(ip_network("203.0.113.10/32")) == there


def test_an_alarm_of_the_same_attack_is_denied_once(made: Rig) -> None:
    first = begun(made, request(), answering(made, "deny"), attack_id="a-1")

    again = begun(made, request(), answering(made, "deny"), attack_id="a-1")
    other = begun(made, request(), answering(made, "deny"), attack_id="a-2")

    assert (again.how, again.entry) == ("repeat", first.entry)
    assert other.how == "new"


def test_a_hundred_alarms_at_once_stop_at_the_cap(made: Rig) -> None:
    hosts = [f"203.0.113.{number}/32" for number in range(1, 101)]

    with ThreadPoolExecutor(4) as pool:
        states = [
            found.entry.blackhole.state
            for found in pool.map(lambda host: begun(made, request(host), capped(made, 12)), hosts)
        ]

    assert (states.count("intended"), states.count("held")) == (12, 88)
    counts = attacks(made).ledger.counts(made.bench._scope)
    assert (counts["intended"], counts["held"]) == (12, 88)


def test_one_alarm_from_many_threads_is_one_blackhole(made: Rig) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: begun(made, request(), answering(made)), range(12)))

    assert len({one.entry.blackhole.id for one in found}) == 1
    assert [one.how for one in found].count("new") == 1


def test_asked_again_a_held_one_becomes_what_the_guard_then_answers(made: Rig) -> None:
    ledger = attacks(made).ledger
    held = begin(made, answer="hold")
    made.clock.advance(minutes=1)

    again = ledger.ask_again(held, answering(made), within=WITHIN)

    assert again is not None
    entry, verdict = again
    assert (entry.blackhole.state, entry.blackhole.version, verdict.answer) == (
        "intended",
        2,
        "allow",
    )
    assert entry.intended_at == made.clock()
    assert ledger.ask_again(held, answering(made, "deny"), within=WITHIN) is None


def test_asked_again_it_is_not_counted_beside_itself(made: Rig) -> None:
    ledger = attacks(made).ledger
    one = begin(made)

    again = ledger.ask_again(one, capped(made, 1), within=WITHIN)

    assert again is not None
    assert again[0].blackhole == one.blackhole  # nothing changed, so its version did not rise


def test_a_person_counts_once_and_an_older_reading_not_at_all(made: Rig) -> None:
    ledger = attacks(made).ledger
    held = begin(made, answer="hold")
    said = Approval(person="u-ben", name="ben", at=made.clock(), minutes=20)

    first = ledger.approve(held, said)
    assert first is not None
    second = ledger.approve(first, said)

    assert second is not None
    assert second.request.approvals == second.blackhole.approvals == (said,)
    assert second.blackhole.version == first.blackhole.version
    assert ledger.approve(held, said) is None


def test_a_word_that_is_given_again_counts_from_then_on(made: Rig) -> None:
    ledger = attacks(made).ledger
    held = begin(made, answer="hold")
    first = ledger.approve(held, Approval(person="u-ben", name="ben", at=made.clock(), minutes=20))
    assert first is not None
    made.clock.advance(minutes=40)
    later = Approval(person="u-ben", name="ben", at=made.clock(), minutes=5)

    second = ledger.approve(first, later)

    assert second is not None
    assert second.request.approvals == (later,)
    assert second.blackhole.version == first.blackhole.version + 1
