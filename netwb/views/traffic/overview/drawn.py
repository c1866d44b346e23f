"""From the sum of many ports to what a port's figure draws. Pure, but for the words of times."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from netwb.views import words
from netwb.views.charts.hours import time_ticks
from netwb.views.traffic.drawing import Drawing, Line
from netwb.views.traffic.overview.spans import clock
from netwb.workbench.traffic_many_records import Shortfall, TrafficSum
from netwb.workbench.traffic_records import SIDES

_NOTABLE = 50  # one in so many ports is missing


def sum_drawing(total: TrafficSum, *, now: datetime, zone: ZoneInfo) -> Drawing:
    """Where notably fewer ports have data it is hatched too: the line is too low there."""
    since, until = int(total.since.timestamp()), int(total.until.timestamp())
    short = [(one.since, one.until) for one in total.short if _is_notable(one)]
    return Drawing(
        since=since,
        until=until,
        at=total.begin + total.step_s // 2,
        sides={
            side: Line(
                mean=total.flows[side].mean,
                highest=total.flows[side].highest,
                p95=total.flows[side].percentile.value,
            )
            for side in SIDES
        },
        unit="bits",
        ticks=time_ticks(since, until, zone),
        clocks=[clock(begin, zone) for begin in total.begin.tolist()],
        gaps=sorted({*total.gaps, *short}),
        dead=_dead(total, now, zone),
    )


def _is_notable(one: Shortfall) -> bool:
    """One port of a thousand is told in words, and does not hatch a chart."""
    return (one.of - one.ports) * _NOTABLE >= one.of


def _dead(total: TrafficSum, now: datetime, zone: ZoneInfo) -> str:
    late = timedelta(seconds=2 * total.usual_s)
    if total.newest is None or now - total.until > late or total.until - total.newest <= late:
        return ""
    return f"No data since {words.when(total.newest, now, zone)}"
