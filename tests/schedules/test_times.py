"""When triggers are due: in a zone, over the nights on which its clock is put forward and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.schedules.spread import jitter
from netwb.schedules.times import due_after, due_between, latest_due
from netwb.schedules.triggers import parse_trigger

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Beirut",  # at midnight
    "Africa/Casablanca",  # back and forward around Ramadan
    "Asia/Kolkata",
    "Pacific/Chatham",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(trigger: str, zone: str, after: str, until: str) -> list[str]:
    """Instants in UTC, as text."""
    found = due_between(parse_trigger(trigger), ZoneInfo(zone), after=at(after), until=at(until))
    return [f"{one:%d %H:%M}" for one in found]


def test_a_time_is_meant_in_its_zone() -> None:
    assert due("02:00", "Asia/Tokyo", "2026-11-28", "2026-11-30") == ["28 17:00", "29 17:00"]


def test_a_time_that_the_clock_jumps_over_comes_once_right_after_the_jump() -> None:
    # 29 March 2026, Berlin: 02:00 becomes 03:00, at 01:00 UTC
    nights = due("02:30", "Europe/Berlin", "2026-03-27 12:00", "2026-03-31 12:00")

    assert nights == ["28 01:30", "29 01:00", "30 00:30", "31 00:30"]


def test_two_times_within_the_jump_are_one() -> None:
    assert due("0,30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 12:00") == [
        "29 01:00"
    ]


def test_a_time_that_comes_twice_is_due_once_the_first_time() -> None:
    # 25 October 2026, Berlin: 03:00 becomes 02:00 again, at 01:00 UTC
    nights = due("02:30", "Europe/Berlin", "2026-10-23 12:00", "2026-10-27 12:00")

    assert nights == ["24 00:30", "25 00:30", "26 01:30", "27 01:30"]


def test_what_is_due_in_every_hour_follows_the_hours_as_they_pass() -> None:
    spring = due("15 * * * *", "Europe/Berlin", "2026-03-28 23:30", "2026-03-29 03:30")
    autumn = due("15 * * * *", "Europe/Berlin", "2026-10-24 22:30", "2026-10-25 03:30")

    assert spring == ["29 00:15", "29 01:15", "29 02:15", "29 03:15"]
    assert autumn == ["24 23:15", "25 00:15", "25 01:15", "25 02:15", "25 03:15"]


def test_a_period_counts_from_midnight_utc_whatever_the_zone() -> None:
    assert due("every 6h", "Asia/Kolkata", "2026-03-28 05:59", "2026-03-29 00:00") == [
        "28 06:00",
        "28 12:00",
        "28 18:00",
        "29 00:00",
    ]


def test_a_day_that_a_zone_left_out_is_made_up_when_the_next_one_begins() -> None:
    # Samoa had no 30 December 2011
    assert due("02:00", "Pacific/Apia", "2011-12-28 13:00", "2011-12-31 13:00") == [
        "29 12:00",  # 29 December, 02:00
        "30 10:00",  # the 30th was jumped over: the 31st begins
        "30 12:00",
        "31 12:00",
    ]


def test_days_and_weekdays_that_are_both_given_are_either() -> None:
    found = due("0 0 13 * fri", "UTC", "2026-03-01", "2026-03-28")

    assert found == ["06 00:00", "13 00:00", "20 00:00", "27 00:00"]


def test_29_february_waits_for_its_year_also_around_2100() -> None:
    trigger = parse_trigger("0 2 29 2 *")

    assert due_after(trigger, UTC, at("2026-11-28")) == at("2028-02-29 02:00")
    assert due_after(trigger, UTC, at("2096-03-01")) == at("2104-02-29 02:00")


@pytest.mark.parametrize("text", ["off", "after nightly 15m"])
def test_what_has_no_times_of_its_own_is_never_due_by_itself(text: str) -> None:
    trigger = parse_trigger(text)

    assert due_after(trigger, UTC, at("2026-11-28")) is None
    assert latest_due(trigger, UTC, after=at("2020-01-01"), until=at("2026-01-01")) is None


@given(
    zone=st.sampled_from(ZONES),
    minute=st.integers(0, 24 * 60 - 1),
    first=st.dates(date(2000, 1, 1), date(2040, 1, 1)),
)
def test_a_daily_time_comes_once_each_local_day(zone: str, minute: int, first: date) -> None:
    trigger = parse_trigger(f"{minute // 60:02}:{minute % 60:02}")
    begin = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone))
    until = begin + timedelta(days=40)

    found = list(due_between(trigger, ZoneInfo(zone), after=begin, until=until))

    days = [one.astimezone(ZoneInfo(zone)).date() for one in found]
    assert len(days) in {39, 40, 41}
    assert len(set(days)) == len(days)
    assert all(
        timedelta(hours=22) <= later - earlier <= timedelta(hours=26)
        for earlier, later in pairwise(found)
    )


@given(
    zone=st.sampled_from(ZONES),
    text=st.sampled_from(["02:30", "*/7 1-3 * * *", "every 15m", "0 */5 * * sun", "15 * * * *"]),
    moment=st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 - hypothesis wants them naive
    hours=st.integers(1, 200),
)
def test_the_latest_is_the_last_of_those_between(
    zone: str, text: str, moment: datetime, hours: int
) -> None:
    trigger, after = parse_trigger(text), moment.replace(tzinfo=UTC)
    until = after + timedelta(hours=hours)

    between = list(due_between(trigger, ZoneInfo(zone), after=after, until=until))

    assert between == sorted(set(between))
    newest = latest_due(trigger, ZoneInfo(zone), after=after, until=until)
    assert newest == (between[-1] if between else None)


def test_jitter_is_the_same_each_time_and_spreads_places_evenly() -> None:
    places = [jitter(f"nightly/t{n}/", most_s=300).total_seconds() for n in range(1000)]

    assert places == [jitter(f"nightly/t{n}/", most_s=300).total_seconds() for n in range(1000)]
    assert all(0 <= one < 300 for one in places)
    quarters = [sum(lowest <= one < lowest + 75 for one in places) for lowest in (0, 75, 150, 225)]
    assert min(quarters) > 200
