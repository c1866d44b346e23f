"""A view of a person on a real Workbench, without a browser: acts go in, markup comes out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from netwb.errors import NetwbError
from netwb.views.address import Address
from netwb.views.frame import Frame, PageView
from netwb.views.sheet import Sheet
from netwb.workbench import Workbench
from tests.benches import Rig

T = TypeVar("T")
HOSTILE = "<img src=x onerror=alert(1)>\"'\N{RIGHT-TO-LEFT OVERRIDE}</script>"


class RecordingFrame(Frame):
    """A frame that keeps what it would send to the browser."""

    def __init__(self, bench: Workbench, *, address: Address, made: Rig) -> None:
        self.saved: list[tuple[str, bytes]] = []
        self.went: list[str] = []
        super().__init__(bench, address=address, clock=made.clock)

    def save(self, name: str, content: bytes, mime: str = "application/octet-stream") -> None:
        del mime
        self.saved.append((name, content))

    def go(self, url: str) -> None:
        self.went.append(url)


class ActingView(PageView, Protocol):
    """A view whose acts a test may send."""

    async def _act(self, act: dict[str, Any]) -> None: ...


class Visit:
    """One page of one person; everything on it is read at once."""

    def __init__(self, view: type[Any], bench: Workbench, made: Rig, search: str = "") -> None:
        self.frame = RecordingFrame(bench, address=Address(search, page=view.page), made=made)
        self.view = view(self.frame)
        self.root = self.view.panel()

    async def load(self) -> Visit:
        """As the browser does once the page is drawn."""
        await self.view.load()
        return self

    async def act(self, name: str, /, **said: Any) -> Visit:
        """As a click, a field or a form does; an error is the act's own."""
        await self.view._act({"act": name, **said})
        return self

    async def send(self, name: str, /, **fields: Any) -> Visit:
        """A form without data of its own."""
        return await self.act(name, fields=fields)

    async def refusal(self, name: str, /, **said: Any) -> str:
        """Why an act came to nothing: its error, or what the dialog says of it."""
        try:
            await self.act(name, **said)
        except NetwbError as error:
            return str(error)
        return self.text

    @property
    def html(self) -> str:
        """The markup of every sheet that stands on the page."""
        return "\n".join(sheet.html for sheet in self.root.select(Sheet))

    @property
    def text(self) -> str:
        """What a person reads, entities and all."""
        return " ".join(re.sub(r"<[^>]*>", " ", self.html).split())


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a test's work on a loop of its own."""
    return asyncio.run(work)
