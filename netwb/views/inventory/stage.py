"""The sheets of the inventory's page, and how its parts use them.

A list (toolbar, facets, table) or one page in its place, and a dialog over both: each is a sheet of
its own, so that ticking a box draws a toolbar and not a table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from netwb.errors import NetwbError, NotAuthenticatedError
from netwb.roles import Permission
from netwb.views.frame import Frame
from netwb.views.inventory.links import Links
from netwb.views.inventory.table import Sees
from netwb.views.sheet import Act, OnAct, Sheet
from netwb.views.states import loading

T = TypeVar("T")
Acts = Mapping[str, Callable[[Act], Awaitable[None]]]

FACETS_PX = 184
_FILLS: dict[str, Any] = {
    "sizing_mode": "stretch_both",
    "margin": 0,
    "styles": {"min-height": "0", "overflow": "hidden"},
}


def css() -> str:
    """Rules of this page alone."""
    return Path(__file__).with_name("inventory.css").read_text(encoding="utf-8")


class Stage:
    """The sheets, the frame around them, and what is done beside the acts."""

    def __init__(self, frame: Frame, on_act: OnAct) -> None:
        self.frame = frame
        own = css()
        self.toolbar = Sheet(on_act=on_act, css=own, height=48)
        self.facets = Sheet(
            on_act=on_act, css=own, width=FACETS_PX, sizing_mode="stretch_height", styles=_BESIDE
        )
        self.table = Sheet(loading(), on_act=on_act, css=own, **_FILLS)
        self.page = Sheet(on_act=on_act, css=own, visible=False, **_FILLS)
        self.dialog = Sheet(on_act=on_act, css=own, height=0)
        self._list = pmui.Row(self.facets, self.table, **_FILLS)
        self._tasks: set[asyncio.Task[None]] = set()
        if pn.state.curdoc is not None:
            pn.state.on_session_destroyed(self._end)

    def panel(self) -> Viewable:
        """All of it; what is not in use is not shown."""
        return pmui.Column(self.dialog, self.toolbar, self._list, self.page, **_FILLS)

    def show_list(self) -> None:
        """The list stands; a page that was there is gone."""
        self._swap(listed=True)

    def show_page(self, html: str) -> None:
        """One page in the place of the list."""
        self.page.html = html
        self._swap(listed=False)

    def _swap(self, *, listed: bool) -> None:
        self.toolbar.visible = self._list.visible = listed
        self.page.visible = not listed

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
            self.ask(redraw(str(error)))
            return False
        self.close()
        return True

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on beside the acts, until it ends or the page is closed."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait until nothing goes on any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        async def run() -> None:
            await work

        await self.frame.guard(run)

    def _end(self, _context: object) -> None:
        for task in tuple(self._tasks):
            task.cancel()

    def sees(self) -> Sees:
        """What the person may see and do, as the page shows it."""
        may = self.frame.may
        return Sees(
            address=may(Permission.INVENTORY_ADDRESS),
            edit=may(Permission.INVENTORY_EDIT),
            back_up=may(Permission.BACKUP_RUN),
            configs=may(Permission.CONFIG_VIEW),
        )

    def links(self) -> Links:
        """Links from where the page stands now."""
        return Links.of(self.frame.address)


_BESIDE = {"min-height": "0", "overflow": "hidden", "border-right": "1px solid var(--line)"}
