"""A store that takes its time, and what a page says meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from threading import Event
from typing import Any

from netwb.metrics.records import Measurement, Newest, Question, SeriesKey
from netwb.metrics.samples import Samples
from netwb.metrics.store import MetricsStore
from netwb.views.sheet import Sheet


class SlowStore:
    """Answers once it may."""

    def __init__(self, store: MetricsStore) -> None:
        self._store = store
        self.goes_on = Event()

    def read(self, keys: Sequence[SeriesKey], question: Question) -> Mapping[SeriesKey, Samples]:
        self.goes_on.wait()
        return self._store.read(keys, question)

    def newest(
        self, keys: Sequence[SeriesKey], measurement: Measurement, fields: Sequence[str], since: int
    ) -> Mapping[SeriesKey, Newest]:
        return self._store.newest(keys, measurement, fields, since)


async def until_said(sheet: Sheet, words: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Begin that work, and wait until the sheet says so, or the work has ended."""
    said = asyncio.Event()
    watcher = sheet.param.watch(
        lambda change: said.set() if words in change.new else None, "html", onlychanged=False
    )
    begun, waiting = asyncio.ensure_future(work), asyncio.ensure_future(said.wait())
    await asyncio.wait({begun, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    sheet.param.unwatch(watcher)
    return begun
