"""Attacks on logins by a trusted proxy: whose word counts, said how, and which address is noted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from netwb.workbench import Workbench
from tests.web.browsing import SESSION, Browser, raw_answer
from tests.web.servers import PASSWORDS, Server, netwb_serve, panel_serve, two_tenants

PROXY, STRANGER = "127.0.0.1", "127.0.0.66"
SETTINGS: Any = {
    "NETWB_WEB__TRUSTED_PROXIES": f"{PROXY}/32, 10.0.0.0/8",
    "NETWB_ACCESS__PROXY_USER_HEADER": "X-Remote-User",
    "NETWB_ACCESS__PROXY_GROUPS_HEADER": "X-Remote-Groups",
    "NETWB_ACCESS__OIDC_RIGHTS": "noc=operator:*; staff=customer:acme",
}


@dataclass(frozen=True, slots=True)
class Ground:
    server: Server
    bench: Workbench

    def asked(self, *lines: str, own: str = PROXY, path: str = "/who") -> bytes:
        """The answer to a request with these header lines, as they are."""
        head = "\r\n".join([f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *lines])
        return raw_answer(self.server.port, f"{head}\r\n\r\n".encode("latin-1"), own=own)

    @property
    def people(self) -> set[str]:
        return {session.user for session in self.bench.login_sessions()}


@pytest.fixture(scope="module", params=["netwb serve", "panel serve"])
def ground(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    with two_tenants(tmp_path_factory.mktemp("proxy")) as made:
        home = made.bench.home
        if request.param == "panel serve":
            with pytest.MonkeyPatch.context() as patch:
                for name, value in SETTINGS.items():
                    patch.setenv(name, value)
                with panel_serve(home) as server:
                    yield from ground_of(server, made.bench)
        else:
            with netwb_serve(home, **SETTINGS) as server:
                yield from ground_of(server, made.bench)


def ground_of(server: Server, owner: Workbench) -> Iterator[Ground]:
    bench = Workbench.open(owner.home, environment={})
    try:
        yield Ground(server, bench)
    finally:
        bench.close()


IN, OUT = b"HTTP/1.1 200 ", b"HTTP/1.1 302 "
NOC = "X-Remote-Groups: noc"


def test_the_proxy_itself_is_believed(ground: Ground) -> None:
    """Else nothing below proves anything."""
    assert ground.asked("X-Remote-User: olga", NOC).startswith(IN)
    assert ground.asked("x-remote-USER:   olga  ", NOC).startswith(IN), "header names have no case"
    assert "olga" in ground.people


@pytest.mark.parametrize(
    "lines",
    [
        ("X-Remote-User: eve", NOC, "X-Forwarded-For: 127.0.0.1"),
        ("X-Remote-User: eve", NOC, "X-Forwarded-For: 10.0.0.1, 127.0.0.1"),
        ("X-Remote-User: eve", NOC, "X-Real-Ip: 127.0.0.1"),
        ("X-Remote-User: eve", NOC, "Forwarded: for=127.0.0.1"),
    ],
    ids=["for", "chain", "real ip", "forwarded"],
)
def test_nobody_else_speaks_for_the_proxy(ground: Ground, lines: tuple[str, ...]) -> None:
    told = ground.asked(*lines, own=STRANGER)

    assert told.startswith(OUT)
    assert b"Set-Cookie: netwb_session" not in told
    assert "eve" not in ground.people


@pytest.mark.parametrize(
    "lines",
    [
        ("X-Remote-User: mal", "X-Remote-User: olga", NOC),
        ("X-Remote-User: mal", "x-remote-user: mal", NOC),
        ("X-Remote-User: mal", NOC, "X-Remote-Groups: staff"),
        ("X-Remote-User:", NOC),
        ("X-Remote-User:   ", NOC),
        ("X-Remote-User: (null)", NOC),
        ("X_Remote_User: mal", NOC),
        ("X-Remote-User: mal", "X_Remote_Groups: noc"),
        ("X-Remote-User : mal", NOC),
        ("X-Remote-User: mal\x00", NOC),
        ("X-Remote-User: mal\rX-Remote-Groups: noc",),
    ],
    ids=[
        *("twice", "twice the same", "groups twice", "empty", "blank", "null"),
        *("underscores", "groups with underscores", "blank before the colon", "nul", "bare cr"),
    ],
)
def test_a_header_that_says_nothing_sure_lets_nobody_in(
    ground: Ground, lines: tuple[str, ...]
) -> None:
    before = ground.people

    told = ground.asked(*lines)

    assert not told.startswith(IN)
    assert b"Set-Cookie: netwb_session" not in told
    assert ground.people == before
    assert ground.asked("X-Remote-User: olga", NOC).startswith(IN), "the server is still up"


def test_a_name_of_netwb_s_own_is_never_taken_over(ground: Ground) -> None:
    for name in ("ada", "ADA", " Ada ", "ada\xad"):
        told = ground.asked(f"X-Remote-User: {name}", NOC)
        assert b"belongs to ada" not in told
    assert "ada" not in ground.people


def test_a_websocket_is_opened_for_the_person_of_its_page_alone(ground: Ground) -> None:
    browser = Browser(ground.server.port)
    page = browser.get("/who", X_Remote_User="olga", X_Remote_Groups="noc")

    async def status(cookie: str, **named: str) -> int:
        headers = {name.replace("_", "-"): value for name, value in named.items()}
        origin = f"http://127.0.0.1:{ground.server.port}"
        try:
            async with browser.opened("/who", page.token, Cookie=cookie, Origin=origin, **headers):
                return 101
        except HTTPClientError as error:
            return error.code

    async def work() -> None:
        olga, eve = ({"X_Remote_User": name, "X_Remote_Groups": "noc"} for name in ("olga", "eve"))
        assert await status(browser.cookie, **olga) == 101
        assert await status(browser.cookie, **eve) == 403
        assert await status("", **olga) == 403, "the header alone opens no websocket"

    asyncio.run(asyncio.wait_for(work(), 30))


def test_rest_refuses_a_login_of_another_person_than_the_proxy_names(ground: Ground) -> None:
    browser = Browser(ground.server.port)
    olga, eve = ({"X_Remote_User": name, "X_Remote_Groups": "noc"} for name in ("olga", "eve"))
    browser.get("/who", **olga)
    path = "/api/v1/backup/quarantine"

    assert browser.get(path, **olga).status == 200
    assert browser.get(path, **eve).status == 401
    assert browser.get(path).status == 200, "nobody is named: the login counts"


def test_the_address_that_is_noted_is_the_last_one_that_no_proxy_has(ground: Ground) -> None:
    made_up = "127.0.0.1, 203.0.113.66"
    for chain in (f"{made_up}, 198.51.100.7, 10.1.2.3", "198.51.100.7"):
        browser = Browser(ground.server.port)
        assert browser.log_in("vera", PASSWORDS["vera"], X_Forwarded_For=chain).status == 303
    stranger = Browser(ground.server.port, own=STRANGER)
    assert stranger.log_in("ben", PASSWORDS["ben"], X_Forwarded_For="198.51.100.7").status == 303

    noted = {(one.user, one.address) for one in ground.bench.login_sessions()}
    assert {address for user, address in noted if user == "vera"} == {"198.51.100.7"}
    assert {address for user, address in noted if user == "ben"} == {STRANGER}


def test_an_address_that_is_made_up_gets_no_fresh_tries(ground: Ground) -> None:
    """Neither a stranger's chain nor what a client wrote before the proxy's own word.

    The wait doubles with each try, so that it outlasts one on any machine.
    """
    for own, chain in ((STRANGER, "203.0.113.{n}"), (PROXY, "203.0.113.{n}, 198.51.100.9")):
        browser = Browser(ground.server.port, own=own)
        answers = (
            browser.log_in(f"nobody-{own}", "Wrong-Horse-1", X_Forwarded_For=chain.format(n=n))
            for n in range(12)
        )
        assert any(answer.status == 429 for answer in answers), own
        assert SESSION not in browser.cookies
