"""Which samples of a series answer a question: those in its span, its neighbours, one a window.

Pure. Every store reads a little more than it is asked for, and answers through here: that they agree
at the edges is no accident. What is thinned keeps the highest rate of what is gone, so that a
maximum survives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.points import REAL
from netwb.metrics.records import COUNTER_FIELDS, Measurement, Question
from netwb.metrics.samples import MISSING, Real, Samples, Times
from netwb.metrics.series.line import laid_out, neighbours, strays
from netwb.metrics.series.told import DISCONTINUITY, Told

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
    if question.peaks == "left out":
        strand = replace(strand, highest={})
    at = strand.at
    first, last = np.searchsorted(at, (question.since, question.until))
    before = strand_of(strand, slice(max(first - 1, 0), first))
    within = strand_of(strand, slice(first, last))
    after = strand_of(strand, slice(last, last + 1))
    edges = question.edge_s
    near = edges > 0 and bool((before.at >= question.since - edges).all())
    far = edges > 0 and bool((after.at < question.until + edges).all())
    if question.every_s:
        thin = _THINNED[question.peaks](within, question.every_s)
        whole = end_to_end([*((before,) if near else ()), thin, *((after,) if far else ())])
    else:  # what is not thinned lies in a row, and is not copied
        begin, end = (max(first - 1, 0) if near else first), (last + 1 if far else last)
        whole = strand_of(strand, slice(begin, end))
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


def _last_alone(strand: Strand, every_s: int) -> Strand:
    """The last sample of each window, whatever was before it."""
    return strand_of(strand, last_of_windows(strand.at, every_s))


_THINNED = {"told": thinned, "left out": _last_alone}


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
    anew = _began_anew(strand.columns)
    highest = {
        name: np.fmax.reduceat(_highest(strand, name, anew), starts, axis=-1)
        for name in strand.columns
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


def _began_anew(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_] | None:
    """Where a port says that its counters began anew after the sample before; None: nobody asked."""
    told = columns.get(DISCONTINUITY)
    if told is None:
        return None
    one, other = told[..., :-1], told[..., 1:]
    found: NDArray[np.bool_] = one != other
    return found & (one != MISSING) & (other != MISSING) if found.any() else None


def _highest(strand: Strand, name: str, anew: NDArray[np.bool_] | None) -> Real:
    """Per second up to each sample; where some are gone already, as it is known from all of them."""
    column, known = strand.columns[name], strand.highest.get(name)
    rates = np.full(column.shape, np.nan)
    rise = column[..., 1:] - column[..., :-1]  # modulo 2**64: a wrap is a small rise
    np.divide(rise, np.diff(strand.at), out=rates[..., 1:])
    if anew is not None:
        rates[..., 1:][anew] = np.nan
    uneven = (rise < 0).any(axis=-1)
    if column.size and column.min() == MISSING:
        uneven |= (column == MISSING).any(axis=-1)
    for row in np.argwhere(uneven):
        own = {field: strand.columns[field][*row] for field in _beside(strand, name)}
        rates[*row] = _uneven(Samples(at=strand.at, values=own), name)
    return rates if known is None else np.where(np.isnan(known), rates, known)


def _beside(strand: Strand, name: str) -> tuple[str, ...]:
    return (name, DISCONTINUITY) if DISCONTINUITY in strand.columns else (name,)


def _uneven(samples: Samples, name: str) -> Real:
    """The same of a counter that fell, or was not always answered. A fall tells nothing.

    What lies beside the samples around it, as one that was stamped with another one's time does, is
    left out: with the next one it would make a spike that nobody can take back.
    """
    rates = np.full(len(samples), np.nan)
    line = laid_out([samples], name)
    told = Told(line, ports=[samples], devices=[None], seams=[()])
    first, second = neighbours(strays(line, told.began_anew))
    rise = (line.counter[second] - line.counter[first]).view(np.int64)
    untold = (rise < 0) | told.began_anew(first, second)
    between = rise / (line.at[second] - line.at[first])
    rates[line.origin[second]] = np.where(untold, np.nan, between)
    return rates
