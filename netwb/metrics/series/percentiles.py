"""The 95th percentile by nearest rank, as contracts count it. Pure.

Of n windows that have data, in ascending order, the ceil(p n)-th; no interpolation. The rank is
reckoned in whole numbers: of floats, 0.95 of 20 may be a little more than 19. Databases differ
in the rank and in the first window by their own functions (InfluxQL, Flux), so that all of ours is
counted here. Source: facts of the field, "Traffic and billing" 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import Real

WINDOW_S = 300
USUAL = Fraction(95, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A value, and how it was found: the `rank`-th smallest of `windows`; None of no windows.

    place   of the first window with that value, counted from 0 among all that were given
    """

    value: float | None
    rank: int
    windows: int
    place: int | None = None


def rank_of(windows: int, share: Fraction = USUAL) -> int:
    """The nearest rank, 1 the smallest; 0 where there is nothing to rank.

    >>> rank_of(8640), rank_of(1), rank_of(0)
    (8208, 1, 0)
    """
    return -(-share.numerator * windows // share.denominator)


def nearest_rank(values: Real, share: Fraction = USUAL) -> Ranked:
    """Of the values that are numbers."""
    present = values[np.isfinite(values)]
    rank = rank_of(len(present), share)
    if not rank:
        return Ranked(value=None, rank=0, windows=0)
    value = float(np.partition(present, rank - 1)[rank - 1])
    place = int(np.flatnonzero(values == value)[0])
    return Ranked(value=value, rank=rank, windows=len(present), place=place)


def nearest_ranks(rows: NDArray[np.float64], share: Fraction = USUAL) -> Real:
    """The same of each row of a table in one go; NaN of a row without a number."""
    ordered = np.sort(rows, axis=1)  # NaN last
    number = np.isfinite(rows).sum(axis=1)
    rank = -(-share.numerator * number // share.denominator)
    found = np.full(len(rows), np.nan)
    some = np.flatnonzero(rank)
    found[some] = ordered[some, rank[some] - 1]
    return found
