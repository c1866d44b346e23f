"""Which samples of a series answer a question: those in its span, its neighbours, one a window.

Pure. Every store reads a little more than it is asked for, and answers through here: that they agree
at the edges is no accident.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.points import REAL
from netwb.metrics.records import Measurement, Question
from netwb.metrics.samples import MISSING, Samples, Times

Columns = Mapping[str, NDArray[Any]]


def answering(question: Question, at: Times, columns: Columns) -> Samples | None:
    """Samples of one series in that answer; None where it has none.

    at        rising, each moment once; from at most `edge_s` before the span to as much after it
    columns   an array of the same length by field
    """
    answered = answers(question.measurement, np.stack(list(columns.values()), axis=-1))
    first, last = np.searchsorted(at[answered], (question.since, question.until))
    rows = np.flatnonzero(answered)
    within = rows[first:last]
    if question.every_s:
        within = within[last_of_windows(at[within], question.every_s)]
    if question.edge_s:
        before = rows[max(first - 1, 0) : first]
        after = rows[last : last + 1]
        before = before[at[before] >= question.since - question.edge_s]
        after = after[at[after] < question.until + question.edge_s]
        within = np.concatenate((before, within, after))
    if not len(within):
        return None
    return Samples(at=at[within], values={field: columns[field][within] for field in columns})


def answers(measurement: Measurement, sample: NDArray[Any]) -> NDArray[np.bool_]:
    """Where any of the fields, which are the last axis, was answered."""
    given = ~np.isnan(sample) if measurement in REAL else sample != MISSING
    found: NDArray[np.bool_] = given.any(axis=-1)
    return found


def last_of_windows(at: Times, every_s: int) -> NDArray[np.intp]:
    """Where the last sample of each window stands; windows are aligned to the epoch.

    >>> last_of_windows(np.array([0, 60, 299, 300, 420]), 300).tolist()
    [2, 4]
    """
    windows = at // every_s
    return np.flatnonzero(np.append(windows[1:] != windows[:-1], True)[: len(at)])
