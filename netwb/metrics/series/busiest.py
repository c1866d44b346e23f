"""Which of many ports are the busiest, by the 95th percentile of their windows. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import Real
from netwb.metrics.series.buckets import shared_out
from netwb.metrics.series.flows import window_table
from netwb.metrics.series.percentiles import nearest_ranks
from netwb.metrics.series.rates import PortSamples, rates_of

Key = TypeVar("Key", bound=Hashable)  # of a port, whatever its asker calls it by
_AT_ONCE = 100  # ports: their arrays stay in a processor's cache


def busiest(  # noqa: PLR0913 - a question, and how it is to be answered
    ports: Mapping[Key, PortSamples],
    fields: Sequence[str],
    since: int,
    until: int,
    *,
    gap_s: float,
    most: int,
) -> list[tuple[Key, tuple[float | None, ...]]]:
    """The highest first, with the percentile of each field; those without any data are left out."""
    keys = list(ports)
    table = percentiles([ports[key] for key in keys], fields, since, until, gap_s=gap_s)
    highest = np.nan_to_num(table, nan=-1.0).max(axis=1, initial=-1.0)
    order = np.argsort(-highest, kind="stable")[: max(most, 0)]
    return [(keys[row], _values(table[row])) for row in order.tolist() if highest[row] >= 0]


def busiest_so_far(  # noqa: PLR0913 - as above
    ports: Mapping[Key, PortSamples],
    fields: Sequence[str],
    since: int,
    until: int,
    *,
    gap_s: float,
    most: int,
) -> list[Key]:
    """Those by the mean of their busier field, for the time before the first window is whole."""
    keys, samples = list(ports), list(ports.values())
    highest = np.full(len(keys), -1.0)
    for field in fields:
        found = shared_out(rates_of(samples, field, gap_s=gap_s), np.array([since, until]))
        highest[found.row] = np.maximum(highest[found.row], found.mean)
    order = np.argsort(-highest, kind="stable")[: max(most, 0)]
    return [keys[row] for row in order.tolist() if highest[row] >= 0]


def percentiles(
    ports: Sequence[PortSamples], fields: Sequence[str], since: int, until: int, *, gap_s: float
) -> NDArray[np.float64]:
    """The 95th of the five-minute windows of each port (a row) and field (a column); NaN: no data."""
    found = np.full((len(ports), len(fields)), np.nan)
    for column, field in enumerate(fields):
        for first in range(0, len(ports), _AT_ONCE):
            part = ports[first : first + _AT_ONCE]
            windows = window_table(rates_of(part, field, gap_s=gap_s), since, until)
            found[first : first + _AT_ONCE, column] = nearest_ranks(windows)
    return found


def _values(row: Real) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else value for value in row.tolist())
