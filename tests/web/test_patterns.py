"""A pattern that explodes in a backtracking engine, sent as a page sends it, over its websocket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import pytest
from tornado.websocket import WebSocketClientConnection

from netwb.access.records import NewUser
from netwb.roles import Role
from tests.benches import ios, rig
from tests.web.browsing import Browser, message, pulled
from tests.web.servers import ROOT, Server, netwb_serve

PASSWORD = "Correct-Horse-ada-1"
BAIT = "a" * 60 + "!"
EXPLODING = ("(a+)+$", "(a|aa)+$", "(a|a?)+$", "(.*a){30}$", "([a-z]+)*$", "(?:a?){60}a{60}$")
TOLD = " found"  # what the page says to who listens, once a search has ended
DONE = '"well"'  # what it says of an act that has ended, a refused pattern's too
PROMPT_S = 10.0  # a machine may be busy; a backtracking engine would need years


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One device whose text holds what such patterns explode on."""
    with rig(tmp_path_factory.mktemp("patterns"), {"acme": ("edge1",)}) as made:
        made.answer("acme/edge1", ios("edge1", ntp=BAIT))
        made.back_up()
        made.bench.add_user(NewUser(name="ada", role=Role.ADMIN, tenants=None, password=PASSWORD))
        made.bench.close()
        with netwb_serve(made.bench.home, pages=ROOT / "dashboards") as found:
            yield found


@pytest.fixture(scope="module")
def browser(server: Server) -> Browser:
    ada = Browser(server.port)
    assert ada.log_in("ada", PASSWORD).status == 303
    return ada


def sheet_with(document: str, words: str) -> str:
    """Id of the sheet whose markup holds them."""
    found: list[str] = []

    def look(part: Any) -> None:
        if isinstance(part, dict):
            attributes = part.get("attributes", {})
            if attributes.get("class_name") == "Sheet" and words in json.dumps(attributes["data"]):
                found.append(part["id"])
            for value in part.values():
                look(value)
        elif isinstance(part, list):
            for value in part:
                look(value)

    look(json.loads(document))
    return found[0]


async def send(socket: WebSocketClientConnection, sheet: str, **act: str) -> None:
    """As the browser sends what a person does."""
    values = {
        "type": "map",
        "entries": [
            ["model", {"id": sheet}],
            ["data", {"type": "map", "entries": [list(item) for item in act.items()]}],
        ],
    }
    await happen(socket, "data_event", values)


async def happen(socket: WebSocketClientConnection, name: str, values: Any) -> None:
    """An event of the browser's."""
    said = {"type": "event", "name": name, "values": values}
    event = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": said}
    for part in ({"msgid": "1", "msgtype": "PATCH-DOC"}, {}, {"events": [event]}):
        await socket.write_message(json.dumps(part))


async def drawn(socket: WebSocketClientConnection, words: str) -> None:
    """Until the server sends markup that holds them."""
    while (found := await message(socket)) is not None:
        if words in json.dumps(found["content"]):
            return
    raise AssertionError("the page was closed")


@pytest.mark.parametrize("pattern", EXPLODING)
def test_a_pattern_that_explodes_holds_up_neither_its_page_nor_the_server(
    browser: Browser, pattern: str
) -> None:
    page = browser.get("/configs?find=version")
    query = urlencode({"find": pattern, "mode": "pattern", "when": "ever"})

    async def work() -> None:
        async with browser.opened("/configs", page.token) as socket:
            bar = sheet_with(await pulled(socket), "data-clock")
            await happen(socket, "document_ready", {"type": "map", "entries": []})
            await drawn(socket, TOLD)
            began = monotonic()
            await send(socket, bar, act="went", search=f"?{query}")
            assert (await asyncio.to_thread(browser.get, "/healthz")).status == 200
            await drawn(socket, DONE)
            assert monotonic() - began < PROMPT_S

    asyncio.run(asyncio.wait_for(work(), 60))
