"""Rates into buckets of one length: the mean, and the highest that touched it. Pure.

Buckets are aligned to the epoch, so that neither a zoom nor an edge moves one. A rate that lies
across an edge is shared out by time. Ports are summed after that, never before: each has its own
resets and gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import Real, Times
from netwb.metrics.series.rates import Flags, Rates

STEPS_S = (
    1,
    5,
    10,
    30,
    60,
    120,
    300,
    600,
    900,
    1_800,
    3_600,
    7_200,
    14_400,
    21_600,
    43_200,
    86_400,
)
_COVERED = 0.1  # of a bucket at least, to be one: a second of data is no five minutes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Buckets:
    """A value for each bucket, NaN where there is no data.

    begin     epoch seconds, multiples of `step_s`
    mean      over the time that has data
    highest   of the rates that touch it
    covered   seconds of it that have data
    """

    step_s: int
    begin: Times
    mean: Real
    highest: Real
    covered: Real


def step_for(span_s: int, most: int, *, least_s: int) -> int:
    """The shortest round step that makes at most so many buckets, and is no shorter than that."""
    wanted = max(span_s / max(most, 1), least_s)
    found = next((step for step in STEPS_S if step >= wanted), None)
    if found is None:
        days = -(-wanted // 86_400)
        return int(days) * 86_400
    return found


def begins(since: int, until: int, step_s: int) -> Times:
    """Where the buckets of a stretch of time begin: each that it touches."""
    first, last = since // step_s, -(-until // step_s)
    return np.arange(first, max(last, first + 1), dtype=np.int64) * step_s


def into_buckets(rates: Rates, since: int, until: int, step_s: int) -> Buckets:
    """Rates shared out over the buckets of a stretch of time."""
    begin = begins(since, until, step_s)
    kept = rates.kept
    started, ended, value = rates.begin[kept], rates.end[kept], rates.value[kept]
    if not len(value):
        nothing = np.full(len(begin), np.nan)
        return Buckets(
            step_s=step_s, begin=begin, mean=nothing, highest=nothing, covered=np.zeros(len(begin))
        )
    edges = np.append(begin, begin[-1] + step_s)
    volume = np.diff(_risen(edges, started, ended, value))
    covered = np.diff(_risen(edges, started, ended, np.ones(len(value))))
    there = covered >= _COVERED * step_s
    mean = np.divide(volume, covered, out=np.full(len(begin), np.nan), where=there)
    most = _highest(edges, started, ended, rates.highest[kept])
    highest = np.where(there, most, np.nan)
    return Buckets(step_s=step_s, begin=begin, mean=mean, highest=highest, covered=covered)


def _risen(edges: Times, started: Times, ended: Times, value: Real) -> Real:
    """How much went by up to each edge: constant within a gap."""
    amounts = np.concatenate(([0.0], np.cumsum(value * (ended - started))))
    place = np.searchsorted(ended, edges, "right")  # rates that ended by then
    inside = np.minimum(place, len(value) - 1)
    partly = np.clip(edges - started[inside], 0, ended[inside] - started[inside])
    risen: Real = amounts[place] + np.where(place < len(value), partly * value[inside], 0.0)
    return risen


def _highest(edges: Times, started: Times, ended: Times, value: Real) -> Real:
    first = np.searchsorted(ended, edges[:-1], "right")  # ends after the bucket began
    last = np.searchsorted(started, edges[1:], "left")  # began before it ended
    some = last > first
    padded = np.append(value, -np.inf)
    ends = np.stack((first, np.maximum(last, first)), axis=1).ravel()
    found = np.maximum.reduceat(padded, ends)[::2]
    result: Real = np.where(some, found, np.nan)
    return result


def sum_of(series: Sequence[Buckets]) -> tuple[Buckets, NDArray[np.int64]]:
    """Several ports, of the same buckets, as one; and how many of them have data in each.

    The highest of a sum is at most the sum of the highest; that is what is given.
    """
    means = np.stack([one.mean for one in series])
    highest = np.stack([one.highest for one in series])
    number = np.isfinite(means).sum(axis=0)
    there = number > 0
    total = Buckets(
        step_s=series[0].step_s,
        begin=series[0].begin,
        mean=np.where(there, np.nansum(means, axis=0), np.nan),
        highest=np.where(there, np.nansum(highest, axis=0), np.nan),
        covered=np.max(np.stack([one.covered for one in series]), axis=0),
    )
    return total, number


def gaps(buckets: Buckets, since: int, until: int) -> tuple[tuple[int, int], ...]:
    """Stretches without data within the time, epoch seconds."""
    missing = np.concatenate(([False], ~np.isfinite(buckets.mean), [False]))
    edges = np.flatnonzero(np.diff(missing.astype(np.int8)))
    stretches = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    begin, step = buckets.begin, buckets.step_s
    found = (
        (max(int(begin[first]), since), min(int(begin[last - 1]) + step, until))
        for first, last in stretches
    )
    return tuple((first, last) for first, last in found if first < last)


def told(flags: Sequence[Flags]) -> int:
    """All flags of several rates, ored."""
    result = 0
    for flag in flags:
        result |= int(np.bitwise_or.reduce(flag)) if len(flag) else 0
    return result
