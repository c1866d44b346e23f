"""How fast pages are built: by whom, and one after the other. Building one holds the event loop.

A person, and an address, has so many pages at once and so many a second; what reloads without an end
is told to wait. And between two pages the loop serves everybody else for a moment: an answer of the
API takes several turns of the loop, and would wait for a page at each of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import cast

from bokeh.server.tornado import BokehTornado

from netwb.web.buckets import Allowed, Buckets

BREATHES = 0.5  # between two pages, for each second that one took: so much is everybody else's,
LEAST_S, MOST_S = 0.015, 0.25  # within these
_KEY = "netwb_pace"  # among the application's settings


A_PERSON = Allowed(burst=20, a_second=4.0)
AN_ADDRESS = Allowed(burst=60, a_second=12.0)  # many people may come from one


class Pace:
    """Of one server."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._people = Buckets(A_PERSON, clock=clock)
        self._addresses = Buckets(AN_ADDRESS, clock=clock)
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
