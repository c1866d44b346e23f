"""Models that are on screen are changed under their document's lock, and in one message.

A view takes `pn.state.curdoc` when it is made; None, outside of a page, is nobody's to lock.
Sources: bokeh.document (3.9), `hold` and `add_next_tick_callback`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bokeh.document import Document

Change = Callable[[], None]


def soon(document: Document | None, change: Change) -> None:
    """Change models once the lock is held; nobody waits for it."""
    if document is None:
        change()
    else:
        document.add_next_tick_callback(change)


async def at_once(document: Document | None, change: Change) -> None:
    """Change models as soon as the lock is held, and wait for that; its error is the caller's."""
    if document is None:
        change()
        return
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def locked() -> None:
        """Nothing where who waited has gone: the page is closed, or asks for something else."""
        if done.done():
            return
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
