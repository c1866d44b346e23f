"""Attacks on one-time codes over HTTP, in both ways of serving."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from tornado.httpclient import HTTPClientError

from netwb.access.records import NewToken, NewUser, Origin
from netwb.errors import NetwbError
from netwb.roles import Role
from netwb.web.routes import OPERATIONS
from netwb.workbench import Workbench
from tests.benches import TestClock
from tests.web.browsing import SESSION, Answer, Browser
from tests.web.conftest import Served
from tests.web.servers import PASSWORDS, let_in, mistyped
from tests.web.test_login import code_of

PASSWORD = PASSWORDS["ana"]
HERE = Origin(address="127.0.0.1")


@dataclass(frozen=True, slots=True)
class Carrier:
    """A person with an app, and what it shows."""

    served: Served
    name: str
    secret: str

    def code(self, *, later_s: float = 0) -> str:
        return code_of(self.secret, time.time() + later_s)

    def step(self, *, own: str = "127.0.0.1") -> tuple[Browser, Answer]:
        """A browser that gave the right password, and the form that asks for the code."""
        browser = Browser(self.served.server.port, own=own)
        answer = browser.log_in(self.name, PASSWORD)
        assert answer.status == 401
        assert answer.hidden["ticket"]
        return browser, answer


def carrier(served: Served, name: str) -> Carrier:
    browser = served.browser()
    served.bench.add_user(NewUser(name=name, role=Role.VIEWER, tenants=None, password=PASSWORD))
    let_in(browser, served.bench, name, PASSWORD)
    earlier = TestClock(datetime.now(UTC) - timedelta(minutes=1))  # the present code is to be used
    with closing(Workbench.open(served.bench.home, environment={}, clock=earlier)) as bench:
        theirs = bench.at_session(browser.cookies[SESSION], origin=HERE)
        secret = theirs.begin_totp().secret
        theirs.confirm_totp(code_of(secret, earlier.now.timestamp()))
    return Carrier(served, name, secret)


def test_a_code_that_was_used_is_none_in_any_browser(served: Served) -> None:
    one = carrier(served, "replayed")

    first, form = one.step()
    code = one.code()
    assert first.post("/login", {**form.hidden, "code": code}).status == 303
    for own in ("127.0.0.1", "127.0.0.31"):
        again, form = one.step(own=own)
        assert again.post("/login", {**form.hidden, "code": code}).status == 401
        assert SESSION not in again.cookies


def test_a_code_of_somebody_else_or_of_another_time_is_none(served: Served) -> None:
    one, other = carrier(served, "ida"), carrier(served, "ivo")
    browser, form = one.step()

    ahead, behind = (partial(one.code, later_s=later_s) for later_s in (90, -90))
    for code in (other.code, ahead, behind, str):  # each as it is when it is sent
        form = browser.post("/login", {**form.hidden, "code": code()})
        assert form.status == 401, code
    assert browser.post("/login", {**form.hidden, "code": one.code(later_s=30)}).status in {
        303,
        429,
    }


def test_the_ticket_between_both_steps_opens_nothing_else(served: Served) -> None:
    _, form = carrier(served, "between").step()
    ticket = form.hidden["ticket"]
    with_cookie = Browser(served.server.port, cookies={SESSION: ticket})

    assert with_cookie.get("/who").status == 302
    assert with_cookie.get("/login/presence").status == 401
    assert with_cookie.get("/api/v1/backup/devices").status == 401
    for bearer in (ticket, f"nwb_{ticket[:16]}.{ticket}"):
        told = served.browser().get("/api/v1/backup/devices", Authorization=f"Bearer {bearer}")
        assert told.status == 401
    assert served.browser().get(f"/login/oidc/callback?state={ticket}&code=x").status == 401


def test_the_ticket_of_one_person_admits_no_other(served: Served) -> None:
    one, other = carrier(served, "mona"), carrier(served, "mats")
    browser, form = one.step()

    fields = {**form.hidden, "name": other.name, "code": other.code()}
    assert browser.post("/login", fields).status == 401
    assert SESSION not in browser.cookies


def test_guessing_codes_is_slow_and_locks_nobody_out_for_good(served: Served) -> None:
    one = carrier(served, "guessed")
    known, form = one.step()
    assert known.post("/login", {**form.hidden, "code": one.code()}).status == 303
    device = known.cookies["netwb_device"]

    browser, form = one.step(own="127.0.0.32")
    mistyped(served.bench, one.name, own="127.0.0.32")
    guessed = browser.post("/login", {**form.hidden, "code": one.code(later_s=600)})
    assert guessed.status == 401
    slow = browser.post("/login", {**guessed.hidden, "code": one.code(later_s=30)})

    assert slow.status == 429
    assert browser.log_in(one.name, PASSWORD).status == 429, "the right password is no way around"
    home = Browser(served.server.port, own="127.0.0.33", cookies={"netwb_device": device})
    step = home.log_in(one.name, PASSWORD)
    done = home.post("/login", {**step.hidden, "code": one.code(later_s=30)})
    assert done.status == 303, "a browser that the person used before waits for nobody's guesses"


@pytest.fixture
def held(served: Served, request: pytest.FixtureRequest) -> Browser:
    """Logged in by password alone where an admin wants a code."""
    name = re.sub(r"\W", "-", f"held-{request.node.name}")[:50]
    person = NewUser(name=name, role=Role.ADMIN, tenants=None, password=PASSWORD, totp="required")
    served.bench.add_user(person)
    browser = served.browser()
    let_in(browser, served.bench, name, PASSWORD)
    return browser


def test_who_has_to_set_up_a_code_first_gets_nothing_by_rest(held: Browser) -> None:
    held.get("/logout")  # brings the form's cookie
    headers = {"X_XSRFToken": held.cookies["_xsrf"], "Content_Type": "application/json"}

    for one in OPERATIONS:
        if one.open_to == "all":
            continue
        path = re.sub(r"\{\w+\}", "none", one.route)
        for query in ("", "?new=edge1@latest", "?since=7d", "?text=ntp"):
            body = b'{"reason": "x"}' if "quarantine" in path else b"{}"
            answer = held.ask(one.method, path + query, body, Host="netwb.example", **headers)
            assert answer.status >= 400, (path, answer.text)
            assert "edge1.cfg" not in answer.text
    told = held.get("/api/v1/backup/devices")
    assert (told.status, "set up the one-time code first" in told.text) == (403, True)


def test_who_has_to_set_up_a_code_first_cannot_make_itself_a_way_around(
    served: Served, held: Browser
) -> None:
    theirs = served.bench.at_session(held.cookies[SESSION], origin=HERE)
    me = theirs.me().name

    try:
        text = theirs.issue_token(NewToken(user=me, days=1)).secret
    except NetwbError:
        text = ""
    told = served.browser().get("/api/v1/backup/devices", Authorization=f"Bearer {text}")

    assert told.status in {401, 403}
    tries = (
        theirs.users,
        theirs.devices,
        lambda: theirs.as_tenant("acme").devices(),
        lambda: theirs.drop_totp("000000"),
        lambda: theirs.add_user(NewUser(name="backdoor", role=Role.ADMIN, tenants=None)),
    )
    for attempt in tries:
        with pytest.raises(NetwbError):
            attempt()


def test_a_page_of_who_has_to_set_up_a_code_first_ends_when_it_is_done(
    served: Served, held: Browser
) -> None:
    """It was drawn by no rights at all; the websocket of it opens for that login alone."""
    page = held.get("/who")
    other = served.browser("ana")

    async def work() -> None:
        with pytest.raises(HTTPClientError) as refused:
            async with other.opened("/who", page.token):
                pass
        assert refused.value.code == 403
        async with held.opened("/who", page.token) as socket:
            theirs: Workbench = served.bench.at_session(held.cookies[SESSION], origin=HERE)
            theirs.confirm_totp(code_of(theirs.begin_totp().secret, time.time()))
            async with asyncio.timeout(10):
                while await socket.read_message() is not None:
                    pass
            assert socket.close_code == 4403

    asyncio.run(work())
    assert held.get("/api/v1/backup/devices").status == 200
