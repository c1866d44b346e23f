"""Samples of one counter of many ports in one long line, in order of time. Pure.

One port is a line of one row. All work on counters is done on the whole line at once: a thousand
ports take hardly longer than one with as many samples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import MISSING, Samples, Times

Bits = NDArray[np.bool_]
Places = NDArray[np.intp]
Where = Places | slice  # places that follow each other are taken without a copy
Rows = NDArray[np.int32]
Unsigned = NDArray[np.uint64]

STRAYS = 2  # samples that came late, one after the other; more is a counter that began anew


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """Samples, sorted by row, then by time; each moment of a row once.

    rows       how many ports there are
    row        whose it is
    at         epoch seconds
    counter    as the agent has it
    origin     place in the samples of all ports, end to end
    late       it came after a later one
    doubled    there was another one of the same moment, given before it
    """

    rows: int
    row: Rows
    at: Times
    counter: Unsigned
    origin: Places
    late: Bits
    doubled: Bits

    def __len__(self) -> int:
        return len(self.at)

    def of(self, places: Places | Bits) -> Line:
        """Some of its samples."""
        return Line(
            rows=self.rows,
            row=self.row[places],
            at=self.at[places],
            counter=self.counter[places],
            origin=self.origin[places],
            late=self.late[places],
            doubled=self.doubled[places],
        )


def laid_out(ports: Sequence[Samples], field: str) -> Line:
    """The line of all samples that answer the field; row n is the n-th port.

    Samples may be given in any order; of two of one moment the later one counts.
    """
    lengths = [len(samples) for samples in ports]
    at = end_to_end([samples.at for samples in ports])
    counter = column(ports, field)
    line = Line(
        rows=len(ports),
        row=np.repeat(np.arange(len(ports), dtype=np.int32), lengths),
        at=at,
        counter=counter.view(np.uint64),
        origin=np.arange(len(at)),
        late=np.zeros(len(at), np.bool_),
        doubled=np.zeros(len(at), np.bool_),
    )
    answered = counter != MISSING
    return _in_order(line if answered.all() else line.of(answered))


def column(ports: Sequence[Samples], field: str) -> NDArray[np.int64]:
    """A field of all ports, end to end; MISSING of ports that do not have it."""
    return end_to_end(
        [
            samples.values[field] if field in samples.values else np.full(len(samples), MISSING)
            for samples in ports
        ]
    )


def anywhere(ports: Sequence[Samples], field: str) -> bool:
    """Whether any port has the field."""
    return any(field in samples.values for samples in ports)


def end_to_end(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """One array of all; of none an empty one."""
    if len(parts) == 1:
        return np.ascontiguousarray(parts[0])
    return np.concatenate([np.empty(0, np.int64), *parts])


def _in_order(line: Line) -> Line:
    same = line.row[1:] == line.row[:-1]
    if not (same & (line.at[1:] <= line.at[:-1])).any():
        return line
    line = line.of(np.lexsort((line.origin, line.at, line.row)))
    first_of_rest = np.minimum.accumulate(line.origin[::-1])[::-1]
    line = replace(line, late=line.origin > first_of_rest)
    twin = (line.row[1:] == line.row[:-1]) & (line.at[1:] == line.at[:-1])
    line = replace(line, doubled=np.append(False, twin)[: len(line)])
    return line.of(np.append(~twin, True)[: len(line)])


def neighbours(left_out: Bits) -> tuple[Where, Where]:
    """Places of each two samples that follow each other, of one row or not."""
    if not left_out.any():
        return slice(None, -1), slice(1, None)
    kept = np.flatnonzero(~left_out)
    return kept[:-1], kept[1:]


def strays(line: Line, began_anew: Callable[[Where, Where], Bits]) -> Bits:
    """Which samples are lower, or higher, than those on both sides of them.

    An agent that answers from a cache, or a poll that was stamped with another's time, would make a
    spike of two that follow each other. A counter that began anew does not come back to where it
    was. Where low samples and high ones would both explain a fall, it is the low ones.

    began_anew   says of neighbours whether their port or its device says so
    """
    found = np.zeros(len(line), np.bool_)
    same = line.row[1:] == line.row[:-1]
    falls = np.flatnonzero(same & (line.counter[1:] < line.counter[:-1])) + 1
    if not len(falls):
        return found
    anew = began_anew(slice(None, -1), slice(1, None))
    falls = falls[~anew[falls - 1]]
    lives = np.append(0, np.cumsum(anew))
    for length in range(1, STRAYS + 1):
        low = _goes_on(line, lives, falls - 1, falls + length)
        for step in range(length):
            found[falls[low] + step] = True
        falls = falls[~low]
    for length in range(1, STRAYS + 1):
        high = _goes_on(line, lives, falls - 1 - length, falls)
        for step in range(length):
            found[falls[high] - 1 - step] = True
        falls = falls[~high]
    return found


def _goes_on(line: Line, lives: Places, first: Places, second: Places) -> Bits:
    """Whether one is the same port's as the other, no higher, and of the same life of its counter."""
    there = (first >= 0) & (second < len(line))
    one, other = np.where(there, first, 0), np.where(there, second, 0)
    found: Bits = (
        there
        & (line.row[one] == line.row[other])
        & (line.counter[one] <= line.counter[other])
        & (lives[one] == lives[other])
    )
    return found
