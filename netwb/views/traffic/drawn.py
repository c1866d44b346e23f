"""From what the facade says of a port to what its figure draws. Pure, but for the words of times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from netwb.amounts import Unit
from netwb.views import words
from netwb.views.charts.hours import time_ticks
from netwb.views.traffic.attacks import Attack
from netwb.views.traffic.drawing import Band, Drawing, Flag, Lane, LaneUnit, Line
from netwb.views.traffic.look import OVERLAYS, Look, Overlay
from netwb.views.traffic.marks import Mark
from netwb.views.traffic.table import in_unit, kind_of
from netwb.workbench.port_state_records import PortPings
from netwb.workbench.traffic_records import SIDES, Kind, PortTraffic, Side

PINGS: frozenset[Overlay] = frozenset({"loss", "delay"})
_OF_PORT: Mapping[Overlay, tuple[Kind, LaneUnit, float]] = {  # errors are few: by the minute
    "errors": ("errors", "per_minute", 60.0),
    "discards": ("discards", "per_minute", 60.0),
    "packets": ("packets", "packets", 1.0),
}


def kinds_of(look: Look) -> tuple[Kind, ...]:
    """What a look needs of a port's counters; what the chart itself is of stands first."""
    asked = (kind_of(look.unit), *(_OF_PORT[name][0] for name in look.over if name in _OF_PORT))
    return tuple(dict.fromkeys(asked))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shown:
    """A port in the time of a look, with what the look asks for beside it."""

    look: Look
    traffic: PortTraffic
    marks: Sequence[Mark] = ()
    attacks: Sequence[Attack] = ()
    pings: PortPings | None = None


def drawing_of(shown: Shown, *, now: datetime, zone: ZoneInfo) -> Drawing:
    """One figure's worth of it."""
    look, traffic = shown.look, shown.traffic
    since, until = int(traffic.since.timestamp()), int(traffic.until.timestamp())
    at = traffic.begin + traffic.step_s // 2
    limit = traffic.port.limit_bps
    edge = (until - since) // 40  # words at the very end would be cut
    return Drawing(
        since=since,
        until=until,
        at=at,
        sides={side: _line(traffic, look.unit, side) for side in SIDES},
        unit=look.unit,
        ticks=time_ticks(since + edge, until - edge, zone),
        clocks=[_clock(int(begin), zone) for begin in traffic.begin.tolist()],
        gaps=traffic.gaps,
        flags=[_flag(mark, zone) for mark in sorted(shown.marks, key=lambda mark: mark.at)],
        bands=[
            _band(one, shown, now, zone) for one in sorted(shown.attacks, key=lambda one: one.since)
        ],
        dead=_dead(traffic, now, zone),
        lanes=_lanes(shown),
        limit={"bits": float(limit) if limit else None, "percent": 100.0}.get(look.unit),
    )


def _line(traffic: PortTraffic, unit: Unit, side: Side) -> Line:
    one, factor = (kind_of(unit), side), _factor(traffic, unit)
    flow, was = traffic.flows[one], traffic.before.get(one)
    return Line(
        mean=flow.mean * factor,
        highest=flow.highest * factor,
        before=was.mean * factor if was is not None else None,
        p95=in_unit(flow.percentile.value, unit, traffic.port),
    )


def _factor(traffic: PortTraffic, unit: Unit) -> float:
    """What a rate is multiplied by; NaN where it is a share of nobody knows what."""
    if unit != "percent":
        return 1.0
    share = in_unit(1.0, unit, traffic.port)
    return share if share is not None else float("nan")


def _lanes(shown: Shown) -> list[Lane]:
    return [
        _ping_lane(shown, name) if name in PINGS else _port_lane(shown.traffic, name)
        for name in shown.look.over
    ]


def _port_lane(traffic: PortTraffic, name: Overlay) -> Lane:
    kind, unit, factor = _OF_PORT[name]
    above, below = (
        Line(
            mean=traffic.flows[kind, side].mean * factor,
            highest=traffic.flows[kind, side].highest * factor,
        )
        for side in SIDES
    )
    return Lane(name=name, title=OVERLAYS[name], unit=unit, above=above, below=below)


def _ping_lane(shown: Shown, name: Overlay) -> Lane:
    """Of a device that nobody pings it is empty, and says so."""
    pings = shown.pings
    level = (pings.loss if name == "loss" else pings.delay) if pings is not None else None
    nothing = np.full(len(shown.traffic.begin), np.nan)
    line = Line(mean=level.mean if level else nothing, highest=level.highest if level else nothing)
    unpinged = pings is None or pings.newest is None
    return Lane(
        name=name,
        title=OVERLAYS[name],
        unit="percent" if name == "loss" else "ms",
        above=line,
        colour="t2",
        nothing="nobody pings this device" if unpinged else "no ping was answered",
    )


def _flag(mark: Mark, zone: ZoneInfo) -> Flag:
    at = int(mark.at.timestamp())
    return Flag(at=at, said=mark.words, url=mark.url, clock=_clock(at, zone))


def _band(one: Attack, shown: Shown, now: datetime, zone: ZoneInfo) -> Band:
    """As much of it as the chart's time holds."""
    until = min(one.until or now, shown.traffic.until)
    at = max(one.since, shown.traffic.since)
    since = _clock(int(one.since.timestamp()), zone)
    end = words.clock(one.until, zone) if one.until else "now"
    return Band(
        at=int(at.timestamp()),
        until=int(max(until, at).timestamp()),
        said=one.said,
        told=one.told,
        url=one.url,
        clock=f"{since} to {end}",
    )


def _clock(at: int, zone: ZoneInfo) -> str:
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return (
        f"{words.DAYS[local.weekday()]} {local.day} {words.MONTHS[local.month - 1]} {local:%H:%M}"
    )


def _dead(traffic: PortTraffic, now: datetime, zone: ZoneInfo) -> str:
    """Words over a chart whose end is empty because nothing new comes; not of one in the past."""
    if traffic.newest is None:
        return "Nothing was measured yet"
    if not traffic.is_counted:
        return "Not counted: it has no counters of 64 bits (ifHCInOctets)"
    if now - traffic.until > timedelta(seconds=2 * traffic.usual_s) or not traffic.is_stale:
        return ""
    return f"No data since {words.when(traffic.newest, now, zone)}"
