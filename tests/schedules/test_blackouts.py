"""Black-outs: until when they hold, what clashes, and what they leave of a schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.errors import InputError
from netwb.schedules.blackouts import (
    YEAR,
    Span,
    find_clash,
    held_until,
    leaves_none,
    require_ends,
    spans,
)
from netwb.schedules.records import EVERYTHING, Blackout
from netwb.schedules.triggers import parse_trigger

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
HOUR_S = 3600


def zones(name: str) -> tzinfo:
    return ZoneInfo(name or "UTC")


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def once(start: float, end: float) -> Blackout:
    """From and until, in hours from now."""
    return Blackout(
        id=f"{start}-{end}",
        place=EVERYTHING,
        from_at=hours(start),
        until_at=hours(end),
        starts="",
        lasts_s=0,
        time_zone="",
        reason="freeze",
        set_by="ana",
        set_at=NOW,
        ended_at=None,
    )


def again(starts: str, lasts_h: float, *, zone: str = "") -> Blackout:
    return replace(
        once(0, 1),
        id=starts,
        from_at=None,
        until_at=None,
        starts=starts,
        lasts_s=int(lasts_h * HOUR_S),
        time_zone=zone,
    )


def test_one_holds_from_its_start_until_just_before_its_end() -> None:
    known = [once(1, 3)]

    assert held_until(known, zones, hours(0.99)) is None
    assert held_until(known, zones, hours(1)) == hours(3)
    assert held_until(known, zones, hours(2.99)) == hours(3)
    assert held_until(known, zones, hours(3)) is None


def test_several_that_touch_hold_as_one() -> None:
    known = [once(1, 3), once(3, 4), once(3.5, 6), once(7, 8)]

    assert held_until(known, zones, hours(1)) == hours(6)


def test_one_that_a_person_ended_holds_nothing_from_then_on() -> None:
    known = [replace(once(1, 3), ended_at=hours(2)), replace(once(5, 6), ended_at=hours(4))]

    assert held_until(known, zones, hours(1)) == hours(2)
    assert held_until(known, zones, hours(2)) is None
    assert held_until(known, zones, hours(5)) is None


def test_what_comes_again_is_ended_for_that_time_and_holds_whole_before_and_after() -> None:
    known = [replace(again("12:30", 2), ended_at=hours(25))]

    assert held_until(known, zones, hours(0.75)) == hours(2.5)
    assert held_until(known, zones, hours(24.75)) == hours(25)
    assert held_until(known, zones, hours(25)) is None
    assert held_until(known, zones, hours(48.75)) == hours(50.5)


def test_one_that_comes_again_is_meant_in_its_zone_also_over_a_change_of_the_clock() -> None:
    saturday = again("sat 22:00", 6, zone="Europe/Berlin")
    after = datetime(2026, 10, 24, 12, tzinfo=UTC)  # the night in which 03:00 becomes 02:00

    (span,) = spans(saturday, zones, after=after, until=after + timedelta(days=2))

    begin = datetime(2026, 10, 24, 20, tzinfo=UTC)
    assert span == Span(start=begin, end=begin + timedelta(hours=6))


@pytest.mark.parametrize(
    ("new", "other", "meet"),
    [
        (once(1, 3), once(2, 4), True),
        (once(1, 3), once(3, 4), False),
        (once(1, 3), replace(once(2, 4), ended_at=hours(0)), False),
        (once(10, 20), again("02:00", 1), True),
        (once(15, 20), again("02:00", 1), False),
        (again("sat 22:00", 6), again("sun 03:00", 1), True),
        (again("sat 22:00", 6), again("sun 04:00", 1), False),
        (again("0 2 1 1 *", 1), again("02:30", 1), True),
    ],
    ids=[
        "overlap",
        "touch",
        "it was ended",
        "one within a night",
        "one between nights",
        "two that come again",
        "two that follow each other",
        "once a year",
    ],
)
def test_a_clash_is_found_both_ways(new: Blackout, other: Blackout, meet: bool) -> None:  # noqa: FBT001 - a column of the table
    assert (find_clash(new, [other], zones, NOW) is other) is meet
    if other.ended_at is None:
        assert (find_clash(other, [new], zones, NOW) is new) is meet


STARTS = ["sat 22:00", "0 */7 * * *", "10 1-5 * * *", "30 */3 1-9 * *", "0 12 * * mon-wed"]


@given(
    st.tuples(st.sampled_from(STARTS), st.integers(1, 12)),
    st.tuples(st.sampled_from(STARTS), st.integers(1, 12)),
)
def test_a_clash_is_found_where_any_two_spans_overlap(
    one: tuple[str, int], other: tuple[str, int]
) -> None:
    new, known = again(one[0], one[1] / 4), again(other[0], other[1] / 4)
    own, theirs = (list(spans(b, zones, after=NOW, until=NOW + YEAR)) for b in (new, known))

    overlap = any(a.start < b.end and b.start < a.end for a in own[:60] for b in theirs[:120])

    assert find_clash(new, [known], zones, NOW) is known or not overlap


def test_two_that_come_many_times_a_day_are_compared_in_a_moment() -> None:
    began = process_time()

    assert find_clash(again("0 * * * *", 0.1), [again("30 * * * *", 0.1)], zones, NOW) is None
    assert process_time() - began < 5, "each with each of a year: 76 million pairs"


@pytest.mark.parametrize(
    ("starts", "lasts_h", "says"),
    [
        ("02:00", 24, "never ends"),
        ("0 */6 * * *", 7, "never ends"),
        ("sat,sun 00:00", 25, "never ends"),
        ("every 6h", 1, "times of the day"),
        ("after nightly 15m", 1, "times of the day"),
        ("off", 1, "times of the day"),
    ],
)
def test_one_that_never_ends_or_never_begins_is_refused(
    starts: str, lasts_h: float, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        require_ends(parse_trigger(starts), int(lasts_h * HOUR_S), UTC, NOW)


def test_one_that_ends_before_it_comes_again_is_taken() -> None:
    require_ends(parse_trigger("02:00"), 23 * HOUR_S, UTC, NOW)
    require_ends(parse_trigger("0 2 29 2 *"), 48 * HOUR_S, UTC, NOW)


@pytest.mark.parametrize(
    ("trigger", "known", "none"),
    [
        ("02:00", [again("00:00", 5)], True),
        ("02:00", [again("00:00", 2)], False),
        ("02:00", [again("02:00", 0.25)], True),
        ("sun 02:00", [again("sat 22:00", 6)], True),
        ("sat,sun 02:00", [again("sat 22:00", 6)], False),
        ("02:00", [again("mon-fri 00:00", 5), again("sat,sun 01:00", 2)], True),
        ("every 6h", [again("00:00", 5)], False),
        ("every 24h", [again("00:00", 5)], True),
        ("02:00", [once(0, 24 * 364)], False),
        ("0 2 29 2 *", [again("00:00", 5)], True),
        ("0 2 29 2 *", [], False),
        ("off", [again("00:00", 5)], False),
        ("after nightly 15m", [again("00:00", 5)], False),
    ],
)
def test_what_lies_wholly_in_blackouts_is_known(
    trigger: str,
    known: list[Blackout],
    none: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert leaves_none(parse_trigger(trigger), UTC, known, zones, NOW) is none
