"""A tenant's ERP is told when its address is blackholed, and when that ends: the two go together."""

from __future__ import annotations

from typing import Any

import pytest

from netwb.blackhole.records import Entry, State
from tests.benches import Rig
from tests.blackhole.ledger.ground import attacks, begin
from tests.erp.following import Follower


def walk(made: Rig, entry: Entry, *states: State) -> Entry:
    """From one state to the next."""
    for state in states:
        made.clock.advance(minutes=1)
        moved = attacks(made).ledger.move(entry, state, by="ana", why="over")
        assert moved is not None
        entry = moved
    return entry


def told(follower: Follower) -> list[tuple[str, str, str]]:
    return [(one.kind, one.subject, one.detail["state"]) for one in follower.news()]


def test_whose_address_it_is_hears_of_its_beginning_and_its_end(made: Rig) -> None:
    acme, umbra = Follower(made.bench, "acme"), Follower(made.bench, "umbra")
    entry = begin(made)
    assert told(acme) == [], "an intent is no blackhole yet"

    walk(made, entry, "announced", "withdrawing", "withdrawn")

    assert told(acme) == [
        ("blackhole.announced", "203.0.113.10/32", "announced"),
        ("blackhole.ended", "203.0.113.10/32", "withdrawn"),
    ]
    announced, ended = acme.heard
    assert announced.detail == {
        "id": entry.blackhole.id,
        "state": "announced",
        "reach": "edge",
        "expires_at": "2026-11-20T02:10:00Z",
    }
    assert (ended.detail["id"], ended.at) == (entry.blackhole.id, made.clock())
    assert told(umbra) == []


@pytest.mark.parametrize(
    ("states", "kinds"),
    [
        (("withdrawing", "failed"), []),
        (("held", "denied"), []),
        (
            ("announced", "withdrawing", "intended", "announced", "withdrawing", "expired"),
            ["blackhole.announced", "blackhole.ended"],
        ),
        (("announced", "announced"), ["blackhole.announced"]),
    ],
    ids=["no router had it", "held and denied", "taken back and let stand again", "one more"],
)
def test_what_never_stood_is_no_event_and_what_stands_on_is_told_once(
    made: Rig, states: tuple[State, ...], kinds: list[str]
) -> None:
    acme = Follower(made.bench, "acme")

    walk(made, begin(made), *states)

    assert [kind for kind, *_ in told(acme)] == kinds


def test_what_is_nobodys_is_told_to_nobody(made: Rig) -> None:
    followers = [Follower(made.bench, slug) for slug in ("acme", "umbra")]

    walk(made, begin(made, tenant=None), "announced")

    assert [told(one) for one in followers] == [[], []]


def test_a_step_that_is_not_written_is_not_told(made: Rig) -> None:
    acme = Follower(made.bench, "acme")
    entry = begin(made)

    def fail(sitting: Any) -> None:
        sitting.move(entry, "announced")
        raise InterruptedError

    with pytest.raises(InterruptedError), attacks(made).ledger.sitting() as sitting:
        fail(sitting)

    assert told(acme) == []
