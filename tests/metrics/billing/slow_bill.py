"""A bill as one would do it by hand: loops, whole numbers and fractions. Slow, and obvious.

It shares no line with `netwb.metrics.billing`; both must give the same to the last digit.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

Counter = Mapping[int, int]  # what it showed, by epoch second; it only rises


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowBill:
    """bps by direction; None where no window has data."""

    bps: Mapping[str, int | None]
    rank: int
    present: int
    missing: int
    partial: int
    octets_in: int
    octets_out: int


def slow_windows(counter: Counter, since: int, until: int, gap_s: int) -> list[int | None]:
    """Octets in each window of five minutes; None where the polls do not speak for all of it."""
    times = sorted(counter)
    found: list[int | None] = []
    for begin in range(since, until, 300):
        spoken_for = _spoken_for(times, begin, begin + 300, gap_s)
        found.append(
            _shown(counter, times, begin + 300) - _shown(counter, times, begin)
            if spoken_for
            else None
        )
    return found


def _spoken_for(times: Sequence[int], begin: int, end: int, gap_s: int) -> bool:
    if not times or times[0] > begin or times[-1] < end:
        return False
    first, last = bisect_right(times, begin) - 1, bisect_left(times, end)
    return all(near_enough(times, n, gap_s) for n in range(first, last))


def near_enough(times: Sequence[int], place: int, gap_s: int) -> bool:
    """Whether a sample and the next one are; where most of those around are farther apart, so far too."""
    near = times[max(place - 3, 0) : place + 5]
    around = sorted(after - before for before, after in pairwise(near))
    usual = around[(len(around) - 1) // 2] if len(around) >= 3 else 0
    span = times[place + 1] - times[place]
    return span <= (min(2.5 * usual, 450) if usual > gap_s else gap_s)


def _shown(counter: Counter, times: Sequence[int], edge: int) -> int:
    after = times[bisect_left(times, edge)]
    if after == edge:
        return counter[edge]
    before = times[bisect_left(times, edge) - 1]
    part = Fraction(edge - before, after - before)
    return counter[before] + floor(part * (counter[after] - counter[before]))


def slow_bill(
    ports: Sequence[tuple[Counter, Counter]],
    since: int,
    until: int,
    gap_s: int,
    left_out: Sequence[tuple[int, int]] = (),
) -> SlowBill:
    """Of ports' counters, in and out."""
    both = [
        [slow_windows(counter, since, until, gap_s) for counter in counters] for counters in ports
    ]
    sums: dict[str, list[int]] = {"in": [], "out": [], "sum": []}
    missing = partial = 0
    for place, begin in enumerate(range(since, until, 300)):
        if any(begin < end and begin + 300 > first for first, end in left_out):
            continue
        there = [
            (one[place], other[place])
            for one, other in both
            if one[place] is not None and other[place] is not None
        ]
        if not there:
            missing += 1
            continue
        partial += len(there) < len(ports)
        sums["in"].append(sum(received or 0 for received, _ in there))
        sums["out"].append(sum(sent or 0 for _, sent in there))
        sums["sum"].append(sums["in"][-1] + sums["out"][-1])
    present = len(sums["in"])
    rank = ceil(Fraction(95, 100) * present)
    return SlowBill(
        bps={
            direction: floor(Fraction(sorted(octets)[rank - 1] * 8, 300)) if octets else None
            for direction, octets in sums.items()
        },
        rank=rank,
        present=present,
        missing=missing,
        partial=partial,
        octets_in=sum(sums["in"]),
        octets_out=sum(sums["out"]),
    )
