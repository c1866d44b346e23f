"""What was allowed is asked of the guard once more before a router has it, by the policy of then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from netwb.blackhole.engine.engine import Engine
from netwb.blackhole.records import Request
from tests.blackhole.engine.network import SPACE, VICTIM, World, parts_of, without_caps, world

Change = Callable[[World], object]


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def ask(there: World, network: str = str(VICTIM)) -> str:
    """As another process has it, whose caps are wide; the state that it is in then."""
    asked = Request(
        network=ip_network(network),
        alarm=False,
        by="ana",
        person="u1",
        tenants=None,
        reason="CHG1",
        minutes=30,
    )
    parts = without_caps(parts_of(there.made, there.network, "host|2|other"))
    return Engine(parts, stays=False).asking.ask(asked).entry.blackhole.state


def sent(there: World) -> list[str]:
    return [
        str(network)
        for what, _, networks in there.network.calls
        for network in networks
        if what == "announce"
    ]


def report_from_it(there: World) -> None:
    there.made.bench.set_sender("fnm", networks=[str(VICTIM)])


def forbid_its_prefix(there: World) -> None:
    there.made.bench.set_prefix(SPACE, mode="never")


def retire_its_prefix(there: World) -> None:
    there.made.bench.retire_prefix(SPACE)


def want_a_person(there: World) -> None:
    there.made.bench.set_prefix(SPACE, mode="approve")


@pytest.mark.parametrize(
    ("change", "guard", "state"),
    [
        (report_from_it, "never_list", "denied"),
        (forbid_its_prefix, "mode", "denied"),
        (retire_its_prefix, "own_space", "denied"),
        (want_a_person, "approval", "held"),
    ],
)
def test_what_is_not_allowed_any_more_reaches_no_router(
    there: World, change: Change, guard: str, state: str
) -> None:
    before = ask(there)
    change(there)
    there.turn()

    one = there.one()
    assert before == "intended"
    assert (one.state, sent(there)) == (state, [])
    assert [reason.guard for reason in one.reasons if reason.answer == one.answer] == [guard]


def test_the_caps_of_who_sends_count(there: World) -> None:
    before = Counter(ask(there, f"203.0.113.{last}/32") for last in range(20, 33))
    there.turn()

    assert before == {"intended": 13}
    assert Counter(one.state for one in there.blackholes()) == {"announced": 10, "held": 3}
    assert len(set(sent(there))) == 10


def test_a_router_that_has_no_room_by_then_is_given_none_more(there: World) -> None:
    there.hear("ban", "203.0.113.20")
    there.turn()
    before = ask(there)
    there.made.bench.set_trigger("acme/trg1", max_routes=1)
    there.turn()

    assert before == "intended"
    assert {str(one.network): one.state for one in there.blackholes()} == {
        "203.0.113.20/32": "announced",
        str(VICTIM): "held",
    }
    assert set(sent(there)) == {"203.0.113.20/32"}
