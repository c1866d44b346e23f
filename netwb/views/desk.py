"""`Desk`: a dialog over a page, and what goes on beside the acts. For views of several parts.

What a dialog asked for and the facade refused is said in the dialog, with what was typed kept;
work that outlasts an act (a job that is followed, a probe) ends with the page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import panel as pn

from netwb.errors import NetwbError, NotAuthenticatedError
from netwb.views.cures import in_page
from netwb.views.fields import refused
from netwb.views.frame import Frame
from netwb.views.sheet import Act, OnAct, Sheet

T = TypeVar("T")
Acts = Mapping[str, Callable[[Act], Awaitable[None]]]

FILLS: dict[str, Any] = {  # a chain of these scrolls inside, instead of growing
    "sizing_mode": "stretch_both",
    "margin": 0,
    "styles": {"min-height": "0", "overflow": "hidden"},
}


class Desk:
    """A frame, a dialog in a sheet of its own, and tasks."""

    def __init__(self, frame: Frame, on_act: OnAct, *, css: str) -> None:
        self.frame = frame
        self.dialog = Sheet(on_act=on_act, css=css, height=0)
        self._tasks: set[asyncio.Task[bool]] = set()
        if pn.state.curdoc is not None:
            pn.state.on_session_destroyed(self._end)

    def ask(self, html: str) -> None:
        """Open a dialog, or draw it anew."""
        self.dialog.html = html

    def close(self) -> None:
        """No dialog."""
        self.dialog.html = ""

    async def tried(self, do: Callable[[], T], redraw: Callable[[str], str]) -> bool:
        """Do what a dialog asked for; where it is refused, the dialog stays and says why."""
        try:
            await self.frame.ask(do)
        except NotAuthenticatedError:
            raise
        except NetwbError as error:
            faults = {field: in_page(said) for field, said in error.faults.items()}
            self.ask(refused(redraw, in_page(error), faults))
            return False
        self.close()
        return True

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Let something go on beside the acts, until it ends or the page is closed."""
        task = asyncio.get_running_loop().create_task(self.frame.guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait until nothing goes on any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _end(self, _context: object) -> None:
        for task in tuple(self._tasks):
            task.cancel()
