"""Many ports in one stretch of time: numbers of each, their sum, the busiest, and what is left. Pure.

Made of parts that add up, so that tens of thousands of ports need not be in memory at once: of each
port its numbers are kept, and buckets of the busiest alone. Rates come first and sums after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import Real, Samples, Times, Whole
from netwb.metrics.series.buckets import edges, into_table
from netwb.metrics.series.flows import inside, totals, window_table
from netwb.metrics.series.heat import heat_map
from netwb.metrics.series.percentiles import nearest_ranks
from netwb.metrics.series.rates import PortSamples, Rates, rates_of
from netwb.metrics.series.shares import percent
from netwb.metrics.series.sums import Added, Part, Sum, part_of, sum_of
from netwb.metrics.series.trend import Trend, daily_percentiles, trend_of

Side = Literal["in", "out"]
Both = tuple[Real, Real]
SIDES: tuple[Side, Side] = ("in", "out")
OCTETS = ("ifHCInOctets", "ifHCOutOctets")
_AT_ONCE = 100  # ports: their arrays stay in a processor's cache
_URGENT = ("full", "filling", "far", "no trend", "falling", "too few days", "no speed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """How a stretch of time is cut; seconds.

    asked            since when it was asked for: numbers are counted from there on
    since            where the bucket begins that this lies in
    step_s, cell_s   a bucket of a chart, a cell of a heat map
    ahead_s          how far clocks are ahead of UTC: cells begin at whole hours there
    poll_s, gap_s    how often ports are asked, and how far apart samples say nothing of what is between
    most             of how many ports the buckets are kept
    """

    asked: int
    since: int
    until: int
    step_s: int
    cell_s: int
    ahead_s: int
    poll_s: int
    gap_s: float
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """One direction of one port; bit/s, the total in octets. None: no data.

    least, most   of the rates between two samples that a store gave; `most` of the polls in between
    p95           of five-minute windows, by nearest rank
    """

    least: float | None = None
    average: float | None = None
    p95: float | None = None
    most: float | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Busy:
    """A port that may be among the busiest, with its rates in and out.

    place   which of the ports, as they were given
    """

    place: int
    p95: float
    speed_bps: int | None
    rates: tuple[Rates, Rates]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BusyLine:
    """A port among the busiest, in and out.

    mean      of each bucket, NaN where there is no data
    cells     mean of each cell of a heat map
    percent   of each cell: the busier direction as a share of the port
    """

    place: int
    mean: Both
    cells: Both
    percent: Real
    p95: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Many:
    """Some ports, in the order given; parts of one grid add up.

    numbers   of each port, in and out
    parts     of their sum
    busiest   highest first
    """

    numbers: tuple[tuple[Numbers, Numbers], ...]
    parts: tuple[Part, Part]
    busiest: tuple[Busy, ...]

    def plus(self, other: Many, most: int) -> Many:
        """Both; the other's places come after these."""
        moved = (replace(one, place=one.place + len(self.numbers)) for one in other.busiest)
        into, out = (one.plus(more) for one, more in zip(self.parts, other.parts, strict=True))
        return Many(
            numbers=(*self.numbers, *other.numbers),
            parts=(into, out),
            busiest=_highest([*self.busiest, *moved], most),
        )

    @property
    def sums(self) -> tuple[Sum, Sum]:
        """All of them as one, in and out."""
        into, out = (sum_of([part]) for part in self.parts)
        return into, out

    @property
    def known(self) -> int:
        """How many have any data."""
        return sum(any(side.average is not None for side in both) for both in self.numbers)

    def lines(self, grid: Grid) -> tuple[BusyLine, ...]:
        """Of the busiest, each bucket and cell."""
        return tuple(_line(one, grid) for one in self.busiest)

    def rest(self, lines: Sequence[BusyLine]) -> Both:
        """Means of all but these, summed; NaN where none of the others has data."""
        into, out = (
            _less(part.buckets, [line.mean[side] for line in lines])
            for side, part in enumerate(self.parts)
        )
        return into, out


def many_of(ports: Sequence[PortSamples], grid: Grid, speeds_bps: Sequence[int | None]) -> Many:
    """Of at least one port; one without samples has numbers without data.

    speeds_bps   what 100 % is of each
    """
    found = [
        _some(ports[first : first + _AT_ONCE], grid, speeds_bps[first : first + _AT_ONCE])
        for first in range(0, len(ports), _AT_ONCE)
    ]
    whole = found[0]
    for part in found[1:]:
        whole = whole.plus(part, grid.most)
    return whole


def _some(ports: Sequence[PortSamples], grid: Grid, speeds_bps: Sequence[int | None]) -> Many:
    both = [rates_of(ports, field, gap_s=grid.gap_s, poll_s=grid.poll_s) for field in OCTETS]
    asked, until = grid.asked, grid.until
    windows = [window_table(one, asked, until) for one in both]
    into, out = (_numbers(*pair, asked, until) for pair in zip(both, windows, strict=True))
    one, other = (
        part_of(
            rates,
            asked,
            until,
            grid.step_s,
            poll_s=grid.poll_s,
            windows=own,
            spans=[port.spans for port in ports],
        )
        for rates, own in zip(both, windows, strict=True)
    )
    numbers = tuple(zip(into, out, strict=True))
    return Many(
        numbers=numbers,
        parts=(one, other),
        busiest=_busy(both, numbers, grid.most, speeds_bps),
    )


def _numbers(
    rates: Rates, windows: NDArray[np.float64], since: int, until: int
) -> Sequence[Numbers]:
    shares = inside(rates, since, until)
    used = shares > 0
    row, value = rates.row[used], rates.value[used]
    span = shares[used] * (rates.end - rates.begin)[used]
    least, most = np.full(rates.rows, np.nan), np.full(rates.rows, np.nan)
    np.fmin.at(least, row, value)
    np.fmax.at(most, row, rates.highest[used])
    covered = np.bincount(row, span, rates.rows)
    with np.errstate(invalid="ignore"):
        average = np.bincount(row, value * span, rates.rows) / covered
    columns = (least, average, nearest_ranks(windows), most)
    total = totals(rates, since, until).tolist()
    return [
        Numbers(
            least=_value(one[0]),
            average=_value(one[1]),
            p95=_value(one[2]),
            most=_value(one[3]),
            total=octets if one[1] == one[1] else None,
        )
        for one, octets in zip(np.stack(columns, axis=1).tolist(), total, strict=True)
    ]


def _value(number: float) -> float | None:
    return number if number == number else None  # noqa: PLR0124 - NaN is no number


def _busy(
    both: Sequence[Rates],
    numbers: Sequence[tuple[Numbers, Numbers]],
    most: int,
    speeds_bps: Sequence[int | None],
) -> tuple[Busy, ...]:
    """The busiest of these ports: of the others nobody needs any bucket."""
    ranked = sorted(
        ((rank, place) for place, two in enumerate(numbers) if (rank := _p95(two)) is not None),
        key=lambda pair: (-pair[0], pair[1]),
    )[:most]
    into, out = both
    return tuple(
        Busy(
            place=place,
            p95=rank,
            speed_bps=speeds_bps[place],
            rates=(into.of(place), out.of(place)),
        )
        for rank, place in ranked
    )


def _line(one: Busy, grid: Grid) -> BusyLine:
    buckets = edges(grid.since, grid.until, grid.step_s)
    into, out = (into_table(rates, buckets).mean[0] for rates in one.rates)
    cells_in, cells_out = (
        heat_map(
            rates,
            grid.since,
            grid.until,
            speeds_bps=[one.speed_bps],
            ahead_s=grid.ahead_s,
            cell_s=grid.cell_s,
        )
        for rates in one.rates
    )
    return BusyLine(
        place=one.place,
        p95=one.p95,
        mean=(into, out),
        cells=(cells_in.mean[0], cells_out.mean[0]),
        percent=np.fmax(cells_in.percent[0], cells_out.percent[0]),
    )


def _p95(two: tuple[Numbers, Numbers]) -> float | None:
    """Of the busier direction."""
    return max((one.p95 for one in two if one.p95 is not None), default=None)


def _highest(some: Sequence[Busy], most: int) -> tuple[Busy, ...]:
    return tuple(sorted(some, key=lambda one: (-one.p95, one.place))[:most])


def _less(whole: Added, means: Sequence[Real]) -> Real:
    """A sum without some of its ports; what is left by rounding alone is nothing."""
    table = np.stack([*means, np.full(len(whole.sums), np.nan)])
    left: Whole = whole.ports - np.isfinite(table).sum(axis=0)
    sums = np.maximum(whole.sums - np.nansum(table, axis=0), 0.0)
    return np.where(left > 0, sums, np.nan)


def cell_edges(grid: Grid) -> Times:
    """Where the cells of a heat map begin, and where the last one ends; epoch seconds."""
    ahead = grid.ahead_s
    return edges(grid.since + ahead, grid.until + ahead, grid.cell_s) - ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Fewer:
    """A stretch in which fewer ports have data than should, epoch seconds; as few as at its worst."""

    since: int
    until: int
    ports: int
    of: int


def fewer(sums: tuple[Sum, Sum], step_s: int, *, until: int, late_s: int) -> tuple[Fewer, ...]:
    """Stretches in which fewer ports have data than at best, and any has; to a poll, at every span.

    A sum is lower there without less having gone through. A port that is not told of then is not
    missed. What begins within one bucket is one stretch.

    late_s   as long before `until` a port's next sample may only be on its way: since it is not
             there any more, and no longer, none is missed
    """
    fine, away = sums[0].fine, np.minimum(sums[0].away, sums[1].away)
    end = int(np.searchsorted(fine[:-1], until))
    edges, away = fine[: end + 1], away[:end]
    whole = np.minimum(*(one.there + one.away for one in sums))[:end]
    late = int(np.searchsorted(edges[:-1], until - late_s - int(edges[1] - edges[0])))
    if not late:
        return ()
    most = int(whole.max())
    whole = np.append(whole[:late], np.maximum(whole[late:], whole[late - 1]))
    ports, of = whole - away, most - away
    changes = (np.diff(ports, prepend=-1) != 0) | (np.diff(of, prepend=-1) != 0)
    turns = np.append(np.flatnonzero(changes), end).tolist()
    found: dict[int, Fewer] = {}
    for first, last in pairwise(turns):
        if 0 < ports[first] < of[first]:
            begin = int(edges[first])
            one = Fewer(
                since=begin,
                until=min(int(edges[last]), until),
                ports=int(ports[first]),
                of=int(of[first]),
            )
            place = (begin - int(edges[0])) // step_s
            found[place] = _as_one(found[place], one) if place in found else one
    return tuple(found.values())


def _as_one(one: Fewer, other: Fewer) -> Fewer:
    """From the begin of the first to the end of the second, as few as at the worse."""
    worse = min(one, other, key=lambda each: each.ports - each.of)
    return replace(worse, since=one.since, until=other.until)


def silences(total: Sum, since: int, until: int, late_s: int) -> tuple[tuple[int, int], ...]:
    """Stretches within the time in which no port has data; the next sample may be on its way."""
    fine = total.fine
    missing = np.concatenate(([False], total.there == 0, [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(missing))
    window = int(fine[1] - fine[0])
    stretches = zip(fine[edges[::2]].tolist(), fine[edges[1::2]].tolist(), strict=True)
    found = ((max(begin, since), min(end, until)) for begin, end in stretches)
    return tuple(
        (begin, end)
        for begin, end in found
        if begin < end and (end < until or end - begin > late_s + window)
    )


def fewest(total: Sum, step_s: int, short: Sequence[Fewer]) -> Whole:
    """How many ports have data in each bucket at its worst, but for when none has."""
    ports, begin = total.ports.copy(), int(total.begin[0])
    for one in short:
        touched = slice((one.since - begin) // step_s, -(-(one.until - begin) // step_s))
        ports[touched] = np.minimum(ports[touched], one.ports)
    return ports


def urgent_trend(
    port: PortSamples, days: Sequence[int], speed_bps: int | None, *, gap_s: float
) -> tuple[Side, Trend]:
    """The direction that is full first, and when; `days` as in `daily_percentiles`."""
    begins = np.array(days, np.int64)
    found: list[tuple[Side, Trend]] = []
    for side, field in zip(SIDES, OCTETS, strict=True):
        rates = rates_of([port], field, gap_s=gap_s)
        found.append((side, trend_of(daily_percentiles(rates, begins)[0], speed_bps)))
    return min(found, key=lambda one: _urgency(one[1], speed_bps))


def _urgency(trend: Trend, speed_bps: int | None) -> tuple[int, float, float]:
    """The lower, the sooner; of two alike the one that has less left."""
    level = trend.slope.level if trend.slope else 0.0
    return (_URGENT.index(trend.verdict), trend.days or 0.0, -(percent(level, speed_bps) or level))


def nothing(grid: Grid) -> Many:
    """Of no ports."""
    empty = [PortSamples(samples=no_samples(OCTETS))]
    return replace(_some(empty, grid, [None]), numbers=())


def no_samples(fields: Sequence[str]) -> Samples:
    """Of a port that was not measured."""
    whole = np.empty(0, np.int64)
    return Samples(at=whole, values=dict.fromkeys(fields, whole))
