"""When the cycle collector looks at what: always at little, or while nobody waits."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from netwb.web import memory


@pytest.fixture(autouse=True)
def own_collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)
    gc.enable()


class Knot:
    """Holds itself, so that only the collector finds it."""

    def __init__(self) -> None:
        self.itself = self


def an_old_knot() -> weakref.ref[Knot]:
    """One that outlived looks at the young and the middle ones, and that nobody holds any more."""
    knot = Knot()
    gc.collect(0)
    gc.collect(1)
    return weakref.ref(knot)


class Clock:
    """Says what it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_old_objects_are_not_looked_at_while_many_pages_are_open() -> None:
    clock = Clock()
    old, knot = memory.Old(clock), an_old_knot()

    clock.now = 10 * memory.AGAIN_S
    old.look(memory.FEW + 1)

    assert knot() is not None


def test_old_objects_are_looked_at_once_a_while_beside_few_pages() -> None:
    clock = Clock()
    old, knot = memory.Old(clock), an_old_knot()

    old.look(memory.FEW)
    before = knot()
    clock.now = memory.AGAIN_S
    stood = before is not None
    del before
    old.look(memory.FEW)

    assert stood
    assert knot() is None


def test_old_objects_are_looked_at_and_set_apart_once_no_page_is_open() -> None:
    old, knot = memory.Old(Clock()), an_old_knot()
    apart = gc.get_freeze_count()

    old.look(0)

    assert knot() is None
    assert gc.get_freeze_count() > apart


def test_a_server_that_began_has_a_collector_and_set_apart_what_it_loaded() -> None:
    memory.leave_alone()
    assert not gc.isenabled()

    memory.set_apart()

    assert gc.isenabled()
    assert gc.get_freeze_count() > 1000
    assert memory.YOUNG * (memory.MIDDLE + 2) <= 20_000  # what a look at the middle ones sees
