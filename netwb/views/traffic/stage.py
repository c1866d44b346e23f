"""Where the parts of a drawing stand on its upright axis. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from netwb.views.charts.axis import mirrored
from netwb.views.charts.stretches import most
from netwb.views.traffic.drawing import Drawing, Line
from netwb.views.traffic.lanes import BETWEEN, HEIGHT, Place, placed
from netwb.workbench.traffic_records import Side

SIGNS: Mapping[Side, Literal[1, -1]] = {"in": 1, "out": -1}
HEAD = 0.12  # of the height is above the axis, for flags
FOOT = 0.06  # and below it, for the words of the 95th out


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The ends of the axis, where the traffic's part of it has its top, where flags, caps of attacks and lanes stand."""

    low: float
    top: float
    high: float
    flags: float
    bands: float
    labels: Mapping[float, str]
    lanes: tuple[Place, ...] = ()


def stage_of(drawing: Drawing) -> Stage:
    """Room for all that is drawn."""
    inward, outward = (_highest(drawing.sides[side]) for side in SIGNS)
    axis = mirrored(inward, outward, drawing.unit)
    span = axis.high - axis.low
    bottom = axis.low - FOOT * span
    lanes = tuple(
        placed(lane, bottom - (number * (HEIGHT + BETWEEN) + BETWEEN) * span, HEIGHT * span)
        for number, lane in enumerate(drawing.lanes)
    )
    return Stage(
        low=bottom - len(lanes) * (HEIGHT + BETWEEN) * span - (FOOT / 2 * span if lanes else 0),
        top=axis.high,
        high=axis.high + HEAD * span,
        flags=axis.high + 0.42 * HEAD * span,
        bands=axis.high + 0.86 * HEAD * span,
        labels={**axis.labels, **{at: said for one in lanes for at, said in one.labels.items()}},
        lanes=lanes,
    )


def _highest(line: Line) -> float:
    return max(most(line.highest, line.mean, line.before), line.p95 or 0.0)
