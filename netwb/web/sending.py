"""See that what a page is told is sent, also while what was told before is still on its way.

Panel writes what it cannot send at once by a task, which waits until the bytes went. What is told
meanwhile is put aside for the next task; but the first one, when it is done, takes away the mark by
which the next one knows that there is work. Then a search's lines and the end of an act lay on the
server until the person did something else (measured: one of 50 looks at `/configs`).
Source: panel.io.document, `_dispatch_msgs` (1.9.4, the newest).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bokeh.document import Document
from panel.io import document

_SENDS, _PUT_ASIDE, _MARKED = "_dispatch_msgs", "_WRITE_MSGS", "_WRITE_BLOCK"
_panels_own: Callable[[Document], Awaitable[None]] = getattr(document, _SENDS)


def install() -> None:
    """Panel calls it by name; there is no other seam."""
    setattr(document, _SENDS, send)


async def send(page: Document) -> None:
    """As Panel's, until nothing is put aside that no task is marked for."""
    await _panels_own(page)
    put_aside, marked = getattr(document, _PUT_ASIDE), getattr(document, _MARKED)
    while page in put_aside and page not in marked:
        marked[page] = True
        await _panels_own(page)
