"""`ConfigsView`: the page `/configs`. Its address says which of its views is on screen.

`device=` is a device's history, `find=` the search, `quarantine=` what was kept back, `health=` how
the backups stand; without any it is what changed. A change from one to another draws within the page, as a reload costs a second.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl, urlsplit

import panel as pn
from panel.viewable import Viewable

from netwb.views.configs.changes import ChangesView
from netwb.views.frame import Frame
from netwb.views.health.page import HealthView
from netwb.views.history.page import HistoryView
from netwb.views.quarantine.page import QuarantineView
from netwb.views.search.page import SearchView
from netwb.views.sheet import Sheet


class SubView(Protocol):
    """One of the page's views; `turn` leads to another one."""

    turn: Any

    def panel(self) -> Viewable:
        """What is drawn at once."""
        ...

    async def load(self) -> None:
        """Read what the address asks for."""
        ...


VIEWS: tuple[tuple[str, type[Any]], ...] = (
    ("device", HistoryView),
    ("find", SearchView),
    ("quarantine", QuarantineView),
    ("health", HealthView),
)


class ConfigsView:
    """Chooses the view by the address, also when the person goes back and forward."""

    page: ClassVar[str] = "configs"
    title: ClassVar[str] = "Configs"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._view = self._made()
        self._content = self._view.panel()
        self._body = pn.Column(
            self._content, sizing_mode="stretch_both", margin=0, styles={"min-height": "0"}
        )
        self._tasks: set[asyncio.Task[Any]] = set()
        frame.address.on_change(self._went)
        if pn.state.curdoc is not None:
            pn.state.on_session_destroyed(self._end)

    def panel(self) -> Viewable:
        """The view that the address names."""
        return self._body

    async def load(self) -> None:
        """Read what it asks for; called again where a person tries again."""
        if self._body[0] is not self._content:
            self._body[:] = [self._content]
        await self.frame.part(self._view.load, self._say)

    def _say(self, said: str) -> None:
        self._body[:] = [Sheet(said, on_act=self.frame.act, sizing_mode="stretch_both")]

    def turn(self, url: str) -> None:
        """Lead to another view of this page, without a reload; to another page as a link does."""
        parts = urlsplit(url)
        if parts.scheme or parts.netloc:
            return  # no view of ours leads elsewhere
        if parts.path not in {"", self.page}:
            self.frame.go(url)
            return
        wanted = dict(parse_qsl(parts.query, errors="replace"))
        gone = dict.fromkeys(name for name in self.frame.address if name != "history")
        wanted.pop("history", None)  # it would be taken for the word of `set`
        self.frame.address.set(history="push", **{**gone, **wanted})
        task = asyncio.get_running_loop().create_task(self.frame.guard(self._went))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _went(self) -> None:
        """The address changed: draw the view that it names, anew."""
        self._leave()
        self._view = self._made()
        self._content = self._view.panel()
        await self.load()

    def _leave(self) -> None:
        """Nothing goes on behind the view that comes."""
        leave = getattr(self._view, "leave", None)
        if leave is not None:
            leave()

    def _end(self, _context: object) -> None:
        """The page is closed."""
        self._leave()
        for task in tuple(self._tasks):
            task.cancel()

    def _made(self) -> SubView:
        address = self.frame.address
        kind = next((view for name, view in VIEWS if name in address), ChangesView)
        view: SubView = kind(self.frame)
        view.turn = self.turn
        return view
