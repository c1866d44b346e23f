"""Groups that were counted, made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from netwb.metrics.billing.months import parse_month
from netwb.metrics.billing.reckoning import Counted
from netwb.metrics.billing.records import BilledPort, Exclusion, Method, Month, Terms
from netwb.metrics.samples import Whole
from netwb.metrics.series.windows import NONE, Volumes

NOVEMBER = parse_month("2026-11", "UTC")


def ports(number: int) -> tuple[BilledPort, ...]:
    return tuple(
        BilledPort(id=f"port{place}", device="acme/edge1", name=f"Eth{place}")
        for place in range(number)
    )


def counted(
    *received: Sequence[int | None],
    sent: Sequence[Sequence[int | None]] | None = None,
    method: Method = "higher",
    commit_bps: int | None = None,
    exclusions: tuple[Exclusion, ...] = (),
    month: Month = NOVEMBER,
) -> Counted:
    """Windows from the month's first on, a list of octets a port; without `sent` it is the same."""
    windows = len(received[0]) if received else month.windows
    begin = month.since + 300 * np.arange(windows, dtype=np.int64)
    into, out = _rows(received, windows), _rows(sent or received, windows)
    return Counted(
        terms=Terms(group="transit", method=method, commit_bps=commit_bps),
        month=month,
        ports=ports(len(received)),
        volumes=Volumes(begin=begin, received=into, sent=out),
        exclusions=exclusions,
    )


def _rows(rows: Sequence[Sequence[int | None]], windows: int) -> Whole:
    whole = [[NONE if one is None else one for one in row] for row in rows]
    return np.array(whole, np.int64).reshape(len(rows), windows)


def at(window: int, month: Month = NOVEMBER) -> datetime:
    """When a window of the month begins."""
    return datetime.fromtimestamp(month.since + 300 * window, UTC)
