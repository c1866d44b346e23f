"""What the facade says of traffic: frozen records with arrays, in bit/s or packets/s, UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from netwb.inventory.ports.records import Port

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Real = NDArray[np.float64]
    Times = NDArray[np.int64]

Side = Literal["in", "out"]
Kind = Literal["bits", "packets", "errors", "discards"]
SIDES: tuple[Side, ...] = ("in", "out")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """One direction, a value a bucket, NaN where there is no data; the unit is that of its kind.

    highest     the highest rate between two polls that touched the bucket
    percentile  the 95th by nearest rank over five-minute windows: `rank`-th smallest of `windows`
    total       octets, packets or errors that went through in the time that has data
    """

    mean: Real
    highest: Real
    least: float | None
    average: float | None
    percentile: float | None
    rank: int
    windows: int
    most: float | None
    total: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PortTraffic:
    """One port in one stretch of time.

    begin     epoch seconds at which each bucket begins, aligned to `step_s`
    gaps      stretches without data, epoch seconds, within the time
    flags     what the counters did that a reader has to know, in words: a reset, an absurd jump
    newest    of all its samples; None: nothing was ever measured
    """

    port: Port
    since: datetime
    until: datetime
    step_s: int
    interval_s: int
    begin: Times
    flows: Mapping[tuple[Kind, Side], Flow]
    gaps: tuple[tuple[int, int], ...]
    flags: tuple[str, ...]
    newest: datetime | None

    @property
    def is_stale(self) -> bool:
        """Whether the newest sample is older than two intervals before the end."""
        if self.newest is None:
            return True
        return (self.until - self.newest).total_seconds() > 2 * self.interval_s


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyPort:
    """A port among the busiest: 95th percentiles in bit/s over the time."""

    port: Port
    p95_in: float | None
    p95_out: float | None

    @property
    def p95(self) -> float:
        """Of its busier direction."""
        return max(self.p95_in or 0.0, self.p95_out or 0.0)

    @property
    def share(self) -> float | None:
        """Of the port, in per cent; None where nobody knows its speed."""
        limit = self.port.limit_bps
        return 100 * self.p95 / limit if limit else None
