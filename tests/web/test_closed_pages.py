"""A page that is closed goes whole, by itself, and takes nothing of the others with it."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
from tornado.websocket import WebSocketClientConnection

from netwb.loading import share
from tests.web.browsing import Browser, pulled
from tests.web.servers import PASSWORDS, Server, netwb_serve, two_tenants

WATCH = "import tests.web.closing_watch as watch; watch.begin()"
WALL = "/wall"
PAGES = (
    "/configs",
    "/traffic",
    "/billing",
    "/security",
    "/compliance",
    "/inventory",
    "/admin",
    "/account",
    "/configs?find=ntp",
    WALL,
)
WITHIN_S = 60.0
FALLS = "one fell\n"
READY = {
    "kind": "MessageSent",
    "msg_type": "bokeh_event",
    "msg_data": {"type": "event", "name": "document_ready", "values": {"type": "map"}},
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with (
        two_tenants(tmp_path) as made,
        netwb_serve(made.bench.home, pages=share() / "dashboards", before=WATCH) as one,
    ):
        assert one.says("pages are watched", within_s=WITHIN_S)
        yield one


def signed_in(server: Server, name: str) -> Browser:
    browser = Browser(server.port)
    browser.log_in(name, PASSWORDS[name])
    return browser


def living(server: Server) -> dict[str, int]:
    before = len(server.said)
    server.process.send_signal(signal.SIGUSR1)
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        said = [line for line in server.said[before:] if "there live" in line]
        if said:
            return {name: int(many) for name, many in re.findall(r"([A-Z]\w+) (\d+)", said[-1])}
        with server.heard:
            server.heard.wait_for(lambda: len(server.said) > before, WITHIN_S)
    raise AssertionError("".join(server.said))


def fell(server: Server, heard: int) -> bool:
    """Whether something did since so many lines were heard."""
    return FALLS in server.said[heard:]


def falls_to(server: Server, wanted: dict[str, int]) -> dict[str, int]:
    """What lives once that falls no more which should."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        heard = len(server.said)
        found = living(server)
        if all(found[name] <= many for name, many in wanted.items()):
            return found
        with server.heard:
            left_s = deadline - time.monotonic()
            assert server.heard.wait_for(partial(fell, server, heard), left_s), found


async def opened(stack: AsyncExitStack, browser: Browser, path: str) -> WebSocketClientConnection:
    """A page with its data, as a browser has it."""
    answer = await asyncio.to_thread(browser.get, path)
    socket = await stack.enter_async_context(browser.opened(path.partition("?")[0], answer.token))
    page = await pulled(socket)
    assert page
    for part in ({"msgid": "2", "msgtype": "PATCH-DOC"}, {}, {"events": [READY]}):
        await socket.write_message(json.dumps(part))
    said = page if path == WALL else ""
    while "html" not in said:  # what `load` brought; a wall comes with it
        said = str(await socket.read_message())
    return socket


def test_closed_pages_leave_nothing_of_theirs_alive(server: Server) -> None:
    """By the end of a login, which closes its pages at once; the first ones of the process too."""
    stays, leaves = signed_in(server, "oli"), signed_in(server, "ada")

    async def story() -> None:
        async with AsyncExitStack() as kept:
            await opened(kept, stays, "/configs")
            alone = living(server)
            async with AsyncExitStack() as stack:
                for path in PAGES:
                    await opened(stack, leaves, path)
                both = living(server)
                leaves.log_out()
            left = await asyncio.to_thread(falls_to, server, alone)

            assert both["Document"] == 1 + len(PAGES)
            assert both["Frame"] == len(PAGES)  # a wall stands in none
            assert left == alone
            await opened(kept, stays, "/inventory")  # the server goes on
            now = living(server)
            assert (now["Document"], now["Frame"]) == (2, 2)
            assert now["Sheet"] > alone["Sheet"]

    asyncio.run(story())

    assert "Traceback" not in "".join(server.said)
