"""A page that is closed while something is read for it: that ends, and nobody hears of it."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from threading import Event
from typing import Any

from netwb.views.frame import Frame
from netwb.web.closing import empty, end_works
from tests.benches import rig
from tests.views.people import frame_of


def test_what_is_read_for_a_page_ends_with_it_and_raises_nothing(tmp_path: Path) -> None:
    unheard: list[dict[str, Any]] = []

    async def story(frame: Frame) -> bool:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: unheard.append(context))
        begun, closed = asyncio.Event(), Event()

        def told() -> str:
            closed.wait()
            return frame.address.page

        async def reads() -> None:
            begun.set()
            await frame.ask(told)

        beside = loop.create_task(frame.guard(reads))
        await begun.wait()
        end_works([frame])
        empty([frame])
        closed.set()
        await asyncio.wait({beside})
        return beside.cancelled()

    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        was_cancelled = asyncio.run(story(frame_of(made, made.bench)))
    gc.collect()

    assert was_cancelled
    assert unheard == []
