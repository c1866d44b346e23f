"""A time axis as a person's clock shows it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from netwb.views.charts.hours import time_ticks

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp())


def test_a_day_has_a_tick_each_two_hours_and_its_midnight_is_named() -> None:
    ticks = time_ticks(at("2026-11-22T09:42"), at("2026-11-23T09:42"), BERLIN)

    assert list(ticks.values()) == [
        *("10:00", "12:00", "14:00", "16:00", "18:00", "20:00", "22:00"),
        *("Mon 23 Nov", "02:00", "04:00", "06:00", "08:00"),
    ]
    assert min(ticks) == at("2026-11-22T10:00")


def test_the_hour_that_spring_leaves_out_has_no_tick() -> None:
    ticks = time_ticks(at("2026-03-29T00:00"), at("2026-03-29T08:00"), BERLIN)

    assert list(ticks.values()) == [
        *("Sun 29 Mar", "01:00", "03:00", "04:00", "05:00", "06:00", "07:00", "08:00"),
    ]
    assert at("2026-03-29T03:00") - at("2026-03-29T01:00") == 3_600


def test_ticks_after_a_change_of_the_clock_stand_on_whole_hours() -> None:
    ticks = time_ticks(at("2026-10-24T12:00"), at("2026-10-26T12:00"), BERLIN)

    assert ticks[at("2026-10-26T06:00")] == "06:00"
    assert all(said.endswith(":00") or said.startswith(("Sun", "Mon")) for said in ticks.values())


def test_thirty_days_are_told_by_their_dates() -> None:
    ticks = time_ticks(at("2026-10-24T12:00"), at("2026-11-23T12:00"), BERLIN)

    assert len(ticks) == 10
    assert all(":" not in said for said in ticks.values())


def test_two_views_of_one_time_have_the_same_ticks() -> None:
    early = time_ticks(at("2026-10-20T12:00"), at("2026-11-19T12:00"), BERLIN)
    late = time_ticks(at("2026-10-24T12:00"), at("2026-11-23T12:00"), BERLIN)

    assert {t for t in early if t >= min(late)} <= set(late)


@pytest.mark.parametrize("hours", [0.1, 1, 6, 24, 50, 168, 720, 8760, 35_000])
def test_no_axis_is_crowded(hours: float) -> None:
    begin = at("2026-01-05T07:31")

    ticks = time_ticks(begin, begin + int(hours * 3_600), BERLIN)

    assert 1 <= len(ticks) <= 13
