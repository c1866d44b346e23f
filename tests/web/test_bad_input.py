"""'Bad input' line by line, over every route that the application has, in both ways of serving.

Each answer has the right status and a sentence, leaks nothing, leaves no secret in the log, and the
server is up after it. What else the issue's lines ask for stands where its subject is: cursors and
cookies in test_rest_server.py and test_page_traps.py, forged chains in test_proxy_attacks.py.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netwb.access.records import NewToken
from netwb.web.operations import JSON, Operation
from netwb.web.routes import OPERATIONS
from netwb.workbench import Workbench
from tests.web.browsing import SESSION, Answer, Browser, raw_answer
from tests.web.route_list import address_of
from tests.web.servers import PASSWORDS, Server, netwb_serve, panel_serve, two_tenants

MOST_BYTES = 64 * 1024
LISTS = "import tests.web.route_list as told; told.begin()"
SETTINGS: Any = {
    "NETWB_WEB__MAX_BODY_BYTES": str(MOST_BYTES),
    "NETWB_WEB__TRUSTED_PROXIES": "127.0.0.9",
}
SECRET = "keepthissecretout"
INSIDE = re.compile(r"Traceback|/home/|/tmp/|site-packages|sqlite|Error\(", re.IGNORECASE)
ANSWERS_S = 5.0
HSTS, POLICY = "strict-transport-security", "content-security-policy"


@dataclass(frozen=True, slots=True)
class Ground:
    server: Server
    ana: Browser
    token: str

    def bearer(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        return Browser(self.server.port).ask(method, path, body, **sent)

    @property
    def routes(self) -> list[str]:
        """Patterns of the application."""
        assert self.server.says("routes: ", within_s=5)
        line = next(line for line in self.server.said if line.startswith("routes: "))
        return [pattern for pattern, _ in json.loads(line.removeprefix("routes: "))]


@pytest.fixture(scope="module", params=["netwb serve", "panel serve"])
def ground(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    folder: Path = tmp_path_factory.mktemp("bad")
    start = netwb_serve if request.param == "netwb serve" else panel_serve
    with two_tenants(folder) as made, pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        with start(made.bench.home, before=LISTS) as server:
            ana = Browser(server.port)
            assert ana.log_in("ana", PASSWORDS["ana"]).status == 303
            bench = Workbench.open(made.bench.home, environment={})  # by the server's clock
            try:
                token = bench.issue_token(NewToken(user="ada", days=1)).secret
            finally:
                bench.close()
            yield Ground(server, ana, token)
            assert not {word for word in (SECRET, token) if word in "".join(server.said)}


def assert_refused(answer: Answer, status: int, what: object) -> None:
    assert answer.status == status, (what, answer.text)
    told = json.loads(answer.text)
    assert answer.headers["content-type"] == "application/problem+json", what
    assert (told["status"], bool(told["title"])) == (status, True), what
    assert SECRET not in answer.text, what
    assert not INSIDE.search(answer.text), answer.text


def addresses() -> Iterator[tuple[Operation, str]]:
    for operation in OPERATIONS:
        yield operation, re.sub(r"\{\w+\}", "none", operation.route)


BODIES: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 400),
    "cut": (b'{"note": "keepthissecretout"', 400),
    "bytes": (b'{"note": "\xff keepthissecretout"}', 400),
    "deep": (b"[" * 30_000, 400),
    "deep object": (b'{"a":' * 10_000, 400),
    "twice": (b'{"note": "a", "note": "keepthissecretout"}', 400),
    "twice within": (b'{"note": {"a": 1, "a": "keepthissecretout"}}', 400),
    "no number": (b'{"note": NaN}', 400),
    "digits": (b'{"note": ' + b"1" * 5000 + b"}", 400),
    "nul": (b'{"note": "a\\u0000keepthissecretout"}', 422),
    "lone surrogate": (b'{"note": "\\ud800keepthissecretout"}', 422),
    "surrogate name": (b'{"\\udfff": "keepthissecretout"}', 422),
    "unknown field": (b'{"password": "keepthissecretout"}', 422),
    "list": (b'["keepthissecretout"]', 422),
    "words": (b'"keepthissecretout"', 422),
    "infinite": (b'{"note": 1e999}', 422),
    "large": (b'{"note": "' + b"x" * MOST_BYTES + b'keepthissecretout"}', 413),
}


@pytest.mark.parametrize("kind", list(BODIES))
def test_a_bad_body_is_refused_by_every_route_that_takes_one(ground: Ground, kind: str) -> None:
    body, status = BODIES[kind]
    taking = [
        (one, path) for one, path in addresses() if one.body is not None and one.takes == JSON
    ]

    for one, path in taking:
        answer = ground.bearer(one.method, path, body, Content_Type="application/json")
        assert_refused(answer, status, path)

    assert taking
    assert Browser(ground.server.port).get("/healthz").status == 200


def test_an_unknown_parameter_is_refused_by_every_route(ground: Ground) -> None:
    for one, path in addresses():
        for query in (f"colour={SECRET}", f"%00={SECRET}", f"%ED%A0%80={SECRET}"):
            answer = ground.bearer(
                one.method, f"{path}?{query}", b"{}", Content_Type="application/json"
            )
            assert_refused(answer, 400, path)


def test_a_token_in_the_query_opens_no_route_and_is_told_to_nobody(ground: Ground) -> None:
    for one, path in addresses():
        if one.open_to == "all":
            continue
        for name in ("token", "access_token", "bearer", "authorization"):
            answer = Browser(ground.server.port).ask(
                one.method, f"{path}?{name}={ground.token}", Host="netwb.example"
            )
            assert answer.status in {400, 401, 403}, path
            assert ground.token not in answer.text


def test_a_write_by_cookie_wants_the_token_of_our_own_page(ground: Ground) -> None:
    """Whatever a foreign page's form can send, and whatever it calls it."""
    writes = [
        (one, path)
        for one, path in addresses()
        if one.method != "GET" and one.open_to != "senders"  # who look at no cookie
    ]
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")

    for one, path in writes:
        for kind in (*kinds, "application/json", ""):
            for origin in ("https://evil.example", "null", f"http://127.0.0.1:{ground.ana.port}"):
                answer = ground.ana.ask(
                    one.method, path, b'{"note": "x"}', Content_Type=kind, Origin=origin
                )
                assert_refused(answer, 403, (path, kind))
                assert "X-XSRFToken" in json.loads(answer.text)["detail"]
        for kind in {*kinds} - {one.takes}:
            headers = {"Content_Type": kind, "X_XSRFToken": ground.ana.cookies["_xsrf"]}
            assert_refused(ground.ana.ask(one.method, path, b"{}", **headers), 415, (path, kind))
    assert writes


@pytest.mark.parametrize("length", ["announced", "chunked", "negative", "two"])
def test_no_route_reads_a_body_without_end(ground: Ground, length: str) -> None:
    said = {
        "announced": b"Content-Length: 99999999999\r\n\r\n",
        "chunked": b"Transfer-Encoding: chunked\r\n\r\n" + b"20000\r\n" + b"x" * 0x20000 + b"\r\n",
        "negative": b"Content-Length: -1\r\n\r\n",
        "two": b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
    }[length]
    head = f"Host: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer {ground.token}\r\n"

    for pattern in ground.routes:
        for media in ("application/json", "application/x-www-form-urlencoded"):
            first = f"POST {address_of(pattern)} HTTP/1.1\r\nContent-Type: {media}\r\n{head}"
            told = raw_answer(ground.server.port, first.encode() + said + b"0\r\n\r\n")
            status = rb"HTTP/1.1 (4\d\d|303) "  # the latter: nobody is logged out who is not in
            assert not told or re.match(status, told), (pattern, told[:200])
            assert b"Traceback" not in told

    assert Browser(ground.server.port).get("/healthz").status == 200


EXPLODES = [
    "(a+)+$",
    "(a|a)*b" * 8,
    "(.*.*.*.*.*)x" * 4,
    "[" * 500,
    "a{1,1000}{1,1000}",
    "\\",
    "(?R)",
]


@pytest.mark.parametrize("when", ["now", "ever"])
def test_an_expression_that_explodes_holds_nobody_up(ground: Ground, when: str) -> None:
    began = time.monotonic()

    with ThreadPoolExecutor(len(EXPLODES)) as crowd:
        asked = [crowd.submit(search, ground, text, when) for text in EXPLODES]
        while not all(one.done() for one in asked):
            before = time.monotonic()
            assert Browser(ground.server.port).get("/healthz").status == 200
            assert time.monotonic() - before < ANSWERS_S

    assert {one.result().status for one in asked} == {200}, [one.result().text for one in asked]
    assert time.monotonic() - began < len(EXPLODES) * ANSWERS_S


def search(ground: Ground, text: str, when: str) -> Answer:
    quoted = "".join(f"%{ord(one):02x}" for one in text)
    return ground.bearer("GET", f"/api/v1/backup/search?text={quoted}&when={when}")


# Headers and cookies of every route


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "FROB"])
def test_every_route_answers_with_the_security_headers(ground: Ground, method: str) -> None:
    callers = [ground.ana, Browser(ground.server.port)]
    for pattern in [*ground.routes, "/no-such-page$"]:
        address = address_of(pattern)
        for browser in callers:
            answer = Browser(browser.port, cookies=dict(browser.cookies)).ask(method, address)
            assert answer.status < 500 or address == "/broken", (address, answer.text)
            assert answer.headers["x-content-type-options"] == "nosniff", address
            assert answer.headers["x-frame-options"] == "DENY", address
            assert answer.headers["referrer-policy"] == "same-origin", address
            assert "frame-ancestors 'none'" in answer.headers[POLICY], address
            assert "default-src 'none'" in answer.headers[POLICY], address
            assert not re.search(r"https?:|unsafe-eval|\*", answer.headers[POLICY]), address
            assert not {HSTS, "server", "x-powered-by"} & set(answer.headers), address
            assert "access-control-allow-origin" not in answer.headers, address


def test_behind_tls_every_route_keeps_browsers_and_cookies_to_it(ground: Ground) -> None:
    """As a trusted proxy says; from anybody else the same words mean nothing."""
    for own, is_believed in (("127.0.0.9", True), ("127.0.0.10", False)):
        browser = Browser(ground.server.port, own=own, headers={"X-Forwarded-Proto": "https"})
        answers = [browser.get("/login"), browser.log_in("vera", PASSWORDS["vera"])]
        answers += [browser.get(address_of(pattern)) for pattern in ground.routes]
        assert {HSTS in answer.headers for answer in answers} == {is_believed}
        lines = {name: line for answer in answers for name, line in answer.cookies.items()}
        assert {SESSION, "_xsrf", "netwb_device"} <= set(lines)
        for name, line in lines.items():
            if line.startswith(f'{name}="";'):
                continue  # it is taken back
            words = set(line.split("; "))
            assert ("Secure" in words, "SameSite=Lax" in words) == (is_believed, True), line
            assert ("HttpOnly" in words) == (name != "_xsrf"), "our pages' forms read that one"
            assert not any(word.startswith("Domain") for word in words), line


def test_a_cookie_that_somebody_planted_never_becomes_a_login(ground: Ground) -> None:
    planted = "A" * 43
    browser = Browser(ground.server.port, cookies={SESSION: planted})

    assert browser.log_in("ben", PASSWORDS["ben"]).status == 303

    assert browser.cookies[SESSION] != planted
    assert Browser(browser.port, cookies={SESSION: planted}).get("/who").status == 302


def test_no_route_shows_a_cookie(ground: Ground) -> None:
    for pattern in ground.routes:
        answer = ground.ana.get(address_of(pattern)) if "logout" not in pattern else None
        if answer is not None:
            assert ground.ana.cookies[SESSION] not in answer.text, pattern
