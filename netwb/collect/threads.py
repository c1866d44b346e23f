"""Work in a thread that the process does not wait for.

The executor of asyncio has a handful of threads and joins them all at exit: one device that never
answers would keep `netwb` from ending.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def in_thread(work: Callable[[], Value], *, name: str) -> asyncio.Future[Value]:
    """Start the work in a daemon thread; the future gives its value or its exception."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Value] = loop.create_future()

    def done(value: Value | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(value)  # type: ignore[arg-type]  # one of the two is given

    def body() -> None:
        try:
            value = work()
        except BaseException as error:  # noqa: BLE001 - carried to the future
            loop.call_soon_threadsafe(done, None, error)
        else:
            loop.call_soon_threadsafe(done, value, None)

    threading.Thread(target=body, name=name, daemon=True).start()
    return future
