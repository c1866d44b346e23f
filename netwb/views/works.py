"""What goes on for one page and ends with it: nobody is there any more to whom it could be shown.

Whoever takes a closed page apart (`netwb.web.closing`) cancels it first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Works = set[asyncio.Task[Any]]


@contextmanager
def working(works: Works) -> Iterator[None]:
    """The task that this runs in is one of them meanwhile."""
    task = asyncio.current_task()
    if task is None or task in works:
        yield
        return
    works.add(task)
    try:
        yield
    finally:
        works.discard(task)
