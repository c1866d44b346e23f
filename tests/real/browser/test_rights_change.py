"""Rights that change and logins that end under an open page, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Route, expect

from netwb.access.records import NewUser, UserChanges
from netwb.roles import Role
from tests.real.browser.reading import shown
from tests.real.browser.rig import CUT_OFF, DRAWN_MS, REFUSED, Site, Visitor
from tests.web.servers import PASSWORDS

pytestmark = pytest.mark.real

PASSWORD = PASSWORDS["vera"]
BOTH = ("acme", "umbra")


@pytest.fixture
def mia(site: Site) -> Iterator[Visitor]:
    """An operator of both tenants."""
    if not any(user.name == "mia" for user in site.bench.users()):
        new = NewUser(name="mia", role=Role.OPERATOR, tenants=BOTH, password=PASSWORD)
        site.bench.add_user(new)
    yield site.visitor("mia", password=PASSWORD)
    site.bench.set_user("mia", UserChanges(role=Role.OPERATOR, scope=(BOTH,)))


def end_logins(site: Site, name: str) -> None:
    for one in site.bench.login_sessions(name):
        site.bench.end_session(one.id)


def test_rows_of_a_tenant_vanish_with_the_right_to_see_them(site: Site, mia: Visitor) -> None:
    oli = site.visitor("oli")
    assert "core1" in shown(mia, "/inventory?sort=site").text
    assert "core1" in shown(oli, "/inventory").text

    site.bench.set_user("mia", UserChanges(scope=(("acme",),)))

    expect(mia.page.get_by_text("What you may see or do was changed.")).to_be_visible(
        timeout=DRAWN_MS
    )
    anew = shown(mia)
    assert "edge1" in anew.text
    assert "core1" not in anew.html
    assert "umbra" not in anew.html
    assert mia.page.url.endswith("/inventory?sort=site")
    mia.page.get_by_role("button", name="Close", exact=True).click()
    expect(mia.page.locator("#netwb-told")).to_have_count(0)
    assert "core1" in shown(oli).text


def test_a_login_that_ends_under_a_page_leaves_nothing_but_the_way_back(
    site: Site, mia: Visitor
) -> None:
    assert "core1" in shown(mia, "/inventory?sort=site").text
    mia.page.locator("#find").fill("half typed")  # what is unsent holds nothing up here

    end_logins(site, "mia")

    mia.page.get_by_role("heading", name="You are signed out").wait_for(timeout=DRAWN_MS)
    assert mia.page.locator(".nb").count() == 0
    mia.page.get_by_role("link", name="Log in").click()
    mia.log_in("mia", PASSWORD)
    mia.page.wait_for_url("**/inventory?sort=site", timeout=DRAWN_MS)
    assert "core1" in shown(mia).text


def test_a_login_that_ended_before_the_page_connected_is_said_in_words(
    site: Site, mia: Visitor
) -> None:
    """Between the document and its websocket nothing is drawn yet."""
    mia.expect_said(CUT_OFF, REFUSED)

    def end_and_go_on(route: Route) -> None:
        end_logins(site, "mia")
        route.continue_()

    mia.page.route("**/netwb-static/frame.js", end_and_go_on)

    mia.page.goto(f"{site.server.url}/inventory?find=edge")

    mia.page.get_by_role("heading", name="You are signed out").wait_for(timeout=DRAWN_MS)
    link = mia.page.get_by_role("link", name="Log in")
    assert link.get_attribute("href") == "login?next=%2Finventory%3Ffind%3Dedge"
    expect(link).to_be_focused()


def test_a_page_that_may_not_connect_says_so_and_offers_to_load_again(
    site: Site, mia: Visitor
) -> None:
    """Its login lives: an address that the server does not know as its own, very many pages."""
    mia.expect_said(CUT_OFF)
    mia.page.add_init_script(
        "const S = WebSocket;"
        "window.WebSocket = class extends S {"
        "  constructor(url, words) { super(url, ['bokeh', 'not-its-token']) }}"
    )

    mia.page.goto(f"{site.server.url}/inventory")

    mia.page.get_by_role("heading", name="This page could not be opened").wait_for(timeout=DRAWN_MS)
    expect(mia.page.get_by_role("button", name="Reload")).to_be_visible()
