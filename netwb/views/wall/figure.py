"""`WallFigure`: one port's traffic on a wall, as few models as it takes.

Made once and drawn again by its data: all areas are one glyph, all lines another. A third of the
models that `bokeh.plotting` would make, because a screen that comes up waits for each of them. Dark
alone: a wall has one theme. The dashed line is the port's speed; where the traffic is far below it the
axis ends lower and the line is left out. That nothing comes any more is said over the chart, and
greys it (`rows.render_chart_head`).
Sources: PAGES.md "wall", pitfalls 4, 6 and 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    LinearAxis,
    MultiLine,
    Plot,
    Range1d,
    Toolbar,
)
from bokeh.models.glyphs import Patches
from bokeh.models.renderers import GlyphRenderer

from netwb.amounts import prefix_of
from netwb.views.charts.axis import mirrored
from netwb.views.charts.hours import time_ticks
from netwb.views.charts.plot import Ticks, milliseconds
from netwb.views.charts.stretches import most, outlines
from netwb.views.theme import FONT, tokens
from netwb.workbench.traffic_records import SIDES, PortTraffic

FAR_BELOW = 0.1  # of the port's speed; a line at a hundredth of the axis tells nothing
LABELS = "2.2rem"  # grows with the screen, as all of the wall does
SOLID: list[int] = []
DASHED = [6, 5]


class WallFigure:
    """A figure, and what is drawn in it."""

    def __init__(self) -> None:
        self.areas = ColumnDataSource({"x": [], "y": [], "color": []})
        self.lines = ColumnDataSource({"x": [], "y": [], "color": [], "width": [], "dash": []})
        self._across, self._up = Range1d(start=0, end=1), Range1d(start=-1, end=1)
        self._times, self._values = _axis(), _axis()
        self.model = self._plot()
        self._hours, self._speeds = Ticks(self._times), Ticks(self._values)

    def draw(
        self, traffic: PortTraffic, zone: ZoneInfo, attacks: Sequence[tuple[float, float]] = ()
    ) -> None:
        """Show that port. `attacks`: from when to when, epoch milliseconds, in red behind all else."""
        since, until = int(traffic.since.timestamp()), int(traffic.until.timestamp())
        mean = {side: traffic.flows["bits", side].mean for side in SIDES}
        limit = float(traffic.port.limit_bps or 0)
        top, down = most(mean["in"]), most(mean["out"])
        shows_speed = max(top, down) >= FAR_BELOW * limit > 0
        high = max(limit, top) if shows_speed else mirrored(top, down, "bits").high
        self._across.update(start=since * 1_000, end=until * 1_000)
        bottom, over = -max(down * 1.08, 0.25 * high), high * 1.06
        self._up.update(start=bottom, end=over)
        self._speeds.show({0.0: "0", high: _short(high)})
        room = (until - since) // 16  # a word at the very end would be cut
        self._hours.show(milliseconds(time_ticks(since + room, until - room, zone, most=4)))
        at = (traffic.begin + traffic.step_s // 2) * 1_000.0
        flows = {"in": mean["in"], "out": -mean["out"]}
        self.areas.data = _areas(at, flows, _bands(attacks, bottom, over))
        levels = {0.0: ("t3", 1.0, SOLID)}
        if shows_speed:
            levels[limit] = ("t2", 1.5, DASHED)
        self.lines.data = _lines(at, flows, levels)

    def _plot(self) -> Plot:
        ground = tokens("dark")["bg"]
        made = Plot(
            x_range=self._across,
            y_range=self._up,
            toolbar_location=None,
            toolbar=Toolbar(logo=None, tools=[]),
            background_fill_color=ground,
            border_fill_color=ground,
            outline_line_color=None,
            sizing_mode="stretch_both",
            min_border_left=96,
            min_border_right=40,
            min_border_top=4,
            min_border_bottom=34,
        )
        made.add_layout(self._times, "below")
        made.add_layout(self._values, "left")
        area = Patches(xs="x", ys="y", fill_color="color", fill_alpha=0.28, line_color=None)
        line = MultiLine(xs="x", ys="y", line_color="color", line_width="width", line_dash="dash")
        made.renderers = [
            GlyphRenderer(data_source=self.areas, glyph=area),
            GlyphRenderer(data_source=self.lines, glyph=line),
        ]
        return made


def _axis() -> LinearAxis:
    return LinearAxis(
        axis_line_color=None,
        major_tick_line_color=None,
        minor_tick_line_color=None,
        major_label_text_color=tokens("dark")["t2"],
        major_label_text_font=FONT,
        major_label_text_font_size=LABELS,
    )


def _bands(
    attacks: Sequence[tuple[float, float]], bottom: float, top: float
) -> Sequence[tuple[Any, Any]]:
    """From the bottom of the chart to its top."""
    high = np.array([bottom, bottom, top, top])
    return [(np.array([begin, end, end, begin]), high) for begin, end in attacks]


def _areas(at: Any, flows: dict[str, Any], bands: Sequence[tuple[Any, Any]] = ()) -> dict[str, Any]:
    """Each stretch of each flow, from zero on; under them the bands."""
    colour = tokens("dark")
    found: dict[str, Any] = {
        "x": [x for x, _ in bands],
        "y": [y for _, y in bands],
        "color": [colour["bad"]] * len(bands),
    }
    for side, values in flows.items():
        xs, ys = outlines(at, 0, values)
        found["x"] += xs
        found["y"] += ys
        found["color"] += [colour[side]] * len(xs)
    return found


def _lines(
    at: Any, flows: dict[str, Any], levels: dict[float, tuple[str, float, list[int]]]
) -> dict[str, Any]:
    """Levels, which go from end to end: token, width, dash; and the flows over them."""
    colour = tokens("dark")
    step = at[1] - at[0] if len(at) > 1 else 0.0
    ends = np.array([at[0] - step, at[-1] + step]) if len(at) else np.array([])
    return {
        "x": [*(ends for _ in levels), *(at for _ in flows)],
        "y": [*(np.full(len(ends), level) for level in levels), *flows.values()],
        "color": [*(colour[token] for token, _, _ in levels.values()), *(colour[s] for s in flows)],
        "width": [*(width for _, width, _ in levels.values()), *(3.0 for _ in flows)],
        "dash": [*(dash for _, _, dash in levels.values()), *(SOLID for _ in flows)],
    }


def _short(bps: float) -> str:
    factor, prefix = prefix_of(bps)
    return f"{bps / factor:g} {prefix}"
