"""`StackFigure`: the busiest ports on each other and all others on top, in above zero, out below.

The outline is the sum of all ports. One figure, made once; each drawing changes its data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from bokeh.models import ColumnDataSource, HoverTool
from bokeh.models.annotations import Span

from netwb.amounts import amount
from netwb.metrics.samples import Times
from netwb.views.charts.axis import mirrored
from netwb.views.charts.hours import time_ticks
from netwb.views.charts.plot import Ticks, bare_figure, milliseconds, repaint
from netwb.views.charts.stretches import Real, most, outlines
from netwb.views.html import plain
from netwb.views.theme import Scheme, tokens
from netwb.views.traffic.overview.palette import PORTS, colours
from netwb.views.traffic.overview.spans import clock
from netwb.views.words import count
from netwb.workbench.traffic_many_records import TrafficOverview, TrafficShares
from netwb.workbench.traffic_records import SIDES, Side

USED = ("surface", "line", "line2", "t2")
SIGNS: dict[Side, int] = {"in": 1, "out": -1}
LAYERS = PORTS + 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """One band of a direction: from where it begins to where it ends; NaN where nothing has data."""

    low: Real
    high: Real


def layers(shares: TrafficShares, side: Side) -> list[Layer]:
    """On each other, the busiest at zero; a port without data in a bucket has no height there."""
    lines: list[Real] = [line.mean[side] for line in shares.lines]
    if shares.others:
        lines.append(shares.rest[side])
    known = np.zeros(len(shares.begin), np.bool_)
    for line in lines:
        known |= np.isfinite(line)
    found, below = [], np.zeros(len(shares.begin))
    for line in lines:
        above = below + np.nan_to_num(line, nan=0.0)
        found.append(Layer(low=below, high=np.where(known, above, np.nan)))
        below = above
    return found


def named(shares: TrafficShares) -> list[str]:
    """What the layers are called."""
    names = [plain(f"{line.port.hostname} {line.port.name}") for line in shares.lines]
    return [*names, count(shares.others, "other")] if shares.others else names


class StackFigure:
    """The figure, and the data that its last drawing gave it."""

    def __init__(self, scheme: Scheme = "dark") -> None:
        self.scheme: Scheme = scheme
        self.bands = {
            side: [ColumnDataSource({"x": [], "y": []}) for _ in range(LAYERS)] for side in SIDES
        }
        self.points = ColumnDataSource(_no_points())
        self.gaps = ColumnDataSource({"left": [], "right": []})
        self.model: Any = bare_figure(
            scheme,
            ground="surface",
            size_px=12,
            sizing_mode="stretch_both",
            min_height=200,
            tools="xpan,xwheel_zoom,xbox_zoom",
            active_drag="xbox_zoom",
            output_backend="canvas",
        )
        self._ticks = Ticks(self.model.yaxis[0]), Ticks(self.model.xaxis[0])
        self._glyphs()

    def draw(self, shown: TrafficOverview, zone: ZoneInfo) -> None:
        """Show this."""
        shares = shown.shares
        bands = {side: layers(shares, side) for side in SIDES}
        inward, outward = (most(*(layer.high for layer in bands[side])) for side in SIDES)
        axis = mirrored(inward, outward, "bits")
        since, until = int(shown.since.timestamp()), int(shown.until.timestamp())
        self.model.x_range.update(start=since * 1_000, end=until * 1_000)
        span = axis.high - axis.low
        self.model.y_range.update(start=axis.low - 0.03 * span, end=axis.high + 0.03 * span)
        self._ticks[0].show(axis.labels)
        self._ticks[1].show(milliseconds(time_ticks(since, until, zone)))
        at = (shares.begin + shown.sum.step_s / 2) * 1_000.0
        for side, sign in SIGNS.items():
            for place in range(LAYERS):
                self.bands[side][place].data = _band(
                    at, bands[side], place, sign, len(shares.lines)
                )
        self.gaps.data = {
            "left": [begin * 1_000 for begin, _ in shown.sum.gaps],
            "right": [end * 1_000 for _, end in shown.sum.gaps],
        }
        self.points.data = _points(at, shown, zone)

    def paint(self, scheme: Scheme) -> None:
        """In the other theme's colours."""
        repaint(self.model, USED, old=self.scheme, new=scheme)
        old, new = colours(self.scheme), colours(scheme)
        self.scheme = scheme
        for part in self.model.select({"name": "layer"}):
            place = old.index(part.glyph.fill_color) if part.glyph.fill_color in old else None
            if place is not None:
                part.glyph.update(fill_color=new[place])

    def _glyphs(self) -> None:
        colour = tokens(self.scheme)
        self.model.ygrid.grid_line_color = colour["line"]
        self.model.vstrip(
            x0="left",
            x1="right",
            source=self.gaps,
            fill_color=colour["t2"],
            fill_alpha=0.05,
            hatch_pattern="/",
            hatch_color=colour["t2"],
            hatch_alpha=0.3,
            hatch_scale=7,
            hatch_weight=0.6,
            line_color=None,
        )
        for side in SIDES:
            for place, source in enumerate(self.bands[side]):
                self.model.patches(
                    xs="x",
                    ys="y",
                    source=source,
                    name="layer",
                    fill_color=colours(self.scheme)[place],
                    fill_alpha=0.8,
                    line_color=colour["surface"],
                    line_width=0.6,
                )
        line = self.model.line("at", "top", source=self.points, line_alpha=0)
        self.model.add_layout(
            Span(location=0, dimension="width", line_color=colour["line2"], line_width=1)
        )
        self.model.add_tools(
            HoverTool(
                renderers=[line],
                mode="vline",
                line_policy="nearest",
                point_policy="follow_mouse",
                tooltips=[
                    ("", "@clock"),
                    ("", "@all"),
                    *(("", f"@p{n}") for n in range(LAYERS)),
                ],
            )
        )


def _band(at: Real, found: Sequence[Layer], place: int, sign: int, lines: int) -> dict[str, Any]:
    """The last source is of all others, wherever these stand."""
    layer = place if place < lines else lines if place == LAYERS - 1 else len(found)
    if layer >= len(found):
        return {"x": [], "y": []}
    one = found[layer]
    x, y = outlines(at, sign * one.low, sign * one.high)
    return {"x": x, "y": y}


def _no_points() -> dict[str, Any]:
    return {name: [] for name in ("at", "top", "clock", "all", *(f"p{n}" for n in range(LAYERS)))}


def _points(at: Real, shown: TrafficOverview, zone: ZoneInfo) -> dict[str, Any]:
    """What is said of each bucket to who points at it."""
    shares, flows = shown.shares, shown.sum.flows
    said = {
        "at": at,
        "top": np.nan_to_num(flows["in"].mean, nan=0.0),
        "clock": _clocks(shares.begin, zone),
        "all": [
            f"All: {_rates(into, out)}, of {ports} ports"
            for into, out, ports in zip(
                flows["in"].mean.tolist(),
                flows["out"].mean.tolist(),
                shown.sum.counted.tolist(),
                strict=True,
            )
        ],
    }
    means: list[Any] = [line.mean for line in shares.lines]
    means += [shares.rest] if shares.others else []
    for place in range(LAYERS):
        if place < len(means):
            both = zip(means[place]["in"].tolist(), means[place]["out"].tolist(), strict=True)
            name = named(shares)[place][:40]
            said[f"p{place}"] = [f"{name}: {_rates(into, out)}" for into, out in both]
        else:
            said[f"p{place}"] = [""] * len(at)
    return said


def _clocks(begin: Times, zone: ZoneInfo) -> list[str]:
    return [clock(at, zone) for at in begin.tolist()]


def _rates(into: float, out: float) -> str:
    return f"in {amount(into, 'bits')}, out {amount(out, 'bits')}"
