"""A token of a script in a real browser: its successor is copied once, both open, the old is revoked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from netwb.access.records import NewToken
from tests.real.browser.reading import settle, shown
from tests.real.browser.rig import Site
from tests.web.rest import Client

pytestmark = pytest.mark.real

WIDTHS = {"wide": (1440, 900), "narrow": (1024, 768), "phone": (390, 844)}


@pytest.mark.parametrize("size", WIDTHS.values(), ids=WIDTHS)
def test_a_token_is_rotated_copied_once_and_the_old_one_revoked(
    site: Site, size: tuple[int, int]
) -> None:
    note = f"erp {size[0]}"
    old = site.bench.issue_token(NewToken(user="ana", days=10, note=note))
    visitor = site.visitor("ada", size=size)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown(visitor, "/admin?tab=tokens")
    page = visitor.page
    row = page.get_by_role("row").filter(has_text=note)

    row.get_by_role("button", name="Rotate…").click()
    page.locator("#rotate-overlap").select_option("3 days")
    page.get_by_role("button", name="Rotate", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("it is shown this once")
    page.get_by_role("button", name="Copy").click()
    copied = page.locator("#issued").inner_text()
    page.wait_for_function(
        "text => navigator.clipboard.readText().then(t => t === text)", arg=copied
    )
    page.get_by_role("button", name="Done").click()
    settle(page)

    answers = [
        Client(site.server.port, text).get("/backup/devices") for text in (old.secret, copied)
    ]
    assert [one.status for one in answers] == [200, 200]
    assert ["netwb-token-expires" in one.headers for one in answers] == [True, True]
    assert copied not in page.content()
    expect(row).to_have_count(2)
    expect(row.filter(has_text="replaced by")).to_have_count(1)

    row.filter(has_text="replaced by").get_by_role("button", name="Revoke…").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(row.filter(has_text="replaced by")).to_contain_text(re.compile("revoked"))
    assert Client(site.server.port, old.secret).get("/backup/devices").status == 401


def test_every_act_of_a_row_is_on_the_screen(site: Site) -> None:
    site.bench.issue_token(
        NewToken(
            user="ana",
            days=10,
            note="a note that somebody wrote without thinking of how wide a table may be",
            networks=("2001:db8:aaaa:bbbb::/64", "198.51.100.0/24"),
            tenants=("acme",),
        )
    )
    for width, height in WIDTHS.values():
        visitor = site.visitor("ada", size=(width, height))
        shown(visitor, "/admin?tab=tokens")
        for button in visitor.page.get_by_role("button", name="Revoke…").all():
            box = button.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= width
