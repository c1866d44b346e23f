"""Stretches of data between gaps, and their outlines: nothing is drawn over a gap. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.floating[Any]]
Outlines = tuple[list[Real], list[Real]]  # x and y of each


def stretches(values: Real) -> list[slice]:
    """Where there is data without a break, from the left."""
    edges = np.flatnonzero(np.diff(np.isfinite(values), prepend=False, append=False))
    return [slice(a, b) for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]


def outlines(x: Real, low: Real | float, high: Real) -> Outlines:
    """What `patches` fills between two lines, one outline a stretch of the upper one's data.

    low, high   of the length of x; a low one that is the same everywhere may be its value
    """
    floor = np.broadcast_to(np.asarray(low, np.float64), high.shape)
    found = stretches(high)
    xs = [np.concatenate((x[part], x[part][::-1])) for part in found]
    ys = [np.concatenate((high[part], floor[part][::-1])) for part in found]
    return xs, ys


def most(*lines: Real | None) -> float:
    """The highest of some lines; 0 where none of them has data."""
    found = [float(np.nanmax(line)) for line in lines if line is not None and _any(line)]
    return max(found, default=0.0)


def _any(line: Real) -> bool:
    return bool(np.isfinite(line).any())
