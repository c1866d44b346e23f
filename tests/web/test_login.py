"""Logging in and out over HTTP: what the form says, which cookies it gives, where it leads."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from urllib.parse import quote

import pytest

from netwb.access.records import NewUser, Origin, UserChanges
from netwb.roles import Role
from netwb.web.paths import local_path
from tests.web.browsing import SESSION, Answer
from tests.web.conftest import Served
from tests.web.servers import PASSWORDS, mistyped

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/\tevil.example//",
    "/\n/evil.example",
    "/ /evil.example",
    "evil.example",
    "",
    "/login?next=/who",
    "/logout",
    "/" + "x" * 5000,
]


@pytest.fixture
def newcomer(served: Served, request: pytest.FixtureRequest) -> str:
    """A person whom no other test knows, so that throttling hits nobody else."""
    name = "n" + re.sub(r"\W", "", request.node.name.lower())[-40:]
    password = PASSWORDS["ana"]
    served.bench.add_user(NewUser(name=name, role=Role.VIEWER, tenants=None, password=password))
    return name


def led_to(answer: Answer) -> str:
    return answer.headers.get("location", "")


def code_of(secret: str, at: float) -> str:
    """What an authenticator app shows (RFC 6238: SHA-1, 30 s, six digits)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.digest(key, struct.pack(">Q", int(at) // 30), "sha1")
    offset = mac[-1] & 15
    number = struct.unpack(">I", mac[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def test_a_login_leads_where_the_person_wanted_to_go(served: Served) -> None:
    browser = served.browser()

    form = browser.get("/who?find=ntp&when=ever")
    assert (form.status, led_to(form)) == (302, "/login?next=%2Fwho%3Ffind%3Dntp%26when%3Dever")
    answer = browser.log_in("ana", PASSWORDS["ana"], path=led_to(form))

    assert (answer.status, led_to(answer)) == (303, "/who?find=ntp&when=ever")
    assert browser.get("/login?next=/who").headers["location"] == "/who"


def test_a_page_without_a_login_leads_to_it_and_fails_nowhere(served: Served) -> None:
    answer = served.browser().get("/who?line=3")

    assert answer.status == 302
    assert led_to(answer).startswith("/login")
    assert not served.server.says("Uncaught exception GET /who", within_s=0.5)


@pytest.mark.parametrize("goal", ELSEWHERE, ids=range(len(ELSEWHERE)))
def test_a_login_never_leads_elsewhere(served: Served, goal: str) -> None:
    assert local_path(goal) == "/"
    if len(goal) > 100:
        return
    browser = served.browser()
    form = browser.get(f"/login?next={quote(goal)}")
    assert form.hidden["next"] == "/"

    fields = {**form.hidden, "next": goal, "name": "ana", "password": PASSWORDS["ana"]}
    assert led_to(browser.post("/login", fields)) == "/"


def test_the_cookie_is_for_the_server_alone(served: Served) -> None:
    answer = served.browser().log_in("ana", PASSWORDS["ana"])

    line = answer.cookies[SESSION].split("; ")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} < set(line)
    assert "Secure" not in line, "this server speaks no TLS"
    assert answer.headers["cache-control"] == "no-store"


def test_every_wrong_login_reads_the_same(served: Served) -> None:
    served.bench.add_user(NewUser(name="gone", role=Role.VIEWER, password=PASSWORDS["ana"]))
    served.bench.set_user("gone", UserChanges(status="disabled"))
    try:
        told = {
            re.sub(r'value="[^"]*"|\d\d:\d\d', "", served.browser().log_in(name, password).text)
            for name, password in [
                ("ana", "Wrong-Horse-1"),
                ("nobody-of-that-name", PASSWORDS["ana"]),
                ("gone", PASSWORDS["ana"]),
            ]
        }
    finally:
        served.bench.set_user("gone", UserChanges(status="retired"))

    assert len(told) == 1
    assert "Name or password is wrong." in told.pop()


def test_a_typed_password_never_comes_back(served: Served) -> None:
    answer = served.browser().log_in("ana", "Wrong-Horse-1<b>")

    assert answer.status == 401
    assert "Wrong-Horse" not in answer.text
    assert "Wrong-Horse" not in "".join(served.server.said)


def test_a_hostile_name_is_text(served: Served) -> None:
    hostile = '"><img src=x onerror=alert(1)></script>\u202e'

    answer = served.browser().log_in(hostile, "Wrong-Horse-1")

    assert answer.status == 401
    assert "<img" not in answer.text
    assert "&lt;img src=x" in answer.text


@pytest.mark.parametrize("path", ["/login", "/logout"])
@pytest.mark.parametrize("token", ["", "made-up", "2|00000000|00|1"])
def test_a_form_without_its_own_token_does_nothing(served: Served, path: str, token: str) -> None:
    browser = served.browser("ana")

    fields = {"_xsrf": token, "name": "ben", "password": PASSWORDS["ben"]}
    assert browser.post(path, fields).status == 403
    assert browser.get("/who").status == 200


def test_a_link_logs_nobody_out(served: Served) -> None:
    browser = served.browser("ana")

    asked = browser.get("/logout")

    assert (asked.status, "ana is signed in here" in asked.text) == (200, True)
    assert browser.get("/who").status == 200


def test_a_form_that_is_no_form_is_refused(served: Served) -> None:
    browser = served.browser()

    as_json = browser.ask("POST", "/login", b'{"name": "ana"}', Content_Type="application/json")
    long = browser.post("/login", {"name": "x" * 100_000})

    assert as_json.status == 415
    assert long.status == 413
    assert browser.get("/login").status == 200


def test_a_second_login_ends_the_first_of_that_browser(served: Served) -> None:
    browser = served.browser("ana")
    before = dict(browser.cookies)
    form = served.browser("ben").get("/logout")

    answer = browser.post(
        "/login",
        {"_xsrf": browser.get("/logout").xsrf, "name": "ben", "password": PASSWORDS["ben"]},
    )

    assert form.status == 200
    assert (answer.status, browser.cookies[SESSION] != before[SESSION]) == (303, True)
    old = served.browser()
    old.cookies = before
    assert old.get("/who").status == 302


def test_wrong_tries_are_slowed_down_and_say_for_how_long(served: Served, newcomer: str) -> None:
    browser = served.browser()
    mistyped(served.bench, newcomer)
    assert browser.log_in(newcomer, "Wrong-Horse").status == 401

    slow = browser.log_in(newcomer, "Wrong-Horse-2")

    assert slow.status == 429
    assert 60 < int(slow.headers["retry-after"]) <= 901
    assert re.search(r"Next try in \d+ s\.", slow.text)
    assert browser.log_in(newcomer, PASSWORDS["ana"]).status == 429, "the right one waits too"
    assert served.browser("ana").get("/who").status == 200, "nobody else does"


def test_the_one_time_code_is_a_second_step(served: Served, newcomer: str) -> None:
    browser = served.browser()
    browser.log_in(newcomer, PASSWORDS["ana"])
    theirs = served.bench.at_session(browser.cookies[SESSION], origin=Origin(address="127.0.0.1"))
    secret = theirs.begin_totp().secret
    theirs.confirm_totp(code_of(secret, time.time()))

    again = served.browser()
    step = again.log_in(newcomer, PASSWORDS["ana"], path="/login?next=/who")
    assert (step.status, 'name="password"' in step.text) == (401, False)
    assert SESSION not in again.cookies
    assert 'href="/login?next=%2Fwho"' in step.text, "who begins again gets there as well"

    wrong = again.post("/login", {**step.hidden, "code": "000000"})
    assert (wrong.status, "The code is wrong" in wrong.text) == (401, True)
    stale = again.post("/login", {**step.hidden, "code": "000000"})
    assert "That took too long." in stale.text, "each ticket works once"
    right = again.post("/login", {**wrong.hidden, "code": code_of(secret, time.time() + 30)})
    assert (right.status, led_to(right)) == (303, "/who")
    assert again.get("/who").status == 200


@pytest.mark.parametrize("kept", ["no cookie of the form", "no cookie at all"])
def test_logging_out_without_the_forms_cookie_asks_once_more(served: Served, kept: str) -> None:
    """It was cleared, or a page sent an empty field: a click on the way out still ends the login."""
    browser = served.browser("ana")
    session = browser.cookies[SESSION]
    browser.cookies = {SESSION: session} if kept == "no cookie of the form" else {}

    asked = browser.post("/logout", {"_xsrf": ""})

    if kept == "no cookie at all":
        assert (asked.status, led_to(asked)) == (303, "/login?out=1")
        return
    assert asked.status == 403
    assert "You are still signed in." in asked.text
    assert "ana is signed in here" in asked.text
    out = browser.post("/logout", {"_xsrf": asked.xsrf})
    assert (out.status, led_to(out)) == (303, "/login?out=1")
    assert SESSION not in browser.cookies
    browser.cookies = {SESSION: session}
    assert browser.get("/who").status == 302
