"""The traps of Panel as a server of many people, each with two of them (facts-platform, F)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tornado.httpclient import HTTPClientError
from tornado.websocket import WebSocketClientConnection

from netwb.access.records import NewUser, UserChanges
from netwb.roles import Role
from netwb.web.documents import MOST_PAGES, MOST_SOCKETS
from tests.web.browsing import SESSION, Browser, message, pulled, token_of
from tests.web.conftest import Served
from tests.web.servers import PASSWORDS, beside, let_in, panel_serve, two_tenants

POLICY = "content-security-policy"
DESTROYED_S = 10.0  # Bokeh looks each second, and 15 pass before it takes an unused one by itself
BOUND_S = 240.0  # of a test that hangs; two cores may be busy with much else
CLOSES_S = 3.0  # two for the watch, one for a machine that is busy


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(BOUND_S):
            await work()

    asyncio.run(bounded())


async def refused(browser: Browser, token: str, **headers: str) -> int:
    """Status of a websocket's refused handshake; 101 where it was not."""
    try:
        async with browser.opened("/who", token, **headers):
            return 101
    except HTTPClientError as error:
        assert error.response  # noqa: PT017 - where it is not refused is an answer too
        assert error.response.headers["X-Frame-Options"] == "DENY"  # noqa: PT017
        return error.code


async def closed(socket: WebSocketClientConnection) -> int | None:
    """Its close code, once the server closed it; fails where that takes too long."""
    async with asyncio.timeout(CLOSES_S):
        while await socket.read_message() is not None:
            pass
    return socket.close_code


def test_each_person_gets_a_document_of_their_own(served: Served) -> None:
    async def work() -> None:
        for name in ("ana", "ben"):
            browser = served.browser(name)
            async with browser.opened("/who", browser.get("/who").token) as socket:
                assert await message(socket) == {"type": "ACK", "content": {}}
                assert f"belongs to {name}" in await pulled(socket)

    run(work)


@pytest.mark.parametrize("name", ["bokeh-session-id", "bokeh-token", "Bokeh-Session-Id"])
@pytest.mark.parametrize("place", ["query", "header", "body"])
def test_nobody_chooses_the_session_of_a_page(served: Served, name: str, place: str) -> None:
    ana, ben = served.browser("ana"), served.browser("ben")
    page = ana.get("/who")
    chosen = page.token_payload["session_id"] if "ession" in name else page.token

    for browser in (ana, ben):
        if place == "query":
            answer = browser.get(f"/who?{name}={chosen}")
        elif place == "header":
            answer = browser.ask("GET", "/who", None, **{name.replace("-", "_"): chosen})
        else:
            form = {"Content_Type": "application/x-www-form-urlencoded"}
            answer = browser.ask("GET", "/who", f"{name}={chosen}".encode(), **form)
        assert answer.status == 403
        assert page.token not in answer.text
        assert chosen not in answer.text


def test_the_source_of_a_page_holds_no_cookie_and_no_bearer(served: Served) -> None:
    ana = served.browser("ana")
    bearer = "nwb_0000000000000000.notatokenbutasecretword"

    page = ana.ask("GET", "/who?find=ntp", None, Authorization=f"Bearer {bearer}", X_Odd="oddvalue")

    told = page.text + repr(page.token_payload)
    assert page.status == 200
    assert ana.cookies[SESSION] not in told
    assert bearer not in told
    assert "oddvalue" not in told
    assert page.token_payload["cookies"] == {} == page.token_payload["headers"]
    assert "find" in page.token_payload["arguments"]


@pytest.mark.parametrize(
    "path",
    [
        "/who",
        "/",
        "/login",
        "/logout",
        "/favicon.ico",
        "/static/js/bokeh.min.js",
        "/who/static/js/bokeh.min.js",
        "/static/extensions/panel/panel.min.js",
        "/netwb-static/login/login.css",
        "/nothing",
        "/api/v1/nothing",
        "/healthz",
    ],
)
def test_every_answer_has_the_security_headers(served: Served, path: str) -> None:
    answer = served.browser("ana").get(path)

    assert answer.status in {200, 302, 404}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "server" not in answer.headers
    assert "frame-ancestors 'none'" in answer.headers[POLICY]
    assert "http:" not in answer.headers[POLICY]
    assert "unsafe-eval" not in answer.headers[POLICY]


def test_a_page_may_ask_its_own_server_and_no_other(served: Served) -> None:
    page = served.browser("ana").get("/who", Host="netwb.example:81")
    forged = served.browser("ana").get("/who", Host="a.example; script-src *")

    assert (
        "connect-src 'self' blob: ws://netwb.example:81 wss://netwb.example:81;"
        in (page.headers[POLICY])
    )
    assert "a.example" not in forged.headers.get(POLICY, "")
    assert page.headers["cache-control"] == "no-store"


def test_a_websocket_wants_the_cookie_of_its_page(served: Served) -> None:
    async def work() -> None:
        ana, ben = served.browser("ana"), served.browser("ben")
        again = served.browser("ana")
        token = ana.get("/who").token

        assert await refused(ana, token, Cookie="") == 403
        assert await refused(ben, token) == 403
        assert await refused(again, token) == 403, "another login of the same person"
        assert await refused(ana, token) == 101

    run(work)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:1", "null", "https://127.0.0.1.evil.example"],
)
def test_a_websocket_is_refused_to_a_foreign_page(served: Served, origin: str) -> None:
    async def work() -> None:
        ana = served.browser("ana")
        assert await refused(ana, ana.get("/who").token, Origin=origin) == 403

    run(work)


def test_a_name_that_a_foreign_name_server_leads_here_opens_no_websocket(served: Served) -> None:
    async def work() -> None:
        ana = served.browser("ana")
        token = ana.get("/who").token
        for said in ({}, {"Sec-Fetch-Site": "same-origin"}):
            headers = {"Origin": "http://evil.example", "Host": "evil.example", **said}
            assert await refused(ana, token, **headers) == 403

    run(work)


@pytest.mark.parametrize(
    "served",
    ["netwb serve", pytest.param("panel serve", marks=pytest.mark.full)],
    indirect=True,
    scope="module",
)
def test_one_person_does_not_take_every_socket_and_all_memory(served: Served) -> None:
    password = PASSWORDS["vera"]
    new = NewUser(name="hoarder", role=Role.VIEWER, tenants=None, password=password)
    served.bench.add_user(new)

    async def work() -> None:
        hoarder, token = served.browser(), ""
        let_in(hoarder, served.bench, "hoarder", password)
        async with AsyncExitStack() as open_ones:
            while (page := hoarder.get("/who")).status == 200 or "retry-after" in page.headers:
                if wait := page.headers.get("retry-after"):
                    await asyncio.sleep(int(wait))
                    continue
                token = token or page.token
                await open_ones.enter_async_context(hoarder.opened("/who", page.token))
            assert (page.status, "close some of them" in page.text) == (429, True)
            more = 0
            while (status := await refused(hoarder, token)) == 101:
                await open_ones.enter_async_context(hoarder.opened("/who", token))
                more += 1
                # a busy machine may have lost some of the first ones in the meantime
                assert more <= MOST_SOCKETS, "more than all of them"
            assert status == 429
            assert more >= MOST_SOCKETS - MOST_PAGES
            assert served.browser("ana").get("/who").status == 200, "nobody else is held up"

    run(work)


@pytest.mark.parametrize("change", ["unsigned", "nonsense", "two,words", "e30.e30", "swapped"])
def test_a_websocket_is_refused_with_an_edited_token(served: Served, change: str) -> None:
    async def work() -> None:
        ana, ben = served.browser("ana"), served.browser("ben")
        mine, other = ana.get("/who").token, ben.get("/who").token
        body, _, signature = mine.partition(".")
        edited = {"unsigned": body, "swapped": f"{other.partition('.')[0]}.{signature}"}

        assert await refused(ana, edited.get(change, change)) == 403

    run(work)


def test_an_unsigned_server_knows_whose_document_it_is(tmp_path: Path) -> None:
    """Whoever forgets BOKEH_SIGN_SESSIONS has tokens that anybody can write."""

    async def work(served: Served) -> None:
        ana, ben = served.browser("ana"), served.browser("ben")
        theirs, mine = ana.get("/who").token_payload, ben.get("/who").token_payload
        forged = token_of({**mine, "session_id": theirs["session_id"]})

        assert await refused(ben, forged) == 403
        assert await refused(ben, token_of(mine)) == 101

    with (
        two_tenants(tmp_path) as made,
        panel_serve(made.bench.home, signed=False) as server,
        beside(made.bench.home) as bench,
    ):
        run(lambda: work(Served(server, bench)))


def test_after_logging_out_nothing_of_the_login_works(served: Served) -> None:
    async def work() -> None:
        ana = served.browser("ana")
        page = ana.get("/who")
        kept = dict(ana.cookies)
        async with ana.opened("/who", page.token) as socket:
            await message(socket)

            assert ana.log_out().status == 303
            assert SESSION not in ana.cookies
            assert await closed(socket) == 4401

        replayed = Browser(ana.port, cookies=kept)
        assert replayed.get("/who").headers["location"] == "/login?next=%2Fwho"
        assert await refused(replayed, page.token) == 403

    run(work)


def test_a_disabled_person_s_open_page_is_closed(served: Served) -> None:
    async def work() -> None:
        vera, ana = served.browser("vera"), served.browser("ana")
        async with (
            vera.opened("/who", vera.get("/who").token) as hers,
            ana.opened("/who", ana.get("/who").token) as other,
        ):
            served.bench.set_user("vera", UserChanges(status="disabled"))

            assert await closed(hers) == 4401
            assert "belongs to ana" in await pulled(other), "the other one stays open"

    try:
        run(work)
    finally:
        served.bench.set_user("vera", UserChanges(status="active"))


@pytest.mark.parametrize("looked_at", ["open", "never opened"])
def test_the_documents_of_an_ended_login_are_no_more(served: Served, looked_at: str) -> None:
    """Closing the websocket alone would leave what it showed in memory, to be opened again."""
    name = f"leaver-{looked_at.replace(' ', '-')}"
    password = PASSWORDS["vera"]
    served.bench.add_user(NewUser(name=name, role=Role.VIEWER, tenants=None, password=password))

    async def work() -> None:
        leaver, ana = served.browser(), served.browser("ana")
        let_in(leaver, served.bench, name, password)
        page = leaver.get("/farewell")
        async with AsyncExitStack() as open_ones:
            await open_ones.enter_async_context(ana.opened("/farewell", ana.get("/farewell").token))
            if looked_at == "open":
                await open_ones.enter_async_context(leaver.opened("/farewell", page.token))
            leaver.log_out()
            gone = await asyncio.to_thread(
                served.server.says, f"farewell of {name}", within_s=DESTROYED_S
            )
            assert gone
            assert not any("farewell of ana" in line for line in served.server.said)

    run(work)


@pytest.mark.parametrize("edit", ["cut", "changed", "made up", "long"])
def test_an_edited_cookie_is_nobody(served: Served, edit: str) -> None:
    ana = served.browser("ana")
    secret = ana.cookies[SESSION]
    swapped = "A" if secret[-2] != "A" else "B"
    ana.cookies[SESSION] = {
        "cut": secret[:-1],
        "changed": secret[:-2] + swapped + secret[-1],
        "made up": "x" * 43,
        "long": secret * 100,
    }[edit]

    assert ana.get("/who").status == 302


def test_what_needs_no_login_holds_no_secret(served: Served) -> None:
    nobody = served.browser()
    secret = served.browser("ana").cookies[SESSION]

    for path in ("/static/js/bokeh.min.js", "/netwb-static/login/login.css", "/favicon.ico"):
        answer = nobody.get(path)
        assert answer.status == 200
        assert secret not in answer.text
    for path in ("/who", "/", "/who/"):
        assert nobody.get(path).status == 302
    for path in (
        "/who/metadata",
        "/who/autoload.js?bokeh-autoload-element=1",
        "/netwb-static/../frame.py",
        "/netwb-static/%2e%2e/frame.py",
        "/netwb-static/login/../server.py",
    ):
        assert nobody.get(path).status in {403, 404}


def test_what_breaks_on_a_websocket_is_told_without_its_trace(served: Served) -> None:
    async def work() -> None:
        ana = served.browser("ana")
        async with ana.opened("/who", ana.get("/who").token) as socket:
            assert await message(socket) == {"type": "ACK", "content": {}}
            wrong = {"kind": "ModelChanged", "model": {"id": "p0"}, "attr": "x", "new": 1}
            for part in ({"msgid": "1", "msgtype": "PATCH-DOC"}, {}, {"events": [wrong]}):
                await socket.write_message(json.dumps(part))
            told = await message(socket)
        assert told is not None
        assert told["type"] == "ERROR"
        assert "the server's log says why" in told["content"]["text"]
        assert "Traceback" not in json.dumps(told)

    run(work)


def test_an_address_imports_no_module(served: Served) -> None:
    nobody = served.browser()

    assert nobody.get("/components/netwb.__main__/cli/_css/x").status == 404
    assert nobody.get("/components/antigravity/x/_css/x").status == 404
    assert nobody.get("/healthz").status == 200, "the server is still there"


def test_queries_are_not_logged(served: Served) -> None:
    served.browser().get("/nothing?token=nwb_0000000000000000.secretword")
    served.browser().get("/who?bokeh-token=secretword")
    served.browser("ana").ask("PUT", "/who?secret=secretword")

    assert "secretword" not in "".join(served.server.said)
