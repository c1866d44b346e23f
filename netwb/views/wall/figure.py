"""`WallFigure`: one port's traffic on a wall, as few models as it takes.

Made once and drawn again by its data. Dark alone: a wall has one theme. The dashed line is the
port's speed; where the traffic is far below it the axis ends lower and the line is left out.
Sources: PAGES.md "wall", pitfalls 4, 6 and 10.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from bokeh.models import ColumnDataSource, FixedTicker, Range1d
from bokeh.models.annotations import BoxAnnotation, Label, Span
from bokeh.plotting import figure
from numpy.typing import NDArray

from netwb.amounts import prefix_of
from netwb.views import words
from netwb.views.theme import FONT, tokens
from netwb.views.traffic.axis import mirrored
from netwb.views.traffic.hours import time_ticks
from netwb.workbench.traffic_records import SIDES, PortTraffic

FAR_BELOW = 0.1  # of the port's speed; a line at a hundredth of the axis tells nothing
GONE_AFTER = 5  # intervals without data
HEIGHT_PX = 186

Real = NDArray[np.floating[Any]]


class WallFigure:
    """A figure, and what is drawn in it."""

    def __init__(self) -> None:
        self.lines = ColumnDataSource({"at": [], "in": [], "out": []})
        self.areas = {side: ColumnDataSource({"x": [], "y": []}) for side in SIDES}
        self.model = self._figure()
        # Made once: a new model at each drawing has the document look through all that it has.
        self._times, self._values = FixedTicker(ticks=[]), FixedTicker(ticks=[])
        self.model.xaxis.ticker, self.model.yaxis.ticker = self._times, self._values
        colour = tokens("dark")
        for side in SIDES:
            self.model.patches(
                xs="x", ys="y", source=self.areas[side], fill_color=colour[side], fill_alpha=0.28,
                line_color=None,
            )  # fmt: skip
            self.model.line("at", side, source=self.lines, line_color=colour[side], line_width=3)
        self.model.add_layout(Span(location=0, dimension="width", line_color=colour["t3"]))
        self._speed = Span(
            location=0, dimension="width", line_color=colour["t2"], line_width=1.5,
            line_dash=[6, 5], visible=False,
        )  # fmt: skip
        self._veil = BoxAnnotation(
            fill_color=colour["bg"], fill_alpha=0.6, line_color=None, visible=False
        )
        self._words = Label(
            x=0, y=0, x_offset=-8, text="", text_align="right", text_color=colour["t1"],
            text_font=FONT, text_font_size="26px", text_font_style="bold", visible=False,
        )  # fmt: skip
        for one in (self._speed, self._veil, self._words):
            self.model.add_layout(one)

    def draw(self, traffic: PortTraffic, zone: ZoneInfo) -> None:
        """Show that port."""
        since, until = int(traffic.since.timestamp()), int(traffic.until.timestamp())
        at = (traffic.begin + traffic.step_s // 2) * 1_000.0
        mean = {side: traffic.flows["bits", side].mean for side in SIDES}
        limit = float(traffic.port.limit_bps or 0)
        top, down = _most(mean["in"]), _most(mean["out"])
        shows_speed = max(top, down) >= FAR_BELOW * limit > 0
        high = max(limit, top) if shows_speed else mirrored(top, down, "bits").high
        self.model.x_range.update(start=since * 1_000, end=until * 1_000)
        self.model.y_range.update(start=-max(down * 1.08, 0.25 * high), end=high * 1.06)
        self._values.ticks = [0, high]
        self.model.yaxis.major_label_overrides = {0: "0", high: _short(high)}
        room = (until - since) // 16  # a word at the very end would be cut
        ticks = time_ticks(since + room, until - room, zone, most=4)
        self._times.ticks = [tick * 1_000 for tick in ticks]
        self.model.xaxis.major_label_overrides = {
            tick * 1_000: said for tick, said in ticks.items()
        }
        self.lines.data = {"at": at, "in": mean["in"], "out": -mean["out"]}
        for side in SIDES:
            self.areas[side].data = _areas(at, mean[side] if side == "in" else -mean[side])
        self._speed.update(location=limit, visible=shows_speed)
        dead = _dead(traffic, zone)
        self._words.update(x=until * 1_000, y=high * 0.4, text=dead, visible=bool(dead))
        self._veil.visible = bool(dead)

    def _figure(self) -> Any:
        colour = tokens("dark")
        made = figure(
            height=HEIGHT_PX,
            sizing_mode="stretch_width",
            x_axis_type="datetime",
            tools="",
            toolbar_location=None,
            x_range=Range1d(start=0, end=1),
            y_range=Range1d(start=-1, end=1),
            background_fill_color=colour["bg"],
            border_fill_color=colour["bg"],
            outline_line_color=None,
            min_border_left=96,
            min_border_right=40,
            min_border_top=4,
            min_border_bottom=34,
        )
        made.grid.grid_line_color = None
        for axis in (made.xaxis, made.yaxis):
            axis.axis_line_color = None
            axis.major_tick_line_color = None
            axis.minor_tick_line_color = None
            axis.major_label_text_color = colour["t2"]
            axis.major_label_text_font = FONT
            axis.major_label_text_font_size = "22px"
        return made


def _most(values: Real) -> float:
    return float(np.nanmax(values)) if np.isfinite(values).any() else 0.0


def _short(bps: float) -> str:
    factor, prefix = prefix_of(bps)
    return f"{bps / factor:g} {prefix}"


def _areas(at: Real, values: Real) -> dict[str, Any]:
    """From zero to each stretch of data, a patch each."""
    there = np.isfinite(values)
    stretches = np.split(np.arange(len(at)), np.flatnonzero(np.diff(there)) + 1)
    found = [part for part in stretches if len(part) and there[part[0]]]
    return {
        "x": [np.concatenate((at[part], at[part][::-1])) for part in found],
        "y": [np.concatenate((values[part], np.zeros(len(part)))) for part in found],
    }


def _dead(traffic: PortTraffic, zone: ZoneInfo) -> str:
    if traffic.newest is None:
        return "No data"
    silent_s = (traffic.until - traffic.newest).total_seconds()
    if silent_s <= GONE_AFTER * traffic.interval_s:
        return ""
    return f"No data since {words.when(traffic.newest, traffic.until, zone)}"
