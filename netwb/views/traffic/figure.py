"""`TrafficFigure`: a port's traffic over time, what goes in above zero and what goes out below.

One Bokeh figure that is made once; each answer of the store only changes its data, so that a zoom
or another port is one message. A band reaches from the mean of a bucket up to the highest poll in
it; nothing joins over a gap. Times are epoch milliseconds, as Bokeh counts them.
Sources: PAGES.md "traffic" and pitfalls 4 to 6 and 10 (no CustomJS: the page's policy forbids eval).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, Literal

import numpy as np
from bokeh.models import ColumnDataSource, HoverTool, TapTool
from bokeh.models.annotations import BoxAnnotation, Label, Span

from netwb.amounts import Unit, amount
from netwb.views.charts.plot import Ticks, bare_figure, milliseconds, repaint
from netwb.views.theme import FONT, Scheme, tokens
from netwb.views.traffic.columns import (
    LINES,
    area_data,
    band_data,
    flag_data,
    lane_lines,
    line_data,
    no_areas,
    no_lines,
    shade_data,
)
from netwb.views.traffic.drawing import Drawing
from netwb.views.traffic.lanes import Place
from netwb.views.traffic.look import OVERLAYS
from netwb.views.traffic.stage import SIGNS, stage_of
from netwb.workbench.traffic_records import SIDES, Side

DRAWN: tuple[Side | Literal["t2"], ...] = (*SIDES, "t2")  # colours of lines and areas
TOLD = [("", "@clock"), ("In", "@in_said"), ("Out", "@out_said")]  # to who points at it
LEAST_PX, LANE_PX = 260, 56  # of the whole, and more for each lane
USED = (
    "bad",
    "in",
    "out",
    "prev",
    "surface",
    "line",
    "line2",
    "t2",
    "t3",
)  # tokens, each another colour


class TrafficFigure:
    """The figure, and the data that its last drawing gave it."""

    def __init__(self, scheme: Scheme = "dark") -> None:
        self.scheme: Scheme = scheme
        self.lines = ColumnDataSource({name: [] for name in LINES})
        self.stretches = {token: ColumnDataSource(no_areas()) for token in DRAWN}
        self.lane_lines = {token: ColumnDataSource(no_lines()) for token in DRAWN}
        self.gaps = ColumnDataSource({"left": [], "right": []})
        self.flags = ColumnDataSource(flag_data((), 0, 1, 0))
        self.bands = ColumnDataSource(band_data((), 0, 1, 0))
        self.shades = ColumnDataSource(shade_data(()))
        self.model = self._figure()
        self._times, self._values = Ticks(self.model.xaxis), Ticks(self.model.yaxis)
        self._p95 = {side: self._percentile(side) for side in SIDES}
        self._limit = self._span("width", "t3", [6, 4])
        self._glyphs()
        self._veil = BoxAnnotation(
            fill_color=tokens(self.scheme)["surface"],
            fill_alpha=0.45,
            line_color=None,
            visible=False,
        )
        self.model.add_layout(self._veil)
        self._words = self._dead()
        self._labels()
        self._titles = [self._title() for _ in OVERLAYS]
        self.paint(scheme)

    # ---- drawing

    def draw(self, drawing: Drawing) -> None:
        """Show this; the figure's own models stay."""
        stage = stage_of(drawing)
        self.model.y_range.update(start=stage.low, end=stage.high)
        self.model.x_range.update(start=drawing.since * 1_000, end=drawing.until * 1_000)
        self._values.show(stage.labels)
        self._times.show(milliseconds(drawing.ticks))
        self.lines.data = line_data(drawing)
        for token in DRAWN:
            self.stretches[token].data = area_data(drawing, stage.lanes, token)
            self.lane_lines[token].data = lane_lines(drawing, stage.lanes, token)
        for side in SIDES:
            self._mark(side, drawing.sides[side].p95, drawing.unit)
        self._show_lanes(stage.lanes)
        self.gaps.data = {
            "left": [since * 1_000 for since, _ in drawing.gaps],
            "right": [until * 1_000 for _, until in drawing.gaps],
        }
        self.flags.data = flag_data(drawing.flags, drawing.since, drawing.until, stage.flags)
        self.shades.data = shade_data(drawing.bands)
        self.bands.data = band_data(drawing.bands, drawing.since, drawing.until, stage.bands)
        self._limit.update(
            location=drawing.limit or 0, visible=bool(drawing.limit and drawing.limit <= stage.top)
        )
        self._words.update(
            text=drawing.dead, x=drawing.until * 1_000, y=stage.top / 2, visible=bool(drawing.dead)
        )
        self._veil.visible = bool(drawing.dead)

    def _show_lanes(self, lanes: Sequence[Place]) -> None:
        for title, place in zip_longest(self._titles, lanes):
            title.update(
                text=place.title if place else "", y=place.top if place else 0, visible=bool(place)
            )
        more = [(one.lane.title, f"@{one.lane.name}") for one in lanes]
        self._hover.tooltips = [*TOLD, *more]
        self.model.min_height = LEAST_PX + LANE_PX * len(lanes)

    def _mark(self, name: Side, p95: float | None, unit: Unit) -> None:
        span, label = self._p95[name]
        there = p95 is not None and np.isfinite(p95)
        location = SIGNS[name] * p95 if there and p95 is not None else 0
        span.update(location=location, visible=there)
        label.update(y=location, text=f"95th {name} {amount(p95, unit)}", visible=there)

    # ---- colours

    def paint(self, scheme: Scheme) -> None:
        """Put on the other theme's colours."""
        repaint(self.model, USED, old=self.scheme, new=scheme)
        self.scheme = scheme

    # ---- making

    def _figure(self) -> Any:
        made = bare_figure(
            self.scheme,
            ground="surface",
            size_px=12,
            sizing_mode="stretch_both",
            min_height=LEAST_PX,
            tools="xpan,xwheel_zoom,xbox_zoom",
            active_drag="xbox_zoom",
            active_scroll="xwheel_zoom",
            output_backend="canvas",
        )
        made.ygrid.grid_line_color = tokens(self.scheme)["line"]
        return made

    def _glyphs(self) -> None:
        """From the ground up: what is drawn later lies over it."""
        self._strips()
        self._areas()
        self._hover = self._pointed(self._lines())
        self._flagged()

    def _strips(self) -> None:
        """Times without data, and times of attacks, as high as the figure."""
        colour, plot = tokens(self.scheme), self.model
        plot.vstrip(
            x0="left",
            x1="right",
            source=self.gaps,
            fill_color=colour["t3"],
            fill_alpha=0.06,
            hatch_pattern="/",
            hatch_color=colour["t3"],
            hatch_alpha=0.35,
            hatch_scale=7,
            hatch_weight=0.6,
            line_color=None,
        )
        plot.vstrip(
            x0="left",
            x1="right",
            source=self.shades,
            fill_color=colour["bad"],
            fill_alpha=0.13,
            line_color=colour["bad"],
            line_alpha=0.4,
            line_width=1,
        )

    def _areas(self) -> None:
        """Bands up to the highest poll, areas under the mean, and lines of the lanes."""
        colour, plot = tokens(self.scheme), self.model
        for token in DRAWN:
            for part, alpha in (("band", 0.30), ("area", 0.13)):
                plot.patches(
                    xs=f"{part}_x",
                    ys=f"{part}_y",
                    source=self.stretches[token],
                    fill_color=colour[token],
                    fill_alpha=alpha,
                    line_color=None,
                )
            plot.multi_line(
                "xs", "ys", source=self.lane_lines[token], line_color=colour[token], line_width=1.3
            )

    def _lines(self) -> Any:
        """Means of now and of before; gives the one that has a point of each bucket."""
        colour, plot = tokens(self.scheme), self.model
        for side in SIDES:
            plot.line(
                "at", f"{side}_before", source=self.lines, line_color=colour["prev"],
                line_dash=[4, 4], line_width=1.2,
            )  # fmt: skip
        drawn = [
            plot.line("at", side, source=self.lines, line_color=colour[side], line_width=1.7)
            for side in SIDES
        ]
        plot.add_layout(Span(location=0, dimension="width", line_color=colour["line2"]))
        return drawn[0]

    def _pointed(self, line: Any) -> HoverTool:
        """What is said of the bucket that somebody points at."""
        hover = HoverTool(
            renderers=[line],
            mode="vline",
            line_policy="nearest",
            point_policy="follow_mouse",
            tooltips=TOLD,
        )
        self.model.add_tools(hover)
        return hover

    def _flagged(self) -> None:
        colour, plot = tokens(self.scheme), self.model
        plot.vspan(
            x="x", source=self.flags, line_color=colour["t3"], line_width=1, line_dash=[1, 3]
        )
        flags = plot.scatter(
            "x",
            "y",
            source=self.flags,
            marker="triangle",
            angle=-np.pi / 2,
            size=12,
            fill_color=colour["t2"],
            line_color=None,
        )
        self._beside(self.flags, "t2")
        told = [("", "@clock"), ("", "@said"), ("", "click for the diff")]
        caps = self._capped()
        about = [("", "@clock"), ("", "@said"), ("", "@told"), ("", "click for all of it")]
        plot.add_tools(
            TapTool(renderers=[flags, caps]),
            HoverTool(renderers=[flags], tooltips=told),
            HoverTool(renderers=[caps], tooltips=about),
        )

    def _capped(self) -> Any:
        """Over each attack a mark that one can point at, however short it was."""
        caps = self.model.scatter(
            "x",
            "y",
            source=self.bands,
            marker="square",
            size=9,
            fill_color=tokens(self.scheme)["bad"],
            line_color=None,
        )
        self._beside(self.bands, "bad", text_font_style="bold")
        return caps

    def _beside(self, source: ColumnDataSource, token: str, **style: Any) -> None:
        """The words of each mark, on the side that has room."""
        self.model.text(
            "x",
            "y",
            text="beside",
            source=source,
            x_offset="off",
            text_align="align",
            text_baseline="middle",
            text_color=tokens(self.scheme)[token],
            text_font={"value": FONT},
            text_font_size="11px",
            **style,
        )

    def _labels(self) -> None:
        for text, offset, side in (("In", 4, "in"), ("Out", -19, "out")):
            self._label(side, text=text, y_offset=offset, text_font_style="bold", visible=True)

    def _percentile(self, name: str) -> tuple[Span, Label]:
        label = self._label(
            name,
            x=44,
            y_offset=3 if name == "in" else -17,
            text_font_size="11px",
            text_font_style="bold",
            background_fill_color=tokens(self.scheme)["surface"],
            background_fill_alpha=0.75,
        )
        return self._span("width", name, [2, 3]), label

    def _title(self) -> Label:
        return self._label("t2", y_offset=3, text_font_size="11px")

    def _dead(self) -> Label:
        return self._label(
            "t2",
            x=0,
            x_units="data",
            x_offset=-12,
            text_align="right",
            text_font_size="15px",
            text_font_style="bold",
        )

    def _label(self, token: str, **wanted: Any) -> Label:
        """Words in the figure, beside its left end if not said; they show once they are given."""
        usual = {
            "x": 8,
            "x_units": "screen",
            "y": 0,
            "text": "",
            "text_color": tokens(self.scheme)[token],
            "text_font": FONT,
            "text_font_size": "12px",
            "visible": False,
        }
        label = Label(**{**usual, **wanted})
        self.model.add_layout(label)
        return label

    def _span(self, dimension: Literal["width", "height"], token: str, dash: list[int]) -> Span:
        span = Span(
            location=0,
            dimension=dimension,
            line_color=tokens(self.scheme)[token],
            line_width=1.2,
            line_dash=dash,
            visible=False,
        )
        self.model.add_layout(span)
        return span
