"""What is measured and not counted, loss and delay of pings, in the shape of rates. Pure."""

from __future__ import annotations

import numpy as np

from netwb.metrics.samples import Samples
from netwb.metrics.series.rates import Rates
from netwb.metrics.series.spacing import too_far


def levels(samples: Samples, field: str, *, interval_s: int, gap_s: float) -> Rates:
    """Each sample stands for the time since the one before it; after a gap for one interval.

    The values are those of the field (per cent, milliseconds), and `count` is 0. A ping that nobody
    answered has no delay: it stands for no time of `average_response_ms`.
    """
    row = samples.values[field].astype(np.float64)
    order = np.argsort(samples.at, kind="stable")
    at, value = samples.at[order], row[order]
    last = np.append(at[1:] != at[:-1], True)[: len(at)]  # of one moment
    at, value = at[last], value[last]
    since = np.diff(at, prepend=at[:1] - interval_s)
    begin = at - np.where(np.append(True, too_far(at, gap_s))[: len(at)], interval_s, since)
    known = np.isfinite(value)
    whole = np.zeros(int(known.sum()), np.int64)
    return Rates(
        begin=begin[known],
        end=at[known],
        count=whole,
        value=value[known],
        highest=value[known],
        flag=whole,
        row=whole.astype(np.int32),
        rows=1,
    )
