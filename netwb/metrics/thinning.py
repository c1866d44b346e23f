"""Which samples of a series answer a question: those in its span, its neighbours, one a window.

Pure. Every store reads a little more than it is asked for, and answers through here: that they agree
at the edges is no accident. What is thinned keeps the highest rate of what is gone, so that a
maximum survives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.points import REAL
from netwb.metrics.records import COUNTER_FIELDS, Measurement, Question
from netwb.metrics.samples import MISSING, Real, Samples, Times

_NO_TIMES: Times = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strand:
    """Samples of one series as they are kept.

    at        rising, each moment once
    columns   by field; of several series at once, where each has the same moments, an axis before them
    highest   as in `Samples`, by counter; empty where all samples of that time are kept
    """

    at: Times = field(default_factory=lambda: _NO_TIMES)
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    highest: Mapping[str, Real] = field(default_factory=dict)


def answering(question: Question, strand: Strand) -> Samples | None:
    """Those samples of a series that answer; None where it has none.

    The strand reaches from at most `edge_s` before the span to as much after it.
    """
    strand = answered(question.measurement, strand)
    at = strand.at
    first, last = np.searchsorted(at, (question.since, question.until))
    before = strand_of(strand, slice(max(first - 1, 0), first))
    within = strand_of(strand, slice(first, last))
    after = strand_of(strand, slice(last, last + 1))
    if question.every_s:
        within = thinned(within, question.every_s)
    edges = question.edge_s
    parts = [
        *((before,) if edges and (before.at >= question.since - edges).all() else ()),
        within,
        *((after,) if edges and (after.at < question.until + edges).all() else ()),
    ]
    whole = parts[0] if len(parts) == 1 else end_to_end(parts)
    if not len(whole.at):
        return None
    return Samples(at=whole.at, values=whole.columns, highest=whole.highest or None)


def answered(measurement: Measurement, strand: Strand) -> Strand:
    """Without the samples that answer none of the fields: they are none of that question."""
    found = is_answered(measurement, strand.columns)
    return strand if found.all() else strand_of(strand, found)


def is_answered(measurement: Measurement, columns: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Where any of the fields was."""
    first, *others = (given(measurement, column) for column in columns.values())
    for other in others:
        first |= other
    return first


def given(measurement: Measurement, sample: NDArray[Any]) -> NDArray[np.bool_]:
    """Where there was an answer."""
    found: NDArray[np.bool_] = ~np.isnan(sample) if measurement in REAL else sample != MISSING
    return found


def thinned(strand: Strand, every_s: int) -> Strand:
    """The last sample of each window, and the highest rates up to it."""
    return _condensed(strand, last_of_windows(strand.at, every_s))


def coarser(measurement: Measurement, strand: Strand, every_s: int) -> Strand:
    """The same for keeping: of each field the last sample that has it, commonly one for all.

    Whoever asks later for some of the fields finds the last sample of those.
    """
    places = {
        int(place)
        for column in strand.columns.values()
        for has in (np.flatnonzero(given(measurement, column)),)
        for place in has[last_of_windows(strand.at[has], every_s)]
    }
    return _condensed(strand, np.array(sorted(places), dtype=np.intp))


def _condensed(strand: Strand, places: NDArray[np.intp]) -> Strand:
    kept = strand_of(strand, places)
    if not len(places):
        return kept
    starts = np.append(0, places[:-1] + 1)
    seconds = np.diff(strand.at)
    highest = {
        name: np.fmax.reduceat(_rates(column, seconds, strand.highest.get(name)), starts, axis=-1)
        for name, column in strand.columns.items()
        if name in COUNTER_FIELDS
    }
    return Strand(at=kept.at, columns=kept.columns, highest=highest)


def last_of_windows(at: Times, every_s: int) -> NDArray[np.intp]:
    """Where the last sample of each window stands; windows are aligned to the epoch.

    >>> last_of_windows(np.array([0, 60, 299, 300, 420]), 300).tolist()
    [2, 4]
    """
    windows = at // every_s
    return np.flatnonzero(np.append(windows[1:] != windows[:-1], True)[: len(at)])


def strand_of(strand: Strand, places: Any) -> Strand:
    """Some of its samples: a slice, numbers, or a mask."""
    return Strand(
        at=strand.at[places],
        columns={name: column[..., places] for name, column in strand.columns.items()},
        highest={name: rates[..., places] for name, rates in strand.highest.items()},
    )


def end_to_end(parts: Sequence[Strand]) -> Strand:
    """Strands one after the other; where one knows highest rates and another none, NaN stands."""
    names = {name for part in parts for name in part.highest}
    return Strand(
        at=np.concatenate([part.at for part in parts]),
        columns={
            name: np.concatenate([part.columns[name] for part in parts], axis=-1)
            for name in parts[0].columns
        },
        highest={
            name: np.concatenate([_known(part, name) for part in parts], axis=-1)
            for name in sorted(names)
        },
    )


def _known(strand: Strand, name: str) -> Real:
    found = strand.highest.get(name)
    return np.full(strand.columns[name].shape, np.nan) if found is None else found


def _rates(column: NDArray[Any], seconds: Times, known: Real | None) -> Real:
    """Per second up to each sample, or what is known to have been higher; a fall tells nothing."""
    rates = np.full(column.shape, np.nan)
    rise = column[..., 1:] - column[..., :-1]  # modulo 2**64: a wrap is a small rise
    np.divide(rise, seconds, out=rates[..., 1:])
    untold = rise < 0
    if column.size and column.min() == MISSING:
        untold |= (column[..., 1:] == MISSING) | (column[..., :-1] == MISSING)
    rates[..., 1:][untold] = np.nan
    return rates if known is None else np.fmax(rates, known)
