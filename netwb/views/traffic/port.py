"""`PortPart`: one port over time on the page `/traffic`: its head, the chart, numbers and marks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import panel as pn
from panel.viewable import Viewable

from netwb.errors import InputError, NetwbError
from netwb.views import states, words
from netwb.views.document import soon
from netwb.views.frame import Frame
from netwb.views.html import page_url
from netwb.views.panes import SHRINKS
from netwb.views.sheet import Act, OnAct, Sheet
from netwb.views.traffic.chart import Chart
from netwb.views.traffic.drawn import Shown, drawing_of
from netwb.views.traffic.files import NOTHING, csv_file, file_name, picture_of
from netwb.views.traffic.look import Look
from netwb.views.traffic.marks import render_marks
from netwb.views.traffic.reading import read_busiest, read_numbers, read_port, read_trends
from netwb.views.traffic.styles import traffic_css
from netwb.views.traffic.table import render_busiest, render_head, render_legend, render_numbers
from netwb.views.traffic.waiting import Veil, told
from netwb.views.traffic.zoom import Back, Wanted
from netwb.workbench.port_state_records import PortNow
from netwb.workbench.traffic_many_records import PortTrend
from netwb.workbench.traffic_records import BusyPort

BESIDE = 8  # of the busiest ports stand beside a port's numbers


class PortPart:
    """The figure is made once, with the page: another port, range or unit is one message.

    wanted, back   what a zoom and a double click ask for
    on_act         the page's own acts
    """

    def __init__(self, frame: Frame, *, wanted: Wanted, back: Back, on_act: OnAct) -> None:
        self.frame = frame
        self.shown: Shown | None = None
        self.now: PortNow | None = None  # of the port that is shown, or was last
        self.busiest: tuple[BusyPort, ...] = ()
        self._busiest_of: object = None
        self.trend: PortTrend | None = None
        self._trend_of: object = None  # which port, and on which day
        self._asked = 0
        self._waits = ""  # what is said while the next answer takes its time
        self._document = pn.state.curdoc
        css = traffic_css()
        self.chart = Chart(wanted=wanted, back=back, leads=frame.go)
        self.head = Sheet(states.loading(), on_act=on_act, css=css)
        self.foot = Sheet(on_act=on_act, css=css)
        self.room = pn.Column(sizing_mode="stretch_both", margin=0, styles=SHRINKS)
        self._veil = Veil(self.room, self.foot)
        self.acts: Mapping[str, OnAct] = {"csv": self._csv, "png": self._png}

    @property
    def step(self) -> timedelta:
        """How long a bucket of the chart is."""
        return timedelta(seconds=self.shown.traffic.step_s if self.shown is not None else 1)

    def panel(self) -> Viewable:
        """Head, chart and foot; the chart comes with its data."""
        return pn.Column(
            self.head, self.room, self.foot, self.chart.driver,
            sizing_mode="stretch_both", margin=0, styles={**SHRINKS, "overflow": "hidden auto"},
        )  # fmt: skip

    async def load(self, look: Look) -> None:
        """Read and draw; an answer that a later question has overtaken is dropped."""
        self._asked += 1
        asked, frame = self._asked, self.frame
        try:
            reading = frame.ask(read_port, frame, frame.address["port"], look)
            shown = await told(reading, partial(self._wait, asked))
        finally:
            if asked == self._asked:
                self._waits = ""
                self._veil.lift()
        if asked != self._asked:
            return
        drawing = drawing_of(shown, now=frame.now(), zone=frame.zone)
        self.shown, port = shown, shown.traffic.port
        frame.crumbs(
            ("Traffic", page_url("traffic", **frame.address.kept())),
            *((part, None) for part in (port.device_tenant, port.site, port.hostname, port.name)),
        )
        await self.chart.draw(drawing, beside=self._show_chart)
        frame.tell(f"{port.hostname} {port.name}")
        await self._load_beside(asked, look)

    def _wait(self, asked: int, seconds: float) -> None:
        """It takes its time: what is shown is of another one, or there is nothing yet."""
        if asked != self._asked:
            return
        self._waits = f"Reading… {words.span(round(seconds))}"
        if self.shown is None:
            self.head.html = states.loading(self._waits)
        else:
            self._veil.dim()  # what is shown is of another time or port
            self._draw_head()

    async def _load_beside(self, asked: int, look: Look) -> None:
        """What may come after the chart: how the port is now, and which others are busy."""
        assert self.shown is not None
        frame, port = self.frame, self.shown.traffic.port
        now = await frame.ask(frame.bench.port_state, port.id)
        if asked != self._asked:
            return
        self.now = now
        self._draw_head()
        if self._busiest_of != look.time:
            busiest = await frame.ask(read_busiest, frame, look)
            if asked == self._asked:
                self.busiest, self._busiest_of = busiest, look.time
                self._draw_foot()
        await self._load_trend()

    async def _load_trend(self) -> None:
        """By whole days: it is the same until midnight, whatever time the chart shows."""
        if self.shown is None:
            return
        frame, port = self.frame, self.shown.traffic.port
        wanted = (port.id, frame.now().astimezone(frame.zone).date())
        if self._trend_of == wanted:
            return
        self._trend_of = wanted  # from here on nobody else reads it
        try:
            (self.trend,) = await frame.ask(read_trends, frame, port.id)
        except NetwbError:
            self._trend_of = None
            raise
        if self._shows(port.id):  # the person may have gone to another one meanwhile
            self._draw_head()

    def _shows(self, port_id: str) -> bool:
        return self.shown is not None and self.shown.traffic.port.id == port_id

    def say(self, said: str) -> None:
        """In the place of the chart; the heading names no port that is not shown."""
        self.shown = None
        self.frame.crumbs(("Traffic", page_url("traffic", **self.frame.address.kept())))
        soon(self._document, partial(self.room.__setitem__, slice(None), []))
        self.foot.html = ""
        self.head.html = said

    def _show_chart(self) -> None:
        if not len(self.room):
            self.room[:] = [self.chart.pane]
        high = {**(self.room.styles or {}), "min-height": f"{self.chart.least_px}px"}
        if self.room.styles != high:
            self.room.styles = high
        self._draw_head()
        self._draw_foot()

    def _draw_head(self) -> None:
        assert self.shown is not None
        look, traffic = self.shown.look, self.shown.traffic
        now = self.now if self.now is not None and self.now.port.id == traffic.port.id else None
        trend = self.trend if self.trend and self.trend.port.id == traffic.port.id else None
        head = render_head(traffic, now, self.frame.moment(), trend=trend, waits=self._waits)
        self.head.html = head + render_legend(
            look.unit,
            traffic.step_s,
            words.zone_city(self.frame.zone),
            week=look.week,
            flags=look.flags,
        )

    def _draw_foot(self) -> None:
        if self.shown is None:
            return
        look, traffic = self.shown.look, self.shown.traffic
        poll = words.span(traffic.usual_s)
        left = render_numbers(traffic, look.unit, poll=poll) + render_marks(
            traffic, self.shown.marks, self.frame.moment(), self.shown.attacks
        )
        busiest = self.busiest[:BESIDE] if self._busiest_of == look.time else None
        right = render_busiest(busiest, self.frame.address, span=look.words, chosen=traffic.port.id)
        self.foot.html = f'<div class="under"><div>{left}</div><div>{right}</div></div>'

    # ---- acts

    async def _csv(self, _act: Act) -> None:
        traffic = self._kept().traffic
        name = file_name(traffic, self.frame.now(), "csv")
        numbers = await self.frame.ask(read_numbers, self.frame, traffic.port.id, traffic)
        self.frame.save(name, await self.frame.ask(csv_file, numbers), "text/csv")

    async def _png(self, _act: Act) -> None:
        traffic, unit = self._kept().traffic, self._kept().look.unit
        port = traffic.port
        what = f"{port.device_tenant} / {port.site} / {port.hostname} {port.name}, {unit}"
        what += f" ({port.alias})" if port.alias else ""
        said = picture_of(what, traffic.since, traffic.until, self.frame.zone)
        self.chart.picture(file_name(traffic, self.frame.now(), "png"), said)

    def _kept(self) -> Shown:
        """What a file is of. Raises InputError where nothing is shown: the store may not answer."""
        if self.shown is None:
            raise InputError(NOTHING)
        return self.shown
