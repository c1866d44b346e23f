"""One direction of one port in a stretch of time: buckets to draw, and numbers to read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import MISSING, Real, Samples, Whole
from netwb.metrics.series.buckets import Buckets, edges, into_table
from netwb.metrics.series.percentiles import WINDOW_S, Ranked, nearest_rank
from netwb.metrics.series.rates import Flag, Rates

EventKind = Literal["reset", "fell", "reindex", "absurd", "over", "speed", "mixed"]
_EVENTS: tuple[tuple[Flag, EventKind], ...] = (
    (Flag.RESET, "reset"),
    (Flag.FELL, "fell"),
    (Flag.REINDEX, "reindex"),
    (Flag.ABSURD, "absurd"),
    (Flag.OVER_SPEED, "over"),
    (Flag.SPEED_CHANGED, "speed"),
    (Flag.MIXED, "mixed"),
)
_HALF = 0.5  # of a window has data, or it is none


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """In the unit of its rates; None and NaN where there is no data.

    mean, highest   a value a bucket
    percentile      the 95th of five-minute windows, by nearest rank
    least, most     of the rates between two polls
    average         over the time that has data
    total           how much went through while there was data, in the counter's own unit
    """

    mean: Real
    highest: Real
    least: float | None
    average: float | None
    percentile: Ranked
    most: float | None
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a counter did that a reader has to know of; epoch seconds."""

    kind: EventKind
    at: int


def flow_of(rates: Rates, buckets: Buckets, since: int, until: int) -> Flow:
    """Numbers of one port within the time; a rate that lies across an end of it counts in part.

    buckets   as they were made of these rates
    """
    shares = inside(rates, since, until)
    used = shares > 0
    value, span = rates.value[used], shares[used] * (rates.end - rates.begin)[used]
    return Flow(
        mean=buckets.mean,
        highest=buckets.highest,
        least=float(value.min()) if len(value) else None,
        average=float((value * span).sum() / span.sum()) if len(value) else None,
        percentile=nearest_rank(windows(rates, since, until)),
        most=float(rates.highest[used].max()) if len(value) else None,
        total=int(_totals(rates, shares)[0]) if len(value) else None,
    )


def totals(rates: Rates, since: int, until: int) -> Whole:
    """How much went through each port while there was data, in the counter's own unit.

    Whole pairs are exact; of one that lies across an end of the time a part is reckoned.
    """
    return _totals(rates, inside(rates, since, until))


def _totals(rates: Rates, shares: Real) -> Whole:
    found = np.zeros(rates.rows, np.int64)
    count = np.where(shares > 0, rates.count, 0)
    part = np.flatnonzero((shares > 0) & (shares < 1))
    count[part] = np.rint(shares[part] * count[part])
    np.add.at(found, rates.row, count)
    return found


def inside(rates: Rates, since: int, until: int) -> Real:
    """How much of each pair lies within the time, from 0 to 1; 0 of one without a rate."""
    within_s = np.minimum(rates.end, until) - np.maximum(rates.begin, since)
    shares: Real = np.maximum(within_s, 0) / (rates.end - rates.begin)
    return np.where(rates.kept, shares, 0.0)


def windows(rates: Rates, since: int, until: int) -> Real:
    """The mean of each whole five-minute window in the time; NaN where half of it has no data."""
    own: Real = window_table(rates, since, until)[0]
    return own


def window_table(rates: Rates, since: int, until: int) -> NDArray[np.float64]:
    """The same of many ports: a row each, a column a window."""
    first, last = -(-since // WINDOW_S) * WINDOW_S, until // WINDOW_S * WINDOW_S
    if last <= first:
        return np.empty((rates.rows, 0))
    made = into_table(rates, edges(first, last, WINDOW_S))
    return np.where(made.covered >= _HALF * WINDOW_S, made.mean, np.nan)


def events(rates: Sequence[Rates], since: int, until: int, *, most: int) -> tuple[Event, ...]:
    """The newest of them, each moment and kind once, newest first.

    What goes on over many polls is one event, when it began: a port that is always over the speed
    that it says would hide all else.
    """
    found: set[tuple[int, EventKind]] = set()
    for one in rates:
        within = (one.end > since) & (one.end <= until)
        for flag, kind in _EVENTS:
            there = one.flag & flag > 0
            for why in (Flag.REINDEX, Flag.MIXED):  # which is why it fell or rose
                if flag is not why:
                    there &= one.flag & why == 0
            began = there & within & ~np.append(False, there[:-1])[: len(there)]
            found |= {(at, kind) for at in one.end[began][-most:].tolist()}
    return tuple(Event(at=at, kind=kind) for at, kind in sorted(found, reverse=True)[:most])


def silences(rates: Rates, since: int, until: int) -> tuple[tuple[int, int], ...]:
    """Stretches within the time without a rate of this one port, epoch seconds."""
    used = rates.kept & (rates.end > since) & (rates.begin < until)
    begins = np.append(since, rates.end[used])
    ends = np.append(rates.begin[used], until)
    silent = begins < ends
    return tuple(zip(begins[silent].tolist(), ends[silent].tolist(), strict=True))


def falls(samples: Samples, fields: Sequence[str]) -> bool:
    """Whether any counter is lower than before: only then it matters when its device began anew."""
    for field in fields:
        known = samples.values[field]
        counter = known[known != MISSING].view(np.uint64)
        if (counter[1:] < counter[:-1]).any():
            return True
    return False


def answered(samples: Samples, fields: Sequence[str]) -> bool:
    """Whether any of these was ever answered, of those that were asked for."""
    asked = [samples.values[field] for field in fields if field in samples.values]
    return not asked or any(bool((known != MISSING).any()) for known in asked)


def seams(parts: Sequence[Samples]) -> tuple[int, ...]:
    """When a series goes on under another name: the first sample of each part but the earliest."""
    return tuple(sorted(int(part.at[0]) for part in parts if len(part))[1:])


def joined(parts: Sequence[Samples], fields: Sequence[str]) -> Samples:
    """Samples of one series that lie under several names, in order of time; of a moment the first.

    fields   that were asked for: of no parts at all it is an empty series of them
    """
    if not parts:
        whole = np.empty(0, np.int64)
        return Samples(at=whole, values=dict.fromkeys(fields, whole))
    if len(parts) == 1:
        return parts[0]
    at = np.concatenate([part.at for part in parts])
    at, places = np.unique(at, return_index=True)
    values = {
        field: np.concatenate([part.values[field] for part in parts])[places] for field in fields
    }
    known = {field for part in parts for field in part.highest or {}}
    highest = {
        field: np.concatenate([_known(part, field) for part in parts])[places] for field in known
    }
    return Samples(at=at, values=values, highest=highest or None)


def _known(part: Samples, field: str) -> Real:
    """The highest rates of a field, NaN where nothing is known of them."""
    return (part.highest or {}).get(field, np.full(len(part), np.nan))


def within(samples: Samples, since: int | None, until: int | None) -> Samples:
    """Those from `since` on and before `until`; None: no end."""
    first = np.searchsorted(samples.at, since) if since is not None else 0
    last = np.searchsorted(samples.at, until) if until is not None else len(samples)
    part = slice(int(first), int(last))
    highest = samples.highest
    return Samples(
        at=samples.at[part],
        values={field: column[part] for field, column in samples.values.items()},
        highest={field: column[part] for field, column in highest.items()} if highest else None,
    )
