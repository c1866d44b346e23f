"""Which of many ports are the busiest, by the 95th percentile of their windows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.records import SeriesKey
from netwb.metrics.samples import Real, Samples
from netwb.metrics.series.flows import window_table
from netwb.metrics.series.percentiles import nearest_ranks
from netwb.metrics.series.rates import NO_LIMITS, Limits, PortSamples, rates_of

_AT_ONCE = 100  # ports: their arrays stay in a processor's cache
_TOLD = "ifCounterDiscontinuityTime"


def busiest(  # noqa: PLR0913 - a question, and how it is to be answered
    samples: Mapping[SeriesKey, Samples],
    fields: Sequence[str],
    since: int,
    until: int,
    *,
    gap_s: float,
    most: int,
    limits: Mapping[SeriesKey, Limits] | None = None,
) -> list[tuple[SeriesKey, tuple[float | None, ...]]]:
    """The highest first, with the percentile of each field; those without any data are left out."""
    keys = list(samples)
    known = limits or {}
    ports = [PortSamples(samples=samples[key], limits=known.get(key, NO_LIMITS)) for key in keys]
    table = percentiles(ports, fields, since, until, gap_s=gap_s)
    highest = np.nan_to_num(table, nan=-1.0).max(axis=1, initial=-1.0)
    order = np.argsort(-highest, kind="stable")[: max(most, 0)]
    return [(keys[row], _values(table[row])) for row in order.tolist() if highest[row] >= 0]


def percentiles(
    ports: Sequence[PortSamples], fields: Sequence[str], since: int, until: int, *, gap_s: float
) -> NDArray[np.float64]:
    """The 95th of the five-minute windows of each port (a row) and field (a column); NaN: no data."""
    found = np.full((len(ports), len(fields)), np.nan)
    for column, field in enumerate(fields):
        for first in range(0, len(ports), _AT_ONCE):
            part = [_alone(port, field) for port in ports[first : first + _AT_ONCE]]
            windows = window_table(rates_of(part, field, gap_s=gap_s), since, until)
            found[first : first + _AT_ONCE, column] = nearest_ranks(windows)
    return found


def _alone(port: PortSamples, field: str) -> PortSamples:
    """Without what a percentile does not ask for: whether a rate is over a speed."""
    whole = port.samples
    values = {name: whole.values[name] for name in (field, _TOLD) if name in whole.values}
    return replace(port, samples=Samples(at=whole.at, values=values, highest=whole.highest))


def _values(row: Real) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else value for value in row.tolist())
