"""Lanes under the traffic: errors, discards, packets, pings; where each stands, and its words. Pure.

All of it is one figure with one upright axis: a lane is a part of it below the traffic, into which its
own values are laid by a factor. So a flag, a gap and the pointer go through all of them, and a zoom
is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from netwb.amounts import amount
from netwb.views.charts.axis import rounded_up
from netwb.views.charts.stretches import most
from netwb.views.traffic.drawing import Lane, LaneUnit, Line

HEIGHT = 0.26  # of the traffic's own part of the axis has each lane
BETWEEN = 0.10  # and so much is free over it, for its title
WHOLE = 100.0  # per cent


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a lane stands: a value is drawn at `zero` and so many times `scale` above or below."""

    lane: Lane
    top: float
    zero: float
    scale: float
    labels: Mapping[float, str]

    @property
    def title(self) -> str:
        """`Errors, up to 3/min`; quiet where there are none."""
        highest = _highest(self.lane)
        if highest is None:
            return f"{self.lane.title}: {self.lane.nothing}"
        if not highest:
            return f"{self.lane.title}: none"
        return f"{self.lane.title}, up to {lane_amount(highest, self.lane.unit)}"


def placed(lane: Lane, top: float, height: float) -> Place:
    """The lane from that height on downwards."""
    above = most(lane.above.highest, lane.above.mean)
    below = most(lane.below.highest) if lane.below is not None else 0.0
    end = rounded_up(max(above, below))
    if lane.unit == "percent":
        end = min(end, WHOLE)
    up = end if above or not below else 0.0  # a side without anything needs no room
    down = end if below else 0.0
    scale = height / (up + down)
    zero = top - up * scale
    labels = {zero: "0"}
    if above or below:
        labels |= {zero + side * scale: lane_amount(end, lane.unit) for side in (up, -down) if side}
    return Place(lane=lane, top=top, zero=zero, scale=scale, labels=labels)


def lane_amount(value: float, unit: LaneUnit) -> str:
    """With its unit: `3/min`, `1.2 kpackets/s`, `0.5 %`, `12.5 ms`."""
    if unit == "per_minute":
        return f"{value:.3g}/min" if value < 10_000 else f"{value:,.0f}/min"
    if unit == "ms":
        return f"{value:.3g} ms" if value < 10_000 else f"{value:,.0f} ms"
    return amount(value, unit)


def pointed(lane: Lane) -> list[str]:
    """What who points at it is told, by bucket."""
    above = _said(lane.above, lane.unit)
    if lane.below is None:
        return above
    below = _said(lane.below, lane.unit)
    return [
        into if into == out else f"{into} in, {out} out"
        for into, out in zip(above, below, strict=True)
    ]


def _said(line: Line, unit: LaneUnit) -> list[str]:
    return [
        _one(mean, highest, unit)
        for mean, highest in zip(line.mean.tolist(), line.highest.tolist(), strict=True)
    ]


def _one(mean: float, highest: float, unit: LaneUnit) -> str:
    if not np.isfinite(mean):
        return "no data"
    if not highest:
        return "none" if unit == "per_minute" else lane_amount(0, unit)
    said = lane_amount(mean, unit)
    return f"{said}, up to {lane_amount(highest, unit)}" if highest > mean * 1.005 else said


def _highest(lane: Lane) -> float | None:
    """None: there is no data at all."""
    lines = [lane.above, *([lane.below] if lane.below is not None else [])]
    if not any(np.isfinite(line.mean).any() for line in lines):
        return None
    return most(*(line.highest for line in lines))
