"""What every page has from its frame: keys, the theme, Back, menus, and redraws that disturb nobody."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.real.browser.reading import settle, shown
from tests.real.browser.rig import DRAWN_MS, Site, Visitor

pytestmark = pytest.mark.real

FOCUSED = """() => {
  let at = document.activeElement
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
  return at?.id ?? ""
}"""


def opened(site: Site, path: str, *, size: tuple[int, int] = (1440, 900)) -> tuple[Visitor, Page]:
    visitor = site.visitor("ada", size=size)
    shown(visitor, path)
    return visitor, visitor.page


def theme(page: Page) -> str:
    return str(page.evaluate("document.documentElement.dataset.theme"))


def test_the_chosen_theme_is_kept_over_a_reload_and_in_the_other_tabs(site: Site) -> None:
    visitor, page = opened(site, "/inventory")
    other = visitor.context.new_page()
    other.goto(site.server.url + "/account")
    assert (theme(page), theme(other)) == ("dark", "dark"), "the system's, until one chooses"

    page.get_by_role("button", name="Dark or light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(other.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    settle(page)

    assert theme(page) == "light"


def test_slash_finds_a_device_and_back_leads_to_where_one_was(site: Site) -> None:
    visitor, page = opened(site, "/inventory")

    page.keyboard.press("/")
    assert page.evaluate(FOCUSED) == "find"
    page.keyboard.type("acme/edge1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inventory?device=*", timeout=DRAWN_MS)
    page.wait_for_load_state()
    settle(page)
    page.go_back(timeout=DRAWN_MS)
    settle(page)

    assert page.url == site.server.url + "/inventory"
    assert "core1" in shown(visitor).text


def test_a_view_goes_back_and_forward_without_a_reload(site: Site) -> None:
    _, page = opened(site, "/admin")
    page.evaluate("window.same = true")

    page.get_by_role("tab", name=re.compile("Tokens")).click()
    page.wait_for_url("**/admin?tab=tokens")
    settle(page)
    page.get_by_role("tab", name=re.compile("Audit")).click()
    page.wait_for_url("**tab=audit*")
    settle(page)
    page.go_back()
    page.wait_for_url("**/admin?tab=tokens")
    tokens = page.get_by_role("tab", name=re.compile("Tokens"))
    expect(tokens).to_have_attribute("aria-selected", "true")
    page.go_forward()
    audit = page.get_by_role("tab", name=re.compile("Audit"))
    expect(audit).to_have_attribute("aria-selected", "true")

    assert page.evaluate("window.same") is True


def test_one_types_on_while_the_rows_are_drawn_anew(site: Site) -> None:
    _, page = opened(site, "/inventory")
    field = page.locator("#inventory-filter")

    page.keyboard.press("f")
    assert page.evaluate(FOCUSED) == "inventory-filter"
    page.keyboard.type("edge", delay=20)
    expect(page.get_by_role("link", name="core1")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("x")
    expect(field).to_have_value("edgxe")
    page.wait_for_url("**q=edgxe")
    settle(page)

    assert page.evaluate(FOCUSED) == "inventory-filter"
    assert field.evaluate("at => at.selectionStart") == 4


def test_a_redraw_keeps_what_was_typed_and_the_place(site: Site) -> None:
    """A dialog that opens and closes draws the whole page anew, twice."""
    _, page = opened(site, "/account", size=(1024, 500))
    box = page.locator("#account")
    page.locator("#password-old").fill("half of it")
    page.get_by_role("button", name=re.compile("Issue token")).scroll_into_view_if_needed()
    box.evaluate("at => { at.scrollTop += 40 }")
    place, before = box.evaluate("at => at.scrollTop"), box.element_handle()
    assert place > 0

    page.get_by_role("button", name=re.compile("Issue token")).click()
    expect(page.locator("#token-note")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#token-note")).to_have_count(0)
    settle(page)

    assert before is not None
    assert before.evaluate("at => at.isConnected") is False, "it was drawn anew"
    assert page.locator("#password-old").input_value() == "half of it"
    assert box.evaluate("at => at.scrollTop") == place


def test_single_keys_are_switched_off_in_this_browser_and_on_again(site: Site) -> None:
    visitor, page = opened(site, "/account")
    page.get_by_label("Single-key shortcuts").uncheck()
    shown(visitor, "/inventory")

    page.keyboard.press("/")
    page.keyboard.press("?")
    settle(page)
    assert page.evaluate(FOCUSED) != "find"
    expect(page.locator("dialog#keys")).to_be_hidden()
    shown(visitor, "/account")
    expect(page.get_by_label("Single-key shortcuts")).not_to_be_checked()
    page.get_by_label("Single-key shortcuts").check()
    page.locator("body").click(position={"x": 5, "y": 500})
    page.keyboard.press("/")

    assert page.evaluate(FOCUSED) == "find"


def test_the_keys_of_a_page_are_told_in_words(site: Site) -> None:
    _, page = opened(site, "/configs")

    page.keyboard.press("?")
    keys = page.locator("dialog#keys")
    expect(keys).to_be_visible()
    told = keys.inner_text()
    page.keyboard.press("Escape")

    expect(keys).to_be_hidden()
    for said in ("Find device, line or address", "Move in a list", "Keys of this page"):
        assert said in told


def test_the_person_s_menu_closes_by_escape_and_by_a_click_elsewhere(site: Site) -> None:
    _, page = opened(site, "/inventory")
    who, entry = page.locator("summary.who"), page.get_by_role("link", name="Account").last

    who.click()
    expect(page.locator("details#who")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(page.locator("details#who")).not_to_have_attribute("open", "")
    who.click()
    page.mouse.click(700, 600)
    expect(page.locator("details#who")).not_to_have_attribute("open", "")
    who.click()
    entry.click()
    page.wait_for_url("**/account", timeout=DRAWN_MS)
