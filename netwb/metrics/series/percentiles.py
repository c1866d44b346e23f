"""The 95th percentile by nearest rank, as contracts count it. Pure.

Of n windows that have data, in ascending order, the ceil(p n)-th; no interpolation. Databases differ
in the rank and in the first window by their own functions (InfluxQL, Flux), so that all of ours is
counted here. Source: facts of the field, "Traffic and billing" 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import Real

WINDOW_S = 300
USUAL = Fraction(95, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A value, and how it was found: the `rank`-th smallest of `windows`; None of no windows."""

    value: float | None
    rank: int
    windows: int


def rank_of(windows: int, share: Fraction = USUAL) -> int:
    """The nearest rank, 1 the smallest; 0 where there is nothing to rank."""
    return ceil(share * windows)


def nearest_rank(values: Real, share: Fraction = USUAL) -> Ranked:
    """Of the values that are numbers."""
    present = values[np.isfinite(values)]
    rank = rank_of(len(present), share)
    if not rank:
        return Ranked(value=None, rank=0, windows=0)
    value = float(np.partition(present, rank - 1)[rank - 1])
    return Ranked(value=value, rank=rank, windows=len(present))


def nearest_ranks(rows: NDArray[np.float64], share: Fraction = USUAL) -> Real:
    """The same of each row of a table in one go; NaN of a row without a number."""
    ordered = np.sort(rows, axis=1)  # NaN last
    number = np.isfinite(rows).sum(axis=1)
    rank = np.array([rank_of(int(n), share) for n in number.tolist()], np.int64)
    place = np.maximum(rank - 1, 0)
    found: Real = np.where(rank > 0, ordered[np.arange(len(rows)), place], np.nan)
    return found
