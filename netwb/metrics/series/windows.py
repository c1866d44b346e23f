"""How many octets went through a port in each five-minute window, exactly. Pure.

A counter is read where the polls happen to fall, and a window ends where the clock says: so the
counter at the edge lies between two samples, in proportion to the time, and is rounded down to whole
octets. A window's volume is the difference of its two edges: what one window loses by the rounding
the next one has, and no octet is lost or counted twice. A window counts only where samples speak for
all of it: one with a gap, a reset or a counter that is not believed (`rates`) is missing, never one
of another size. Source: facts of the field, "Traffic and billing" 2, 3 and 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from netwb.metrics.samples import Times, Whole
from netwb.metrics.series.carried import lowest_bps
from netwb.metrics.series.line import Bits
from netwb.metrics.series.percentiles import WINDOW_S
from netwb.metrics.series.rates import PortSamples, rates
from netwb.metrics.series.spacing import too_far
from netwb.metrics.series.told import DISCONTINUITY

NONE = -1  # octets of a window that is missing
IN, OUT = "ifHCInOctets", "ifHCOutOctets"
_BITS = 8  # of an octet


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Volumes:
    """Octets by port and window, shape (ports, windows); a port has both directions or `NONE`.

    begin   epoch seconds, of each window
    """

    begin: Times
    received: Whole
    sent: Whole


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rises:
    """Pairs of neighbours, in order of time, and what the counter rose by in each."""

    begin: Times
    end: Times
    count: Whole


def volumes(ports: Sequence[PortSamples], since: int, until: int, *, gap_s: float) -> Volumes:
    """Of the whole windows from `since` on that end by `until`; `since` is where the first begins.

    gap_s   as of `rates`
    """
    number = max(0, (until - since) // WINDOW_S)
    edges = since + WINDOW_S * np.arange(number + 1, dtype=np.int64)
    received = np.empty((len(ports), number), np.int64)
    sent = np.empty((len(ports), number), np.int64)
    grid: _Grid | None = None
    for row, port in enumerate(ports):
        grid = _grid_of(port.samples.at, edges, gap_s, grid)
        received[row], sent[row] = _of_port(port, edges, gap_s, grid)
    return Volumes(begin=edges[:-1], received=received, sent=sent)


def one_after_another(parts: Sequence[Volumes]) -> Volumes:
    """Of the ports of all parts, which have the same windows; there is at least one part."""
    return Volumes(
        begin=parts[0].begin,
        received=np.concatenate([part.received for part in parts]),
        sent=np.concatenate([part.sent for part in parts]),
    )


def _of_port(
    port: PortSamples, edges: Times, gap_s: float, grid: _Grid | None
) -> tuple[Whole, Whole]:
    both = None if grid is None else _plain(port, grid)
    if both is None:
        both = tuple(_between_edges(_rises(port, field, gap_s), edges) for field in (IN, OUT))
    absent = (both[0] == NONE) | (both[1] == NONE)
    received, sent = (np.where(absent, NONE, one) for one in both)
    return received, sent


def _between_edges(rises: _Rises, edges: Times) -> Whole:
    """What it rose by in each window; `NONE` where the pairs do not cover all of it."""
    if not len(rises.begin):
        return np.full(len(edges) - 1, NONE, np.int64)
    place = np.searchsorted(rises.end, edges)  # the first pair that ends at the edge or after it
    inside = np.minimum(place, len(rises.end) - 1)
    span = rises.end - rises.begin
    into = np.clip(edges - rises.begin[inside], 0, None) * (place < len(rises.end))
    counted = _until(rises.count, place) + _part(rises.count[inside], into, span[inside])
    covered = _until(span, place) + into
    return np.where(np.diff(covered) == WINDOW_S, np.diff(counted), NONE)


def _until(each: Whole, place: Whole) -> Whole:
    """The sum of all before each place."""
    sums: Whole = np.append(0, np.cumsum(each))[place]
    return sums


def _part(count: Whole, into: Times, span: Times) -> Whole:
    """What was counted so far into the span, rounded down; count * span may be more than 64 bits."""
    whole, rest = np.divmod(count, span)
    found: Whole = whole * into + rest * into // span
    return found


def _rises(port: PortSamples, field: str, gap_s: float) -> _Rises:
    told = rates(
        port.samples,
        field,
        gap_s=gap_s,
        device=port.device,
        limits=port.limits,
        seams=port.seams,
    )
    kept = told.kept
    return _Rises(begin=told.begin[kept], end=told.end[kept], count=told.count[kept])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Grid:
    """Where the edges of windows lie among moments; the ports of a device share theirs.

    shortest   span between two moments, in seconds
    after      the moment after each edge, or at it; into: seconds from the one before it, of `span`
    whole      windows of which the moments speak for all
    """

    at: Times
    shortest: int
    after: Whole
    into: Times
    span: Times
    whole: Bits


def _grid_of(at: Times, edges: Times, gap_s: float, before: _Grid | None) -> _Grid | None:
    """That of the port before where it was polled at the same moments; None of too few."""
    if before is not None and np.array_equal(before.at, at):
        return before
    if len(at) < 2:
        return None
    span = np.diff(at)
    after = np.clip(np.searchsorted(at, edges), 1, len(at) - 1)
    known = (edges >= at[0]) & (edges <= at[-1])
    whole = known[1:] & known[:-1]
    apart = too_far(at, gap_s)
    if apart.any():
        whole &= ~_torn(apart, after, edges >= at[after])
    return _Grid(
        at=at,
        shortest=int(span.min()),
        after=after,
        into=edges - at[after - 1],
        span=span[after - 1],
        whole=whole,
    )


def _plain(port: PortSamples, grid: _Grid) -> tuple[Whole, ...] | None:
    """The same of a port of which each pair is an ordinary rate or a gap; None of any other.

    `rates` says the same of them, in ten times the time: a thousand ports have 86 million pairs.
    """
    values = port.samples.values
    if port.seams or port.samples.highest or not {IN, OUT} <= values.keys():
        return None
    anew = values.get(DISCONTINUITY)
    if anew is not None and (anew != anew[0]).any():
        return None
    fastest = lowest_bps(port.samples, port.limits) / _BITS * grid.shortest
    if fastest <= 0 or not all(_only_rises(values[field], fastest) for field in (IN, OUT)):
        return None
    return tuple(
        np.where(grid.whole, np.diff(_shown(values[field], grid)), NONE) for field in (IN, OUT)
    )


def _only_rises(counter: Whole, fastest: float) -> bool:
    """A fall, taken without its sign, is larger than any rise."""
    rise = np.diff(counter).view(np.uint64)
    return bool(counter[0] >= 0 and counter[-1] >= 0 and rise.max() <= fastest)


def _torn(apart: Bits, after: Whole, on_sample: Bits) -> Bits:
    """Whether a pair that is too far apart speaks for a part of each window."""
    gaps = np.append(0, np.cumsum(apart))
    first = np.where(on_sample, after, after - 1)[:-1]  # of the pairs that reach into the window
    found: Bits = gaps[after[1:]] > gaps[first]
    return found


def _shown(counter: Whole, grid: _Grid) -> Whole:
    """What it showed at each edge."""
    before = counter[grid.after - 1]
    found: Whole = before + _part(counter[grid.after] - before, grid.into, grid.span)
    return found
