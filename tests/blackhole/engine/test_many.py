"""Many at once: each is judged as if it came alone, and the database is asked as often as for a few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.blackhole.engine.engine import Engine
from netwb.blackhole.engine.parts import EngineParts
from netwb.blackhole.ledger.sitting import Decide
from netwb.blackhole.records import Request, Standing, Verdict
from netwb.roles import ALL_TENANTS
from netwb.store.models import NoticeRow
from tests.blackhole.engine.network import World, parts_of, world
from tests.inventory.ground import counted_statements
from tests.stores import KINDS, cluster_of

FEW, MANY = 5, 60
TURNS = 6


class PowerCutError(Exception):
    """The process is gone."""


@pytest.fixture(params=KINDS)
def on_each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, cluster=cluster_of(request)) as made:
        yield made


def address(number: int) -> str:
    return f"203.0.113.{number + 100}"


def alarm(there: World, count: int) -> None:
    for number in range(count):
        there.hear("ban", address(number))


def lose_routes(there: World) -> None:
    """Every trigger was rebooted; it is the minute of comparing."""
    for routes in there.network.routes.values():
        routes.clear()
    there.clock.advance(seconds=61)


def let_time_run_out(there: World) -> None:
    there.clock.advance(minutes=15)


def asked(folder: Path, count: int) -> dict[str, int]:
    """How many statements each part of so many lives takes."""
    found = {}
    with world(folder, capped=False) as there:
        alarm(there, count)
        steps: dict[str, Callable[[World], None]] = {
            "announced": lambda _: None,
            "compared": lambda there: there.clock.advance(seconds=61),
            "put back": lose_routes,
            "expired": let_time_run_out,
        }
        for name, step in steps.items():
            step(there)
            with counted_statements() as statements:
                there.turn(TURNS)
            found[name] = len(statements)
            wanted = "expired" if name == "expired" else "announced"
            states = Counter(one.state for one in there.blackholes())
            assert states == {wanted: count}
            stand = 0 if name == "expired" else count
            assert [len(routes) for routes in there.network.routes.values()] == [stand, stand]
    return found


def test_the_database_is_asked_no_more_for_sixty_than_for_five(tmp_path: Path) -> None:
    few, many = asked(tmp_path / "few", FEW), asked(tmp_path / "many", MANY)

    assert many == few


def test_of_alarms_that_are_judged_together_no_more_than_the_cap_stand(on_each: World) -> None:
    alarm(on_each, 25)

    on_each.turn(1)

    judged = Counter(one.state == "held" for one in on_each.blackholes())
    assert judged == {False: 10, True: 15}
    on_each.turn()
    assert Counter(one.state for one in on_each.blackholes()) == {"announced": 10, "held": 15}
    assert {len(routes) for routes in on_each.network.routes.values()} == {10}
    with on_each.made.bench._parts.database.reading(ALL_TENANTS) as session:
        told = Counter(row.kind for row in session.query(NoticeRow))
    assert (told["blackhole.announced"], told["blackhole.held"]) == (10, 15)


def test_what_is_said_of_one_host_together_comes_to_what_was_said_last(on_each: World) -> None:
    at = on_each.clock()
    said = [
        (address(1), ("ban", "ban", "ongoing")),
        (address(2), ("ban", "unban", "ban")),
        (address(3), ("ban", "unban")),
        (address(4), ("unban", "ban")),
    ]
    for host, actions in said:
        for number, action in enumerate(actions):
            on_each.clock.advance(milliseconds=1)
            on_each.hear(action, host, observed_at=at + timedelta(seconds=number))
    on_each.turn()

    found = Counter((str(one.network.network_address), one.state) for one in on_each.blackholes())
    assert found[address(1), "announced"] == 1
    assert found[address(2), "announced"] == 1
    assert found[address(4), "announced"] == 1
    assert {host for host, state in found if state in {"announced", "intended"}} == {
        address(1),
        address(2),
        address(4),
    }


def test_all_of_some_alarms_are_settled_or_none(on_each: World) -> None:
    """A process that dies while it judges leaves them to the next one."""
    alarm(on_each, 5)
    ledger = on_each.made.bench._parts.attacks.ledger
    events = on_each.made.bench._parts.attacks.events
    taken = events.take()

    def judge_and_die() -> None:
        with ledger.sitting() as sitting:
            for one in taken:
                sitting.settle(one.id, "seen")
            raise PowerCutError

    with pytest.raises(PowerCutError):
        judge_and_die()
    on_each.turn()
    before = on_each.blackholes()
    on_each.later(seconds=61)

    assert before == []
    assert Counter(one.state for one in on_each.blackholes()) == {"announced": 5}


class FaultyGuard(EngineParts):
    """Breaks at one address."""

    def asking(self) -> Decide:
        guard = super().asking()

        def ask(request: Request, active: Sequence[Standing]) -> Verdict:
            if str(request.network) == "203.0.113.11/32":
                msg = "a fault of this program"
                raise RuntimeError(msg)
            return guard(request, active)

        return ask


def test_an_event_that_cannot_be_settled_keeps_no_other_waiting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with world(tmp_path, leads=False) as there:
        whole = parts_of(there.made, there.network, "host|1|one")
        engine = Engine(
            FaultyGuard(**{one.name: getattr(whole, one.name) for one in fields(whole)})
        )
        engine.turn()
        for last in (10, 11, 12):
            there.hear("ban", f"203.0.113.{last}")
        engine.turn()

        begun = sorted(str(one.network) for one in there.blackholes())
        events = whole.events
        said = {str(one.event.address): one.said for one in events.list(ALL_TENANTS)}
        is_waiting = events.are_waiting()

    assert begun == ["203.0.113.10/32", "203.0.113.12/32"]
    assert said["203.0.113.11"].startswith("netwb failed at it")
    assert "RuntimeError" in said["203.0.113.11"]
    assert not is_waiting
    assert "a fault of this program" in caplog.text
