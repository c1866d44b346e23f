"""In how many days a port is full, or that nobody can say. Pure.

A straight line through daily 95th percentiles: its slope is the median of the slopes between all
pairs of days (Theil 1950, Sen 1968), so that an attack or a holiday does not bend it. Only days of
one weekday are paired (Hirsch, Slack and Smith 1982: seasons have no slope between them), so that a
quiet Sunday is no fall. The interval of the slope is that of Kendall's statistic: where zero lies in
it there is no trend, and none is made up. It takes days for independent of each other; where they are
not, it is too narrow, and the days that it gives are a hint and no promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import Real, Times
from netwb.metrics.series.flows import window_table
from netwb.metrics.series.percentiles import WINDOW_S, nearest_ranks
from netwb.metrics.series.rates import Rates

Verdict = Literal["full", "filling", "far", "falling", "no trend", "too few days", "no speed"]

WEEK = 7
LEAST_DAYS = 28  # with data: four of each weekday
FAR_DAYS = 3_650  # nobody plans ten years of a port by its last months
_Z = 1.96  # standard deviations: 95 of 100 such intervals hold the true slope
_HALF = 0.5  # of its windows a day has, or it is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Bit/s a day, and between which two it lies; level: the line on its last day, bit/s."""

    middle: float
    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """When a port is full; days count from the last day that was looked at.

    slope             None where too few days have data
    days              by the median slope; this and the next two are set where it is `filling` alone
    soonest, latest   by the ends of the interval
    """

    verdict: Verdict
    known_days: int
    slope: Slope | None = None
    days: float | None = None
    soonest: float | None = None
    latest: float | None = None

    @property
    def said(self) -> str:
        """In words.

        >>> Trend(verdict="filling", known_days=90, days=120.2, soonest=88.0, latest=191.0).said
        'full in 120 days, between 88 and 191'
        """
        if self.days is not None and self.soonest is not None and self.latest is not None:
            return f"full in {self.days:.0f} days, between {self.soonest:.0f} and {self.latest:.0f}"
        return _WORDS[self.verdict].format(known=self.known_days, least=LEAST_DAYS)


_WORDS: dict[Verdict, str] = {
    "full": "full on a usual day",
    "far": "no trend that fills it within ten years",
    "falling": "it becomes less",
    "no trend": "no trend in {known} days",
    "too few days": "no trend: {known} days have data, {least} are needed",
    "no speed": "nobody knows its speed",
}


def daily_percentiles(rates: Rates, days: Times) -> NDArray[np.float64]:
    """The 95th of each day's five-minute windows; a row a port, NaN where half of a day has no data.

    days   epoch seconds at which each day begins in the zone of whoever looks, and the end of the
           last one; multiples of five minutes
    """
    first, last = int(days[0]), int(days[-1])
    windows = window_table(rates, first, last)
    ends = ((days - first) // WINDOW_S).tolist()
    found = np.full((rates.rows, len(days) - 1), np.nan)
    for day, (begin, end) in enumerate(pairwise(ends)):
        own = windows[:, begin:end]
        enough = np.isfinite(own).sum(axis=1) >= _HALF * (end - begin)
        found[:, day] = np.where(enough, nearest_ranks(own), np.nan)
    return found


def trend_of(daily_bps: Real, speed_bps: int | None) -> Trend:
    """Of one port's days, one after the other, NaN where a day has no data."""
    known = int(np.isfinite(daily_bps).sum())
    if known < LEAST_DAYS:
        return Trend(verdict="too few days", known_days=known)
    slope = slope_of(daily_bps)
    if not speed_bps:
        return Trend(verdict="no speed", known_days=known, slope=slope)
    if slope.level >= speed_bps:
        return Trend(verdict="full", known_days=known, slope=slope)
    if slope.low <= 0:
        falling = slope.high < 0
        return Trend(verdict="falling" if falling else "no trend", known_days=known, slope=slope)
    left = speed_bps - slope.level
    if left / slope.middle > FAR_DAYS:
        return Trend(verdict="far", known_days=known, slope=slope)
    return Trend(
        verdict="filling",
        known_days=known,
        slope=slope,
        days=left / slope.middle,
        soonest=left / slope.high,
        latest=left / slope.low,
    )


def slope_of(daily_bps: Real) -> Slope:
    """Of at least two days of one weekday with data."""
    lags = range(WEEK, len(daily_bps), WEEK)
    pairs = np.concatenate([(daily_bps[lag:] - daily_bps[:-lag]) / lag for lag in lags])
    slopes = np.sort(pairs[np.isfinite(pairs)])
    loose = _Z * sqrt(_variance(daily_bps))
    low = max(floor((len(slopes) - loose) / 2) - 1, 0)
    high = min(ceil((len(slopes) + loose) / 2), len(slopes) - 1)
    middle = float(np.median(slopes))
    last = len(daily_bps) - 1
    level = float(np.nanmedian(daily_bps - middle * np.arange(len(daily_bps)))) + middle * last
    return Slope(middle=middle, low=float(slopes[low]), high=float(slopes[high]), level=level)


def _variance(daily_bps: Real) -> float:
    """Of Kendall's statistic, summed over weekdays, as if no two days were equal: never too small."""
    numbers = (int(np.isfinite(daily_bps[day::WEEK]).sum()) for day in range(WEEK))
    return sum(n * (n - 1) * (2 * n + 5) for n in numbers) / 18
