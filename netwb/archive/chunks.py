"""Cut long lists into pieces that one SQL statement can carry. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
LIMIT = 500  # values in one IN list: SQLite stops at 32,766, and a plan is cached for each length


def chunks(items: Iterable[Item], size: int = LIMIT) -> Iterator[list[Item]]:
    """Pieces of at most `size`, in order."""
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece
