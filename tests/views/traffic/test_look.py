"""Which time and unit an address of `/traffic` asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwb.errors import InputError
from netwb.views.traffic.look import Look, look_of

NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def look(**query: str) -> Look:
    return look_of(query, now=NOW, zone=BERLIN)


def test_without_a_word_it_is_the_last_day_in_bits() -> None:
    found = look()

    assert (found.since, found.until, found.unit) == (NOW - timedelta(days=1), NOW, "bits")
    assert found.week
    assert found.flags


def test_times_of_its_own_are_of_the_persons_zone() -> None:
    found = look(range="between", since="2026-11-22T09:00", until="2026-11-22T10:00")

    assert found.since == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert found.span == timedelta(hours=1)


@pytest.mark.parametrize(
    "query",
    [
        {"range": "between", "since": "2026-11-22T08:00:07Z", "until": "2026-11-22T11:00:07Z"},
        {"range": "7d", "unit": "percent"},
        {"week": "0", "flags": "0", "unit": "packets"},
        {},
    ],
)
def test_an_address_says_the_whole_look_and_nothing_that_is_usual(query: dict[str, str]) -> None:
    said = {name: value for name, value in look(**query).address().items() if value}

    assert said == query


def test_a_step_aside_keeps_its_length() -> None:
    later = look(range="6h").moved(0.5)

    assert later.span == timedelta(hours=6)
    assert later.since == NOW - timedelta(hours=3)
    assert later.name == "between"


def test_a_zoom_keeps_the_middle_and_ends_at_five_minutes() -> None:
    begun = look(range="6h")
    near = begun.zoomed(0.5)

    assert near.since + near.span / 2 == begun.since + begun.span / 2
    for _ in range(20):
        near = near.zoomed(0.5)
    assert near.span == timedelta(minutes=5)


def test_nobody_looks_at_more_than_three_years() -> None:
    far = look(range="30d").zoomed(1_000)

    assert far.span == timedelta(days=1_100)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"range": "1y"}, "range"),
        ({"unit": "furlongs"}, "unit"),
        ({"range": "between", "since": "soon"}, "time"),
        ({"range": "between", "since": "2026-11-22", "until": "2026-11-21"}, "swap"),
        ({"range": "between", "since": "1999-01-01", "until": "2026-11-21"}, "shorter"),
        ({"range": "between", "since": "0001-01-01T00:00"}, "time"),
    ],
)
def test_what_is_no_time_or_unit_is_said(query: dict[str, str], word: str) -> None:
    with pytest.raises(InputError, match=word):
        look(**query)


def test_what_is_drawn_under_the_traffic_stands_in_the_address_each_once() -> None:
    look = look_of({"over": "delay,errors,errors"}, now=NOW, zone=BERLIN)

    assert look.over == ("errors", "delay")
    assert look.toggled("loss").address()["over"] == "errors,loss,delay"
    assert look.toggled("errors").toggled("delay").address()["over"] is None
    with pytest.raises(InputError, match="'magic' is no overlay"):
        look_of({"over": "errors,magic"}, now=NOW, zone=BERLIN)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (300, "5 min"),
        (330, "5 min 30 s"),
        (3 * 3_600 + 53 * 60, "3 h 53 min"),
        (3 * 3_600 + 59, "3 h"),
        (7 * 86_400, "7 d"),
        (2 * 86_400 + 3_599, "2 d"),
        (2 * 86_400 + 5 * 3_600, "2 d 5 h"),
    ],
)
def test_a_time_of_its_own_is_as_long_as_it_is_said_to_be(seconds: int, said: str) -> None:
    assert look().at(NOW - timedelta(seconds=seconds), NOW).words == said
