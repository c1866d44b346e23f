"""Rates into buckets: the mean, and the highest that touched each. Pure.

Buckets are aligned to the epoch, so that neither a zoom nor an edge moves one. A rate that lies
across an edge is shared out by time. Ports are summed after that, never before: each has its own
resets and gaps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import Real, Times
from netwb.metrics.series.line import Places, Rows
from netwb.metrics.series.rates import Rates

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
    """One port: a value for each bucket, NaN where there is no data.

    begin     epoch seconds, rising
    mean      over the time that has data
    highest   of the rates that touch it
    covered   seconds of it that have data
    """

    step_s: int
    begin: Times
    mean: Real
    highest: Real
    covered: Real


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Many ports: a row each, a column a bucket; else as `Buckets`.

    edges     epoch seconds, one more than there are buckets, rising; they may be of any lengths
    """

    edges: Times
    mean: Real
    highest: Real
    covered: Real


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sum:
    """Many ports as one, and how many of them have data in each bucket."""

    buckets: Buckets
    ports: NDArray[np.int64]


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
    return edges(since, until, step_s)[:-1]


def edges(since: int, until: int, step_s: int) -> Times:
    """The same with the end of the last one."""
    first, last = since // step_s, -(-until // step_s)
    return np.arange(first, max(last, first + 1) + 1, dtype=np.int64) * step_s


def into_buckets(rates: Rates, since: int, until: int, step_s: int) -> Buckets:
    """One port's rates, shared out over the buckets of a stretch of time."""
    return _row(into_table(rates, edges(since, until, step_s)), step_s)


def before(rates: Rates, buckets: Buckets, by_s: int) -> Buckets:
    """What was so much earlier in each of these buckets; they keep their own begins."""
    ends = np.append(buckets.begin, buckets.begin[-1:] + buckets.step_s)
    table = into_table(rates, ends - by_s)
    return replace(_row(table, buckets.step_s), begin=buckets.begin)


def into_table(rates: Rates, edges: Times) -> Table:
    """Rates of each port, shared out over these buckets."""
    shares = _shared_out(rates, edges)
    shape = (rates.rows, len(edges) - 1)
    covered = np.zeros(shape)
    covered[shares.row, shares.bucket] = shares.covered
    mean, highest = np.full(shape, np.nan), np.full(shape, np.nan)
    enough = shares.covered >= _COVERED * np.diff(edges)[shares.bucket]
    row, bucket = shares.row[enough], shares.bucket[enough]
    mean[row, bucket] = shares.mean[enough]
    highest[row, bucket] = shares.highest[enough]
    return Table(edges=edges, mean=mean, highest=highest, covered=covered)


def sum_of(rates: Rates, since: int, until: int, step_s: int, *, poll_s: int) -> Sum:
    """Many ports as one: each into its own buckets, and then those.

    The highest of a sum is no sum of highests, which may have come at different times: it is that of
    windows of `poll_s`. A port without data is missing from the sum of its bucket.
    """
    table = into_table(rates, edges(since, until, step_s))
    ports = np.isfinite(table.mean).sum(axis=0)
    mean = np.where(ports > 0, np.nansum(table.mean, axis=0), np.nan)
    highest = np.fmax(_highest_sums(rates, table, poll_s), mean) if step_s > poll_s else mean
    buckets = Buckets(
        step_s=step_s,
        begin=table.edges[:-1],
        mean=mean,
        highest=highest,
        covered=table.covered.max(axis=0, initial=0.0),
    )
    return Sum(buckets=buckets, ports=ports)


def _highest_sums(rates: Rates, table: Table, poll_s: int) -> Real:
    """The highest sum, in any window of a poll, of those ports that have data in its bucket."""
    coarse = table.edges
    fine = np.union1d(coarse, edges(int(coarse[0]), int(coarse[-1]), poll_s))
    fine = fine[(fine >= coarse[0]) & (fine <= coarse[-1])]
    bucket = np.searchsorted(coarse, fine[:-1], "right") - 1
    shares = _shared_out(rates, fine)
    counted = np.isfinite(table.mean[shares.row, bucket[shares.bucket]])
    window, mean = shares.bucket[counted], shares.mean[counted]
    sums = np.zeros(len(bucket))
    np.add.at(sums, window, mean)
    highest = np.full(len(coarse) - 1, np.nan)
    some = np.unique(window)
    np.fmax.at(highest, bucket[some], sums[some])
    return highest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Shares:
    """What each bucket of each row has, where it has anything; in order of row and bucket."""

    row: Rows
    bucket: Places
    mean: Real
    covered: Times
    highest: Real


def _shared_out(rates: Rates, edges: Times) -> _Shares:
    """Each pair is cut at the edges that it lies across; pieces of one bucket are put together."""
    number = len(edges) - 1
    inside = rates.kept & (rates.end > edges[0]) & (rates.begin < edges[-1])
    used = slice(None) if inside.all() else np.flatnonzero(inside)
    begin, end, row = rates.begin[used], rates.end[used], rates.row[used]
    first = np.maximum(_place(edges, begin), 0)
    pieces = np.minimum(_place(edges, end - 1), number - 1) - first + 1
    which = np.repeat(np.arange(len(begin)), pieces)
    starts = np.cumsum(pieces) - pieces
    bucket = np.arange(len(which)) + (first - starts)[which]
    span = np.minimum(end[which], edges[1:][bucket]) - np.maximum(begin[which], edges[bucket])
    key = (row.astype(np.intp) * number)[which] + bucket
    groups = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
    covered = _reduced(np.add, span, groups)
    highest = _reduced(np.maximum, rates.highest[used][which], groups)
    mean = _reduced(np.add, rates.value[used][which] * span, groups) / covered
    return _Shares(
        row=row[which[groups]],
        bucket=bucket[groups],
        mean=np.minimum(mean, highest),  # the last digit of a quotient may be one too many
        covered=covered,
        highest=highest,
    )


def _place(edges: Times, at: Times) -> Places:
    """In which bucket each moment is, -1 of what is before them; all of one length are not searched."""
    lengths = np.diff(edges)
    if (lengths == lengths[0]).all():
        found: Places = (at - edges[0]) // lengths[0]
        return found
    return np.searchsorted(edges, at, "right") - 1


def _reduced(how: np.ufunc, values: NDArray[Any], groups: Places) -> NDArray[Any]:
    """Of each group of values, by where it starts; `reduceat` knows no empty list of groups."""
    found: NDArray[Any] = how.reduceat(values, groups) if len(groups) else values[:0]
    return found


def _row(table: Table, step_s: int) -> Buckets:
    """The buckets of one port."""
    return Buckets(
        step_s=step_s,
        begin=table.edges[:-1],
        mean=table.mean[0],
        highest=table.highest[0],
        covered=table.covered[0],
    )


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
