"""Rights that change under an open page: its websocket ends, and what it showed is not shown again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from tornado.httpclient import HTTPClientError

from netwb.access.records import NewUser, UserChanges
from netwb.roles import Role
from tests.web.browsing import Browser, pulled
from tests.web.conftest import Served
from tests.web.servers import PASSWORDS, let_in
from tests.web.test_page_traps import closed, run

CHANGED = 4403
PASSWORD = PASSWORDS["vera"]
WIDE = UserChanges(role=Role.OPERATOR, scope=(("acme", "umbra"),))


@pytest.fixture
def mia(served: Served) -> Iterator[Browser]:
    """An operator of both tenants, logged in; hers alone are the rights that change."""
    if not any(user.name == "mia" for user in served.bench.users()):
        new = NewUser(name="mia", role=Role.OPERATOR, tenants=("acme", "umbra"), password=PASSWORD)
        served.bench.add_user(new)
    browser = served.browser()
    let_in(browser, served.bench, "mia", PASSWORD)
    yield browser
    served.bench.set_user("mia", WIDE)


async def shown(browser: Browser, token: str) -> str | None:
    """What the document of that token shows; None where it is refused."""
    try:
        async with browser.opened("/who", token) as socket:
            return await pulled(socket)
    except HTTPClientError as error:
        if error.code != 403:
            raise
        return None


@pytest.mark.parametrize(
    "change",
    [
        UserChanges(scope=(("acme",),)),
        UserChanges(role=Role.VIEWER),
        UserChanges(role=Role.ENGINEER),
        UserChanges(scope=(None,)),
    ],
    ids=["fewer tenants", "lesser role", "greater role", "all tenants"],
)
def test_an_open_page_ends_with_the_rights_that_it_was_drawn_by(
    served: Served, mia: Browser, change: UserChanges
) -> None:
    async def work() -> None:
        ana = served.browser("ana")
        async with (
            mia.opened("/who", mia.get("/who").token) as hers,
            ana.opened("/who", ana.get("/who").token) as other,
        ):
            assert "who sees acme and umbra" in await pulled(hers)
            served.bench.set_user("mia", change)

            assert await closed(hers) == CHANGED
            assert "belongs to ana" in await pulled(other), "the other one stays open"

    run(work)


def test_what_was_drawn_by_other_rights_is_not_opened_again(served: Served, mia: Browser) -> None:
    async def work() -> None:
        looked_at, never_opened = mia.get("/who").token, mia.get("/who").token
        assert "acme and umbra" in str(await shown(mia, looked_at))

        await asyncio.to_thread(served.bench.set_user, "mia", UserChanges(scope=(("acme",),)))

        for token in (looked_at, never_opened):
            again = await shown(mia, token)  # anew, once the old one was given up
            assert again is None or "who sees acme" in again
            assert "umbra" not in str(again)
        assert "who sees acme" in str(await shown(mia, mia.get("/who").token))

    run(work)


def test_a_login_is_asked_whether_it_lives(served: Served, mia: Browser) -> None:
    assert served.browser().get("/login/presence").status == 401
    assert mia.get("/login/presence").status == 204
    assert mia.get("/login/presence").headers["cache-control"] == "no-store"

    mia.log_out()

    assert mia.get("/login/presence").status == 401
