"""Nothing of ours holds the event loop: neither a password's hash nor the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from netwb.access.records import NewUser
from netwb.loading import share
from netwb.roles import Role
from tests.web.browsing import Browser
from tests.web.conftest import Served
from tests.web.servers import PASSWORDS, Server, beside, let_in, netwb_serve, two_tenants

MOST_MS = 20.0
FREE_TRIES = 6  # wrong ones of one address that are not slowed down yet
WATCH = "import tests.web.loop_watch as watch; watch.begin()"


@pytest.fixture(scope="module")
def with_one_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = two_tenants(tmp_path_factory.mktemp("one-page"))
    with home as made, netwb_serve(made.bench.home, before=WATCH) as server:
        Browser(server.port).get("/login")  # what is loaded once is loaded
        yield server


@pytest.fixture
def watched(with_one_page: Server) -> Server:
    del with_one_page.said[:]
    return with_one_page


@pytest.fixture(scope="module")
def dashboards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """netwb's own pages."""
    pages = share() / "dashboards"
    with (
        two_tenants(tmp_path_factory.mktemp("dashboards")) as made,
        netwb_serve(made.bench.home, pages=pages, before=WATCH) as server,
        beside(made.bench.home) as bench,
    ):
        yield Served(server, bench)


@pytest.fixture
def newcomer(dashboards: Served) -> Browser:
    """Of somebody who had no page yet: a person may load 20 of them at once."""
    name = f"admin{len(dashboards.bench.users())}"
    password = PASSWORDS["ada"]
    dashboards.bench.add_user(NewUser(name=name, role=Role.ADMIN, tenants=None, password=password))
    browser = dashboards.browser()
    let_in(browser, dashboards.bench, name, password)
    return browser


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
        found = list(people.map(lambda number: a_visit(watched.port, number), range(12)))

    assert {tuple(statuses) for statuses in found} == {(303, 404, 200, 200, 200, 303)}
    assert statements(watched) == []
    assert max(held_ms(watched), default=0.0) <= MOST_MS


@pytest.mark.parametrize("query", ["", "?tenant=acme", "?as=acme", "?tenant=nobody"])
def test_no_page_asks_the_database_while_it_is_built(
    dashboards: Served, newcomer: Browser, query: str
) -> None:
    """Building holds the loop by itself (a benchmark says how long); nothing waits in it."""
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
        newcomer.get(page)  # what is loaded once is loaded
    del dashboards.server.said[:]

    answers = [newcomer.get(page + query) for page in pages]

    assert [answer.status for answer in answers] == [200] * len(pages)
    assert statements(dashboards.server) == []
    assert held_ms(dashboards.server) != []  # it watches


def test_a_page_loads_the_same_files_each_time(newcomer: Browser) -> None:
    """They are looked for once, and kept."""
    answers = [newcomer.get(page) for page in ("/account", "/account", "/admin", "/admin")]

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
