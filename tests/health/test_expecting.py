from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwb.health.expecting import allowed_age, expected_at
from netwb.schedules.deciding import Timing
from netwb.schedules.triggers import parse_trigger

WEDNESDAY = datetime(2026, 3, 4, 8, tzinfo=UTC)
LEAST = timedelta(hours=26)


def timing(trigger: str, zone: str = "UTC", *, jitter_s: int = 0) -> Timing:
    return Timing(
        trigger=parse_trigger(trigger),
        zone=ZoneInfo(zone),
        jitter=timedelta(seconds=jitter_s),
    )


def free(_at: datetime) -> datetime | None:
    return None


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ("02:00", datetime(2026, 3, 4, 2, tzinfo=UTC)),
        ("06:30", datetime(2026, 3, 3, 6, 30, tzinfo=UTC)),
        ("sun 02:00", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        ("0 2 1 * *", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        ("every 15m", datetime(2026, 3, 4, 6, tzinfo=UTC)),
        ("off", None),
    ],
    ids=["nightly", "still-runs", "weekly", "monthly", "often", "never"],
)
def test_the_newest_time_that_is_long_enough_ago_counts(
    trigger: str, expected: datetime | None
) -> None:
    assert expected_at(timing(trigger), free, now=WEDNESDAY) == expected


def test_a_weekly_site_is_not_stale_in_its_week_and_is_after_it() -> None:
    weekly = timing("sun 02:00")
    copy = datetime(2026, 3, 1, 2, 20, tzinfo=UTC)
    sunday = datetime(2026, 3, 8, 2, 0, tzinfo=UTC)

    for now in (WEDNESDAY, sunday, sunday + timedelta(hours=1)):
        assert now - copy <= allowed_age(weekly, free, now=now, least=LEAST)
    later = sunday + timedelta(hours=27)
    assert later - copy > allowed_age(weekly, free, now=later, least=LEAST)


def test_a_nightly_place_is_allowed_what_is_allowed_anywhere() -> None:
    assert allowed_age(timing("02:00"), free, now=WEDNESDAY, least=LEAST) == LEAST
    assert allowed_age(timing("off"), free, now=WEDNESDAY, least=LEAST) == LEAST


def test_a_black_out_makes_nobody_late() -> None:
    begin, end = datetime(2026, 2, 27, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC)

    def freeze(at: datetime) -> datetime | None:
        return end if begin <= at < end else None

    last = datetime(2026, 2, 26, 2, tzinfo=UTC)
    assert expected_at(timing("02:00"), freeze, now=WEDNESDAY) == last
    allowed = allowed_age(timing("02:00"), freeze, now=WEDNESDAY, least=LEAST)
    assert WEDNESDAY - last <= allowed


def test_times_are_of_the_zone_and_behind_their_jitter() -> None:
    found = expected_at(timing("02:00", "Europe/Berlin", jitter_s=600), free, now=WEDNESDAY)

    assert found == datetime(2026, 3, 4, 1, 10, tzinfo=UTC)
