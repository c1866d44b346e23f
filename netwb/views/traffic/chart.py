"""`Chart`: the figure of a port on its page, with what a hand and a theme do to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import panel as pn
from bokeh.models import ColumnDataSource

from netwb.views.document import at_once, soon
from netwb.views.theme import Scheme
from netwb.views.traffic.drawing import Drawing
from netwb.views.traffic.driver import ChartDriver
from netwb.views.traffic.figure import TrafficFigure
from netwb.views.traffic.zoom import Back, Wanted, Zoom

Leads = Callable[[str], None]


class Chart:
    """Made once, with the page; each drawing is one message.

    wanted, back   as `Zoom`
    leads          called with the address that a flag or an attack leads to
    """

    def __init__(self, *, wanted: Wanted, back: Back, leads: Leads) -> None:
        self.figure = TrafficFigure()
        self.driver = ChartDriver(self._scheme)
        self.pane = pn.pane.Bokeh(self.figure.model, sizing_mode="stretch_both", margin=0)
        self.zoom = Zoom(self.figure.model, wanted=wanted, back=back)
        self._leads = leads
        self._document = pn.state.curdoc
        for source in (self.figure.flags, self.figure.bands):
            source.selected.on_change("indices", partial(self._flagged, source))

    async def draw(self, drawing: Drawing, *, beside: Callable[[], None]) -> None:
        """Show it, with what else changes on the page in the same message."""
        await at_once(self._document, partial(self._put, drawing, beside))

    @property
    def least_px(self) -> int:
        """How high it has to be for all that is drawn in it."""
        return int(self.figure.model.min_height)

    def picture(self, name: str, said: Sequence[str]) -> None:
        """Have the browser save it under that name, with those lines over it."""
        self.driver.picture(name, said)

    def _put(self, drawing: Drawing, beside: Callable[[], None]) -> None:
        with self.zoom.drawing():
            self.figure.draw(drawing)
        beside()

    def _scheme(self, scheme: Scheme) -> None:
        soon(self._document, partial(self.figure.paint, scheme))

    def _flagged(
        self, source: ColumnDataSource, _name: str, _old: object, chosen: Sequence[int]
    ) -> None:
        """A flag was clicked: its diff; or an attack: what became of it."""
        urls: Any = source.data["url"]
        if chosen and 0 <= chosen[0] < len(urls):
            self._leads(str(urls[chosen[0]]))
