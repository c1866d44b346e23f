"""Bokeh figures as netwb draws them: bare, in the tokens' colours, with ticks that have our words.

No CustomJS: the pages' policy forbids eval, and one formatter of that kind leaves a page empty. A
model that is made anew at each drawing has the document look through all that it has: what a figure
needs is made once, and changed by its data.
Sources: PAGES.md pitfalls 4, 5 and 10.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bokeh.models import FixedTicker, NoOverlap, Range1d
from bokeh.plotting import figure

from netwb.views.theme import FONT, Scheme, tokens


class Ticks:
    """The ticks of one axis, and their words."""

    def __init__(self, axis: Any) -> None:
        self._axis = axis
        self._ticker = FixedTicker(ticks=[])
        axis.ticker = self._ticker

    def show(self, labels: Mapping[float, str]) -> None:
        """These, from the least."""
        self._ticker.ticks = sorted(labels)
        self._axis.major_label_overrides = dict(labels)


def bare_figure(scheme: Scheme, *, ground: str, size_px: int, **wanted: Any) -> Any:
    """A figure without frame, grid or tool.

    ground    the token of its colour
    size_px   of the axes' words
    """
    colour = tokens(scheme)
    made: Any = figure(
        x_axis_type="datetime",
        toolbar_location=None,
        x_range=Range1d(start=0, end=1),
        y_range=Range1d(start=-1, end=1),
        background_fill_color=colour[ground],
        border_fill_color=colour[ground],
        outline_line_color=None,
        **{"tools": "", **wanted},
    )
    made.toolbar.logo = None
    made.grid.grid_line_color = None
    for axis in (made.xaxis, made.yaxis):
        axis.axis_line_color = None
        axis.major_tick_line_color = None
        axis.minor_tick_line_color = None
        axis.major_label_text_color = colour["t2"]
        axis.major_label_text_font = FONT
        axis.major_label_text_font_size = f"{size_px}px"
    made.xaxis.major_label_policy = NoOverlap(min_distance=size_px)
    return made


def milliseconds(labels: Mapping[int, str]) -> dict[float, str]:
    """Words by epoch second as a time axis counts them."""
    return {at * 1_000.0: said for at, said in labels.items()}


def repaint(model: Any, used: Collection[str], *, old: Scheme, new: Scheme) -> None:
    """A canvas knows no stylesheet: put the other theme's colour wherever a token's stands.

    used   tokens of the figure, each of another colour
    """
    before, after = tokens(old), tokens(new)
    by_colour = {before[name]: name for name in used}
    for part in model.references():
        for name in part.properties():
            if name.endswith("_color") and isinstance(value := getattr(part, name), str):
                named = by_colour.get(value.lower())
                if named:
                    setattr(part, name, after[named])
