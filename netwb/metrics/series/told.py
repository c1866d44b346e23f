"""What ports and devices tell beside a counter: that it began anew, that it may be another's. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from netwb.metrics.samples import MISSING, Samples, Times, Whole
from netwb.metrics.series.line import Bits, Line, Places, anywhere, column
from netwb.metrics.series.restarts import Restarts, restarts

_TOLD = "ifCounterDiscontinuityTime"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Told:
    """A value for each sample of a line.

    discontinuity   ifCounterDiscontinuityTime; MISSING where it was not told; None: nowhere
    begun           how many restarts of its device may have begun before it
    over            how many of them were over by then
    seams           how many changes of its ifIndex or name there were up to it
    """

    discontinuity: Whole | None
    begun: Places
    over: Places
    seams: Places

    def discontinued(self, first: Places, second: Places) -> Bits:
        """Whether the port says that its counters began anew between two samples."""
        if self.discontinuity is None:
            return np.zeros(len(first), np.bool_)
        one, other = self.discontinuity[first], self.discontinuity[second]
        found: Bits = (one != other) & (one != MISSING) & (other != MISSING)
        return found

    def restarted(self, first: Places, second: Places) -> Bits:
        """Whether its device may have begun anew between them.

        A device is asked for its own state a little before or after its ports.
        """
        found: Bits = self.begun[second] > self.over[first]
        return found

    def began_anew(self, first: Places, second: Places) -> Bits:
        """Either of them."""
        return self.discontinued(first, second) | self.restarted(first, second)

    def renamed(self, first: Places, second: Places) -> Bits:
        """Whether it got another ifIndex or name between them."""
        found: Bits = self.seams[second] > self.seams[first]
        return found


def told(
    line: Line,
    ports: Sequence[Samples],
    devices: Sequence[Samples | None],
    seams: Sequence[Sequence[int]],
) -> Told:
    """Of a line of these ports, their devices, and the moments at which each was another."""
    starts = _starts(devices)
    return Told(
        discontinuity=column(ports, _TOLD)[line.origin] if anywhere(ports, _TOLD) else None,
        begun=_passed(line, [one.after for one in starts], itself=False),
        over=_passed(line, [one.until for one in starts], itself=True),
        seams=_passed(line, [np.array(own, np.int64) for own in seams], itself=True),
    )


def _starts(devices: Sequence[Samples | None]) -> list[Restarts]:
    """Of each port's device; one that bears many ports is looked at once."""
    nothing = np.empty(0, np.int64)
    known = {id(device): restarts(device) for device in devices if device is not None}
    known[id(None)] = Restarts(after=nothing, until=nothing)
    return [known[id(device)] for device in devices]


def _passed(line: Line, moments: Sequence[Times], *, itself: bool) -> Places:
    """How many of its row's moments each sample is after; with `itself`, at its own moment too."""
    number = np.zeros(len(line), np.intp)
    for row, own in enumerate(moments):
        if not len(own):
            continue
        first, last = np.searchsorted(line.row, (row, row + 1)).tolist()
        places = np.searchsorted(line.at[first:last], own, "left" if itself else "right")
        for place in places.tolist():
            number[first + place : last] += 1
    return number
