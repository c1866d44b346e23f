"""Samples of one series, as arrays. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.records import Newest

Times = NDArray[np.int64]
Whole = NDArray[np.int64]
Real = NDArray[np.float64]

MISSING: int = int(
    np.iinfo(np.int64).min
)  # a whole number that was not answered; NaN of a real one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """What was measured of one series, in order of time; each moment once.

    at       epoch seconds, rising
    values   an array of the same length by field: int64 (a counter of 64 bits above its half is
             negative: differences are taken modulo 2**64), `MISSING` where there was no answer;
             float64 and NaN in `ping`
    highest  where a store keeps only one sample of several: the highest rate between any two that
             are gone, per second, in the time up to this one; by field, NaN where nothing is known
    """

    at: Times
    values: Mapping[str, NDArray[Any]]
    highest: Mapping[str, Real] | None = None

    def __len__(self) -> int:
        return len(self.at)


def last_of(samples: Samples) -> Newest:
    """The last one of them, of which there is one at least."""
    last = {field: column[-1].item() for field, column in samples.values.items()}
    return Newest(int(samples.at[-1]), known(last))


def known(values: Mapping[str, int | float]) -> dict[str, int | float]:
    """Those that were answered."""
    return {field: one for field, one in values.items() if one != MISSING and not isnan(one)}
