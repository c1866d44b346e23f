"""One thread for reads that take less than a millisecond: many only get in each other's way.

Each answer of a database gives the interpreter's lock away and wants it back; with some threads at
it that costs more than the reads (measured: 20 clients, 2 cores, 430 requests a second by a pool of
any size, 670 by this). One thread does what waits, in its order, and hands finished ones over
together, so that the event loop wakes once for several. What comes while the thread is held up, by
a writer or a slow disk, goes the ordinary way instead.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol, TypeVar

HELD_UP_S = 0.02  # no quick read takes so long
HANDED_S = 0.004  # how long a finished one may wait for others
IDLE_S = 30.0  # then the thread ends; the next call starts another
Result = TypeVar("Result")


class Run(Protocol):
    """Calls a function that blocks in a thread of a bounded executor."""

    def __call__(self, call: Callable[..., Result], *args: Any) -> Awaitable[Result]:
        """What the call gives, or raises."""
        ...


@dataclass(slots=True)
class _Piece:
    """One call, and what came of it."""

    call: Callable[..., Any]
    args: tuple[Any, ...]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class Lane:
    """The thread of one event loop. `otherwise` runs a call while it is held up."""

    def __init__(self, otherwise: Run, *, idle_s: float = IDLE_S) -> None:
        self._otherwise = otherwise
        self._idle_s = idle_s
        self._waiting: deque[_Piece] = deque()
        self._changed = threading.Condition()
        self._works = False
        self._since: float | None = None  # when the call under way began

    async def run(self, call: Callable[..., Result], *args: Any) -> Result:
        """What the call gives, or raises."""
        since = self._since
        if since is not None and monotonic() - since > HELD_UP_S:
            return await self._otherwise(call, *args)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        with self._changed:
            self._waiting.append(_Piece(call, args, future))
            if not self._works:
                self._works = True
                threading.Thread(
                    target=self._work, args=(loop,), name="netwb-lane", daemon=True
                ).start()
            self._changed.notify()
        return await future

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._is_asked():
            done: list[_Piece] = []
            handed = monotonic()
            while self._waiting:
                done.append(self._done(self._waiting.popleft()))
                if monotonic() - handed > HANDED_S:
                    _hand(loop, done)
                    done, handed = [], monotonic()
            _hand(loop, done)

    def _is_asked(self) -> bool:
        """Wait for a call; False, and the thread's end, where none came for so long."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._waiting), self._idle_s):
                self._works = False
            return self._works

    def _done(self, piece: _Piece) -> _Piece:
        self._since = monotonic()
        try:
            piece.result = piece.call(*piece.args)
        except BaseException as error:  # noqa: BLE001 - it is raised where the call is awaited
            piece.error = error
        self._since = None
        return piece


def _hand(loop: asyncio.AbstractEventLoop, done: list[_Piece]) -> None:
    with suppress(RuntimeError):  # the loop was closed: nobody waits for it any more
        if done:
            loop.call_soon_threadsafe(_settle, done)


def _settle(done: list[_Piece]) -> None:
    for piece in done:
        if piece.future.done():
            continue  # cancelled: whoever waited has gone
        if piece.error is not None:
            piece.future.set_exception(piece.error)
        else:
            piece.future.set_result(piece.result)
