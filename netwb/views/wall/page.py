"""`/wall`: how the network is, for a screen that nobody touches.

Dark, without the frame of the other pages: boards of markup and three figures, sent with what is
known when the page is asked for, and drawn again once an interval from what the facade reads once for
all who may see the same. Rights are asked again at each of these. What runs by the second runs in the
browser.
Sources: PAGES.md "wall" and pitfalls 1, 4 to 10; facts-field "Traffic and billing" 9.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, datetime
from functools import cache
from logging import getLogger
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import panel as pn
from bokeh.document import Document
from bokeh.io import curdoc
from panel.io.resources import _env

from netwb.errors import NetwbError, NotAuthenticatedError
from netwb.views.address import Address
from netwb.views.cures import in_page
from netwb.views.document import at_once
from netwb.views.frame import seat_of
from netwb.views.sheet import GUARD
from netwb.views.wall.attacks import attacks_on, bands, render_attacks
from netwb.views.wall.boards import HEADS, NAME, Boards
from netwb.views.wall.figure import WallFigure
from netwb.views.wall.rows import (
    has_several_tenants,
    render_chart_head,
    render_foot,
    render_no_chart,
    render_sentence,
    render_sites,
    render_top,
)
from netwb.workbench import Workbench
from netwb.workbench.seats import Seat
from netwb.workbench.wall_records import WallNews

logger = getLogger(__name__)

Clock = Callable[[], datetime]
BARE = "netwb_bare"  # attribute of a document whose models are all Bokeh's own
TITLE = "Wall \u00b7 netwb"
SPREAD_S = 2.0  # fifty walls of one reading are not drawn at one moment
AGAIN_S = 30.0  # after an error
FAILED = "This wall cannot be drawn; the server's log says why. It tries again by itself."


def _utc_now() -> datetime:
    return datetime.now(UTC)


class WallView:
    """The boards and figures of one open wall."""

    def __init__(
        self, seat: Seat[Workbench], news: WallNews | None = None, *, clock: Clock = _utc_now
    ) -> None:
        self._bench = seat.bench
        self._zone = ZoneInfo(seat.person.time_zone or "UTC")
        self._now = clock
        self._task: asyncio.Task[None] | None = None
        self._document = pn.state.curdoc
        self._wait_s = 0.0
        self.boards = Boards()
        self.figures = [WallFigure() for _ in HEADS]
        if news is None:
            self.boards.put(top=render_top(None, now=clock(), zone=self._zone))
        else:
            self.draw(news)
            self._wait_s = self._left_s(news)

    async def load(self) -> None:
        """Show what is new, until the page is closed."""
        # A sleep that is cancelled stays with the loop for its whole time, and its context with it:
        # by that the document of a closed page would live on.
        self._task = asyncio.get_running_loop().create_task(self._follow(), context=Context())

    def end(self, _context: object) -> None:
        """The page was closed."""
        if self._task is not None:
            self._task.cancel()

    async def _follow(self) -> None:
        wait_s: float | None = self._wait_s
        while wait_s is not None:
            await asyncio.sleep(wait_s)
            wait_s = await self.refresh()

    async def refresh(self) -> float | None:
        """Read and draw; gives the seconds until there is more to know, None: there never is."""
        try:
            news = await asyncio.to_thread(self._bench.wall)
            await at_once(self._document, lambda: self.draw(news))
        except NetwbError as error:
            said = in_page(error)
            await at_once(self._document, lambda: self._say(said))
            # Where nobody is logged in any more, the server closes the websocket besides.
            return None if isinstance(error, NotAuthenticatedError) else AGAIN_S
        except Exception:
            logger.exception("a wall could not be drawn")
            await at_once(self._document, lambda: self._say(FAILED))
            return AGAIN_S
        return self._left_s(news)

    def _left_s(self, news: WallNews) -> float:
        left_s = (news.next_at - self._now()).total_seconds()
        return max(left_s, 1.0) + random.uniform(0, SPREAD_S)  # noqa: S311 - no secret

    def draw(self, news: WallNews) -> None:
        """Show these."""
        now, zone = self._now(), self._zone
        several = has_several_tenants(news.sites)
        heads = []
        for figure, traffic in zip(self.figures, news.ports, strict=False):
            attacks = attacks_on(news.attacks, traffic)
            figure.draw(traffic, zone, bands(attacks, traffic))
            said = render_attacks(attacks, zone)
            heads.append(render_chart_head(traffic, said, several=several))
        self.boards.put(
            top=render_top(news, now=now, zone=zone),
            sites=render_sites(news, zone),
            foot=render_foot(news, now=now, zone=zone),
            none=render_no_chart(news, now=now),
            **_headed(heads),
        )

    def _say(self, said: str) -> None:
        """In the place of everything that may be true no more."""
        top = render_top(None, now=self._now(), zone=self._zone)
        self.boards.put(top=top, sites=render_sentence(said), foot="", none="", **_headed([]))


def _headed(heads: list[str]) -> dict[str, str]:
    """What each chart's head says; the charts without one are not shown."""
    return {part: heads[number] if number < len(heads) else "" for number, part in enumerate(HEADS)}


def show_wall(
    bench: Workbench, seat: Seat[Workbench] | None = None, news: WallNews | None = None
) -> None:
    """Put the wall on screen for whom this Workbench acts for; `news` were read for that seat."""
    document = curdoc()
    try:
        found = seat or seat_of(bench, Address(_search(), page="wall"))
        if found.refused is not None:
            raise found.refused
        view = WallView(found, news)
    except NetwbError as error:
        boards = Boards()
        boards.put(sites=render_sentence(in_page(error)))
        _send(document, boards, [])
        return
    _send(document, view.boards, view.figures)
    pn.state.on_session_destroyed(view.end)
    pn.state.onload(view.load)


def _send(document: Document, boards: Boards, figures: list[WallFigure]) -> None:
    """The page as it is first sent, and the models that bring what comes later."""
    for attribute in (GUARD, BARE):  # by these the server knows what the page needs
        setattr(document, attribute, None)
    document.title = TITLE
    document.template = _template()
    with document.models.freeze():
        document.add_root(boards.model)
        for head, figure in zip(HEADS, figures, strict=False):
            figure.model.name = head
            document.add_root(figure.model)
    drawn = [(boards.html[head], head) for head, _ in zip(HEADS, figures, strict=False)]
    document.template_variables.update(**boards.html, boards=NAME, charts=drawn)


@cache
def _template() -> Any:
    return _env.from_string((Path(__file__).parent / "wall.html").read_text(encoding="utf-8"))


def _search() -> str:
    context = pn.state.curdoc.session_context if pn.state.curdoc else None
    arguments = getattr(getattr(context, "request", None), "arguments", {})
    return urlencode({name: values[0] for name, values in arguments.items() if values})
