"""Lines of logins: who floods waits behind himself, and nobody is kept out by others."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from netwb.errors import LoginThrottledError
from netwb.web.logins import AT_ONCE, MOST, MOST_OF_ONE, Comer, Logins, comer_of
from netwb.web.origin import share_of
from tests.web.browsing import Browser
from tests.web.conftest import Served
from tests.web.servers import PASSWORDS

FLOODERS = 16
SLOWED_S = 60.0
GETS_IN_S = 5.0


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield threads


def bounded(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def waited() -> None:
        async with asyncio.timeout(30):
            await work()

    asyncio.run(waited())


async def queued(logins: Logins, comer: Comer, call: Callable[[], Any]) -> Awaitable[Any]:
    task = asyncio.ensure_future(logins.run(comer, call))
    await asyncio.sleep(0)
    return task


def test_addresses_have_their_turns_and_known_people_every_second_one(
    threads: ThreadPoolExecutor,
) -> None:
    done: list[str] = []

    async def work() -> None:
        logins, gate = Logins(threads), threading.Event()
        held = [await queued(logins, comer_of("192.0.2.9", ""), gate.wait) for _ in range(AT_ONCE)]
        waiting = []
        for address, person in [("192.0.2.1", "")] * 3 + [("192.0.2.2", ""), ("192.0.2.1", "ana")]:
            comer = comer_of(address, person)
            waiting.append(await queued(logins, comer, partial(done.append, comer.name)))
        gate.set()
        await asyncio.gather(*held, *waiting)

    bounded(work)

    assert done.index("ana") <= 2
    assert done.index("192.0.2.2") <= 3
    assert sorted(done) == ["192.0.2.1"] * 3 + ["192.0.2.2", "ana"]


def test_where_all_lines_are_full_the_longest_gives_up_its_newest(
    threads: ThreadPoolExecutor,
) -> None:
    async def work() -> None:
        logins, gate = Logins(threads), threading.Event()
        held = [await queued(logins, comer_of("192.0.2.9", ""), gate.wait) for _ in range(AT_ONCE)]
        flood = [
            await queued(logins, comer_of(f"198.51.100.{n // MOST_OF_ONE}", ""), bool)
            for n in range(MOST)
        ]
        newcomer = await queued(logins, comer_of("203.0.113.1", ""), partial(int, "7"))
        gate.set()
        assert await newcomer == 7
        told = await asyncio.gather(*flood, return_exceptions=True)
        assert sum(isinstance(one, LoginThrottledError) for one in told) == 1
        await asyncio.gather(*held)

    bounded(work)


def test_who_has_gone_is_not_worked_for(threads: ThreadPoolExecutor) -> None:
    done: list[int] = []

    async def work() -> None:
        logins, gate = Logins(threads), threading.Event()
        one = comer_of("192.0.2.9", "")
        held = [await queued(logins, one, gate.wait) for _ in range(AT_ONCE)]
        gone = asyncio.ensure_future(logins.run(one, partial(done.append, 1)))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        gate.set()
        await asyncio.gather(*held)
        await logins.run(one, partial(done.append, 2))

    bounded(work)

    assert done == [2]


def test_a_fault_is_the_caller_s_and_the_next_one_is_served(threads: ThreadPoolExecutor) -> None:
    async def work() -> None:
        logins, one = Logins(threads), comer_of("192.0.2.9", "")
        for _ in range(2 * AT_ONCE):
            with pytest.raises(ValueError, match="x"):
                await logins.run(one, partial(int, "x"))
        assert await logins.run(one, partial(int, "7")) == 7

    bounded(work)


@pytest.mark.parametrize(
    ("address", "share"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_an_ipv6_site_has_one_share(address: str, share: str) -> None:
    assert share_of(address) == share


def test_a_person_gets_in_while_one_address_floods(served: Served) -> None:
    """With a known device also from that very address, whatever was tried from there."""
    at_home = served.browser("oli")
    device = at_home.cookies["netwb_device"]
    port, slowed, over = served.server.port, threading.Event(), threading.Event()

    def flood(number: int) -> int:
        tries = 0
        while not over.is_set():
            form = Browser(port, own="127.0.0.66")
            if form.log_in(f"nobody-{number}-{tries}", "Wrong-Horse-1").status == 429:
                slowed.set()
            tries += 1
        return tries

    with ThreadPoolExecutor(FLOODERS) as crowd:
        floods = [crowd.submit(flood, number) for number in range(FLOODERS)]
        try:
            assert slowed.wait(SLOWED_S)
            for name, own, cookies in (
                ("vera", "127.0.0.67", {}),
                ("oli", "127.0.0.66", {"netwb_device": device}),
            ):
                began = time.monotonic()
                browser = Browser(port, own=own, cookies=dict(cookies))
                assert browser.log_in(name, PASSWORDS[name]).status == 303
                assert time.monotonic() - began < GETS_IN_S
        finally:
            over.set()
        assert sum(one.result() for one in floods) > FLOODERS
