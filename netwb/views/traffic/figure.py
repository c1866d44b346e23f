"""`TrafficFigure`: a port's traffic over time, what goes in above zero and what goes out below.

One Bokeh figure that is made once; each answer of the store only changes its data, so that a zoom
or another port is one message. A band reaches from the mean of a bucket up to the highest poll in
it; nothing joins over a gap. Times are epoch milliseconds, as Bokeh counts them.
Sources: PAGES.md "traffic" and pitfalls 4 to 6 and 10 (no CustomJS: the page's policy forbids eval).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    FixedTicker,
    HoverTool,
    Range1d,
    TapTool,
)
from bokeh.models.annotations import BoxAnnotation, Label, Span
from bokeh.plotting import figure
from numpy.typing import NDArray

from netwb.amounts import Unit, amount
from netwb.views.theme import FONT, Scheme, tokens
from netwb.views.traffic.axis import mirrored

Real = NDArray[np.float64]
Times = NDArray[np.int64]
SIDES: tuple[tuple[str, Literal[1, -1]], ...] = (("in", 1), ("out", -1))
USED = ("in", "out", "prev", "surface", "line", "line2", "t2", "t3")  # tokens, each another colour
_LINES = (
    "at",
    "clock",
    *(f"{name}{part}" for name, _ in SIDES for part in ("", "_before", "_said")),
)
HEAD = 0.12  # of the height is above the axis, for flags
FOOT = 0.06  # and below it, for the words of the 95th out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """One direction: an array a bucket, NaN where there is no data.

    before   a week before, in the same buckets; None: not asked for
    p95      the 95th percentile, nearest rank
    """

    mean: Real
    highest: Real
    before: Real | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A change of the device's configuration."""

    at: int
    said: str  # `asantos +7 -6`
    url: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """All of one look at a port: epoch seconds, and what is drawn in one unit.

    at     the middle of each bucket
    ticks  words of the time axis by tick
    gaps   stretches without data
    since_dead   from when on there is no data up to the end; None: it is fresh
    """

    since: int
    until: int
    at: Times
    sides: Mapping[str, Flow]  # "in", "out"
    unit: Unit
    ticks: Mapping[int, str]
    clocks: Sequence[str]  # of each bucket, for who points at it
    gaps: Sequence[tuple[int, int]] = ()
    flags: Sequence[Flag] = ()
    dead: str = ""  # "No data since 08:31"
    limit: float | None = None  # 100 % of the port, in the unit


class TrafficFigure:
    """The figure, and the data that its last drawing gave it."""

    def __init__(self, scheme: Scheme = "dark") -> None:
        self.scheme: Scheme = scheme
        self.lines = ColumnDataSource({name: [] for name in _LINES})
        self.stretches = {name: ColumnDataSource(_no_stretch()) for name, _ in SIDES}
        self.gaps = ColumnDataSource({"left": [], "right": []})
        self.flags = ColumnDataSource({"x": [], "y": [], "said": [], "url": []})
        self.model = self._figure()
        self._p95 = {name: self._percentile(name) for name, _ in SIDES}
        self._limit = self._span("width", "line2", [6, 4])
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
        self.paint(scheme)

    # ---- drawing

    def draw(self, drawing: Drawing) -> None:
        """Show this; the figure's own models stay."""
        stage = _stage(drawing)
        self.model.y_range.update(start=stage.low, end=stage.high)
        self.model.x_range.update(start=drawing.since * 1_000, end=drawing.until * 1_000)
        self.model.yaxis.ticker = FixedTicker(ticks=stage.ticks)
        self.model.yaxis.major_label_overrides = stage.labels
        self.model.xaxis.ticker = FixedTicker(ticks=[at * 1_000 for at in drawing.ticks])
        self.model.xaxis.major_label_overrides = {
            at * 1_000: said for at, said in drawing.ticks.items()
        }
        self.lines.data = _line_data(drawing)
        for name, sign in SIDES:
            flow = drawing.sides[name]
            self.stretches[name].data = _stretches(drawing.at, flow, sign)
            self._mark(name, sign, flow.p95, drawing.unit)
        self.gaps.data = {
            "left": [since * 1_000 for since, _ in drawing.gaps],
            "right": [until * 1_000 for _, until in drawing.gaps],
        }
        self.flags.data = {
            "x": [flag.at * 1_000 for flag in drawing.flags],
            "y": [stage.flags] * len(drawing.flags),
            "said": [flag.said for flag in drawing.flags],
            "url": [flag.url for flag in drawing.flags],
        }
        self._limit.update(
            location=drawing.limit or 0, visible=bool(drawing.limit and drawing.limit <= stage.top)
        )
        self._words.update(
            text=drawing.dead, x=drawing.until * 1_000, y=stage.top / 2, visible=bool(drawing.dead)
        )
        self._veil.visible = bool(drawing.dead)

    def _mark(self, name: str, sign: int, p95: float | None, unit: Unit) -> None:
        span, label = self._p95[name]
        there = p95 is not None and np.isfinite(p95)
        location = sign * p95 if there and p95 is not None else 0
        span.update(location=location, visible=there)
        label.update(y=location, text=f"95th {name} {amount(p95, unit)}", visible=there)

    # ---- colours

    def paint(self, scheme: Scheme) -> None:
        """A canvas knows no stylesheet: put the other theme's colour wherever a token's stands."""
        old, new = tokens(self.scheme), tokens(scheme)
        by_colour = {old[name]: name for name in USED}
        self.scheme = scheme
        for model in self.model.references():
            for name in model.properties():
                if name.endswith("_color") and isinstance(value := getattr(model, name), str):
                    named = by_colour.get(value.lower())
                    if named:
                        setattr(model, name, new[named])

    # ---- making

    def _figure(self) -> Any:
        colour = tokens(self.scheme)
        made = figure(
            sizing_mode="stretch_both",
            min_height=260,
            x_axis_type="datetime",
            tools="xpan,xwheel_zoom,xbox_zoom",
            active_drag="xbox_zoom",
            active_scroll="xwheel_zoom",
            toolbar_location=None,
            x_range=Range1d(start=0, end=1),
            y_range=Range1d(start=-1, end=1),
            background_fill_color=colour["surface"],
            border_fill_color=colour["surface"],
            outline_line_color=None,
            output_backend="canvas",
        )
        made.toolbar.logo = None
        made.grid.grid_line_color = colour["line"]
        made.xgrid.grid_line_color = None
        for axis in (made.xaxis, made.yaxis):
            axis.axis_line_color = None
            axis.major_tick_line_color = None
            axis.minor_tick_line_color = None
            axis.major_label_text_color = colour["t2"]
            axis.major_label_text_font = FONT
            axis.major_label_text_font_size = "12px"
        return made

    def _glyphs(self) -> None:
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
        for name, _ in SIDES:
            own = colour[name]
            for part, alpha in (("band", 0.30), ("area", 0.13)):
                plot.patches(
                    xs=f"{part}_x",
                    ys=f"{part}_y",
                    source=self.stretches[name],
                    fill_color=own,
                    fill_alpha=alpha,
                    line_color=None,
                )
            plot.line(
                "at", f"{name}_before", source=self.lines, line_color=colour["prev"],
                line_dash=[4, 4], line_width=1.2,
            )  # fmt: skip
        drawn = [
            plot.line("at", name, source=self.lines, line_color=colour[name], line_width=1.7)
            for name, _ in SIDES
        ]
        plot.add_layout(Span(location=0, dimension="width", line_color=colour["line2"]))
        self._hover(drawn[0])
        self._flagged()

    def _hover(self, line: Any) -> None:
        self.model.add_tools(
            HoverTool(
                renderers=[line],
                mode="vline",
                line_policy="nearest",
                point_policy="follow_mouse",
                tooltips=[("", "@clock"), ("In", "@in_said"), ("Out", "@out_said")],
            )
        )

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
        plot.text(
            "x",
            "y",
            text="said",
            source=self.flags,
            x_offset=10,
            text_baseline="middle",
            text_color=colour["t2"],
            text_font={"value": FONT},
            text_font_size="11px",
        )
        plot.add_tools(TapTool(renderers=[flags]))

    def _labels(self) -> None:
        colour = tokens(self.scheme)
        for text, offset, name in (("In", 4, "in"), ("Out", -19, "out")):
            self.model.add_layout(
                Label(
                    x=8,
                    x_units="screen",
                    y=0,
                    y_offset=offset,
                    text=text,
                    text_color=colour[name],
                    text_font=FONT,
                    text_font_size="12px",
                    text_font_style="bold",
                )
            )

    def _percentile(self, name: str) -> tuple[Span, Label]:
        colour = tokens(self.scheme)
        label = Label(
            x=44,
            x_units="screen",
            y=0,
            y_offset=3 if name == "in" else -17,
            text="",
            text_color=colour[name],
            text_font=FONT,
            text_font_size="11px",
            text_font_style="bold",
            background_fill_color=colour["surface"],
            background_fill_alpha=0.75,
            visible=False,
        )
        self.model.add_layout(label)
        return self._span("width", name, [2, 3]), label

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

    def _dead(self) -> Label:
        label = Label(
            x=0,
            x_offset=-12,
            y=0,
            text="",
            text_align="right",
            text_color=tokens(self.scheme)["t2"],
            text_font=FONT,
            text_font_size="15px",
            text_font_style="bold",
            visible=False,
        )
        self.model.add_layout(label)
        return label


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """Where the axis of a drawing ends, and where its flags stand."""

    low: float
    top: float
    high: float
    flags: float
    labels: dict[float, str]

    @property
    def ticks(self) -> list[float]:
        return sorted(self.labels)


def _stage(drawing: Drawing) -> _Stage:
    axis = mirrored(_most(drawing.sides["in"]), _most(drawing.sides["out"]), drawing.unit)
    head = HEAD * (axis.high - axis.low)
    return _Stage(
        low=axis.low - FOOT * (axis.high - axis.low),
        top=axis.high,
        high=axis.high + head,
        flags=axis.high + 0.62 * head,
        labels=axis.labels,
    )


def _most(flow: Flow) -> float:
    arrays = [flow.highest, flow.mean, *([flow.before] if flow.before is not None else [])]
    found = [float(np.nanmax(array)) for array in arrays if np.isfinite(array).any()]
    return max([*found, flow.p95 if flow.p95 is not None and np.isfinite(flow.p95) else 0.0])


def _line_data(drawing: Drawing) -> dict[str, Any]:
    data: dict[str, Any] = {"at": drawing.at * 1_000.0, "clock": list(drawing.clocks)}
    empty = np.full(len(drawing.at), np.nan)
    for name, sign in SIDES:
        flow = drawing.sides[name]
        data[name] = sign * flow.mean
        data[f"{name}_before"] = sign * flow.before if flow.before is not None else empty
        data[f"{name}_said"] = [
            _pointed(mean, most, drawing.unit)
            for mean, most in zip(flow.mean.tolist(), flow.highest.tolist(), strict=True)
        ]
    return data


def _pointed(mean: float, most: float, unit: Unit) -> str:
    if not np.isfinite(mean):
        return "no data"
    said = amount(mean, unit)
    return f"{said}, up to {amount(most, unit)}" if most > mean else said


def _no_stretch() -> dict[str, Any]:
    return {"band_x": [], "band_y": [], "area_x": [], "area_y": []}


def _stretches(at: Times, flow: Flow, sign: int) -> dict[str, Any]:
    """An outline for each stretch of data: from the mean to the highest, and from zero to the mean."""
    data = _no_stretch()
    for start, stop in _runs(np.isfinite(flow.mean)):
        x = at[start:stop] * 1_000.0
        mean, most = sign * flow.mean[start:stop], sign * flow.highest[start:stop]
        there_and_back = [*x.tolist(), *x[::-1].tolist()]
        data["band_x"].append(there_and_back)
        data["band_y"].append([*most.tolist(), *mean[::-1].tolist()])
        data["area_x"].append(there_and_back)
        data["area_y"].append([*mean.tolist(), *([0.0] * len(x))])
    return data


def _runs(there: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end of each stretch of what is true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], there, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
