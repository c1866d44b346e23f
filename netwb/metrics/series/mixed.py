"""Where a series changes to and fro between two counters: two interfaces of one ifName. Pure.

Telegraf tags with ifName alone, and of two rows of one name and moment InfluxDB keeps whichever came
last. Such a series falls and is back where it was, again and again, by one poll or by several; a
counter that was reset does not come back, and a sample that came late is one. What is counted between
two of the samples is neither interface's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from netwb.metrics.series.line import Bits, Line, Places, Where

TIMES = 6  # falls, each of them made good: by chance they are not so near to each other
_WITHIN = 80  # samples, in which so many are: of two at random one pair in four is a fall
_NEAR = 20  # samples, in which one is made good: by turns at random no run is longer


def mixed(line: Line, began_anew: Callable[[Where, Where], Bits]) -> Bits:
    """Which samples stand there, and near to it: it begins before it is seen to fall.

    began_anew   says of neighbours whether their port or its device says so
    """
    falls = np.flatnonzero(_same(line) & (line.counter[1:] < line.counter[:-1])) + 1
    if len(falls) < TIMES:
        return np.zeros(len(line), np.bool_)
    anew = began_anew(slice(None, -1), slice(1, None))
    falls = falls[~anew[falls - 1]]
    return _around(line, falls[_made_good(line, falls)])


def _same(line: Line) -> Bits:
    found: Bits = line.row[1:] == line.row[:-1]
    return found


def _made_good(line: Line, falls: Places) -> Bits:
    """Whether the counter is soon no lower than it was before each fall."""
    found = np.zeros(len(falls), np.bool_)
    for step in range(1, _NEAR + 1):
        later = np.minimum(falls + step, len(line) - 1)
        back = line.counter[later] >= line.counter[falls - 1]
        found |= back & (line.row[later] == line.row[falls])
    return found


def _around(line: Line, falls: Places) -> Bits:
    if len(falls) < TIMES:
        return np.zeros(len(line), np.bool_)
    first, last = falls[: len(falls) - TIMES + 1], falls[TIMES - 1 :]
    many = (last - first <= _WITHIN) & (line.row[first] == line.row[last])
    first, last = first[many], last[many]
    begin, end = (
        np.searchsorted(line.row, line.row[first]),
        np.searchsorted(line.row, line.row[first], "right"),
    )
    change = np.zeros(len(line) + 1, np.int64)
    np.add.at(change, np.maximum(first - _NEAR, begin), 1)
    np.add.at(change, np.minimum(last + _NEAR, end), -1)
    found: Bits = np.cumsum(change)[:-1] > 0
    return found
