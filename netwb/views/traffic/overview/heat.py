"""`HeatFigure`: the busiest ports by hours, each cell as full as its port was in its busier direction.

A class of shares is a colour, the legend beside it says which; hatched is where there is no data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from bokeh.models import ColumnDataSource, HoverTool, TapTool

from netwb.amounts import amount
from netwb.views.charts.hours import time_ticks
from netwb.views.charts.plot import Ticks, bare_figure, milliseconds, repaint
from netwb.views.html import plain
from netwb.views.theme import Scheme, tokens
from netwb.views.traffic.overview.spans import stretch
from netwb.workbench.traffic_many_records import HeatRow, TrafficHeat

USED = ("surface", "in", "warn", "bad", "t2", "t3")
CLASSES: Sequence[tuple[float, str, float]] = (  # up to so many per cent; token and its strength
    (1.0, "in", 0.07),
    (10.0, "in", 0.20),
    (25.0, "in", 0.40),
    (50.0, "in", 0.68),
    (75.0, "in", 1.0),
    (90.0, "warn", 0.9),
    (float("inf"), "bad", 0.9),
)
UNKNOWN = ("t3", 0.25)  # there is traffic, and nobody knows the port's speed
ROW_PX = 16
_NAME = 30  # characters of a port's name beside its row
Chosen = Callable[[str, int, int], None]


class HeatFigure:
    """The figure, and the cells that its last drawing gave it.

    chosen   called with the port's id, and begin and end of the cell that was clicked
    """

    def __init__(self, chosen: Chosen, scheme: Scheme = "dark") -> None:
        self.scheme: Scheme = scheme
        self._chosen = chosen
        self.ground = ColumnDataSource({"left": [], "right": [], "low": [], "high": []})
        self.cells = [ColumnDataSource(_no_cells()) for _ in range(len(CLASSES) + 1)]
        self.model: Any = bare_figure(
            scheme,
            ground="surface",
            size_px=11,
            sizing_mode="stretch_width",
            height=300,
            output_backend="canvas",
        )
        self._ticks = Ticks(self.model.yaxis[0]), Ticks(self.model.xaxis[0])
        self._glyphs()

    def draw(self, heat: TrafficHeat, zone: ZoneInfo) -> None:
        """Show this, the busiest above."""
        edges = heat.edges.tolist()
        rows = max(len(heat.rows), 1)
        self.model.height = ROW_PX * max(rows, 3) + 36
        self.model.x_range.update(start=edges[0] * 1_000, end=edges[-1] * 1_000)
        self.model.y_range.update(start=rows, end=0)
        self._ticks[0].show({place + 0.5: _name(row) for place, row in enumerate(heat.rows)})
        ticks = time_ticks(edges[0], edges[-1], zone)
        self._ticks[1].show(milliseconds(ticks))
        self.ground.data = {
            "left": [edges[0] * 1_000],
            "right": [edges[-1] * 1_000],
            "low": [0],
            "high": [len(heat.rows)],
        }
        found = _cells(heat, zone)
        for source, cells in zip(self.cells, found, strict=True):
            source.selected.indices = []
            source.data = cells

    def paint(self, scheme: Scheme) -> None:
        """In the other theme's colours."""
        repaint(self.model, USED, old=self.scheme, new=scheme)
        self.scheme = scheme

    def _glyphs(self) -> None:
        colour = tokens(self.scheme)
        places = {"left": "left", "right": "right", "top": "low", "bottom": "high"}
        self.model.quad(
            **places,
            source=self.ground,
            fill_color=None,
            line_color=None,
            hatch_pattern="/",
            hatch_color=colour["t3"],
            hatch_alpha=0.3,
            hatch_scale=6,
            hatch_weight=0.5,
        )
        drawn = []
        for place, source in enumerate(self.cells):
            token, alpha = CLASSES[place][1:] if place < len(CLASSES) else UNKNOWN
            self.model.quad(
                **places, source=source, fill_color=colour["surface"], line_color=colour["surface"]
            )
            drawn.append(
                self.model.quad(
                    **places,
                    source=source,
                    fill_color=colour[token],
                    fill_alpha=alpha,
                    line_color=colour["surface"],
                    nonselection_fill_alpha=alpha,
                    nonselection_line_alpha=1.0,
                )
            )
            source.selected.on_change("indices", self._tapped(source))
        said = [("", "@port"), ("", "@when"), ("", "@said")]
        self.model.add_tools(
            HoverTool(renderers=drawn, tooltips=said, point_policy="follow_mouse"),
            TapTool(renderers=drawn),
        )

    def _tapped(self, source: ColumnDataSource) -> Callable[[str, object, Sequence[int]], None]:
        def tapped(_name: str, _old: object, chosen: Sequence[int]) -> None:
            cells = source.data
            if chosen and 0 <= chosen[0] < len(cells["id"]):
                place = chosen[0]
                begin, end = (int(cells[edge][place]) // 1_000 for edge in ("left", "right"))
                self._chosen(cells["id"][place], begin, end)

        return tapped


def _no_cells() -> dict[str, Any]:
    return {name: [] for name in ("left", "right", "low", "high", "port", "when", "said", "id")}


def _name(row: HeatRow) -> str:
    said = plain(f"{row.port.hostname} {row.port.name}")
    return said if len(said) <= _NAME else f"{said[: _NAME - 1]}…"


def class_of(percent: float) -> int:
    """Which of the classes a share is of; the last one of all of no known share."""
    if not np.isfinite(percent):
        return len(CLASSES)
    return next(place for place, (end, _, _) in enumerate(CLASSES) if percent < end)


def _cells(heat: TrafficHeat, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Those with data, by class."""
    edges = heat.edges.tolist()
    when = [stretch(begin, end, zone) for begin, end in pairwise(edges)]
    found = [_no_cells() for _ in range(len(CLASSES) + 1)]
    for place, row in enumerate(heat.rows):
        name = plain(f"{row.port.hostname} {row.port.name}")
        into, out = row.mean["in"].tolist(), row.mean["out"].tolist()
        for column, percent in enumerate(row.percent.tolist()):
            if not (np.isfinite(into[column]) or np.isfinite(out[column])):
                continue
            cells = found[class_of(percent)]
            cells["left"].append(edges[column] * 1_000)
            cells["right"].append(edges[column + 1] * 1_000)
            cells["low"].append(place)
            cells["high"].append(place + 1)
            cells["port"].append(name)
            cells["when"].append(when[column])
            cells["said"].append(_said(into[column], out[column], percent))
            cells["id"].append(row.port.id)
    return found


def _said(into: float, out: float, percent: float) -> str:
    share = f"{amount(percent, 'percent')} of the port" if np.isfinite(percent) else "speed unknown"
    return f"mean in {amount(into, 'bits')}, out {amount(out, 'bits')}; {share}"
