"""`TrafficView`: the page `/traffic`. One port over time, or all of them.

`?port=<id>&range=&since=&until=&unit=&week=&flags=&attacks=&over=`; a zoom asks the store again for the time
that is left, and stands in the address. What is shown under the toolbar is a part of its own; another
port, range or unit changes what a part shows, as a page would cost a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any, ClassVar, Protocol

import panel as pn
from panel.io.state import set_curdoc
from panel.viewable import Viewable

from netwb.views.document import soon
from netwb.views.fields import text_of
from netwb.views.frame import Frame
from netwb.views.panes import SHRINKS
from netwb.views.sheet import Act, OnAct, Sheet
from netwb.views.traffic.grafana import GrafanaPart
from netwb.views.traffic.look import OVERLAYS, RANGES, Look, look_of
from netwb.views.traffic.overview.part import OverviewPart
from netwb.views.traffic.port import PortPart
from netwb.views.traffic.styles import traffic_css
from netwb.views.traffic.tools import render_tools

MOST_BACK = 50  # zooms that double clicks lead back from


class Part(Protocol):
    """What the page shows under its toolbar.

    acts   that are its own, by name
    """

    acts: Mapping[str, OnAct]

    @property
    def step(self) -> timedelta:
        """How long a bucket of its picture is."""
        ...

    def panel(self) -> Viewable:
        """What is drawn at once."""
        ...

    async def load(self, look: Look) -> None:
        """Read what the address asks for, and draw it."""
        ...

    def say(self, said: str) -> None:
        """A state, in the place of all that."""
        ...


class TrafficView:
    """The toolbar, and the part that the address asks for."""

    page: ClassVar[str] = "traffic"
    title: ClassVar[str] = "Traffic"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.look: Look | None = None
        self.tools = Sheet(on_act=self._act, css=traffic_css())
        self._document = pn.state.curdoc
        self._panels: dict[Part, Viewable] = {}
        self.room = pn.Column(sizing_mode="stretch_both", margin=0, styles=SHRINKS)
        self.room[:] = [self._panel(self.part)]
        self._looks: list[Look] = []  # before each zoom by hand
        self._acts: dict[str, OnAct] = {
            "again": self._again,
            "range": self._choose_range,
            "between": self._choose_times,
            "unit": self._choose_unit,
            "overlay": self._overlay,
            "lane": self._lane,
            "earlier": partial(self._step, -0.5),
            "later": partial(self._step, 0.5),
            "nearer": partial(self._zoom, 0.5),
            "farther": partial(self._zoom, 2.0),
            "port": self._choose_port,
            "grafana": self._choose_drawer,
        }
        frame.address.on_change(self.load)

    @property
    def part(self) -> Part:
        """What the address asks for."""
        if "port" not in self.frame.address:
            return self.list
        return self.grafana if "grafana" in self.frame.address else self.port

    @cached_property
    def port(self) -> PortPart:
        """One port over time. Its figures cost as much as a page without: made once they are seen."""
        with set_curdoc(self._document):
            return PortPart(self.frame, wanted=self._zoomed, back=self._back, on_act=self._act)

    @cached_property
    def list(self) -> OverviewPart:
        """All ports."""
        with set_curdoc(self._document):
            return OverviewPart(self.frame, wanted=self._zoomed, back=self._back, on_act=self._act)

    @cached_property
    def grafana(self) -> GrafanaPart:
        """Grafana's panels of one port."""
        with set_curdoc(self._document):
            return GrafanaPart(self.frame, on_act=self._act)

    def panel(self) -> Viewable:
        """Toolbar and part."""
        fills: dict[str, Any] = {"sizing_mode": "stretch_both", "margin": 0}
        return pn.Column(self.tools, self.room, styles=SHRINKS, **fills)

    async def load(self) -> None:
        """Read what the address asks for."""
        look = look_of(self.frame.address, now=self.frame.now(), zone=self.frame.zone)
        self.look, part = look, self.part
        self.tools.html = render_tools(
            look,
            self.frame.address,
            self.frame.zone,
            units=isinstance(part, PortPart),
            grafana=not isinstance(part, OverviewPart) and bool(self.frame.bench.grafana_origin),
        )
        if self.room[0] is not self._panel(part):
            soon(self._document, partial(self._show, part))
        await self.frame.part(partial(part.load, look), part.say)

    def _show(self, part: Part) -> None:
        self.room[:] = [self._panel(part)]

    def _panel(self, part: Part) -> Viewable:
        """What was drawn in it stays for when it is shown again."""
        if part not in self._panels:
            with set_curdoc(self._document):
                self._panels[part] = part.panel()
        return self._panels[part]

    # ---- zoom

    async def _zoomed(self, since: datetime, until: datetime) -> None:
        """A hand moved the time axis, by more than one bucket."""
        look = self.look
        if look is not None and look.differs(since, until, self.part.step):
            self._looks = [*self._looks, look][-MOST_BACK:]
            await self.frame.guard(partial(self._look_at, look.at(since, until)))

    async def _back(self) -> None:
        """A double click leads back to what was looked at before the last zoom."""
        if self._looks:
            await self.frame.guard(partial(self._look_at, self._looks.pop()))

    # ---- acts

    async def _act(self, act: Act) -> None:
        """What a person did."""
        chosen = self._acts.get(act["act"]) or self.part.acts.get(act["act"])
        if chosen is not None:
            await chosen(act)

    async def _look_at(self, look: Look) -> None:
        self.frame.address.set(history="push", **look.address())
        await self.load()

    async def _again(self, _act: Act) -> None:
        await self.load()

    async def _choose_range(self, act: Act) -> None:
        name = str(act.get("range", ""))
        if name not in RANGES or self.look is None:
            return
        if name == "between":
            await self._look_at(self.look.at(self.look.since, self.look.until))
            return
        self.frame.address.set(range=None if name == "24h" else name, since=None, until=None)
        await self.load()

    async def _choose_times(self, act: Act) -> None:
        fields = act["fields"]
        self.frame.address.set(
            range="between", since=text_of(fields, "since"), until=text_of(fields, "until")
        )
        await self.load()

    async def _choose_unit(self, act: Act) -> None:
        unit = str(act.get("unit", ""))
        self.frame.address.set(unit=None if unit == "bits" else unit)
        await self.load()

    async def _overlay(self, act: Act) -> None:
        name = str(act.get("overlay", ""))
        if name in {"week", "flags", "attacks"}:
            self.frame.address.set(history="push", **{name: None if act.get("value") else "0"})
            await self.load()

    async def _choose_drawer(self, act: Act) -> None:
        """Whether netwb draws the port, or Grafana."""
        self.frame.address.set(history="push", grafana="1" if act.get("drawer") else None)
        await self.load()

    async def _lane(self, act: Act) -> None:
        """What is drawn under the traffic."""
        name = next((one for one in OVERLAYS if one == act.get("lane")), None)
        if self.look is not None and name is not None:
            await self._look_at(self.look.toggled(name))

    async def _step(self, parts: float, _act: Act) -> None:
        if self.look is not None:
            await self._look_at(self.look.moved(parts))

    async def _zoom(self, times: float, _act: Act) -> None:
        if self.look is not None:
            await self._look_at(self.look.zoomed(times))

    async def _choose_port(self, act: Act) -> None:
        self.frame.address.set(port=str(act.get("port", "")))
        await self.load()
