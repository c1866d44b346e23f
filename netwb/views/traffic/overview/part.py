"""`OverviewPart`: all ports on the page `/traffic` without a chosen one: a picture, and a table of each.

`?q=&tenants=&site=&watched=&sort=&look=`. One question of the facade gives all of it; another picture
or order asks nothing. Of what is asked for while something else is read only the newest is drawn,
and the reading that it overtook ends at its next part.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

import panel as pn
from panel.viewable import Viewable

from netwb.errors import InputError
from netwb.roles import Permission
from netwb.views import states, words
from netwb.views.document import at_once, soon
from netwb.views.frame import Frame
from netwb.views.panes import SHRINKS
from netwb.views.sheet import Act, OnAct, Sheet
from netwb.views.theme import PHONE_PX, Scheme
from netwb.views.traffic.chart import Chart
from netwb.views.traffic.driver import ChartDriver
from netwb.views.traffic.files import NOTHING, picture_of, ports_csv, table_csv
from netwb.views.traffic.look import Look
from netwb.views.traffic.overview.bar import Places, Reading, render_bar
from netwb.views.traffic.overview.drawn import sum_drawing
from netwb.views.traffic.overview.heat import HeatFigure
from netwb.views.traffic.overview.palette import palette_css
from netwb.views.traffic.overview.query import Picture, Query, in_order, query_of
from netwb.views.traffic.overview.stack import StackFigure
from netwb.views.traffic.overview.table import (
    LONG,
    Listing,
    render_ports,
)
from netwb.views.traffic.overview.words import (
    key_of,
    render_legend,
    render_sum,
    render_waits,
)
from netwb.views.traffic.styles import traffic_css
from netwb.views.traffic.waiting import Veil, told
from netwb.views.traffic.zoom import Back, Wanted, Zoom
from netwb.workbench.traffic_many_records import PortNumbers, PortTrend, TrafficOverview
from netwb.workbench.traffic_table import busiest_ids, hours_table, sum_table

BUCKETS = 300  # of the pictures over the table
TOLD_S = 0.4  # between two looks how far a reading is
PICTURE_PX = 280
PICTURES_SAID: Mapping[Picture, str] = {
    "busiest": "Busiest ports",
    "sum": "Sum of ports, bit/s",
    "heat": "Heat map, per cent of each port",
}

_PHONE = (  # there the whole scrolls, and the table is nearly as high as the window
    f"@media(max-width:{PHONE_PX}px){{:host{{overflow:hidden auto!important}}"
    ":host>:nth-child(4 of div){flex:0 0 84%!important}}"
)


class Overtaken(Exception):  # noqa: N818 - it ends a reading, and is nobody's fault
    """Something else was asked for meanwhile."""


@cache
def overview_css() -> str:
    """The stylesheet of this part's sheets."""
    own = (Path(__file__).parent / "overview.css").read_text(encoding="utf-8")
    return traffic_css() + own + palette_css()


class OverviewPart:
    """Bar, picture and table.

    wanted, back   what a zoom and a double click ask for
    on_act         the page's own acts
    """

    def __init__(self, frame: Frame, *, wanted: Wanted, back: Back, on_act: OnAct) -> None:
        self.frame = frame
        self.shown: TrafficOverview | None = None
        self.rows: tuple[PortNumbers, ...] = ()
        self.trends: dict[str, PortTrend] = {}
        self._look: Look | None = None
        self._places = Places()
        self._start = 0
        self._asked = 0
        self._document = pn.state.curdoc
        css = overview_css()
        self.bar = Sheet(on_act=on_act, css=css)
        self.head = Sheet(on_act=on_act, css=css)
        self.table = Sheet(
            states.loading(), on_act=on_act, css=css, sizing_mode="stretch_both", styles=SHRINKS
        )
        self._veil = Veil(self.head, self.table)
        self.chart = Chart(wanted=wanted, back=back, leads=frame.go)
        self.stack = StackFigure()
        self.zoom = Zoom(self.stack.model, wanted=wanted, back=back)
        self.driver = ChartDriver(self._scheme)
        self._on_act = on_act
        fills: dict[str, Any] = {"sizing_mode": "stretch_both", "margin": 0}
        self._pictures: dict[str, Viewable] = {
            "busiest": pn.pane.Bokeh(self.stack.model, **fills),
            "sum": self.chart.pane,
        }
        self.room = pn.Column(sizing_mode="stretch_width", height=PICTURE_PX, margin=0)
        self.beside: asyncio.Task[bool] | None = None
        self.acts: Mapping[str, OnAct] = {
            "find-ports": self._find,
            "place": self._place,
            "watched": self._watch,
            "clear": self._clear,
            "sort": self._sort,
            "picture": self._choose_picture,
            "scrolled": self._scrolled,
            "csv": self._csv,
            "png": self._png,
        }

    @property
    def step(self) -> timedelta:
        """How long a bucket of the picture is."""
        return timedelta(seconds=self.shown.sum.step_s if self.shown is not None else 1)

    @property
    def query(self) -> Query:
        """What the address asks for."""
        return query_of(self.frame.address)

    @cached_property
    def heat(self) -> HeatFigure:
        """The map of hours, made once somebody looks at it."""
        made = HeatFigure(self._cell_chosen, self.stack.scheme)
        self._pictures["heat"] = pn.pane.Bokeh(made.model, sizing_mode="stretch_width", margin=0)
        return made

    def panel(self) -> Viewable:
        """Bar, sum, picture and table; the picture comes with its data."""
        return pn.Column(
            self.bar, self.head, self.room, self.table, self.driver, self.chart.driver,
            sizing_mode="stretch_both", margin=0, styles=SHRINKS, stylesheets=[_PHONE],
        )  # fmt: skip

    async def load(self, look: Look) -> None:
        """Read and draw; an answer that a later question has overtaken is dropped."""
        self._asked += 1
        asked, frame, query = self._asked, self.frame, self.query
        frame.crumbs(("Traffic", None))
        heard: list[Reading] = [Reading(done=0, planned=0)]
        self._draw_bar(heard[-1] if self.shown is None else None)
        if self._look is not None and self._look.time != look.time:
            self._veil.dim()  # these figures are of another time
        reading = frame.ask(self._read, look, query, partial(self._tell, asked, heard))
        try:
            shown = await told(reading, partial(self._follow, asked, heard), every_s=TOLD_S)
        except Overtaken:
            return
        finally:
            if asked == self._asked:
                self._veil.lift()
        if asked != self._asked:
            return
        self.shown, self._look, self._start = shown, look, 0
        self._places = self._places.with_ports(one.port for one in shown.ports)
        await self._draw()
        frame.tell(words.count(len(shown.ports), "port"))
        self._begin(partial(self._load_trends, asked, shown))

    def say(self, said: str) -> None:
        """In the place of picture and table."""
        self.shown, self.rows = None, ()
        soon(self._document, partial(self.room.__setitem__, slice(None), []))
        self.head.html = ""
        self._draw_bar(None)
        self.table.html = said

    # ---- reading

    def _read(self, look: Look, query: Query, tell: Any) -> TrafficOverview:
        return self.frame.bench.traffic_overview(
            since=look.since,
            until=look.until,
            where=query.where,
            buckets=BUCKETS,
            zone=self.frame.zone,
            on_ports=tell,
        )

    def _tell(self, asked: int, heard: list[Reading], done: int, planned: int) -> None:
        """On the reading's own thread."""
        if asked != self._asked:
            raise Overtaken
        heard.append(Reading(done=done, planned=planned))

    def _follow(self, asked: int, heard: list[Reading], _seconds: float) -> None:
        """The bar says how far it is."""
        if asked == self._asked:
            self._draw_bar(heard[-1])

    def _begin(self, work: Callable[[], Awaitable[None]]) -> None:
        """Beside what the person does; its error is a line over the page."""
        self.beside = asyncio.get_running_loop().create_task(self.frame.guard(work))

    async def _load_trends(self, asked: int, shown: TrafficOverview) -> None:
        """Of the busiest, once for the page: they do not follow the time that is looked at."""
        wanted = [one for one in busiest_ids(shown.ports) if one not in self.trends]
        if not wanted:
            return
        try:
            found = await self.frame.ask(self._read_trends, wanted, partial(self._tell, asked, []))
        except Overtaken:
            return
        self.trends |= {one.port.id: one for one in found}
        if asked == self._asked:
            await self._draw_rows()

    def _read_trends(self, ids: list[str], tell: Any) -> tuple[PortTrend, ...]:
        return tuple(self.frame.bench.port_trends(ports=ids, zone=self.frame.zone, on_ports=tell))

    # ---- drawing

    def _draw_bar(self, reading: Reading | None) -> None:
        shown = len(self.shown.ports) if self.shown is not None else None
        self.bar.html = render_bar(
            self.query, self._places, self.frame.address, shown=shown, reading=reading
        )

    async def _draw(self) -> None:
        self._draw_bar(None)
        await self._draw_picture()
        self.table.command(top=0)
        await self._draw_rows()

    async def _draw_picture(self) -> None:
        shown, picture = self.shown, self.query.picture
        if shown is None:
            return
        if not shown.sum.known:
            self.head.html = render_waits(shown, picture)
            soon(self._document, partial(self.room.__setitem__, slice(None), []))
            return
        zone = self.frame.zone
        self.head.html = (
            render_sum(shown.sum, zone, every_s=shown.every_s)
            + render_waits(shown, picture)
            + render_legend(shown, picture)
        )
        if picture == "sum":
            drawing = sum_drawing(shown.sum, now=self.frame.now(), zone=zone)
            await self.chart.draw(drawing, beside=self._show_picture)
        else:
            await at_once(self._document, self._put)

    def _put(self) -> None:
        assert self.shown is not None
        if self.query.picture == "heat":
            self.heat.draw(self.shown.heat, self.frame.zone)
        else:
            with self.zoom.drawing():
                self.stack.draw(self.shown, self.frame.zone)
        self._show_picture()

    def _show_picture(self) -> None:
        picture = self.query.picture
        pane = self._pictures[picture]
        self.room.height = int(self.heat.model.height) if picture == "heat" else PICTURE_PX
        if list(self.room) != [pane]:
            self.room[:] = [pane]

    async def _draw_rows(self) -> None:
        if self.shown is None:
            return
        query = self.query
        rows = await self.frame.ask(in_order, self.shown.ports, query.sort, self.trends)
        if query.sort != self.query.sort:
            return  # another order was asked for meanwhile, and is drawn
        self.rows = rows
        self._start = min(self._start, max(0, len(self.rows) - LONG.drawn))
        self.table.html = await self.frame.ask(self._table)

    def _table(self) -> str:
        if not self.rows:
            return self._nothing()
        listing = Listing(
            rows=self.rows,
            sort=self.query.sort,
            trends=self.trends,
            every_s=self.shown.every_s if self.shown is not None else 0,
            now=self.frame.now(),
            start=self._start,
        )
        return render_ports(listing, self.frame.address)

    def _nothing(self) -> str:
        if self.query.narrows:
            return states.empty(
                "No port is found",
                "None has this in its circuit, alias, device or name, where it is looked for.",
            )
        return states.empty(
            "There are no ports yet",
            "A port is here once Telegraf's devices or netwb's own poller have seen it: "
            + (
                "`netwb poll --once` asks the devices now."
                if self.frame.may(Permission.BACKUP_RUN)
                else "ask whoever runs netwb whether yours are read."
            ),
        )

    def _scheme(self, scheme: Any) -> None:
        soon(self._document, partial(self._paint, scheme))

    def _paint(self, scheme: Scheme) -> None:
        self.stack.paint(scheme)
        if "heat" in self._pictures:
            self.heat.paint(scheme)

    # ---- acts

    async def _ask(self, query: Query, *, typing: bool = False) -> None:
        """Other ports: the address says it, and they are read."""
        self.frame.address.set(history="replace" if typing else "push", **query.address())
        await self._on_act({"act": "again"})

    async def _find(self, act: Act) -> None:
        await self._ask(replace(self.query, find=str(act.get("value", "")).strip()), typing=True)

    async def _place(self, act: Act) -> None:
        chosen = str(act.get("value") or "")
        if act.get("of") == "site":
            await self._ask(replace(self.query, site=chosen))
        else:
            await self._ask(replace(self.query, tenant=chosen))

    async def _watch(self, act: Act) -> None:
        await self._ask(replace(self.query, watched=bool(act.get("value"))))

    async def _clear(self, _act: Act) -> None:
        await self._ask(self.query.everything())

    async def _sort(self, act: Act) -> None:
        sort = query_of({"sort": str(act.get("by", ""))}).sort
        self.frame.address.set(history="push", **replace(self.query, sort=sort).address())
        self._start = 0
        self.table.command(top=0)
        await self._draw_rows()

    async def _choose_picture(self, act: Act) -> None:
        picture = query_of({"look": str(act.get("look", ""))}).picture
        self.frame.address.set(history="push", **replace(self.query, picture=picture).address())
        self._draw_bar(None)
        await self._draw_picture()

    async def _scrolled(self, act: Act) -> None:
        seen = act.get("value")
        if not isinstance(seen, int | float):
            return
        start = LONG.first(int(seen), self._start, len(self.rows))
        if start != self._start:
            self._start = start
            self.table.html = await self.frame.ask(self._table)

    def _cell_chosen(self, port_id: str, begin: int, end: int) -> None:
        """A cell was clicked: its port, at that time."""
        since, until = (datetime.fromtimestamp(at, UTC) for at in (begin, end))
        if self._look is not None:
            at = self._look.at(since, until).address()
            self._begin(partial(self._open, {**at, "port": port_id}))

    async def _open(self, keys: dict[str, str | None]) -> None:
        self.frame.address.set(history="push", **keys)
        await self._on_act({"act": "again"})

    async def _csv(self, _act: Act) -> None:
        """What the picture is of; with the busiest: every port that is found, not only those drawn."""
        picture, shown = self.query.picture, self.shown
        of: str = picture
        if shown is None:
            raise InputError(NOTHING)
        if picture == "sum":
            content = await self.frame.ask(table_csv, sum_table, shown.sum)
        elif picture == "heat":
            content = await self.frame.ask(table_csv, hours_table, shown.heat)
        else:
            of, content = "ports", await self._ports_csv(shown)
        name = f"traffic-{of}-{self.frame.now():%Y%m%d-%H%M}.csv"
        self.frame.save(name, content, "text/csv")

    async def _ports_csv(self, shown: TrafficOverview) -> bytes:
        """With what is read beside them."""
        if self.beside is not None:
            await asyncio.wait({self.beside})
        known = set(busiest_ids(shown.ports))
        trends = {id_: one for id_, one in self.trends.items() if id_ in known}
        return await self.frame.ask(ports_csv, self.rows, trends)

    async def _png(self, _act: Act) -> None:
        shown, query = self.shown, self.query
        if shown is None or not len(self.room):
            raise InputError(NOTHING)
        parts = (query.tenant, query.site, query.find and f"\u201c{query.find}\u201d")
        scope = ", ".join(filter(None, (*parts, "watched alone" if query.watched else "")))
        what = f"{PICTURES_SAID[query.picture]}: {shown.sum.known:,} of {shown.sum.asked:,} ports"
        what += f" ({scope})" if scope else ""
        said = picture_of(what, shown.since, shown.until, self.frame.zone)
        name = f"traffic-{self.query.picture}-{self.frame.now():%Y%m%d-%H%M}.png"
        key = key_of(shown, query.picture, self.stack.scheme)
        self.driver.picture(name, said, key)
