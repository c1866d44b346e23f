"""How fast pages are built: by whom, and one after the other. Building one holds the event loop.

A person, and an address, has so many pages at once and so many a second; what reloads without an end
is told to wait. And between two pages the loop serves everybody else for a moment: an answer of the
API takes several turns of the loop, and would wait for a page at each of them.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import cast

from bokeh.server.tornado import BokehTornado

BREATHES = 0.5  # between two pages, for each second that one took: so much is everybody else's,
LEAST_S, MOST_S = 0.015, 0.25  # within these
_KEY = "netwb_pace"  # among the application's settings
MOST_KEPT = 10_000  # whom it remembers


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """So many at once, and so many a second from then on."""

    burst: int
    a_second: float


A_PERSON = Allowed(burst=20, a_second=4.0)
AN_ADDRESS = Allowed(burst=60, a_second=12.0)  # many people may come from one


class Buckets:
    """Who took how many lately. For one thread."""

    def __init__(self, allowed: Allowed, *, clock: Callable[[], float] = monotonic) -> None:
        self._allowed = allowed
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # name: how many, when

    def take(self, name: str) -> int:
        """0, and one is taken; else nothing is, and after so many seconds there is one again."""
        now, most = self._clock(), self._allowed.burst
        left, at = self._left.pop(name, (float(most), now))
        left = min(most, left + (now - at) * self._allowed.a_second)
        waits = 0 if left >= 1 else max(1, ceil((1 - left) / self._allowed.a_second))
        self._left[name] = (left if waits else left - 1, now)
        while len(self._left) > MOST_KEPT:
            self._left.popitem(last=False)
        return waits


class Pace:
    """Of one server."""

    def __init__(self) -> None:
        self._people = Buckets(A_PERSON)
        self._addresses = Buckets(AN_ADDRESS)
        self._building = asyncio.Lock()

    def wait_s(self, person: str, address: str) -> int:
        """How long they must wait for their next page; 0: it is theirs."""
        return self._people.take(person) or self._addresses.take(address)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Build a page in it; who came first has it first."""
        await self._building.acquire()
        began = monotonic()
        try:
            yield
        finally:
            pause = min(max(LEAST_S, BREATHES * (monotonic() - began)), MOST_S)
            asyncio.get_running_loop().call_later(pause, self._building.release)


def pace_of(application: BokehTornado) -> Pace:
    """The one pace of a server."""
    settings = application.settings
    if _KEY not in settings:
        settings[_KEY] = Pace()
    return cast(Pace, settings[_KEY])
