"""Models change under their document's lock."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Range1d

from netwb.errors import InputError
from netwb.views.document import at_once, soon


class Locking(Document):
    """A document whose next tick is the test's to give."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Any] = []

    def add_next_tick_callback(self, callback: Any) -> Any:
        self.waiting.append(callback)

    def tick(self) -> None:
        waiting, self.waiting = self.waiting, []
        for callback in waiting:
            callback()


def test_outside_of_a_page_a_change_is_made_there_and_then() -> None:
    done: list[str] = []

    soon(None, lambda: done.append("soon"))
    asyncio.run(at_once(None, lambda: done.append("at once")))

    assert done == ["soon", "at once"]


def test_who_waits_goes_on_once_all_of_it_is_made() -> None:
    document, axis, source = Locking(), Range1d(), ColumnDataSource({"x": []})
    document.add_root(axis)
    document.add_root(source)
    order: list[str] = []

    async def story() -> None:
        def change() -> None:
            axis.start, source.data = 5, {"x": [1]}
            order.append("made")

        asyncio.get_running_loop().call_later(0, document.tick)
        await at_once(document, change)
        order.append("gone on")

    asyncio.run(story())

    assert order == ["made", "gone on"]
    assert axis.start == 5


def test_an_error_is_his_who_waits_and_the_document_is_not_left_held() -> None:
    document = Locking()

    async def story() -> None:
        def change() -> None:
            raise InputError("no")

        asyncio.get_running_loop().call_later(0, document.tick)
        await at_once(document, change)

    with pytest.raises(InputError):
        asyncio.run(story())
    assert document.callbacks.hold_value is None


def test_a_change_that_nobody_waits_for_any_more_is_not_made() -> None:
    document, done = Locking(), list[str]()

    async def story() -> None:
        waits = asyncio.create_task(at_once(document, lambda: done.append("late")))
        await asyncio.sleep(0)
        waits.cancel()
        await asyncio.gather(waits, return_exceptions=True)
        document.tick()

    asyncio.run(story())

    assert done == []
