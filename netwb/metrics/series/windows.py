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
from netwb.metrics.series.percentiles import WINDOW_S
from netwb.metrics.series.rates import FASTEST_BPS, PortSamples, rates

NONE = -1  # octets of a window that is missing
IN, OUT = "ifHCInOctets", "ifHCOutOctets"
_TOLD = "ifCounterDiscontinuityTime"
_BITS = 8


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


def _of_port(port: PortSamples, edges: Times, gap_s: float) -> tuple[Whole, Whole]:
    both = [_between_edges(_rises(port, field, gap_s), edges) for field in (IN, OUT)]
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
    whole, rest = np.divmod(rises.count[inside], span[inside])  # never count * span: it overflows
    counted = _until(rises.count, place) + whole * into + rest * into // span[inside]
    covered = _until(span, place) + into
    return np.where(np.diff(covered) == WINDOW_S, np.diff(counted), NONE)


def _until(each: Whole, place: Whole) -> Whole:
    """The sum of all before each place."""
    sums: Whole = np.append(0, np.cumsum(each))[place]
    return sums


def _rises(port: PortSamples, field: str, gap_s: float) -> _Rises:
    plain = _plain(port, field, gap_s)
    if plain is not None:
        return plain
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


def _plain(port: PortSamples, field: str, gap_s: float) -> _Rises | None:
    """The pairs of a port of which each is an ordinary rate or a gap; None of any other.

    `rates` says the same of them, in ten times the time: a thousand ports have 86 million pairs.
    """
    at, counter = port.samples.at, port.samples.values.get(field)
    if counter is None or len(counter) < 2 or port.seams or port.samples.highest:
        return None
    span, rise = np.diff(at), np.diff(counter)
    if counter[0] < 0 or span.min() <= 0 or rise.min() < 0:
        return None
    fastest = port.limits.physical_bps or FASTEST_BPS
    if rise.max() > fastest / _BITS * span.min():
        return None
    anew = port.samples.values.get(_TOLD)
    if anew is not None and (anew != anew[0]).any():
        return None
    if span.max() <= gap_s:
        return _Rises(begin=at[:-1], end=at[1:], count=rise)
    kept = span <= gap_s
    return _Rises(begin=at[:-1][kept], end=at[1:][kept], count=rise[kept])
