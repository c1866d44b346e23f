"""See that what a page is told is sent, also while what was told before is still on its way.

Panel writes what it cannot send at once by a task, which waits until the bytes went. What is told
meanwhile is put aside for the next task; but the first one, when it is done, takes away the mark by
which the next one knows that there is work. Then a search's lines and the end of an act lay on the
server until the person did something else (measured: one of 50 looks at `/configs`).
A browser that goes away while a message is on its way is no fault of anybody's. Each frame of it is a
task of Tornado's, and where one of them cannot be written Panel lets go of those before it; asyncio then
said of each, with its trace, "Task exception was never retrieved". They are looked after here.
Sources: panel.io.document, `_dispatch_msgs` and `dispatch_tornado` (1.9.4, the newest); tornado.websocket.
"""

from __future__ import annotations

import logging
from asyncio import Future
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from bokeh.document import Document
from panel.io import document
from tornado.websocket import (
    WebSocketClosedError,
    WebSocketHandler,
    WebSocketProtocol,
    WebSocketProtocol13,
)

_SENDS, _PUT_ASIDE, _MARKED = "_dispatch_msgs", "_WRITE_MSGS", "_WRITE_BLOCK"
_WRITES = "dispatch_tornado"
_panels_own: Callable[[Document], Awaitable[None]] = getattr(document, _SENDS)
_panels_writing: Callable[..., Sequence[Future[None]]] = getattr(document, _WRITES)
logger = logging.getLogger(__name__)


class HeededProtocol(WebSocketProtocol13):
    """Of whose frames somebody hears how they fared, also where nobody waits for them."""

    def write_message(  # its face is Tornado's
        self,
        message: str | bytes | dict[str, Any],
        binary: bool = False,  # noqa: FBT001, FBT002
    ) -> Future[None]:
        """As Tornado's; who waits for it is told the same."""
        way = super().write_message(message, binary=binary)
        way.add_done_callback(_heed)
        return way


class HeededSocket(WebSocketHandler):
    """A websocket whose browser may go away at any time."""

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """As Tornado's, with frames that are looked after."""
        made = super().get_websocket_protocol()
        if not isinstance(made, WebSocketProtocol13):
            return made
        return HeededProtocol(self, made.mask_outgoing, made.params)


def _heed(way: Future[None]) -> None:
    if not way.cancelled() and (error := way.exception()) is not None:
        logger.debug("a browser went away before a frame: %s", type(error).__name__)


def install() -> None:
    """Panel calls them by name; there is no other seam."""
    setattr(document, _SENDS, send)
    setattr(document, _WRITES, write)


def write(*args: Any, **kwargs: Any) -> Sequence[Future[None]]:
    """As Panel's; to a browser that went away in the middle there is nothing more to write."""
    try:
        return _panels_writing(*args, **kwargs)
    except WebSocketClosedError:
        return []


async def send(page: Document) -> None:
    """As Panel's, until nothing is put aside that no task is marked for."""
    await _panels_own(page)
    put_aside, marked = getattr(document, _PUT_ASIDE), getattr(document, _MARKED)
    while page in put_aside and page not in marked:
        marked[page] = True
        await _panels_own(page)
