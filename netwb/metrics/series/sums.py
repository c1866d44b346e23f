"""Many ports as one: a site, a tenant, all that are not among the busiest. Pure.

Each port has its own resets and gaps, so that rates come first and their sum after. A sum is made of
parts that add up, so that a thousand ports need not be in memory at once. The highest of a sum is no
sum of highests, which may have come at different times: it is that of windows as long as a poll.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import Real, Times, Whole
from netwb.metrics.series.buckets import (
    Shares,
    Table,
    edges,
    has_enough,
    into_table,
    shared_out,
)
from netwb.metrics.series.flows import Flow, totals, window_table
from netwb.metrics.series.percentiles import nearest_rank
from netwb.metrics.series.rates import Rates

Spans = tuple[tuple[float, float], ...] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Added:
    """For each stretch of time the sum of those ports that have data in it, and how many they are."""

    sums: Real
    ports: Whole

    @property
    def values(self) -> Real:
        """NaN where no port has data."""
        return np.where(self.ports > 0, self.sums, np.nan)

    def plus(self, other: Added) -> Added:
        """Of the same stretches."""
        return Added(sums=self.sums + other.sums, ports=self.ports + other.ports)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """Some of the ports of a sum, each with the same time and lengths as the other parts.

    edges     epoch seconds, of the buckets
    fine      those of the polls: windows as long as a poll, cut where a bucket ends
    buckets   as they are drawn
    there     how many have data in each poll
    away      how many have data and are not told of in all of that poll, nor have any in it
    windows   whole five minutes within the time, for the percentile
    total     in the counter's own unit
    """

    edges: Times
    fine: Times
    buckets: Added
    polls: Added
    there: Whole
    away: Whole
    windows: Added
    total: int

    def plus(self, other: Part) -> Part:
        """Both together."""
        return Part(
            edges=self.edges,
            fine=self.fine,
            buckets=self.buckets.plus(other.buckets),
            polls=self.polls.plus(other.polls),
            there=self.there + other.there,
            away=self.away + other.away,
            windows=self.windows.plus(other.windows),
            total=self.total + other.total,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sum:
    """Many ports as one.

    flow    windows are summed before they are ranked; `least` is of the windows in which most ports
            have data, for a sum that lacks ports is no low
    begin   epoch seconds, of each bucket
    ports   how many of them have data in each bucket
    fine    epoch seconds, edges of the polls; there, away: as of `Part`, of each poll
    """

    flow: Flow
    begin: Times
    ports: Whole
    fine: Times
    there: Whole
    away: Whole


def part_of(  # noqa: PLR0913 - a time, and how it is cut
    rates: Rates,
    since: int,
    until: int,
    step_s: int,
    *,
    poll_s: int,
    windows: NDArray[np.float64] | None = None,
    spans: Sequence[Spans] = (),
) -> Part:
    """The part of these ports in a time; the first bucket is whole, and counts from then on.

    poll_s    how long the windows are that have a highest
    windows   their `window_table` of that time, where it is there already
    spans     of each port, as of `PortSamples`; none at all: always
    """
    table = into_table(rates, edges(since, until, step_s))
    first, last = int(table.edges[0]), int(table.edges[-1])
    fine = edges(first, last, min(poll_s, step_s))
    fine = np.union1d(table.edges, fine[(fine > first) & (fine < last)])
    shares = shared_out(rates, fine)
    there, away = _counted(shares, fine, spans, poll_s)
    return Part(
        edges=table.edges,
        fine=fine,
        buckets=_added(table.mean),
        polls=_polls(shares, table, fine),
        there=there,
        away=away,
        windows=_added(window_table(rates, since, until) if windows is None else windows),
        total=int(totals(rates, since, until).sum()),
    )


def sum_of(parts: Iterable[Part]) -> Sum:
    """Of at least one part."""
    whole = reduce(Part.plus, parts)
    polls, spans = whole.polls, np.diff(whole.fine)
    there = polls.ports > 0
    counted = polls.ports + whole.away
    most_ports = there & (counted == counted[there].max()) if there.any() else there
    known = bool(there.any())
    mean = whole.buckets.values
    return Sum(
        flow=Flow(
            mean=mean,
            highest=np.fmax(_highest(whole), mean),
            least=float(polls.sums[most_ports].min()) if known else None,
            average=float(np.average(polls.sums[there], weights=spans[there])) if known else None,
            percentile=nearest_rank(whole.windows.values),
            most=float(polls.sums[there].max()) if known else None,
            total=whole.total if known else None,
        ),
        begin=whole.edges[:-1],
        ports=whole.buckets.ports,
        fine=whole.fine,
        there=whole.there,
        away=whole.away,
    )


def _added(table: NDArray[np.float64]) -> Added:
    return Added(sums=np.nansum(table, axis=0), ports=np.isfinite(table).sum(axis=0))


def _counted(
    shares: Shares, fine: Times, spans: Sequence[Spans], poll_s: int
) -> tuple[Whole, Whole]:
    """How many have data in each poll; and how many none, as they are not told of then."""
    polls = len(fine) - 1
    enough = has_enough(shares, fine)
    there = np.bincount(shares.bucket[enough], minlength=polls)
    away = np.zeros(polls, there.dtype)
    for row, own in enumerate(spans):
        if own is None:
            continue
        missing = np.ones(polls, np.bool_)
        for since, until in own:  # the first rate is known a poll later, the last a poll before
            missing &= (fine[:-1] < since + poll_s) | (fine[1:] > until - poll_s)
        if not missing.any():
            continue
        first, last = np.searchsorted(shares.row, (row, row + 1)).tolist()
        known = shares.bucket[first:last][enough[first:last]]
        missing[known] = False
        away += missing if len(known) else False
    return there, away


def _polls(shares: Shares, table: Table, fine: Times) -> Added:
    """Of those ports alone that have data in the bucket around: a sliver of one is none."""
    bucket = _buckets(table.edges, fine)[shares.bucket]
    counted = np.isfinite(table.mean[shares.row, bucket])
    polls = shares.bucket[counted]
    sums, ports = np.zeros(len(fine) - 1), np.zeros(len(fine) - 1, np.int64)
    np.add.at(sums, polls, shares.mean[counted])
    np.add.at(ports, polls, 1)
    return Added(sums=sums, ports=ports)


def _highest(whole: Part) -> Real:
    """Of the polls in each bucket; NaN where there is none."""
    highest = np.full(len(whole.edges) - 1, np.nan)
    np.fmax.at(highest, _buckets(whole.edges, whole.fine), whole.polls.values)
    return highest


def _buckets(edges: Times, fine: Times) -> NDArray[np.intp]:
    """In which bucket each poll lies."""
    return np.searchsorted(edges, fine[:-1], "right") - 1
