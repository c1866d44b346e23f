"""What takes longer than a blink is said while it lasts: that it is read, and for how long already."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar

Result = TypeVar("Result")
EVERY_S = 1.0  # quick answers say nothing


async def told(
    work: Coroutine[Any, Any, Result], say: Callable[[float], None], *, every_s: float = EVERY_S
) -> Result:
    """What comes of it; until then `say` hears now and then for how many seconds it is awaited.

    Whoever stops waiting stops the work, too.
    """
    task, began = asyncio.ensure_future(work), monotonic()
    try:
        while True:
            done, _ = await asyncio.wait({task}, timeout=every_s)
            if done:
                return task.result()
            say(monotonic() - began)
    finally:
        task.cancel()
