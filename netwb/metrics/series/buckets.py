"""Rates into buckets: the mean, and the highest that touched each. Pure.

Buckets are aligned to the epoch, so that neither a zoom nor an edge moves one. A rate that lies
across an edge is shared out by time.
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
    shares = shared_out(rates, edges)
    shape = (rates.rows, len(edges) - 1)
    covered = np.zeros(shape)
    covered[shares.row, shares.bucket] = shares.covered
    mean, highest = np.full(shape, np.nan), np.full(shape, np.nan)
    enough = has_enough(shares, edges)
    row, bucket = shares.row[enough], shares.bucket[enough]
    mean[row, bucket] = shares.mean[enough]
    highest[row, bucket] = shares.highest[enough]
    return Table(edges=edges, mean=mean, highest=highest, covered=covered)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """What each bucket of each row has, where it has anything; in order of row and bucket."""

    row: Rows
    bucket: Places
    mean: Real
    covered: Times
    highest: Real


def has_enough(shares: Shares, edges: Times) -> NDArray[np.bool_]:
    """Whether it is data of its bucket, or a sliver."""
    enough: NDArray[np.bool_] = shares.covered >= _COVERED * np.diff(edges)[shares.bucket]
    return enough


def shared_out(rates: Rates, edges: Times) -> Shares:
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
    return Shares(
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
