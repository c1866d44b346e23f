"""`BillChart`: the windows of a group over its month, the 95th, what is missing and what is left out.

One Bokeh figure that is made once with the page; another group or month changes its data alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource, HoverTool
from bokeh.models.annotations import Label, Span

from netwb.amounts import amount
from netwb.metrics.billing.reckoning import Summed
from netwb.metrics.billing.records import DIRECTIONS, Direction, GroupBill
from netwb.metrics.billing.records import Span as Windows
from netwb.metrics.samples import Real, Times
from netwb.metrics.series.percentiles import WINDOW_S
from netwb.views.charts.axis import mirrored
from netwb.views.charts.plot import Ticks, bare_figure, repaint
from netwb.views.charts.stretches import most, outlines
from netwb.views.document import soon
from netwb.views.theme import FONT, Scheme, tokens
from netwb.views.traffic.driver import ChartDriver

USED = ("in", "out", "t1", "t2", "t3", "surface", "line", "line2", "warn")
_COLOUR: Mapping[Direction, str] = {"in": "in", "out": "out", "sum": "t2"}
_SIGN: Mapping[Direction, int] = {"in": 1, "out": -1, "sum": 1}
_EVERY = 5  # days between two words of the axis: as many as a phone has room for
_NO_LINE: dict[str, Any] = {"at": [], "y": []}
_FOOT = 0.06  # of the height is below the axis, for the words of the 95th


class BillChart:
    """The figure, and how a theme paints it."""

    def __init__(self) -> None:
        self.scheme: Scheme = "dark"
        self.lines = {name: ColumnDataSource(_NO_LINE) for name in DIRECTIONS}
        self.areas = {name: ColumnDataSource({"xs": [], "ys": []}) for name in DIRECTIONS}
        self.bands = {
            name: ColumnDataSource({"left": [], "right": []}) for name in ("gone", "left")
        }
        self.model = bare_figure(
            self.scheme, ground="surface", size_px=12, sizing_mode="stretch_both", min_height=240,
            output_backend="canvas",
        )  # fmt: skip
        self._times, self._values = Ticks(self.model.xaxis), Ticks(self.model.yaxis)
        self._p95 = {name: self._percentile(name) for name in DIRECTIONS}
        self._glyphs()
        self.pane = pn.pane.Bokeh(self.model, sizing_mode="stretch_both", margin=0)
        self.driver = ChartDriver(self._painted)
        self._document = pn.state.curdoc

    # ---- drawing

    def draw(self, one: GroupBill, summed: Summed) -> None:
        """Show the windows of that group; under the document's lock."""
        shown: Sequence[Direction] = ("sum",) if one.terms.method == "sum" else ("in", "out")
        at: Real = ((summed.begin + WINDOW_S // 2) * 1_000).astype(np.float64)
        rates = {name: _rates(summed, name) for name in shown}
        told: dict[str, Real] = {name: rates[name] for name in shown}
        told["local"] = _by_clocks(summed.begin, ZoneInfo(one.month.time_zone))
        for name in DIRECTIONS:
            self._show(name, at, rates.get(name), told if name == shown[0] else {})
        self._hover.tooltips = [
            ("", "@local{%F %H:%M}"),
            *((name.capitalize(), f"@{name}{{0,0}} bit/s") for name in shown),
        ]
        self._bands("gone", one.missing)
        self._bands("left", one.excluded)
        highest = {name: most(each) for name, each in rates.items()}
        axis = mirrored(
            highest.get("in", 0.0) + highest.get("sum", 0.0), highest.get("out", 0.0), "bits"
        )
        room = _FOOT * (axis.high - axis.low)
        self.model.y_range.update(start=axis.low - room, end=axis.high + room)
        self.model.x_range.update(start=one.month.since * 1_000, end=one.month.until * 1_000)
        self._values.show(axis.labels)
        self._times.show(_days(one))
        for name in DIRECTIONS:
            self._mark(name, one)

    def _show(
        self, name: Direction, at: Real, rates: Real | None, told: Mapping[str, Real]
    ) -> None:
        """A direction; `told` is what the tooltip of its windows has beside."""
        if rates is None:
            self.lines[name].data = _NO_LINE
            self.areas[name].data = {"xs": [], "ys": []}
            return
        signed = _SIGN[name] * rates
        self.lines[name].data = {"at": at, "y": signed, **told}
        xs, ys = outlines(at, 0.0, signed)
        self.areas[name].data = {"xs": xs, "ys": ys}

    def _bands(self, name: str, spans: Sequence[Windows]) -> None:
        self.bands[name].data = {
            "left": [one.since.timestamp() * 1_000 for one in spans],
            "right": [one.until.timestamp() * 1_000 for one in spans],
        }

    def _mark(self, name: Direction, one: GroupBill) -> None:
        found = next((each for each in one.percentiles if each.direction == name), None)
        span, label = self._p95[name]
        place = _SIGN[name] * found.bps if found else 0
        span.update(
            location=place, visible=found is not None, line_width=1.6 if found == one.billed else 1
        )
        said = f"95th {name} {amount(found.bps, 'bits')}" if found else ""
        label.update(x=one.month.until * 1_000, y=place, text=said, visible=found is not None)

    def _painted(self, scheme: Scheme) -> None:
        soon(self._document, lambda: self.paint(scheme))

    def paint(self, scheme: Scheme) -> None:
        """Put on the other theme's colours."""
        repaint(self.model, USED, old=self.scheme, new=scheme)
        self.scheme = scheme

    # ---- making

    def _glyphs(self) -> None:
        colour, plot = tokens(self.scheme), self.model
        plot.ygrid.grid_line_color = colour["line"]
        for name, token in (("gone", "t3"), ("left", "warn")):
            plot.vstrip(
                x0="left", x1="right", source=self.bands[name], fill_color=colour[token],
                fill_alpha=0.16, hatch_pattern="/" if name == "gone" else "\\",
                hatch_color=colour[token], hatch_alpha=0.45, hatch_scale=7, hatch_weight=0.7,
                line_color=colour[token], line_alpha=0.25,
            )  # fmt: skip
        drawn = {}
        for name in DIRECTIONS:
            own = colour[_COLOUR[name]]
            plot.patches(
                xs="xs",
                ys="ys",
                source=self.areas[name],
                fill_color=own,
                fill_alpha=0.13,
                line_color=None,
            )
            drawn[name] = plot.line(
                "at", "y", source=self.lines[name], line_color=own, line_width=1.1
            )
        plot.add_layout(Span(location=0, dimension="width", line_color=colour["line2"]))
        self._hover = HoverTool(
            renderers=[drawn[name] for name in ("in", "sum")],
            mode="vline",
            line_policy="nearest",
            formatters={"@local": "datetime"},
        )
        plot.add_tools(self._hover)

    def _percentile(self, name: Direction) -> tuple[Span, Label]:
        own = tokens(self.scheme)[_COLOUR[name]]
        span = Span(location=0, dimension="width", line_color=own, line_dash=[5, 3], visible=False)
        label = Label(
            x=0, y=0, text="", text_color=own, text_font=FONT, text_font_size="12px",
            text_align="right", text_baseline="bottom" if _SIGN[name] > 0 else "top",
            x_offset=-6, y_offset=2 * _SIGN[name], visible=False,
            background_fill_color=tokens(self.scheme)["surface"], background_fill_alpha=0.75,
        )  # fmt: skip
        self.model.add_layout(span)
        self.model.add_layout(label)
        return span, label


def _rates(summed: Summed, direction: Direction) -> Real:
    rates: Real = summed.octets[direction] * 8 / WINDOW_S
    return np.where(summed.some, rates, np.nan)


def _by_clocks(begin: Times, zone: ZoneInfo) -> Real:
    """Milliseconds by which a clock there shows what one of UTC shows; clocks change on the hour."""
    hours, places = np.unique(begin // 3_600, return_inverse=True)
    ahead = [
        there.total_seconds()
        for hour in hours.tolist()
        if (there := datetime.fromtimestamp(hour * 3_600, zone).utcoffset()) is not None
    ]
    shown: Real = (begin + np.array(ahead, dtype=np.float64)[places]) * 1_000
    return shown


def _days(one: GroupBill) -> dict[float, str]:
    """Local midnights, whatever clocks do in between."""
    zone = ZoneInfo(one.month.time_zone)
    first = datetime.fromtimestamp(one.month.since, UTC).astimezone(zone)
    noons = [first.replace(hour=12) + timedelta(days=day) for day in range(0, 31, _EVERY)]
    words: dict[float, Any] = {
        noon.replace(hour=0).timestamp() * 1_000: str(noon.day)
        for noon in noons
        if noon.month == first.month
    }
    return words
