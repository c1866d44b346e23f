"""Rates as a share of what their port can carry. Pure.

Nothing is clipped: a port over the speed that it says shows more than 100 %, for it is the speed
that is wrong. Where nobody knows a speed, or a tunnel says 0, there is no share.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def percent(bps: float | None, speed_bps: int | None) -> float | None:
    """Of one rate.

    >>> percent(250e6, 1_000_000_000), percent(5.0, 0), percent(None, 10)
    (25.0, None, None)
    """
    return 100 * bps / speed_bps if bps is not None and speed_bps else None


def percents(bps: NDArray[np.float64], speeds_bps: Sequence[int | None]) -> NDArray[np.float64]:
    """Of a table of rates, a row a port; NaN where there is no rate or no speed."""
    speeds = np.array([speed or np.nan for speed in speeds_bps], np.float64)
    return 100 * bps / speeds[:, None]
