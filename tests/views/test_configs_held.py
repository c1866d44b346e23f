"""Pages that show the same time hold its records once, and none of them when they are gone."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

from netwb.views.configs.held import LIKE, hold
from tests.views.test_configs_rows import a_change, a_time


def test_an_equal_time_is_held_once() -> None:
    one, other = hold(a_time(300)), hold(a_time(300))

    assert one is other


def test_of_a_time_that_differs_the_equal_records_are_held_once() -> None:
    before = [hold(a_time(many)) for many in (7, 8, 9, 10)]  # times of other pages, older ones
    one = hold(a_time(300))
    longer = a_time(300)
    new = a_change(301)
    other = hold(replace(longer, changes=(new, *longer.changes[1:])))

    mine, theirs = ({change.id: change for change in page.every.changes} for page in (one, other))
    assert theirs[new.id] is new
    assert a_change(0).id not in theirs
    assert all(theirs[number] is mine[number] for number in theirs.keys() & mine.keys())
    assert all(
        other.overview.devices[name] is device for name, device in one.overview.devices.items()
    )
    assert len(before) > LIKE


def test_a_record_that_changed_is_not_taken_for_the_old_one() -> None:
    one = hold(a_time(5))
    time = a_time(5)
    changed = replace(time.changes[0], author="zoe")

    other = hold(replace(time, changes=(changed, *time.changes[1:])))

    assert "zoe" in other.people
    assert "zoe" not in one.people
    assert changed in other.overview.changes


def test_what_no_page_holds_is_let_go() -> None:
    held = hold(a_time(50))
    gone = weakref.ref(held)

    del held
    gc.collect()

    assert gone() is None
