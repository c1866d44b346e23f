"""A trigger's configuration is saved where its operator wants that, and once for many changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.blackhole.engine.network import World, world


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    """trg1 is saved, trg2 is not."""
    with world(tmp_path) as made:
        made.made.bench.set_trigger("acme/trg1", saves=True)
        yield made


def saves(there: World) -> list[str]:
    return [hostname for what, hostname, _ in there.network.calls if what == "save"]


def test_what_is_announced_and_what_is_withdrawn_is_saved_where_that_is_wanted(
    there: World,
) -> None:
    trigger = there.id_of("trg1")
    for last in (20, 21, 22):
        there.hear("ban", f"203.0.113.{last}")
    there.turn()
    announced = dict(there.network.saved)
    there.later(minutes=15)

    assert announced == {trigger: [f"203.0.113.{last}/32" for last in (20, 21, 22)]}
    assert there.network.saved == {trigger: []}
    assert saves(there) == ["trg1", "trg1"]


def test_nothing_is_saved_while_nothing_changes(there: World) -> None:
    there.hear("ban")
    there.turn()
    for _ in range(3):
        there.later(seconds=61)

    assert saves(there) == ["trg1"]


def test_a_trigger_that_is_not_saved_is_told_of_and_its_routes_stand(there: World) -> None:
    there.network.unsafe[there.id_of("trg1")] = "not every daemon answers"
    there.hear("ban")
    there.turn()
    told = {one.subject: one.message for one in there.made.bench.standing()}
    there.network.unsafe.clear()
    there.later(minutes=15)

    assert list(told) == [f"{there.id_of('trg1')}/saved"]
    assert told[f"{there.id_of('trg1')}/saved"].endswith("not every daemon answers")
    assert [one.subject for one in there.made.bench.standing()] == []
    assert there.one().state == "expired"


def test_a_trigger_that_is_lost_while_it_is_saved_is_told_of(there: World) -> None:
    trigger = there.id_of("trg1")
    there.network.held.add(trigger)
    there.hear("ban")
    there.turn()
    there.network.release()
    there.turn()
    assert saves(there) == ["trg1"]

    there.network.silent.add(trigger)
    there.network.release()
    there.turn()

    (told,) = [one for one in there.made.bench.standing() if one.subject == f"{trigger}/saved"]
    assert told.message.endswith("acme/trg1 does not answer")
