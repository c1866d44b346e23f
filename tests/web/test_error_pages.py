"""What is answered where there is no page: in words, with a way on, and without the inside of things."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwb.web import error_pages
from netwb.web.headers import ERROR
from tests.web.browsing import Browser
from tests.web.conftest import Served
from tests.web.servers import ROOT, panel_serve

BARE = ("Tornado", "Bokeh", "Panel", "Traceback", "<title>404: Not Found")


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nothing", 404, "There is no such page"),
        ("POST", "/nothing", 404, "There is no such page"),
        ("GET", "/nothing/at?all=1", 404, "There is no such page"),
        ("GET", "/static/js/nothing.js", 404, "There is no such page"),
        ("GET", "/netwb-static/nothing.css", 404, "There is no such page"),
        ("GET", "/", 404, "No page is open to you"),
        ("GET", "/who?bokeh-token=x", 403, "This address is not one that netwb gave"),
        ("DELETE", "/netwb-static/tokens.css", 405, "This address does not take that"),
        ("HEAD", "/who", 405, ""),
        ("GET", "/broken", 500, "This page could not be built"),
    ],
)
def test_what_is_no_page_is_said_on_a_page_of_ours(
    served: Served, method: str, path: str, status: int, title: str
) -> None:
    browser = served.browser("ana")
    xsrf = {"X_XSRFToken": browser.cookies["_xsrf"]}

    answer = browser.ask(method, path, None, **xsrf, X_Request_Id="mine-7")

    assert answer.status == status
    assert answer.headers["x-request-id"] == "mine-7"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == ERROR
    assert answer.headers["x-frame-options"] == "DENY"
    if method != "HEAD":
        assert f"<h2>{title}</h2>" in answer.text
        assert "Reference mine-7" in answer.text
        assert 'href="/' in answer.text
    assert not any(
        word in answer.text for word in (*BARE, str(ROOT), "/srv/secret", "nothing", "bokeh-")
    )


def test_a_page_that_takes_no_form_says_what_it_takes(served: Served) -> None:
    browser = served.browser("ana")

    answer = browser.ask("PUT", "/who", None, X_XSRFToken=browser.cookies["_xsrf"])

    assert (answer.status, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/nothing", "/api/v2/devices"])
def test_below_api_it_is_a_problem_document(served: Served, path: str) -> None:
    answer = served.browser().get(path, Accept="text/html", X_Request_Id="mine-8")

    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    problem = json.loads(answer.text)
    assert (problem["status"], problem["request_id"], problem["instance"]) == (404, "mine-8", path)


def test_the_log_has_a_page_that_broke_by_its_reference(served: Served) -> None:
    answer = served.browser("ana").get("/broken", X_Request_Id="mine-9")

    assert answer.status == 500
    assert served.server.says("mine-9", within_s=10)
    assert served.server.says("/srv/secret/place", within_s=10)
    assert served.browser("ana").get("/broken?well=0").status == 200, "the next one is well"


def test_a_page_with_a_slash_behind_it_leads_to_the_page(served: Served) -> None:
    answer = served.browser("ana").get("/who/?find=ntp")

    assert (answer.status, answer.headers["location"]) == (302, "/who?find=ntp")


def test_a_login_that_is_of_no_use_to_a_page_without_rights_can_be_ended(served: Served) -> None:
    assert 'href="/logout"' in served.browser("ana").get("/").text


def test_pages_say_that_the_database_is_away(served: Served) -> None:
    home, ana = served.bench.home, served.browser("ana")
    (home / "netwb.db").rename(home / "away.db")
    answers = [ana.get("/who"), ana.get("/"), ana.get("/login/presence")]
    (home / "away.db").rename(home / "netwb.db")

    for answer in answers:
        assert answer.status == 503
        assert "<h2>netwb cannot answer now</h2>" in answer.text
        assert str(home.parent) not in answer.text
        assert "netwb.db" not in answer.text


def test_a_server_whose_home_cannot_be_opened_says_so(tmp_path: Path) -> None:
    """The hand-written line opens the home at the first request only."""
    with panel_serve(tmp_path / "nowhere") as server:
        answers = [Browser(server.port).get(path) for path in ("/who", "/", "/login", "/logout")]

    for answer in answers:
        assert answer.status == 503
        assert "<h2>netwb cannot answer now</h2>" in answer.text
        assert "nowhere" not in answer.text


def test_what_the_browser_said_is_text() -> None:
    hostile = '"><img src=x onerror=alert(1)></script>'
    for said in (*error_pages.SAYINGS.values(), error_pages.NO_PAGE):
        page = error_pages.render(said, host=hostile, reference=hostile)
        assert page.count("&quot;&gt;&lt;img src=x") == 2
        assert "<img" not in page
