"""How much may happen at once: sessions in all, sessions in a site, new logins a second.

A site's line or its AAA server is the first to suffer, so a device waits for its site before it
takes one of the run's sessions: a slow site does not keep the others waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from netwb.inventory.records import Target
from netwb.settings import CollectSettings


class Slots:
    """The caps of one run."""

    def __init__(self, settings: CollectSettings) -> None:
        self._settings = settings
        self._all = asyncio.Semaphore(settings.sessions)
        self._sites: dict[tuple[str, str], asyncio.Semaphore] = {}
        self._next_login_at = 0.0

    @asynccontextmanager
    async def slot(self, target: Target) -> AsyncIterator[None]:
        """Hold one session of the site and of the run."""
        async with self._site(target), self._all:
            yield

    async def login(self) -> None:
        """Wait until the next login is due."""
        now = asyncio.get_running_loop().time()
        due = max(now, self._next_login_at)
        self._next_login_at = due + 1 / self._settings.logins_per_s
        if due > now:
            await asyncio.sleep(due - now)

    def _site(self, target: Target) -> asyncio.Semaphore:
        key = (target.tenant_id, target.site)
        if key not in self._sites:
            most = target.max_sessions or self._settings.per_site
            self._sites[key] = asyncio.Semaphore(most)
        return self._sites[key]
