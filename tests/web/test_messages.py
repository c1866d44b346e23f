"""Hostile websockets: what they send fills neither the log nor memory, and the server goes on."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import socket
import time
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from netwb.log_lines import one_line
from netwb.web.messages import Bounded
from tests.web.browsing import Browser, message
from tests.web.servers import PASSWORDS, Server, netwb_serve, panel_serve, two_tenants

PING_S = 3.0  # a test waits for it, and a busy machine's client answers late
BEFORE = f"from netwb.web import connections; connections.PING_S = {PING_S}"
FLOOD = 200
LINES = 400  # 20 messages with a trace each


@pytest.fixture(scope="module", params=["netwb serve", "panel serve"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    start = netwb_serve if request.param == "netwb serve" else panel_serve
    folder: Path = tmp_path_factory.mktemp("hostile")
    with two_tenants(folder) as made, start(made.bench.home, before=BEFORE) as server:
        yield server


@pytest.fixture(scope="module")
def ana(server: Server) -> Browser:
    browser = Browser(server.port)
    assert browser.log_in("ana", PASSWORDS["ana"]).status == 303
    return browser


def run(work: Coroutine[Any, Any, None]) -> None:
    async def waited() -> None:
        async with asyncio.timeout(60):
            await work

    asyncio.run(waited())


async def said_to_the_end(browser: Browser, *parts: str | bytes) -> None:
    """Send it from a fresh page; back when the server ended it, or answered."""
    async with browser.opened("/who", browser.get("/who").token) as raw:
        await message(raw)
        for part in parts:
            await raw.write_message(part, binary=isinstance(part, bytes))
        await raw.read_message()


WRONG = {"kind": "ModelChanged", "model": {"id": "p0"}, "attr": "x", "new": "y" * 50_000}
HOSTILE: dict[str, tuple[str | bytes, ...]] = {
    "garbage": ("x" * 100_000,) * 3,
    "bytes": (b"\xff\xfe" * 50_000,),
    "lines": ("\nroot logged in\x1b[2J" * 1000,) * 3,
    "list": ("[]", "[]", "[]"),
    "deep": ("[" * 100_000,) * 3,
    "unknown": (json.dumps({"msgid": "1", "msgtype": "z" * 50_000}), "{}", "{}"),
    "patch": (json.dumps({"msgid": "1", "msgtype": "PATCH-DOC"}), "{}", json.dumps({"events": [WRONG]})),
    "push": (json.dumps({"msgid": "1", "msgtype": "PUSH-DOC"}), "{}", json.dumps({"doc": {}})),
    "info": (json.dumps({"msgid": "1", "msgtype": "SERVER-INFO-REQ"}), "{}", "{}"),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_what_cannot_be_read_is_a_few_short_lines(server: Server, ana: Browser, kind: str) -> None:
    before = len(server.said)

    run(said_to_the_end(ana, *HOSTILE[kind]))

    assert ana.get("/who").status == 200
    assert all(len(line) < 1000 for line in server.said[before:])
    assert not any(line.startswith("root logged in") for line in server.said)
    assert not any("\x1b" in line for line in server.said)


@pytest.mark.parametrize("kind", ["push", "info"])
def test_a_message_that_no_page_sends_ends_it(ana: Browser, kind: str) -> None:
    async def work() -> None:
        async with ana.opened("/who", ana.get("/who").token) as raw:
            await message(raw)
            for part in HOSTILE[kind]:
                await raw.write_message(part)
            assert await raw.read_message() is None

    run(work())


def test_an_answer_of_several_frames_waits_for_no_acknowledgement(ana: Browser) -> None:
    spans_s: list[float] = []

    async def work() -> None:
        async with ana.opened("/who", ana.get("/who").token) as raw:
            await message(raw)
            for number in range(40):
                began = time.monotonic()
                head = {"msgid": str(number), "msgtype": "PATCH-DOC"}
                for part in (head, {}, {"events": [WRONG | {"new": 1}]}):
                    await raw.write_message(json.dumps(part))
                await message(raw)
                spans_s.append(time.monotonic() - began)

    run(work())

    assert sorted(spans_s)[10] < 0.03, "Linux puts an acknowledgement off for 40 ms"


def test_a_flood_of_wrong_values_is_no_flood_of_the_log(server: Server, ana: Browser) -> None:
    async def work() -> None:
        async with ana.opened("/who", ana.get("/who").token) as raw:
            await message(raw)
            for number in range(FLOOD):
                head = {"msgid": str(number), "msgtype": "PATCH-DOC"}
                for part in (head, {}, {"events": [WRONG]}):
                    await raw.write_message(json.dumps(part))
                told = await message(raw)
                assert told is not None
                assert told["type"] == "ERROR"

    before = len(server.said)
    run(work())

    assert len(server.said) - before < LINES + 20
    assert ana.get("/who").status == 200


def test_a_browser_that_answers_no_ping_is_given_up(ana: Browser) -> None:
    token = ana.get("/who").token
    key = base64.b64encode(os.urandom(16)).decode()
    with socket.create_connection(("127.0.0.1", ana.port), timeout=30) as raw:
        raw.sendall(
            f"GET /who/ws HTTP/1.1\r\nHost: 127.0.0.1:{ana.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Origin: http://127.0.0.1:{ana.port}\r\nCookie: {ana.cookie}\r\n"
            f"Sec-WebSocket-Protocol: bokeh, {token}\r\n\r\n".encode()
        )
        assert raw.recv(65536).startswith(b"HTTP/1.1 101 ")
        began = time.monotonic()
        with suppress(ConnectionResetError):  # ended too, with output that nobody took
            while raw.recv(65536):
                pass
        assert time.monotonic() - began < 4 * PING_S + 10


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("x", logging.ERROR, "", 0, "%s", (text,), None)


def test_lines_beyond_the_pace_are_counted_in_the_next_one() -> None:
    now = [0.0]
    bounded = Bounded(lambda: now[0])

    kept = sum(bounded.filter(record("same")) for _ in range(100))
    now[0] = 60.0
    after = record("next")

    assert kept == 20
    assert bounded.filter(after)
    assert after.getMessage() == "next (80 lines before it were left out)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb", "a\\r\\nb"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202egnp", "\\u202egnp"),
        ("\u2028x", "\\u2028x"),
        ("Zürich", "Zürich"),
        ("x" * 41, "x" * 40 + "..."),
    ],
)
def test_hostile_text_stays_in_its_line(text: str, shown: str) -> None:
    assert one_line(text, 40) == shown
