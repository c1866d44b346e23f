"""Which of many ports are the busiest, by the 95th percentile of their windows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from netwb.metrics.records import SeriesKey
from netwb.metrics.samples import Samples
from netwb.metrics.series.flows import windows
from netwb.metrics.series.percentiles import nearest_ranks
from netwb.metrics.series.rates import rates


def busiest(  # noqa: PLR0913 - a question, and how it is to be answered
    samples: Mapping[SeriesKey, Samples],
    fields: Sequence[str],
    since: int,
    until: int,
    *,
    gap_s: int,
    most: int,
) -> list[tuple[SeriesKey, tuple[float | None, ...]]]:
    """The highest first, with the percentile of each field; those without any data are left out."""
    keys = list(samples)
    if not keys:
        return []
    table = np.stack(
        [
            nearest_ranks(
                np.stack(
                    [windows(rates(samples[key], field, gap_s=gap_s), since, until) for key in keys]
                )
            )
            for field in fields
        ],
        axis=1,
    )
    highest = np.where(np.isnan(table), -1.0, table).max(axis=1)
    order = [int(row) for row in np.argsort(-highest, kind="stable") if highest[row] >= 0]
    return [
        (keys[row], tuple(None if np.isnan(value) else value for value in table[row].tolist()))
        for row in order[:most]
    ]
