"""Whether samples are too far apart to say anything of the time between them. Pure.

How often ports are asked is a setting, and others write as they like: an interval that was lowered
has old samples behind it, and another writer has its own. So samples go by their neighbours: where
they usually come every five minutes, five minutes are no gap; where they come each minute, they are.
"""

from __future__ import annotations

import numpy as np

from netwb.metrics.samples import Real, Times, Whole
from netwb.metrics.series.line import Bits, Rows
from netwb.metrics.series.percentiles import WINDOW_S

AROUND = 3  # pairs on either side, by which it is judged what is usual
CONTEXT_S = 1_500  # before and after a time: so many pairs of the longest, and a late one
_FEWEST = 3  # pairs, to call anything usual
_BRIDGED = 2.5  # intervals: one missed poll is bridged, two are not
_LATE = 1.5  # where that is longer than a window: a missed poll is a missing window


def bridged_s(every_s: int) -> int:
    """How far apart samples may be that come that often.

    >>> bridged_s(60), bridged_s(300)
    (150, 450)
    """
    return int(min(_BRIDGED * every_s, max(_LATE * every_s, _LATE * WINDOW_S)))


def too_far(at: Times, most: Real | float, row: Rows | None = None) -> Bits:
    """Of each two neighbours, in order of time.

    most   seconds that are bridged, by how often ports are asked; a value, or one for each two
    row    whose each sample is, where they are several ports'; what two rows make is no pair
    """
    span = np.diff(at)
    wide: Bits = span > most
    doubtful = np.flatnonzero(wide & (span <= bridged_s(WINDOW_S)))
    if len(doubtful):
        usual = _usual(span, doubtful, row)
        asked = np.broadcast_to(most, span.shape)[doubtful]
        late = np.minimum(_BRIDGED * usual, _LATE * WINDOW_S)
        wide[doubtful] = (usual <= asked) | (span[doubtful] > late)
    return wide


def usual_s(at: Times, least_s: int) -> int:
    """How often samples come, by the newest of them; `least_s` of too few, and at least."""
    spans = np.diff(at[-2 * AROUND - 2 :])
    if len(spans) < _FEWEST:
        return least_s
    return max(least_s, min(int(np.median(spans)), WINDOW_S))


def _usual(span: Times, places: Whole, row: Rows | None) -> Whole:
    """The median of the spans around each of these; 0 where there are too few."""
    around = places[:, np.newaxis] + np.arange(-AROUND, AROUND + 1)
    there = (around >= 0) & (around < len(span))
    around = np.clip(around, 0, len(span) - 1)
    if row is not None:
        own = np.where(row[1:] == row[:-1], row[1:], -1)
        there &= own[around] == own[places][:, np.newaxis]
    number = there.sum(axis=1)
    spans = np.sort(np.where(there, span[around], np.iinfo(np.int64).max), axis=1)
    middle = spans[np.arange(len(places)), np.maximum(number - 1, 0) // 2]
    found: Whole = np.where(number >= _FEWEST, middle, 0)
    return found
