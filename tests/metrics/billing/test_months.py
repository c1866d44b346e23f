"""Months of contracts' zones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netwb.errors import InputError
from netwb.metrics.billing.months import month_of, parse_month


@pytest.mark.parametrize(
    ("month", "zone", "windows"),
    [
        ("2026-11", "Europe/Berlin", 8640),
        ("2026-10", "Europe/Berlin", 8940),
        ("2026-03", "Europe/Berlin", 8916),
        ("2026-12", "Europe/Berlin", 8928),
        ("2026-02", "UTC", 8064),
        ("2028-02", "UTC", 8352),
        ("2026-11", "America/New_York", 8652),
        ("2026-04", "Australia/Lord_Howe", 8646),  # half an hour
        ("2017-10", "America/Asuncion", 8916),  # at midnight of the first, which is none
    ],
)
def test_month_has_the_windows_of_its_zone(month: str, zone: str, windows: int) -> None:
    assert parse_month(month, zone).windows == windows


def test_windows_begin_at_local_midnight() -> None:
    month = parse_month("2026-12", "Asia/Kathmandu")

    assert datetime.fromtimestamp(month.since, UTC) == datetime(2026, 11, 30, 18, 15, tzinfo=UTC)
    assert month.since % 300 == 0


def test_months_follow_each_other_without_a_gap() -> None:
    names = [f"{year}-{month:02}" for year in (2026, 2027) for month in range(1, 13)]
    months = [parse_month(name, "Europe/Berlin") for name in names]

    assert [one.until for one in months[:-1]] == [one.since for one in months[1:]]


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "1999-01", "2026-1", "2026-11-01", "\u0662026-11"]
)
def test_what_is_no_month_is_said(text: str) -> None:
    with pytest.raises(
        InputError, match="is no month from 2000-01 to 2099-12; write it as 2026-11"
    ):
        parse_month(text, "UTC")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "a\x00b"])
def test_what_is_no_zone_is_said(zone: str) -> None:
    with pytest.raises(InputError, match="is no time zone"):
        parse_month("2026-11", zone)


def test_the_month_of_a_moment_is_that_of_its_zone() -> None:
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)

    assert month_of(late, "Europe/Berlin").name == "2026-11"
    assert month_of(late, "UTC").name == "2026-10"
