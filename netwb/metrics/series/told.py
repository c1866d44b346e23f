"""What ports and devices tell beside a counter: that it began anew, that it may be another's. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from netwb.metrics.samples import MISSING, Samples, Times
from netwb.metrics.series.line import Bits, Line, Places, Where, anywhere, column
from netwb.metrics.series.restarts import Restarts, restarts

DISCONTINUITY = "ifCounterDiscontinuityTime"


class Told:
    """Of each sample of a line; what is dear to find out is found out where it is asked for.

    ports, devices, seams   of each row: its samples, those of its device, and the moments at which
                            it got another ifIndex or name
    """

    def __init__(
        self,
        line: Line,
        *,
        ports: Sequence[Samples],
        devices: Sequence[Samples | None],
        seams: Sequence[Sequence[int]],
    ) -> None:
        self._line = line
        self._discontinuity = (
            column(ports, DISCONTINUITY)[line.origin] if anywhere(ports, DISCONTINUITY) else None
        )
        self._devices = devices
        self._seams = seams

    def discontinued(self, first: Where, second: Where) -> Bits:
        """Whether the port says that its counters began anew between two samples."""
        if self._discontinuity is None:
            return np.zeros(len(self._line.at[first]), np.bool_)
        one, other = self._discontinuity[first], self._discontinuity[second]
        found: Bits = one != other
        if found.any():
            found &= (one != MISSING) & (other != MISSING)
        return found

    def restarted(self, first: Where, second: Where) -> Bits:
        """Whether its device may have begun anew between them.

        A device is asked for its own state a little before or after its ports.
        """
        begun, over = self._restarts
        found: Bits = begun[second] > over[first]
        return found

    def renamed(self, first: Where, second: Where) -> Bits | None:
        """Whether it got another ifIndex or name between them; None: no port did."""
        if not any(self._seams):
            return None
        own = [np.array(seams, np.int64) for seams in self._seams]
        passed = _passed(self._line, own, itself=True)
        found: Bits = passed[second] > passed[first]
        return found

    def began_anew(self, first: Where, second: Where) -> Bits:
        """Any of them: a fall is no late sample's."""
        found = self.discontinued(first, second) | self.restarted(first, second)
        renamed = self.renamed(first, second)
        return found if renamed is None else found | renamed

    @cached_property
    def _restarts(self) -> tuple[Places, Places]:
        """How many restarts may have begun before each sample, and how many were over by then."""
        starts = _starts(self._devices)
        begun = _passed(self._line, [one.after for one in starts], itself=False)
        return begun, _passed(self._line, [one.until for one in starts], itself=True)


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
