from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.health.diagnosis import Verdict
from netwb.health.disk import Growth, Space, forecast, judge_disk, size

GB = 10**9


def space(free: int, *, total: int = 500 * GB, stored: int = 2 * GB) -> Space:
    return Space(total=total, free=free, archive=stored, database=0)


@pytest.mark.parametrize(
    ("free", "growth", "verdict", "word"),
    [
        (100 * GB, None, "ok", "after 7 days"),
        (100 * GB, Growth(revisions=20_000, recent=3_000, days=300), "ok", "27 years"),
        (100 * GB, Growth(revisions=20_000, recent=0, days=300), "ok", "next to nothing"),
        (GB // 5, Growth(revisions=20_000, recent=3_000, days=300), "advice", "20 days"),
        (GB // 4, Growth(revisions=2_000, recent=2_000, days=30), "wrong", "4 days"),
        (GB // 4, Growth(revisions=2_000, recent=20_000, days=30), "wrong", "9 hours"),
        (20 * GB, None, "advice", "20.0 GB of 500.0 GB are free"),
        (GB // 10, None, "wrong", "100.0 MB"),
    ],
    ids=["young", "years", "still", "weeks", "days", "hours", "nearly-full", "full"],
)
def test_the_disk_is_told_of_in_days(
    free: int, growth: Growth | None, verdict: Verdict, word: str
) -> None:
    room = space(free)
    found = judge_disk(room, forecast(room, growth) if growth else None)

    assert (found.verdict, word in found.said) == (verdict, True), found


def test_a_first_backup_of_everything_is_no_pace() -> None:
    young = Growth(revisions=2_000, recent=0, days=3)

    assert forecast(space(GB), young) is None
    assert forecast(space(GB), Growth(revisions=0, recent=0, days=0)) is None


def test_an_archive_younger_than_a_month_is_measured_by_its_days() -> None:
    found = forecast(space(GB, stored=1_000), Growth(revisions=100, recent=50, days=10))

    assert found is not None
    assert found.bytes_a_day == 50


@given(st.integers(0, 10**13), st.integers(1, 10**6), st.integers(0, 10**6), st.integers(7, 4000))
def test_more_room_never_lasts_shorter(free: int, all_: int, recent: int, days: int) -> None:
    growth = Growth(revisions=all_, recent=recent, days=days)

    less, more = (forecast(space(room), growth) for room in (free, free * 2 + 1))

    assert less is not None
    assert more is not None
    assert (more.days_left is None) == (less.days_left is None)
    assert (more.days_left or 0) >= (less.days_left or 0)


def test_sizes_are_of_powers_of_ten() -> None:
    assert [size(octets) for octets in (0, 999, 1_000, 2.5e6, 3e9, 4e12)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "2.5 MB",
        "3.0 GB",
        "4.0 TB",
    ]
