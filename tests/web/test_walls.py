"""A screen at `/wall`: asked for its code, let in by its cookie, and put out when it is revoked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from netwb.access.records import NewWall
from netwb.loading import share
from netwb.workbench import Workbench
from tests.web.browsing import Browser, pulled
from tests.web.servers import PASSWORDS, Server, netwb_serve, two_tenants
from tests.web.test_page_traps import closed

ENDED = 4401


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workbench, Server]]:
    with (
        two_tenants(tmp_path_factory.mktemp("walls")) as made,
        netwb_serve(made.bench.home, pages=share() / "dashboards") as server,
    ):
        bench = Workbench.open(made.bench.home)  # by the server's clock: codes hold for minutes
        yield bench, server
        bench.close()


def screen(ground: tuple[Workbench, Server], **fields: object) -> tuple[Browser, str]:
    """A browser that typed its code, and the id of its wall."""
    bench, server = ground
    issued = bench.add_wall(NewWall(name="noc", **fields))  # type: ignore[arg-type]  # by name
    browser = Browser(server.port)
    form = browser.get("/login/wall")
    answer = browser.post("/login/wall", {**form.hidden, "code": issued.secret})
    assert (answer.status, answer.headers["location"]) == (303, "/wall")
    return browser, issued.wall.id


def test_a_screen_that_is_none_yet_is_asked_for_its_code(ground: tuple[Workbench, Server]) -> None:
    browser = Browser(ground[1].port)

    assert browser.get("/wall").headers["location"].startswith("/login/wall")
    assert 'name="code"' in browser.get("/login/wall").text
    assert browser.get("/wall/alive").status == 401


def test_its_cookie_is_of_the_wall_alone_and_no_script_reads_it(
    ground: tuple[Workbench, Server],
) -> None:
    bench, server = ground
    browser = Browser(server.port)
    form = browser.get("/login/wall")
    code = bench.add_wall(NewWall(name="noc")).secret

    line = browser.post("/login/wall", {**form.hidden, "code": code}).cookies["netwb_wall"]

    assert "path=/wall" in line.lower()
    assert "httponly" in line.lower()
    assert "samesite=strict" in line.lower()


def test_a_screen_opens_the_wall_and_nothing_else(ground: tuple[Workbench, Server]) -> None:
    browser, _ = screen(ground)

    assert any(
        "data-item" in browser.get("/wall").text for _ in range(20)
    )  # sent with what it shows
    assert browser.get("/wall/alive").status == 200
    for path in ("/configs", "/traffic", "/inventory", "/admin", "/account", "/"):
        assert browser.get(path).status in {302, 303}, path  # though the cookie came along
    assert browser.get("/login/presence").status == 401
    assert browser.get("/api/v1/devices").status in {401, 404}


def test_a_wrong_code_and_a_form_without_its_token_open_nothing(
    ground: tuple[Workbench, Server],
) -> None:
    bench, server = ground
    browser = Browser(server.port)
    form = browser.get("/login/wall")
    code = bench.add_wall(NewWall(name="noc")).secret

    assert browser.post("/login/wall", {**form.hidden, "code": "AAAA-AAAA"}).status == 401
    assert browser.post("/login/wall", {"code": code}).status == 403
    assert "netwb_wall" not in browser.cookies


def test_a_revoked_wall_goes_dark_at_once(ground: tuple[Workbench, Server]) -> None:
    browser, wall_id = screen(ground)

    async def work() -> None:
        page = await asyncio.to_thread(browser.get, "/wall")
        async with browser.opened("/wall", page.token) as socket:
            assert await pulled(socket)
            ground[0].revoke_wall(wall_id)
            assert await closed(socket) == ENDED

    asyncio.run(asyncio.wait_for(work(), 30))

    assert browser.get("/wall/alive").status == 401
    assert browser.get("/wall").headers["location"] == "/login/wall?out=1"
    assert "no wall any more" in browser.get("/login/wall?out=1").text


def test_a_wall_of_another_network_is_none_here(ground: tuple[Workbench, Server]) -> None:
    bench, server = ground
    browser = Browser(server.port)
    form = browser.get("/login/wall")
    code = bench.add_wall(NewWall(name="noc", networks=("192.0.2.0/24",))).secret

    assert browser.post("/login/wall", {**form.hidden, "code": code}).status == 401


def test_a_person_sees_the_wall_with_their_own_login(ground: tuple[Workbench, Server]) -> None:
    browser = Browser(ground[1].port)
    browser.log_in("vera", PASSWORDS["vera"])

    assert browser.get("/wall").status == 200
    assert "version" in browser.get("/wall/alive").text
