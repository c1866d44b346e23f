"""Watches the event loop from inside a server process, and says on stderr what held it.

By the processor's time of the loop's own thread, which a busy machine does not lengthen; what waits
instead of computing is the database, and a statement on that thread is told by itself.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from tornado.ioloop import IOLoop

TICK_S = 0.001
TOLD_S = 0.005


def begin() -> None:
    """From now on; on the thread whose loop is meant."""
    IOLoop.current().add_callback(_watch)


async def _watch() -> None:
    own = threading.get_ident()

    @event.listens_for(Engine, "before_cursor_execute")
    def tell(*arguments: Any) -> None:
        if threading.get_ident() == own:
            sys.stderr.write(f"statement on the loop: {arguments[2]!r}\n")

    sys.stderr.write("the loop is watched\n")
    before = time.thread_time()
    while True:
        await asyncio.sleep(TICK_S)
        now = time.thread_time()
        if now - before > TOLD_S:
            sys.stderr.write(f"the loop was held {(now - before) * 1000:.1f} ms\n")
        before = time.thread_time()
