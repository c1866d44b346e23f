"""`/configs` in a real browser: the list, the comparison, its keys, and long texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from netwb.loading import share
from tests.benches import ios, rig
from tests.long_texts import long_ios
from tests.real.browser.reading import settle
from tests.real.browser.rig import DRAWN_MS, Chromium, Site, Visitor, opened
from tests.web.servers import add_people, netwb_serve

pytestmark = pytest.mark.real

LINES = 20_000
EDITS = {"some": 400, "long": 4_000}
HOSTILE = "<img src=x onerror=window.hit=1></script>\N{RIGHT-TO-LEFT OVERRIDE}gnp"


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Site]:
    """edge1 and core1 changed last night, edge1 by a hostile line; two long ones by many edits."""
    hosts = {"acme": ("edge1", *EDITS), "umbra": ("core1",)}
    with rig(tmp_path_factory.mktemp("configs"), hosts) as made:
        add_people(made.bench)
        with (
            netwb_serve(made.bench.home, pages=share() / "dashboards") as server,
            opened(made, server, chromium) as site,
        ):
            made.clock.now -= timedelta(days=1)
            for name in EDITS:
                made.answer(f"acme/{name}", long_ios(name, LINES, at=made.clock.now))
            made.back_up()
            made.clock.advance(days=1)
            at = made.clock.now
            made.answer("acme/edge1", ios("edge1", by="ben", at=at, ntp=f"192.0.2.9 {HOSTILE}"))
            for name, edits in EDITS.items():
                text = long_ios(name, LINES, edits=edits, by="ben", at=at)
                made.answer(f"acme/{name}", text)
            made.answer("umbra/core1", ios("core1", by="kim", at=at, community="0ther-Secret"))
            report = made.back_up()
            assert report.counts() == {"changed": 4}, report
            yield site


def opened_page(site: Site, name: str, path: str = "/configs", **how: object) -> Visitor:
    """A visitor who sees the first comparison."""
    visitor = site.visitor(name, **how)  # type: ignore[arg-type]
    visitor.go(path)
    visitor.page.locator(".diff .g").first.wait_for()
    return visitor


def change_is_there(page: Page, number: int) -> None:
    """Without `expect`, which reads the whole page aloud each time that it looks in vain.

    With thousands of rows that holds the browser for seconds, and the rows do not come.
    """
    there = page.locator(f".diff [data-h='{number}']")
    there.wait_for(state="attached", timeout=DRAWN_MS)


def where(page: Page) -> str:
    return page.locator(".where").inner_text()


def test_a_change_is_read_by_mouse_and_keys_and_all_of_it_is_in_the_address(changed: Site) -> None:
    visitor = opened_page(changed, "ada")
    page = visitor.page

    expect(page.locator("a.row[role=option]")).to_have_count(4)
    names = page.locator("a.row[role=option] b").all_inner_texts()
    at = names.index("core1")
    near, there, back = (names[at - 1], "k", "j") if at else (names[1], "j", "k")
    page.locator("a.row", has_text="core1").click()
    expect(page.locator(".dh b").first).to_have_text("core1")
    expect(page.locator("del")).to_contain_text("netwb:secret:")
    page.keyboard.press(there)
    expect(page.locator(".dh b").first).to_have_text(near)
    page.keyboard.press(back)
    expect(page.locator(".dh b").first).to_have_text("core1")
    rows = page.locator(".diff .r").count()
    page.keyboard.press(".")
    expect(page.locator(".diff .r")).not_to_have_count(rows)
    page.keyboard.press("u")
    expect(page.locator(".diff.unified")).to_have_count(1)
    page.wait_for_url("**side=unified")  # two that come together are one step
    page.keyboard.press("w")
    page.wait_for_url("**side=unified*extent=whole*")

    page.reload()
    page.locator(".diff.unified .g").first.wait_for()
    expect(page.locator(".dh b").first).to_have_text("core1")
    expect(page.locator('[data-do="whole"]')).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page.locator('[data-do="whole"]')).to_have_attribute("aria-pressed", "false")
    page.go_back()
    expect(page.locator(".diff.unified")).to_have_count(0)
    page.go_back()
    expect(page.locator(".dh b").first).to_have_text(near)


def test_a_whole_file_opens_at_the_change(changed: Site) -> None:
    page = opened_page(changed, "ada").page
    page.set_viewport_size({"width": 1400, "height": 330})
    page.locator("a.row", has_text="core1").click()
    expect(page.locator(".dh b").first).to_have_text("core1")

    page.keyboard.press("w")

    page.wait_for_url("**extent=whole*")
    expect(page.locator(".diff .r").first).to_be_attached()
    expect(page.locator(".diff .r").first).not_to_be_in_viewport()
    expect(page.locator(".diff [data-h='1']")).to_be_in_viewport()


def test_of_a_long_comparison_more_comes_as_one_scrolls_and_jumps(changed: Site) -> None:
    visitor = opened_page(changed, "ana")
    page = visitor.page
    page.locator("a.row", has_text="long").click()
    expect(page.locator(".where")).to_contain_text("4,000")
    expect(page.locator(".more")).to_contain_text("more rows come as you scroll")
    change_is_there(page, 300)
    assert page.locator(".diff [data-h='450']").count() == 0

    page.locator(".diff .scroll").evaluate("(e) => { e.scrollTop = e.scrollHeight }")
    change_is_there(page, 450)
    page.keyboard.press("n")
    assert where(page) != "Change 1 of 4,000"

    change = page.url.partition("change=")[2].partition("&")[0]
    visitor.go(f"/configs?change={change}&at=1500")
    change_is_there(page, 1500)
    expect(page.locator(".where")).to_contain_text("1,500")
    expect(page.locator(".diff [data-h='1500']")).to_be_in_viewport()


@pytest.mark.parametrize(("name", "edits"), EDITS.items())
def test_the_first_changes_are_there_before_the_rest_which_comes_by_scrolling_and_by_keys(
    changed: Site, name: str, edits: int
) -> None:
    visitor = changed.visitor("ana")
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


def test_a_line_of_a_history_tells_its_story_and_more_lines_come_by_scrolling(
    changed: Site,
) -> None:
    visitor = changed.visitor("ada")
    visitor.go(f"/configs?device={changed.rig.devices['acme/long'].id}")
    page = visitor.page
    text = page.get_by_role("listbox", name="long")
    text.locator("#l5").click()

    expect(page.locator("#story")).to_contain_text("Stands here since")

    page.locator(".pane .more").scroll_into_view_if_needed()
    expect(text.locator("#l2001")).to_be_attached(timeout=DRAWN_MS)


def test_hostile_lines_are_drawn_and_never_obeyed(changed: Site) -> None:
    visitor = opened_page(changed, "ana")
    page = visitor.page

    page.locator("a.row", has_text="edge1").click()
    expect(page.locator(".dh b").first).to_have_text("edge1")
    marked = page.locator(".diff ins", has_text="<img src=x onerror=window.hit=1></script>")
    expect(marked).to_have_count(1)
    expect(page.locator(".diff .ctl").first).to_have_text("U+202E")
    page.keyboard.press("u")
    expect(page.locator(".diff.unified ins", has_text="onerror")).to_have_count(1)
    assert page.evaluate("window.hit") is None
    assert page.locator(".diff img").count() == 0


def test_two_columns_become_one_where_there_is_no_room(changed: Site) -> None:
    visitor = opened_page(changed, "ana", size=(900, 768), theme="light")

    expect(visitor.page.locator(".diff.unified")).to_have_count(1)
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    expect(visitor.page.locator(".diff.unified")).to_have_count(0)


def test_a_row_is_a_link_that_opens_beside_and_a_mailed_one_shows_the_same(changed: Site) -> None:
    visitor = opened_page(changed, "ana")
    url = visitor.page.locator("a.row", has_text="edge1").get_attribute("href")

    mailed = opened_page(changed, "ana", f"/{url}")
    expect(mailed.page.locator(".dh b").first).to_have_text("edge1")
    foreign = changed.visitor("ben")
    foreign.go(f"/{url}")
    expect(foreign.page.get_by_text("There is no revision here")).to_be_visible()
    assert "edge1" not in foreign.page.content()


def test_single_keys_do_nothing_while_one_writes_and_where_they_are_off(changed: Site) -> None:
    visitor = opened_page(changed, "ana")
    page = visitor.page

    page.locator("#text").fill("")
    page.locator("#text").press("u")
    expect(page.locator(".diff.unified")).to_have_count(0)
    page.locator("#text").fill("")
    page.evaluate("localStorage.setItem('netwb.keys', 'off')")
    page.locator(".diff .scroll").focus()
    page.keyboard.press("u")
    settle(page)
    expect(page.locator(".diff.unified")).to_have_count(0)


def test_a_patch_is_downloaded(changed: Site, tmp_path: Path) -> None:
    visitor = opened_page(changed, "ana")

    visitor.page.locator("a.row", has_text="edge1").click()
    expect(visitor.page.locator(".dh b").first).to_have_text("edge1")
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Patch").click()
    download.value.save_as(tmp_path / "x.patch")

    assert (tmp_path / "x.patch").read_bytes().startswith(b"diff --git a/fra1/edge1.cfg")
