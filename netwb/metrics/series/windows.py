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
from numpy.typing import NDArray

from netwb.metrics.samples import Times, Whole
from netwb.metrics.series.percentiles import WINDOW_S
from netwb.metrics.series.rates import FASTEST_BPS, PortSamples, rates

Bits = NDArray[np.bool_]

NONE = -1  # octets of a window that is missing
IN, OUT = "ifHCInOctets", "ifHCOutOctets"
_TOLD = "ifCounterDiscontinuityTime"
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

    gap_s   samples that are farther apart say nothing of the time between them
    """
    number = max(0, (until - since) // WINDOW_S)
    edges = since + WINDOW_S * np.arange(number + 1, dtype=np.int64)
    received = np.empty((len(ports), number), np.int64)
    sent = np.empty((len(ports), number), np.int64)
    for row, port in enumerate(ports):
        received[row], sent[row] = _of_port(port, edges, gap_s)
    return Volumes(begin=edges[:-1], received=received, sent=sent)


def one_after_another(parts: Sequence[Volumes]) -> Volumes:
    """Of the ports of all parts, which have the same windows; there is at least one part."""
    return Volumes(
        begin=parts[0].begin,
        received=np.concatenate([part.received for part in parts]),
        sent=np.concatenate([part.sent for part in parts]),
    )


def _of_port(port: PortSamples, edges: Times, gap_s: float) -> tuple[Whole, Whole]:
    both = _plain(port, edges, gap_s)
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


def _plain(port: PortSamples, edges: Times, gap_s: float) -> tuple[Whole, ...] | None:
    """The same of a port of which each pair is an ordinary rate or a gap; None of any other.

    `rates` says the same of them, in ten times the time: a thousand ports have 86 million pairs.
    """
    at, values = port.samples.at, port.samples.values
    if len(at) < 2 or port.seams or port.samples.highest or not {IN, OUT} <= values.keys():
        return None
    anew = values.get(_TOLD)
    if anew is not None and (anew != anew[0]).any():
        return None
    span = np.diff(at)
    fastest = (port.limits.physical_bps or FASTEST_BPS) / _BITS * span.min()
    if fastest <= 0 or not all(_only_rises(values[field], fastest) for field in (IN, OUT)):
        return None
    after = np.clip(np.searchsorted(at, edges), 1, len(at) - 1)
    known = (edges >= at[0]) & (edges <= at[-1])
    whole = known[1:] & known[:-1]
    if span.max() > gap_s:
        whole &= ~_torn(span, after, edges >= at[after], gap_s)
    into, within = edges - at[after - 1], span[after - 1]
    return tuple(
        np.where(whole, np.diff(_shown(values[field], after, into, within)), NONE)
        for field in (IN, OUT)
    )


def _only_rises(counter: Whole, fastest: float) -> bool:
    rise = np.diff(counter)
    return bool(counter.min() >= 0 and rise.min() >= 0 and rise.max() <= fastest)


def _torn(span: Times, after: Whole, on_sample: Bits, gap_s: float) -> Bits:
    """Whether a pair that is too far apart speaks for a part of each window."""
    gaps = np.append(0, np.cumsum(span > gap_s))
    first = np.where(on_sample, after, after - 1)[:-1]  # of the pairs that reach into the window
    found: Bits = gaps[after[1:]] > gaps[first]
    return found


def _shown(counter: Whole, after: Whole, into: Times, span: Times) -> Whole:
    """What it showed at each edge."""
    before = counter[after - 1]
    found: Whole = before + _part(counter[after] - before, into, span)
    return found
