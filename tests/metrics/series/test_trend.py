"""When a port is full, and when nobody can say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from netwb.metrics.series.rates import PortSamples, rates, rates_of
from netwb.metrics.series.trend import LEAST_DAYS, daily_percentiles, slope_of, trend_of
from tests.metrics.series.counters import FIELD, counters

SPEED = 1_000_000_000
DAY_S = 86_400
Days = NDArray[np.float64]


def growing(days: int, *, by: float, level: float = 400e6, noise: float = 0.0) -> Days:
    """A line with a week in it: weekends are half."""
    number = np.arange(days)
    dice = np.random.default_rng(days)
    week = np.where(number % 7 < 5, 1.0, 0.5)
    return (level + by * number) * week + noise * dice.standard_normal(days)


def test_a_port_that_grows_is_full_some_day_and_the_interval_says_how_surely() -> None:
    found = trend_of(growing(90, by=2e6, noise=15e6), SPEED)

    assert found.verdict == "filling"
    assert found.days is not None
    assert found.soonest is not None
    assert found.latest is not None
    assert found.soonest < found.days < found.latest
    assert 150 < found.days < 300
    assert found.said.startswith("full in ")


def test_a_steady_line_is_told_to_the_day() -> None:
    found = trend_of(np.arange(60, dtype=np.float64) * 1e6 + 100e6, SPEED)

    assert (found.days, found.soonest, found.latest) == pytest.approx((841, 841, 841))
    assert found.said == "full in 841 days, between 841 and 841"


def test_noise_alone_is_no_trend() -> None:
    verdicts = [
        trend_of(400e6 + 50e6 * np.random.default_rng(seed).standard_normal(90), SPEED).verdict
        for seed in range(40)
    ]

    assert verdicts.count("no trend") >= 36  # of 40, where 38 are to be expected
    assert trend_of(np.full(90, 400e6), SPEED).said == "no trend in 90 days"


def test_a_week_is_no_trend_wherever_it_is_cut() -> None:
    week = growing(97, by=0)

    assert {trend_of(week[begin:], SPEED).verdict for begin in range(7)} == {"no trend"}


def test_an_attack_and_a_holiday_do_not_bend_the_line() -> None:
    calm = growing(90, by=2e6, noise=5e6)
    bent = calm.copy()
    bent[[20, 21, 80]] = 90e9
    bent[40:47] = 0

    before, after = slope_of(calm), slope_of(bent)

    assert after.middle == pytest.approx(before.middle, rel=0.1)
    assert after.level == pytest.approx(before.level, rel=0.05)


def test_a_month_is_too_short_where_days_are_missing_in_it() -> None:
    days = growing(35, by=2e6)
    days[::4] = np.nan

    found = trend_of(days, SPEED)

    assert (found.verdict, found.slope) == ("too few days", None)
    assert found.said == "no trend: 26 days have data, 28 are needed"


def test_what_becomes_less_is_never_full() -> None:
    found = trend_of(growing(60, by=-2e6), SPEED)

    assert (found.verdict, found.days, found.said) == ("falling", None, "it becomes less")


def test_a_port_that_is_full_is_full_whatever_its_trend() -> None:
    assert trend_of(np.full(40, 1.2e9), SPEED).said == "full on a usual day"


def test_a_slope_that_needs_a_century_is_none_to_plan_by() -> None:
    found = trend_of(np.arange(60, dtype=np.float64) * 10.0 + 100e6, SPEED)

    assert found.verdict == "far"
    assert found.said == "no trend that fills it within ten years"


@pytest.mark.parametrize("speed", [None, 0])
def test_without_a_speed_there_is_a_slope_and_no_day(speed: int | None) -> None:
    found = trend_of(growing(60, by=2e6), speed)

    assert (found.verdict, found.said) == ("no speed", "nobody knows its speed")
    assert found.slope is not None
    assert found.slope.middle > 0


def test_of_no_days_there_is_no_trend() -> None:
    assert trend_of(np.empty(0), SPEED).verdict == "too few days"


@settings(max_examples=40)
@given(
    st.lists(st.floats(0, 1e10) | st.just(float("nan")), min_size=LEAST_DAYS, max_size=120),
    st.floats(1, 1e9),
)
def test_the_slope_lies_in_its_interval_and_follows_the_unit(
    days: list[float], unit: float
) -> None:
    daily = np.array(days)
    if np.isfinite(daily).sum() < LEAST_DAYS:
        return

    found, scaled = slope_of(daily), slope_of(daily * unit)

    assert found.low <= found.middle <= found.high
    assert scaled.middle == pytest.approx(found.middle * unit, rel=1e-6, abs=1e-6 * unit)


# ---- days


def test_a_day_has_the_percentile_of_its_own_windows() -> None:
    octets = np.append(0, np.cumsum(np.repeat([30_000, 60_000, 90_000], DAY_S // 300)))
    found = rates(counters(*octets.tolist(), every_s=300), FIELD, gap_s=450)

    daily = daily_percentiles(found, np.arange(4) * DAY_S)

    assert daily.tolist() == [[800, 1_600, 2_400]]


def test_days_are_as_long_as_clocks_make_them() -> None:
    octets = np.append(0, np.cumsum(np.repeat([30_000, 60_000], [276, 288])))
    found = rates(counters(*octets.tolist(), every_s=300), FIELD, gap_s=450)

    daily = daily_percentiles(found, np.array([0, 23 * 3_600, 47 * 3_600]))

    assert daily.tolist() == [[800, 1_600]]


def test_half_a_day_is_none_and_each_port_has_its_own() -> None:
    long, short = (
        PortSamples(samples=counters(*(30_000 * n for n in range(number)), every_s=300))
        for number in (289, 100)
    )

    daily = daily_percentiles(rates_of([short, long], FIELD, gap_s=450), np.arange(2) * DAY_S)

    assert np.nan_to_num(daily, nan=-1).tolist() == [[-1], [800]]
