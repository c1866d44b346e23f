"""The columns of a figure's sources, of one drawing. Times in milliseconds, as Bokeh counts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np

from netwb.amounts import Unit, amount
from netwb.metrics.samples import Real
from netwb.views.charts.stretches import outlines
from netwb.views.traffic.drawing import Band, Drawing, Flag, Line
from netwb.views.traffic.lanes import Place, pointed
from netwb.views.traffic.stage import SIGNS
from netwb.workbench.traffic_records import SIDES, Side

Columns = dict[str, Any]
FLAG_ROOM = 0.13  # of the width have the words of a flag
LINES = ("at", "clock", *(f"{side}{part}" for side in SIDES for part in ("", "_before", "_said")))


def line_data(drawing: Drawing) -> Columns:
    """A row a bucket: what the lines go through, and what who points at it is told."""
    data: Columns = {"at": drawing.at * 1_000.0, "clock": list(drawing.clocks)}
    empty = np.full(len(drawing.at), np.nan)
    for side, sign in SIGNS.items():
        line = drawing.sides[side]
        data[side] = sign * line.mean
        data[f"{side}_before"] = sign * line.before if line.before is not None else empty
        data[f"{side}_said"] = [
            _pointed(mean, highest, drawing.unit)
            for mean, highest in zip(line.mean.tolist(), line.highest.tolist(), strict=True)
        ]
    return data | {lane.name: pointed(lane) for lane in drawing.lanes}


def _pointed(mean: float, highest: float, unit: Unit) -> str:
    if not np.isfinite(mean):
        return "no data"
    said = amount(mean, unit)
    return f"{said}, up to {amount(highest, unit)}" if highest > mean else said


def flag_data(flags: Sequence[Flag], since: int, until: int, y: float) -> Columns:
    """A flag has its words beside it unless another one stands there; the pointer tells them all."""
    room = FLAG_ROOM * (until - since)
    late = [flag.at + room > until for flag in flags]  # its words stand at its left
    far = [
        flag.at - (flags[place - 1].at if place else since - room) >= room
        if last
        else (flags[place + 1].at if place + 1 < len(flags) else until) - flag.at >= room
        for place, (flag, last) in enumerate(zip(flags, late, strict=True))
    ]
    return {
        "x": [flag.at * 1_000 for flag in flags],
        "y": [y] * len(flags),
        "said": [flag.said for flag in flags],
        "beside": [flag.said if there else "" for flag, there in zip(flags, far, strict=True)],
        "align": ["right" if last else "left" for last in late],
        "off": [-10 if last else 10 for last in late],
        "clock": [flag.clock for flag in flags],
        "url": [flag.url for flag in flags],
    }


def band_data(bands: Sequence[Band], since: int, until: int, y: float) -> Columns:
    """As flags, with what who points at one is told."""
    flags = [Flag(at=one.at, said=one.said, url=one.url, clock=one.clock) for one in bands]
    return flag_data(flags, since, until, y) | {"told": [one.told for one in bands]}


def shade_data(bands: Sequence[Band]) -> Columns:
    """From when to when anything was blackholed: several at once are one, or they would be black."""
    stretches: list[list[int]] = []
    for one in sorted(bands, key=lambda one: one.at):
        if stretches and one.at <= stretches[-1][1]:
            stretches[-1][1] = max(stretches[-1][1], one.until)
        elif one.until > one.at:
            stretches.append([one.at, one.until])
    return {
        "left": [begin * 1_000 for begin, _ in stretches],
        "right": [end * 1_000 for _, end in stretches],
    }


def area_data(drawing: Drawing, lanes: Sequence[Place], colour: Side | Literal["t2"]) -> Columns:
    """All areas of one colour: an outline for each stretch of data, of the traffic and of each lane."""
    x = drawing.at.astype(np.float64) * 1_000
    drawn: list[Columns] = []
    if colour != "t2":
        drawn.append(_areas(x, drawing.sides[colour], 0.0, SIGNS[colour]))
    for place in lanes:
        drawn += [_areas(x, line, place.zero, scale) for line, scale in _lines(place, colour)]
    return {name: [part for one in drawn for part in one[name]] for name in no_areas()}


def lane_lines(drawing: Drawing, lanes: Sequence[Place], colour: Side | Literal["t2"]) -> Columns:
    """All lines of one colour in lanes."""
    x = drawing.at.astype(np.float64) * 1_000
    ys = [
        place.zero + scale * line.mean for place in lanes for line, scale in _lines(place, colour)
    ]
    return {"xs": [x] * len(ys), "ys": ys}


def no_areas() -> Columns:
    """Of nothing."""
    return {"band_x": [], "band_y": [], "area_x": [], "area_y": []}


def no_lines() -> Columns:
    """Of nothing."""
    return {"xs": [], "ys": []}


def _lines(place: Place, colour: str) -> Iterator[tuple[Line, float]]:
    """Those of a lane that have this colour, and by what a value of each is laid into the axis."""
    lane = place.lane
    if (lane.colour or "in") == colour:
        yield lane.above, place.scale
    if lane.below is not None and (lane.colour or "out") == colour:
        yield lane.below, -place.scale


def _areas(x: Real, line: Line, zero: float, scale: float) -> Columns:
    """From the mean to the highest, and from zero to the mean."""
    mean = zero + scale * line.mean
    band_x, band_y = outlines(x, mean, zero + scale * line.highest)
    area_x, area_y = outlines(x, zero, mean)
    return {"band_x": band_x, "band_y": band_y, "area_x": area_x, "area_y": area_y}
