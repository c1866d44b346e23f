"""`TrafficView`: the page `/traffic`. One port over time, or which ports are the busiest.

`?port=<id>&range=&since=&until=&unit=&week=&flags=`; a zoom asks the store again for the time that is
left, and stands in the address. Another port, range or unit changes the figure's data alone, as a
page would cost a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar, Literal

import panel as pn
from panel.viewable import Viewable

from netwb.errors import UnknownDeviceError
from netwb.roles import Permission
from netwb.views import states, words
from netwb.views.fields import text_of
from netwb.views.frame import Frame
from netwb.views.html import page_url
from netwb.views.panes import SHRINKS
from netwb.views.sheet import Act, OnAct, Sheet
from netwb.views.theme import Scheme
from netwb.views.traffic.drawn import Shown, drawing_of
from netwb.views.traffic.driver import ChartDriver
from netwb.views.traffic.figure import Drawing, TrafficFigure
from netwb.views.traffic.look import RANGES, Look, look_of
from netwb.views.traffic.table import (
    Mark,
    busiest_csv,
    csv_file,
    diff_url,
    render_busiest,
    render_head,
    render_legend,
    render_marks,
    render_numbers,
)
from netwb.views.traffic.tools import render_tools
from netwb.workbench.traffic_records import BusyPort, PortTraffic

HERE = Path(__file__).parent
WEEK = timedelta(days=7)
BUCKETS = 600  # at most: more than a wide window has pixels for
BUSIEST = 20
MOST_MARKS = 50
PAUSE_S = 0.15  # after the last word of a zoom: a wheel sends ten


@cache
def traffic_css() -> str:
    """The stylesheet of bars and tables."""
    return (HERE / "traffic.css").read_text(encoding="utf-8")


class TrafficView:
    """The figure is made once, with the page."""

    page: ClassVar[str] = "traffic"
    title: ClassVar[str] = "Traffic"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.look: Look | None = None
        self.shown: Shown | None = None
        self.busiest: tuple[BusyPort, ...] = ()
        self.figure = TrafficFigure()
        self.driver = ChartDriver(self._scheme)
        self.tools = self._sheet()
        self.head = self._sheet(states.loading())
        self.foot = self._sheet()
        self.list = self._sheet(sizing_mode="stretch_both", styles=SHRINKS)
        self.chart = pn.pane.Bokeh(self.figure.model, sizing_mode="stretch_both", margin=0)
        self.room = pn.Column(sizing_mode="stretch_both", margin=0, styles=SHRINKS)
        self._document = pn.state.curdoc
        self._span_shown: tuple[float, float] | None = None
        self._zooming: asyncio.Task[None] | None = None
        for edge in ("start", "end"):
            self.figure.model.x_range.on_change(edge, self._ranged)
        self.figure.flags.selected.on_change("indices", self._flagged)
        self._acts: dict[str, OnAct] = {
            "again": self._again,
            "range": self._choose_range,
            "between": self._choose_times,
            "unit": self._choose_unit,
            "overlay": self._overlay,
            "earlier": partial(self._step, -0.5),
            "later": partial(self._step, 0.5),
            "nearer": partial(self._zoom, 0.5),
            "farther": partial(self._zoom, 2.0),
            "port": self._choose_port,
            "csv": self._csv,
            "png": self._png,
        }
        frame.address.on_change(self.load)

    def _sheet(self, html: str = "", **layout: Any) -> Sheet:
        return Sheet(html, on_act=self.act, css=traffic_css(), **layout)

    def panel(self) -> Viewable:
        """Toolbar, chart, numbers; or toolbar and the list of the busiest."""
        fills = {"sizing_mode": "stretch_both", "margin": 0}
        return pn.Column(
            self.tools, self.head, self.room, self.foot, self.driver,
            styles={**SHRINKS, "overflow": "hidden auto"}, **fills,
        )  # fmt: skip

    async def load(self) -> None:
        """Read what the address asks for."""
        self.look = look_of(self.frame.address, now=self.frame.now(), zone=self.frame.zone)
        self._draw_tools()
        if "port" in self.frame.address:
            await self.frame.part(self._load_port, self._say)
        else:
            await self.frame.part(self._load_list, self._say)

    # ---- reading

    async def _load_port(self) -> None:
        assert self.look is not None
        look = self.look
        shown, drawing = await self.frame.ask(self._read, look)
        self.shown, port = shown, shown.traffic.port
        self.frame.crumbs(
            ("Traffic", page_url("traffic", **self.frame.address.kept())),
            *((part, None) for part in (port.device_tenant, port.site, port.hostname, port.name)),
        )
        await self._draw(drawing)
        self._draw_words()
        self.frame.tell(f"{port.hostname} {port.name}")
        if not self.busiest:
            self.busiest = await self.frame.ask(self._read_busiest, look)
            self._draw_words()

    def _read(self, look: Look) -> tuple[Shown, Drawing]:
        bench, port_id = self.frame.bench, self.frame.address["port"]
        found = bench.port_traffic(port_id, since=look.since, until=look.until, buckets=BUCKETS)
        before = (
            bench.port_traffic(
                port_id, since=look.since - WEEK, until=look.until - WEEK, step_s=found.step_s
            )
            if look.week
            else None
        )
        marks = self._read_marks(found) if look.flags else ()
        shown = Shown(look=look, traffic=found, before=before, marks=marks)
        return shown, drawing_of(shown, now=self.frame.now(), zone=self.frame.zone)

    def _read_marks(self, traffic: PortTraffic) -> tuple[Mark, ...]:
        """Changes of the device's configuration; of a device that is another tenant's there are none."""
        if not self.frame.may(Permission.CONFIG_VIEW):
            return ()
        bench = self.frame.bench
        try:
            changes = bench.changes(
                since=traffic.since,
                until=traffic.until,
                device=traffic.port.device_id,
                limit=MOST_MARKS,
            )
        except UnknownDeviceError:
            return ()
        touched = bench.touched(tuple(changes))
        return tuple(
            Mark(
                at=change.at,
                author=change.author,
                added=change.added or 0,
                removed=change.removed or 0,
                said=words.listed(touched.get(change.id, ())),
                url=diff_url(self.frame.address, change.device_id, change.id),
            )
            for change in changes
            if traffic.since <= change.at <= traffic.until  # by its device's clock it may be older
        )

    async def _load_list(self) -> None:
        assert self.look is not None
        self.shown = None
        self.frame.crumbs(("Traffic", None))
        self.busiest = await self.frame.ask(self._read_busiest, self.look)
        await self._on_document(partial(self._show, "list"))
        self.foot.html = self.head.html = ""
        self.list.html = self._listed()

    def _read_busiest(self, look: Look) -> tuple[BusyPort, ...]:
        return tuple(self.frame.bench.busiest(since=look.since, until=look.until, most=BUSIEST))

    def _listed(self) -> str:
        if self.busiest:
            return render_busiest(self.busiest, self.frame.address, span=self._span())
        return states.empty(
            "No traffic was measured in this time",
            "Counters come from Telegraf, or from netwb's own poller; a port is here once one of"
            " them has read it twice.",
        )

    # ---- drawing

    def _say(self, said: str) -> None:
        """In the place of the chart; the heading names no port that is not shown."""
        self.shown = None
        self.frame.crumbs(("Traffic", page_url("traffic", **self.frame.address.kept())))
        self._later(partial(self._show, "words"))
        self.foot.html = ""
        self.head.html = said

    def _draw_tools(self) -> None:
        assert self.look is not None
        self.tools.html = render_tools(
            self.look, self.frame.address, self.frame.zone, units="port" in self.frame.address
        )

    def _draw_words(self) -> None:
        assert self.look is not None
        if self.shown is None:
            return
        look, traffic, moment = self.look, self.shown.traffic, self.frame.moment()
        self.head.html = render_head(traffic, moment) + render_legend(
            look.unit,
            traffic.step_s,
            words.zone_city(self.frame.zone),
            week=look.week,
            flags=look.flags,
        )
        poll = words.span(traffic.interval_s)
        left = render_numbers(traffic, self.shown.before, look.unit, poll=poll) + render_marks(
            traffic, self.shown.marks, moment
        )
        right = render_busiest(
            self.busiest[:8], self.frame.address, span=self._span(), chosen=traffic.port.id
        )
        self.foot.html = f'<div class="under"><div>{left}</div><div>{right}</div></div>'

    def _span(self) -> str:
        assert self.look is not None
        return words.span(self.look.span.total_seconds())

    async def _draw(self, drawing: Drawing) -> None:
        await self._on_document(partial(self._put, drawing))

    def _put(self, drawing: Drawing) -> None:
        self._span_shown = (drawing.since * 1_000.0, drawing.until * 1_000.0)
        self.figure.draw(drawing)
        self._show("chart")

    def _show(self, what: Literal["chart", "list", "words"]) -> None:
        """One of them has the room under the toolbar."""
        shown: dict[str, list[Viewable]] = {
            "chart": [self.chart],
            "list": [self.list],
            "words": [],
        }
        if list(self.room) != shown[what]:
            self.room[:] = shown[what]

    def _scheme(self, scheme: Scheme) -> None:
        self._later(partial(self.figure.paint, scheme))

    def _later(self, change: Callable[[], None]) -> None:
        """Change models once the document's lock is held."""
        if self._document is None:
            change()
        else:
            self._document.add_next_tick_callback(change)

    async def _on_document(self, change: Callable[[], None]) -> None:
        """Change Bokeh's models under the document's lock, in one message."""
        document = self._document
        if document is None:
            change()
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def locked() -> None:
            document.hold("combine")
            try:
                change()
            except Exception as error:  # noqa: BLE001 - handed to who waits for it
                done.set_exception(error)
            else:
                done.set_result(None)
            finally:
                document.unhold()

        document.add_next_tick_callback(locked)
        await done

    # ---- zoom

    def _ranged(self, _edge: str, _old: object, _new: object) -> None:
        """The browser moved an end of the time axis; both ends come one after the other."""
        span = self.figure.model.x_range
        if self._span_shown is None or (span.start, span.end) == self._span_shown:
            return
        if self._zooming is not None:
            self._zooming.cancel()
        self._zooming = asyncio.get_running_loop().create_task(self._zoomed())

    async def _zoomed(self) -> None:
        await asyncio.sleep(PAUSE_S)
        span = self.figure.model.x_range
        if (
            self.look is None
            or self._span_shown is None
            or (span.start, span.end) == self._span_shown
        ):
            return
        since, until = (_moment(edge) for edge in (span.start, span.end))
        if since is not None and until is not None and since < until and self._moved(since, until):
            await self.frame.guard(partial(self._look_at, self.look.at(since, until)))

    def _moved(self, since: datetime, until: datetime) -> bool:
        """Whether that is another time than what is looked at, by more than one bucket."""
        assert self.look is not None
        step = timedelta(seconds=self.shown.traffic.step_s if self.shown is not None else 1)
        return abs(since - self.look.since) > step or abs(until - self.look.until) > step

    def _flagged(self, _name: str, _old: object, chosen: Sequence[int]) -> None:
        """A flag was clicked: its diff."""
        urls = self.figure.flags.data["url"]
        if chosen and 0 <= chosen[0] < len(urls):
            self.frame.go(urls[chosen[0]])

    # ---- acts

    async def act(self, act: Act) -> None:
        """What a person did."""
        chosen = self._acts.get(act["act"])
        if chosen is not None:
            await chosen(act)

    async def _look_at(self, look: Look) -> None:
        self.look = look
        self.busiest = ()
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
        self.busiest = ()
        self.frame.address.set(range=None if name == "24h" else name, since=None, until=None)
        await self.load()

    async def _choose_times(self, act: Act) -> None:
        fields = act["fields"]
        self.busiest = ()
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
        if name in {"week", "flags"}:
            self.frame.address.set(history="push", **{name: None if act.get("value") else "0"})
            await self.load()

    async def _step(self, parts: float, _act: Act) -> None:
        if self.look is not None:
            await self._look_at(self.look.moved(parts))

    async def _zoom(self, times: float, _act: Act) -> None:
        if self.look is not None:
            await self._look_at(self.look.zoomed(times))

    async def _choose_port(self, act: Act) -> None:
        self.frame.address.set(port=str(act.get("port", "")))
        await self.load()

    async def _csv(self, _act: Act) -> None:
        stamp = f"{self.frame.now():%Y%m%d-%H%M}"
        if self.shown is not None:
            content = await self.frame.ask(csv_file, self.shown.traffic)
            self.frame.save(
                f"traffic-{_named(self.shown.traffic)}-{stamp}.csv", content, "text/csv"
            )
        else:
            self.frame.save(f"busiest-{stamp}.csv", busiest_csv(self.busiest), "text/csv")

    async def _png(self, _act: Act) -> None:
        if self.shown is not None:
            name = _named(self.shown.traffic)
            self.driver.picture(f"traffic-{name}-{self.frame.now():%Y%m%d-%H%M}.png")


def _named(traffic: PortTraffic) -> str:
    """Device and port as a file's name: what a device says of itself is not one."""
    said = f"{traffic.port.hostname}-{traffic.port.name}"
    return "".join(c if c.isalnum() and c.isascii() else "-" for c in said)[:80]


def _moment(milliseconds: object) -> datetime | None:
    """What a browser says is where an axis ends."""
    try:
        return datetime.fromtimestamp(float(str(milliseconds)) / 1_000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
