"""Which time a hand wants to see: what the browser did to a chart's time axis, told once it rests.

A browser moves the axis by itself, at each notch of a wheel and at the end of a drag, and says so;
what is drawn here moves it too. Only the first is a wish: an answer that is drawn never asks again,
and a wish that comes while another one is being answered takes its place. A document that holds its changes
back tells of the answer's own only once it is drawn: what stands where it was drawn is no wish either.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from bokeh.events import DoubleTap

PAUSE_S = 0.15  # after the last word: a wheel sends ten

Wanted = Callable[[datetime, datetime], Awaitable[None]]
Back = Callable[[], Awaitable[None]]


class Zoom:
    """The time axis of one figure.

    wanted   awaited with the time that was zoomed to
    back     awaited after a double click
    """

    def __init__(
        self, figure: Any, *, wanted: Wanted, back: Back, pause_s: float = PAUSE_S
    ) -> None:
        self._axis = figure.x_range
        self._wanted = wanted
        self._back = back
        self._pause_s = pause_s
        self._drawing = False
        self._answering = False
        self._drawn: tuple[float, float] | None = None
        self._task: asyncio.Task[None] | None = None
        for edge in ("start", "end"):
            self._axis.on_change(edge, self._moved)
        figure.on_event(DoubleTap, self._tapped)

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """What moves the axis within is an answer, and no wish."""
        self._drawing = True
        try:
            yield
        finally:
            self._drawing = False
            self._drawn = self._span

    async def settled(self) -> None:
        """Wait until no wish is open."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    @property
    def _span(self) -> tuple[float, float]:
        return self._axis.start, self._axis.end

    def _moved(self, _edge: str, _old: object, _new: object) -> None:
        """Both ends come, one after the other."""
        if self._drawn is None or self._drawing:
            return
        if self._answering and self._span == self._drawn:
            return
        self._begin(self._rested())

    def _tapped(self, _event: object) -> None:
        """The browser leads back by itself too, where it can: by that nobody wishes anything."""
        self._begin(self._answered(self._back()))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if self._task is not None:
            self._task.cancel()
        self._answering = False
        self._task = asyncio.get_running_loop().create_task(work)

    async def _rested(self) -> None:
        await asyncio.sleep(self._pause_s)
        if self._span == self._drawn:
            return
        since, until = (_moment(edge) for edge in self._span)
        if since is not None and until is not None and since < until:
            await self._answered(self._wanted(since, until))

    async def _answered(self, answer: Awaitable[None]) -> None:
        self._answering = True
        await answer
        self._answering = False


def _moment(milliseconds: object) -> datetime | None:
    """What a browser says is where an axis ends."""
    try:
        return datetime.fromtimestamp(float(str(milliseconds)) / 1_000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
