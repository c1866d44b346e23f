"""Some ports and all that is said of them at once, made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from netwb.inventory.ports.records import Port
from netwb.workbench.records import records_of
from netwb.workbench.traffic_many_records import (
    HeatRow,
    PortLine,
    PortNumbers,
    PortTrend,
    Shortfall,
    TrafficHeat,
    TrafficOverview,
    TrafficShares,
    TrafficSum,
)
from tests.views.traffic.made_traffic import BUCKETS, STEP, UNTIL, flow, port

SINCE = UNTIL - timedelta(seconds=STEP * BUCKETS)
BEGIN = int(SINCE.timestamp()) + STEP * np.arange(BUCKETS, dtype=np.int64)


def numbers(number: int = 1, **changes: Any) -> PortNumbers:
    """The n-th port: n times 100 Mbit/s in, a third of it out."""
    bps = 100e6 * number
    made = PortNumbers(
        port=port(id=f"p{number}", name=f"xe-0/0/{number}"),
        in_least=bps / 4,
        in_mean=bps,
        in_p95=bps * 1.2,
        in_most=bps * 1.5,
        in_octets=int(bps * 450),
        out_least=bps / 12,
        out_mean=bps / 3,
        out_p95=bps * 0.4,
        out_most=bps / 2,
        out_octets=int(bps * 150),
        percent=12.0 * number,
        newest=UNTIL - timedelta(seconds=40),
        state="up",
    )
    return replace(made, **changes)


def nothing(number: int = 9, **changes: Any) -> PortNumbers:
    """A port without data."""
    names = [f"{side}_{name}" for side in ("in", "out") for name in NAMES]
    return numbers(
        number,
        **{**dict.fromkeys(names), "percent": None, "newest": None, "state": "never", **changes},
    )


NAMES = ("least", "mean", "p95", "most", "octets")


def trend(days: float | None = 120.0, **changes: Any) -> PortTrend:
    made = PortTrend(
        port=port(),
        side="in",
        verdict="filling",
        days=days,
        soonest=88.0,
        latest=191.0,
        level_bps=4e8,
        known_days=90,
        said="full in 120 days, between 88 and 191",
    )
    return replace(made, **changes)


def total(**changes: Any) -> TrafficSum:
    made = TrafficSum(
        since=SINCE,
        until=UNTIL,
        step_s=STEP,
        interval_s=60,
        usual_s=60,
        begin=BEGIN,
        flows={"in": flow(600e6), "out": flow(200e6)},
        asked=4,
        known=4,
        counted=np.full(BUCKETS, 4),
        short=(),
        gaps=(),
        newest=UNTIL - timedelta(seconds=40),
    )
    return replace(made, **changes)


def line(number: int, mean: float, *, without: slice | None = None, **changes: Any) -> PortLine:
    into = np.full(BUCKETS, mean)
    if without is not None:
        into[without] = np.nan
    own: Port = port(id=f"p{number}", name=f"xe-0/0/{number}", **changes)
    return PortLine(port=own, p95=mean, mean={"in": into, "out": into / 2})


def shares(*lines: PortLine, others: int = 0, rest: float = np.nan) -> TrafficShares:
    left = np.full(BUCKETS, rest)
    return TrafficShares(
        begin=BEGIN, lines=lines, others=others, rest={"in": left, "out": left / 2}
    )


def heat(*rows: HeatRow, hours: int = 2) -> TrafficHeat:
    first = int(UNTIL.timestamp()) // 3_600 * 3_600 - 3_600 * hours
    return TrafficHeat(
        edges=first + 3_600 * np.arange(hours + 1, dtype=np.int64), cell_s=3_600, rows=rows
    )


def heat_row(*percents: float, speed: int = 10**9, **changes: Any) -> HeatRow:
    percent = np.array(percents, np.float64)
    into = percent / 100 * speed
    return HeatRow(port=port(**changes), mean={"in": into, "out": into / 2}, percent=percent)


def overview(*ports: PortNumbers, **changes: Any) -> TrafficOverview:
    made = TrafficOverview(
        since=SINCE,
        until=UNTIL,
        ports=records_of(ports or (numbers(2), numbers(1)), PortNumbers),
        sum=total(),
        heat=heat(heat_row(10.0, 60.0)),
        shares=shares(line(1, 400e6), line(2, 200e6)),
    )
    return replace(made, **changes)


SHORT = Shortfall(since=int(BEGIN[2]), until=int(BEGIN[4]), ports=3, of=4)
