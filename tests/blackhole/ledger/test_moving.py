"""Steps of a blackhole's life: in their order, and of two that take one the second learns it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from netwb.blackhole.ledger.states import ENDED, FOLLOWS
from netwb.blackhole.records import STANDING, STATES
from netwb.errors import StoreError, UnknownNameError
from netwb.roles import ALL_TENANTS
from tests.benches import Rig
from tests.blackhole.ledger.ground import attacks, begin


def test_every_state_has_those_that_follow_and_ends_have_none() -> None:
    assert set(FOLLOWS) == set(STATES)
    assert {state for state, after in FOLLOWS.items() if not after} == ENDED
    assert not ENDED & STANDING


def test_from_the_intent_to_the_end(made: Rig) -> None:
    ledger = attacks(made).ledger
    entry = begin(made)
    commands = {"acme/trg1": ["ip route 203.0.113.10/32 Null0 tag 666"]}

    made.clock.advance(seconds=1)
    announced = ledger.move(entry, "announced", commands=commands)
    assert announced is not None
    made.clock.advance(minutes=9)
    withdrawing = ledger.move(announced, "withdrawing", by="ana", why="it is over")
    assert withdrawing is not None
    made.clock.advance(seconds=1)
    ended = ledger.move(withdrawing, "withdrawn")

    assert ended is not None
    one = ended.blackhole
    assert (one.state, one.version, one.ended_by, one.end_reason) == (
        "withdrawn",
        4,
        "ana",
        "it is over",
    )
    assert one.announced_at == one.requested_at + timedelta(seconds=1)
    assert one.ended_at == made.clock()
    assert one.commands == {"acme/trg1": ("ip route 203.0.113.10/32 Null0 tag 666",)}


def test_a_step_by_an_older_reading_changes_nothing(made: Rig) -> None:
    ledger = attacks(made).ledger
    entry = begin(made)
    assert ledger.move(entry, "announced") is not None

    assert ledger.move(entry, "withdrawing", by="ana", why="too late") is None

    assert ledger.entry(entry.blackhole.id).blackhole.state == "announced"
    assert ledger.entry(entry.blackhole.id).blackhole.ended_by is None


def test_of_many_at_once_one_takes_the_step(made: Rig) -> None:
    ledger = attacks(made).ledger
    entry = begin(made)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: ledger.move(entry, "announced"), range(12)))

    assert sum(one is not None for one in taken) == 1
    assert ledger.entry(entry.blackhole.id).blackhole.version == 2


def test_a_state_that_cannot_follow_is_refused(made: Rig) -> None:
    entry = begin(made, answer="deny")

    with pytest.raises(StoreError, match="announced cannot follow"):
        attacks(made).ledger.move(entry, "announced")


def test_one_that_is_withdrawn_is_intended_again_with_its_end_forgotten(made: Rig) -> None:
    ledger = attacks(made).ledger
    announced = ledger.move(begin(made), "announced")
    assert announced is not None
    withdrawing = ledger.move(announced, "withdrawing", by="fnm1", why="unban")
    assert withdrawing is not None

    again = ledger.move(withdrawing, "intended")

    assert again is not None
    assert (again.blackhole.ended_by, again.blackhole.end_reason) == (None, None)
    assert again.blackhole.announced_at == announced.blackhole.announced_at


def test_a_change_within_a_state_is_a_step_too(made: Rig) -> None:
    ledger = attacks(made).ledger
    entry = begin(made)

    wider = ledger.move(entry, "intended", reach="both")

    assert wider is not None
    assert (wider.blackhole.reach, wider.blackhole.version) == ("both", 2)


def test_that_on_call_is_called_is_written_once_and_makes_nothing_other_than_it_was_seen(
    made: Rig,
) -> None:
    ledger = attacks(made).ledger
    held = begin(made, answer="hold")

    called = ledger.move(held, "held", called_at=made.clock())

    assert called is not None
    assert (called.called_at, called.blackhole.version) == (made.clock(), 1)
    assert ledger.move(held, "held", called_at=made.clock()) is None


def test_each_step_changes_the_mark(made: Rig) -> None:
    parts = attacks(made)
    assert parts.heads.mark() == 0
    entry = begin(made)
    first = parts.heads.mark()

    parts.ledger.move(entry, "announced")

    assert 0 < first < parts.heads.mark()


def test_an_unknown_one_is_told_so(made: Rig) -> None:
    with pytest.raises(UnknownNameError, match="is not known"):
        attacks(made).ledger.entry("0123456789abcdef")
    with pytest.raises(UnknownNameError, match="is not known"):
        attacks(made).ledger.get(ALL_TENANTS, "x" * 500)
