"""Comparisons of 20,000 lines: the first changes are drawn soon, the rest comes as one goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from netwb.loading import share
from tests.benches import rig
from tests.long_texts import long_ios
from tests.real.browser.rig import DRAWN_MS, Chromium, Site, opened
from tests.web.servers import add_people, netwb_serve

pytestmark = pytest.mark.real

LINES = 20_000
EDITS = {"some": 400, "many": 4_000}


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Site]:
    """Two devices, one with 400 changed lines and one with 4,000."""
    with rig(tmp_path_factory.mktemp("long"), {"acme": tuple(EDITS), "umbra": ()}) as made:
        add_people(made.bench)
        with (
            netwb_serve(made.bench.home, pages=share() / "dashboards") as server,
            opened(made, server, chromium) as site,
        ):
            made.clock.now -= timedelta(days=1)
            for edits in (0, 1):
                for name, count in EDITS.items():
                    text = long_ios(name, LINES, edits=edits * count, at=made.clock.now)
                    made.answer(f"acme/{name}", text)
                made.back_up()
                made.clock.advance(days=1)
            yield site


@pytest.mark.parametrize(("name", "edits"), EDITS.items())
def test_the_first_changes_are_there_before_the_rest_which_comes_by_scrolling_and_by_keys(
    long: Site, name: str, edits: int
) -> None:
    visitor = long.visitor("ana")
    page = visitor.page
    visitor.go("/configs")
    page.locator("a.row", has_text=name).click()
    # Where IOS says when it was changed last is a change as well.
    where = page.locator(".where")
    expect(where).to_contain_text(f"1 of {edits:,}", timeout=DRAWN_MS)
    expect(page.locator(".diff [data-h='1']").first).to_be_in_viewport(timeout=DRAWN_MS)
    rows = page.locator(".diff .r")
    first = rows.count()
    assert 0 < first < 6_000

    page.keyboard.press("n")
    expect(where).to_contain_text(f"2 of {edits:,}")
    page.keyboard.press("n")
    page.keyboard.press("p")
    expect(where).to_contain_text(f"2 of {edits:,}")
    page.locator(".diff .scroll").evaluate("(e) => { e.scrollTop = e.scrollHeight }")
    if edits > 1_000:
        expect(rows).not_to_have_count(first, timeout=DRAWN_MS)
