"""A heat map: ports by hours. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import Times
from netwb.metrics.series.buckets import edges, into_table
from netwb.metrics.series.rates import Rates
from netwb.metrics.series.shares import percents

HOUR_S = 3_600


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeatMap:
    """A row a port, as they were given, a column an hour or some; NaN where there is no data.

    edges     epoch seconds, one more than there are columns
    mean      bit/s or packets/s, over the time that has data
    highest   the highest rate between two polls
    percent   the mean as a share of the port's speed; NaN too where nobody knows it
    """

    edges: Times
    mean: NDArray[np.float64]
    highest: NDArray[np.float64]
    percent: NDArray[np.float64]


def heat_map(  # noqa: PLR0913 - each cuts the time, by its name
    rates: Rates,
    since: int,
    until: int,
    *,
    speeds_bps: Sequence[int | None],
    ahead_s: int = 0,
    cell_s: int = HOUR_S,
) -> HeatMap:
    """Of a stretch of time, whole hours that it touches, or so many seconds each.

    ahead_s   how far clocks are ahead of UTC: of half an hour, hours begin at the half
    """
    table = into_table(rates, edges(since + ahead_s, until + ahead_s, cell_s) - ahead_s)
    return HeatMap(
        edges=table.edges,
        mean=table.mean,
        highest=table.highest,
        percent=percents(table.mean, speeds_bps),
    )
