"""What is under way at routers: begun now, taken in at a later turn. Nobody waits in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any


class Flights:
    """One flight a key at a time.

    landed   called from another thread when a part of one has ended, so that a turn comes soon
    """

    def __init__(self, landed: Callable[[], None] = lambda: None) -> None:
        self._landed = landed
        self._all: dict[str, tuple[Sequence[Future[Any]], Callable[[], None]]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._all

    def __bool__(self) -> bool:
        return bool(self._all)

    @property
    def keys(self) -> tuple[str, ...]:
        """Those in the air."""
        return tuple(self._all)

    def begin(self, key: str, work: Sequence[Future[Any]], land: Callable[[], None]) -> None:
        """`land` is called at a turn after all of the work has ended, well or not."""
        self._all[key] = (work, land)
        for one in work:
            one.add_done_callback(lambda _: self._landed())

    def land(self) -> None:
        """Take in what has ended."""
        over = [key for key, (work, _) in self._all.items() if all(one.done() for one in work)]
        for key in over:
            _, land = self._all.pop(key)
            land()
