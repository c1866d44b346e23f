"""`/wall`: how the network is, for a screen that nobody touches.

Plain Panel, dark, without the frame of the other pages: three boards of markup and three figures,
drawn again once an interval from what the facade reads once for all who may see the same. Rights are
asked again at each of these. What runs by the second runs in the browser.
Sources: PAGES.md "wall" and pitfalls 1, 4 to 10; facts-field "Traffic and billing" 9.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, datetime
from logging import getLogger
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import panel as pn
from bokeh.io import curdoc
from panel.io.resources import _env
from panel.viewable import Viewable

from netwb.errors import NetwbError, NotAuthenticatedError
from netwb.views.address import Address
from netwb.views.cures import in_page
from netwb.views.frame import seat_of
from netwb.views.html import esc
from netwb.views.sheet import GUARD
from netwb.views.wall.board import Board
from netwb.views.wall.figure import WallFigure
from netwb.views.wall.rows import (
    has_several_tenants,
    render_chart_head,
    render_foot,
    render_sites,
    render_top,
)
from netwb.workbench import Workbench
from netwb.workbench.seats import Seat
from netwb.workbench.wall import PORTS
from netwb.workbench.wall_records import WallNews

logger = getLogger(__name__)

Clock = Callable[[], datetime]
SPREAD_S = 2.0  # fifty walls of one reading are not drawn at one moment
AGAIN_S = 30.0  # after an error
TOP_PX, HEAD_PX, FOOT_PX, CHARTS_PX = 112, 58, 140, 800
FAILED = "This wall cannot be drawn; the server's log says why. It tries again by itself."
SHRINKS = {"min-height": "0", "overflow": "hidden"}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class WallView:
    """The boards and figures of one open wall."""

    def __init__(self, seat: Seat[Workbench], *, clock: Clock = _utc_now) -> None:
        self._bench = seat.bench
        self._zone = ZoneInfo(seat.person.time_zone or "UTC")
        self._now = clock
        self._task: asyncio.Task[None] | None = None
        self._document = pn.state.curdoc
        self.top = Board(render_top(None, now=clock(), zone=self._zone), height=TOP_PX)
        self.sites = Board(sizing_mode="stretch_both", styles=SHRINKS)
        self.foot = Board(height=FOOT_PX)
        self.heads = [Board(height=HEAD_PX) for _ in range(PORTS)]
        self.figures = [WallFigure() for _ in range(PORTS)]
        self.charts = pn.Column(
            width=CHARTS_PX,
            sizing_mode="stretch_height",
            margin=0,
            styles={**SHRINKS, "border-left": "1px solid var(--line)"},
        )
        self._panes = [
            pn.pane.Bokeh(one.model, sizing_mode="stretch_width", margin=0) for one in self.figures
        ]

    def panel(self) -> Viewable:
        """What is drawn at once; the charts join when there is something in them."""
        fills: dict[str, Any] = {"sizing_mode": "stretch_both", "margin": 0}
        middle = pn.Row(self.sites, self.charts, styles=SHRINKS, **fills)
        whole = {**SHRINKS, "height": "100vh", "background": "var(--bg)"}
        return pn.Column(self.top, middle, self.foot, styles=whole, **fills)

    async def load(self) -> None:
        """Begin to show news, until the page is closed."""
        if self._document is not None:
            pn.state.on_session_destroyed(self._end)
        # A sleep that is cancelled stays with the loop for its whole time, and its context with it:
        # by that the document of a closed page would live on.
        self._task = asyncio.get_running_loop().create_task(self._follow(), context=Context())

    def _end(self, _context: object) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _follow(self) -> None:
        wait_s: float | None = 0.0
        while wait_s is not None:
            await asyncio.sleep(wait_s)
            wait_s = await self.refresh()

    async def refresh(self) -> float | None:
        """Read and draw; gives the seconds until there is more to know, None: there never is."""
        try:
            news = await asyncio.to_thread(self._bench.wall)
            await self._on_document(lambda: self.draw(news))
        except NetwbError as error:
            said = in_page(error)
            await self._on_document(lambda: self._say(said))
            # Where nobody is logged in any more, the server closes the websocket besides.
            return None if isinstance(error, NotAuthenticatedError) else AGAIN_S
        except Exception:
            logger.exception("a wall could not be drawn")
            await self._on_document(lambda: self._say(FAILED))
            return AGAIN_S
        left_s = (news.next_at - self._now()).total_seconds()
        return max(left_s, 1.0) + random.uniform(0, SPREAD_S)  # noqa: S311 - no secret

    def draw(self, news: WallNews) -> None:
        """Show these."""
        now, zone = self._now(), self._zone
        self.top.html = render_top(news, now=now, zone=zone)
        self.sites.html = render_sites(news, zone)
        self.foot.html = render_foot(news.night, now=now, zone=zone)
        several = has_several_tenants(news.sites)
        for head, figure, traffic in zip(self.heads, self.figures, news.ports, strict=False):
            head.html = render_chart_head(traffic, several=several)
            figure.draw(traffic, zone)
        self._show_charts(len(news.ports))

    def _show_charts(self, number: int) -> None:
        pairs = zip(self.heads[:number], self._panes[:number], strict=True)
        shown = [part for pair in pairs for part in pair]
        if list(self.charts) != shown:
            self.charts[:] = shown

    def _say(self, said: str) -> None:
        """In the place of everything that may be true no more."""
        self.top.html = render_top(None, now=self._now(), zone=self._zone)
        self.sites.html = _sentence(said)
        self.foot.html = ""
        self._show_charts(0)

    async def _on_document(self, change: Callable[[], None]) -> None:
        """Change all of it under the document's lock, in one message."""
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


def show_wall(bench: Workbench, seat: Seat[Workbench] | None = None) -> None:
    """Put the wall on screen for whom this Workbench acts for."""
    pn.config.reconnect = False  # the page loads itself anew
    pn.config.browser_info = False
    pn.config.notifications = False
    document = curdoc()
    text = (Path(__file__).parent / "wall.html").read_text(encoding="utf-8")
    document.template = _env.from_string(text)
    setattr(document, GUARD, None)  # one of netwb's own pages, for who describes it to the browser
    try:
        found = seat or seat_of(bench, Address(_search(), page="wall"))
        if found.refused is not None:
            raise found.refused
        view = WallView(found)
    except NetwbError as error:
        Board(_sentence(in_page(error)), sizing_mode="stretch_both").servable(
            title="Wall · netwb", location=False
        )
        return
    view.panel().servable(title="Wall · netwb", location=False)
    pn.state.onload(view.load)


def _sentence(said: str) -> str:
    return f'<div class="si"><div class="s0"><div class="nm">{esc(said)}</div></div></div>'


def _search() -> str:
    context = pn.state.curdoc.session_context if pn.state.curdoc else None
    arguments = getattr(getattr(context, "request", None), "arguments", {})
    return urlencode({name: values[0] for name, values in arguments.items() if values})
