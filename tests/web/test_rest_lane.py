"""The one thread for quick reads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from netwb.web.lane import HELD_UP_S, Lane, Result


async def elsewhere(call: Callable[..., Result], *args: Any) -> Result:
    return await asyncio.to_thread(call, *args)


def name() -> str:
    return threading.current_thread().name


def test_calls_are_done_in_their_order_by_one_thread() -> None:
    seen: list[int] = []

    def note(number: int) -> str:
        seen.append(number)
        return name()

    async def main() -> set[str]:
        lane = Lane(elsewhere, idle_s=0.1)
        return set(await asyncio.gather(*(lane.run(note, number) for number in range(200))))

    assert asyncio.run(main()) == {"netwb-lane"}
    assert seen == list(range(200))


def test_what_a_call_raises_is_raised_where_it_is_awaited() -> None:
    async def main() -> None:
        lane = Lane(elsewhere, idle_s=0.1)
        with pytest.raises(ZeroDivisionError):
            await lane.run(lambda: 1 // 0)
        assert await lane.run(lambda: 7) == 7

    asyncio.run(main())


def test_what_comes_while_it_is_held_up_goes_the_ordinary_way() -> None:
    async def main() -> str:
        lane, began, go_on = Lane(elsewhere, idle_s=0.1), threading.Event(), threading.Event()

        def hold() -> None:
            began.set()
            go_on.wait(10)

        held = asyncio.ensure_future(lane.run(hold))
        await asyncio.to_thread(began.wait, 10)
        await asyncio.sleep(2 * HELD_UP_S)
        found = await lane.run(name)
        go_on.set()
        await held
        return found

    assert asyncio.run(main()) != "netwb-lane"


def test_a_caller_that_has_gone_holds_nothing_up() -> None:
    async def main() -> int:
        lane, go_on = Lane(elsewhere, idle_s=0.1), threading.Event()
        gone = asyncio.ensure_future(lane.run(go_on.wait, 10))
        await asyncio.sleep(0)
        gone.cancel()
        go_on.set()
        return await lane.run(lambda: 7)

    assert asyncio.run(main()) == 7


def test_an_idle_thread_ends_and_the_next_call_starts_another() -> None:
    async def main() -> tuple[int | None, int | None]:
        lane = Lane(elsewhere, idle_s=0.01)
        first = await lane.run(threading.current_thread)
        await asyncio.to_thread(first.join, 10)
        assert not first.is_alive()
        return first.ident, (await lane.run(threading.current_thread)).ident

    assert None not in asyncio.run(main())
