"""From what the facade says of a port to what its figure draws. Pure, but for the words of times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from netwb.amounts import Unit
from netwb.views import words
from netwb.views.traffic.figure import Drawing, Flag, Flow, Real
from netwb.views.traffic.hours import time_ticks
from netwb.views.traffic.look import Look
from netwb.views.traffic.table import Mark, in_unit, kind_of
from netwb.workbench.traffic_records import SIDES, PortTraffic, Side

WEEK_S = 7 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shown:
    """A port in the time of a look; `before` is a week earlier."""

    look: Look
    traffic: PortTraffic
    before: PortTraffic | None
    marks: Sequence[Mark]


def drawing_of(shown: Shown, *, now: datetime, zone: ZoneInfo) -> Drawing:
    """One figure's worth of it."""
    look, traffic = shown.look, shown.traffic
    since, until = int(traffic.since.timestamp()), int(traffic.until.timestamp())
    at = traffic.begin + traffic.step_s // 2
    limit = traffic.port.limit_bps
    return Drawing(
        since=since,
        until=until,
        at=at,
        sides={side: _flow(traffic, shown.before, look.unit, side) for side in SIDES},
        unit=look.unit,
        ticks=time_ticks(since, until, zone),
        clocks=[_clock(int(begin), zone) for begin in traffic.begin.tolist()],
        gaps=traffic.gaps,
        flags=[
            Flag(at=int(mark.at.timestamp()), said=mark.words, url=mark.url) for mark in shown.marks
        ],
        dead=_dead(traffic, now, zone),
        limit={"bits": float(limit) if limit else None, "percent": 100.0}.get(look.unit),
    )


def _flow(traffic: PortTraffic, before: PortTraffic | None, unit: Unit, side: Side) -> Flow:
    flow = traffic.flows[kind_of(unit), side]
    was = _before(traffic, before, unit, side) if before else None
    factor = _factor(traffic, unit)
    return Flow(
        mean=flow.mean * factor,
        highest=flow.highest * factor,
        before=was * factor if was is not None else None,
        p95=in_unit(flow.percentile.value, unit, traffic.port),
    )


def _factor(traffic: PortTraffic, unit: Unit) -> float:
    """What a rate is multiplied by; NaN where it is a share of nobody knows what."""
    if unit != "percent":
        return 1.0
    share = in_unit(1.0, unit, traffic.port)
    return share if share is not None else float("nan")


def _before(traffic: PortTraffic, before: PortTraffic, unit: Unit, side: Side) -> Real:
    """The week before in the same buckets: both are aligned to the same step."""
    found = np.full(len(traffic.begin), np.nan)
    mean = before.flows[kind_of(unit), side].mean
    places = np.searchsorted(traffic.begin, before.begin + WEEK_S)
    there = places < len(found)
    there[there] = traffic.begin[places[there]] == before.begin[there] + WEEK_S
    found[places[there]] = mean[there]
    return found


def _clock(at: int, zone: ZoneInfo) -> str:
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return (
        f"{words.DAYS[local.weekday()]} {local.day} {words.MONTHS[local.month - 1]} {local:%H:%M}"
    )


def _dead(traffic: PortTraffic, now: datetime, zone: ZoneInfo) -> str:
    """Words over a chart whose end is empty because nothing new comes; not of one in the past."""
    if traffic.newest is None:
        return "Nothing was measured yet"
    if now - traffic.until > timedelta(seconds=2 * traffic.interval_s) or not traffic.is_stale:
        return ""
    return f"No data since {words.when(traffic.newest, now, zone)}"
