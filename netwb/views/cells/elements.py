"""Charts of many things as HoloViews elements, in the colours of the pages: from columns to a chart.

Each is given options for Bokeh, which a live notebook draws, and for Matplotlib, which makes the
picture that is stored beside it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import holoviews as hv
import holoviews.plotting.bokeh
import holoviews.plotting.mpl
import numpy as np
from matplotlib import dates

from netwb.views.theme import tokens

BACKENDS = (holoviews.plotting.bokeh, holoviews.plotting.mpl)  # imported to be there
WIDTH_PX, HEIGHT_PX, DPI = 760, 280, 100
COLORS = ("in", "out", "warn", "accent", "prev", "bad", "ok", "unk")
MOST_TICKS = 8


def palette(many: int) -> list[str]:
    """Of the pages, light: a stored picture has one scheme, and pages of code hosts are white."""
    named = tokens("light")
    return [named[COLORS[number % len(COLORS)]] for number in range(many)]


def over_time(
    at: Any, lines: Mapping[str, Any], *, unit: str, title: str, marks: Sequence[Any] = ()
) -> Any:
    """Curves by the name of each; NaN is a gap. `marks`: times of a dotted line each, UTC."""
    curves = [
        hv.Curve((at, values), "UTC", unit, label=name)
        .opts(color=color, backend="bokeh")
        .opts(color=color, linewidth=1.2, backend="matplotlib")
        for (name, values), color in zip(lines.items(), palette(len(lines)), strict=True)
    ]
    color = tokens("light")["t2"]
    stood = [
        hv.VLine(moment)
        .opts(color=color, line_dash="dotted", backend="bokeh")
        .opts(color=color, linestyle=":", linewidth=1, backend="matplotlib")
        for moment in marks
    ]
    drawn = hv.Overlay([*curves, *stood]).opts(
        aspect=WIDTH_PX / HEIGHT_PX, hooks=[_dated], backend="matplotlib"
    )
    return _sized(drawn, title, legend_position="right")


def stacked_bars(
    counts: Mapping[tuple[str, str], float], *, names: tuple[str, str], unit: str, title: str
) -> Any:
    """Bars by the first name, stacked by the second."""
    rows = [(first, second, value) for (first, second), value in counts.items()]
    colors = palette(len({second for _, second, _ in rows}))
    bars = hv.Bars(rows, list(names), unit).opts(
        stacked=True, cmap=colors, xrotation=45, backend="bokeh"
    )
    drawn = bars.opts(
        stacked=True, color=hv.Cycle(colors), xrotation=45, aspect=None, backend="matplotlib"
    )
    return _sized(drawn, title, legend_position="right")


def flat_bars(rows: Sequence[tuple[str, float]], *, name: str, unit: str, title: str) -> Any:
    """One bar each, from left to right, the first at the top."""
    (color,) = palette(1)
    bars = hv.Bars(list(reversed(rows)), name, unit).opts(
        invert_axes=True, color=color, backend="bokeh"
    )
    return _sized(
        bars.opts(invert_axes=True, color=color, aspect=None, backend="matplotlib"), title
    )


def heat(columns: Sequence[str], rows: Sequence[str], values: Any, *, unit: str, title: str) -> Any:
    """A cell each, the first row at the top; `values` has a row a row, NaN is no data."""
    cells = [
        (column, row, float(value))
        for row, line in zip(rows, np.asarray(values, dtype=float), strict=True)
        for column, value in zip(columns, line, strict=True)
    ]
    every = max(1, len(columns) // MOST_TICKS)
    shown = hv.HeatMap(cells, ["UTC", "port"], unit).opts(
        colorbar=True, cmap="Blues", xrotation=45, invert_yaxis=True, backend="bokeh"
    )
    drawn = shown.opts(
        colorbar=True,
        cmap="Blues",
        show_values=False,
        invert_yaxis=True,
        xticks=list(enumerate(columns))[::every],
        xrotation=45,
        aspect=None,
        backend="matplotlib",
    )
    return _sized(drawn, title)


def png(element: Any) -> bytes:
    """As Matplotlib draws it; the same bytes for the same data."""
    figure = hv.renderer("matplotlib").get_plot(element).state
    made = io.BytesIO()
    figure.savefig(made, format="png", dpi=DPI, bbox_inches="tight", metadata={"Software": None})
    return made.getvalue()


def _dated(plot: Any, element: Any) -> None:
    """Times as short as they can be told."""
    del element
    axis = plot.handles["axis"].xaxis
    locator = dates.AutoDateLocator(maxticks=MOST_TICKS)
    axis.set_major_locator(locator)
    axis.set_major_formatter(dates.ConciseDateFormatter(locator))


def _sized(element: Any, title: str, **both: Any) -> Any:
    live = element.opts(responsive=True, height=HEIGHT_PX, title=title, **both, backend="bokeh")
    inches = (WIDTH_PX / DPI, HEIGHT_PX / DPI)
    return live.opts(fig_inches=inches, title=title, **both, backend="matplotlib")
