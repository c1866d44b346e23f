"""Nothing of ours holds the event loop: neither a password's hash nor the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from netwb.loading import share
from tests.web.browsing import Browser
from tests.web.servers import PASSWORDS, Server, netwb_serve, two_tenants

MOST_MS = 20.0
FREE_TRIES = 6  # wrong ones of one address that are not slowed down yet
WATCH = "import tests.web.loop_watch as watch; watch.begin()"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Server]:
    with (
        two_tenants(tmp_path) as made,
        netwb_serve(made.bench.home, before=WATCH) as server,
    ):
        Browser(server.port).get("/login")  # what is loaded once is loaded
        del server.said[:]
        yield server


@pytest.fixture
def dashboards(tmp_path: Path) -> Iterator[Server]:
    """netwb's own pages; a new server for each test, which lets a person load 20 of them at once."""
    with (
        two_tenants(tmp_path) as made,
        netwb_serve(made.bench.home, pages=share() / "dashboards", before=WATCH) as server,
    ):
        yield server


def held_ms(server: Server) -> list[float]:
    return [float(found) for found in re.findall(r"held ([\d.]+) ms", "".join(server.said))]


def statements(server: Server) -> list[str]:
    return [line for line in server.said if line.startswith("statement on the loop")]


def a_visit(port: int, number: int) -> list[int]:
    """A login, a page's worth of files, and some REST."""
    name = ("ana", "ben", "vera", "oli")[number % 4]
    browser = Browser(port)
    if number < FREE_TRIES:
        browser.log_in(f"nobody{number}", "Wrong-Horse-1")
    entered = browser.log_in(name, PASSWORDS[name]).status
    asked = [
        browser.get(path).status
        for path in ("/", "/api/v1/backup/quarantine", "/healthz", "/netwb-static/login/login.css")
    ]
    return [entered, *asked, browser.log_out().status]


def test_logins_and_rest_leave_the_loop_free(watched: Server) -> None:
    with ThreadPoolExecutor(4) as people:
        found = list(people.map(lambda number: a_visit(watched.port, number), range(24)))

    assert {tuple(statuses) for statuses in found} == {(303, 404, 200, 200, 200, 303)}
    assert statements(watched) == []
    assert max(held_ms(watched), default=0.0) <= MOST_MS


@pytest.mark.parametrize("query", ["", "?tenant=acme", "?as=acme", "?tenant=nobody"])
def test_no_page_asks_the_database_while_it_is_built(dashboards: Server, query: str) -> None:
    """Building holds the loop by itself (a benchmark says how long); nothing waits in it."""
    ada = Browser(dashboards.port)
    ada.log_in("ada", PASSWORDS["ada"])
    pages = (
        "/configs",
        "/traffic",
        "/billing",
        "/security",
        "/compliance",
        "/inventory",
        "/admin",
        "/account",
        "/wall",
    )
    for page in pages:
        ada.get(page)  # what is loaded once is loaded
    del dashboards.said[:]

    answers = [ada.get(page + query) for page in pages]

    assert [answer.status for answer in answers] == [200] * len(pages)
    assert statements(dashboards) == []
    assert held_ms(dashboards) != []  # it watches


def test_a_page_loads_the_same_files_each_time(dashboards: Server) -> None:
    """They are looked for once, and kept."""
    ada = Browser(dashboards.port)
    ada.log_in("ada", PASSWORDS["ada"])

    answers = [ada.get(page) for page in ("/account", "/account", "/admin", "/admin")]

    assert [answer.status for answer in answers] == [200] * 4
    files = [re.findall(r"(?:src|href)=\"([^\"]+)\"", answer.text) for answer in answers]
    assert len(files[0]) > 3
    assert files[0] == files[1]
    assert files[2] == files[3]


def test_the_watch_sees_what_holds_the_loop(watched: Server) -> None:
    """The page of the tests asks the database while it is built."""
    ana = Browser(watched.port)
    ana.log_in("ana", PASSWORDS["ana"])

    assert ana.get("/who").status == 200
    assert ana.get("/healthz").status == 200

    assert statements(watched) != []
    assert held_ms(watched) != []
