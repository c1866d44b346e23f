"""What somebody sends is never a line of the log of its own, and no secret of theirs stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.browsing import Browser, raw_answer
from tests.web.servers import PASSWORDS, Server, netwb_serve, panel_serve, two_tenants

LOUD = "import logging; logging.basicConfig(level=logging.DEBUG)"
FORGED = "root logged in"
SECRET = "nwb_0000000000000000.keepthissecretout"
STARTS = (netwb_serve, panel_serve)


@pytest.fixture(scope="module", params=STARTS, ids=["netwb serve", "panel serve"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("log")
    with two_tenants(folder) as made, request.param(made.bench.home, before=LOUD) as server:
        yield server


HOSTILE: dict[str, bytes] = {
    "path": b"GET /who\x1b[2J\x85 HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "api path": b"GET /api/v1/backup/\x1b[2J HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "coded path": b"GET /api/v1/jobs/%0aroot%20logged%20in%1b[2J HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "method": b"\x1b[2J /who HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "host": b"GET /who HTTP/1.1\r\nHost: a\x1b[2J.example\r\n",
    "bare cr": b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-Id: a\rroot logged in\r\n",
    "folded": b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-Id: a\r\n root logged in\r\n",
    "id": b"GET /api/v1/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-Id: \x1b[2J\r\n",
    "browser": b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: \x9b2Jroot logged in\r\n",
    "cookie": b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: netwb_session=\x9broot logged in\r\n",
    "bearer": b"GET /api/v1/jobs/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \x9b2J\r\n",
    "version": b"GET /who HTTP/9.9\x1b[2J\r\nHost: 127.0.0.1\r\n",
    "length": b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1, 2\x1b[2J\r\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_what_a_request_says_is_no_line_of_its_own(server: Server, kind: str) -> None:
    before = len(server.said)

    raw_answer(server.port, HOSTILE[kind] + b"Connection: close\r\n\r\n")

    assert Browser(server.port).get("/healthz").status == 200, "the server is still up"
    assert_clean(server, before)


def test_what_a_person_types_is_no_line_of_its_own(server: Server) -> None:
    before, browser = len(server.said), Browser(server.port)

    for name in (f"ana\r\n{FORGED}", "\x1b[2J", "a\x00b", "\u2028" + FORGED, "ana"):
        browser.log_in(name, f"{SECRET}\r\n{FORGED}\x1b")

    assert_clean(server, before)


@pytest.mark.parametrize(
    "path",
    ["/who?token={}", "/login?next={}", "/api/v1/jobs/1?access_token={}", "/api/v1/jobs/1?key={}",
     "/nothing?{}", "/static/none?{}", "/login/oidc/callback?code={}&state={}", "/healthz?token={}"],
)  # fmt: skip
def test_a_secret_in_an_address_or_a_header_is_not_logged(
    server: Server, person: Browser, path: str
) -> None:
    for browser in (Browser(server.port), person):
        browser.get(path.format(SECRET, SECRET))
        browser.get(path.format("x", "y"), Authorization=f"Bearer {SECRET}")
        browser.get(path.format("x", "y"), Cookie=f"netwb_session={SECRET}")

    assert_clean(server, 0)


@pytest.fixture(scope="module")
def person(server: Server) -> Browser:
    browser = Browser(server.port)
    assert browser.log_in("ana", PASSWORDS["ana"]).status == 303
    return browser


def assert_clean(server: Server, before: int) -> None:
    """Of what was said since: no secret, and nothing that no line of netwb's begins with."""
    for line in server.said[before:]:
        assert line.removesuffix("\n").isprintable(), line
        assert not line.startswith((FORGED, f" {FORGED}")), line
        assert "keepthissecretout" not in line
        assert PASSWORDS["ana"] not in line
