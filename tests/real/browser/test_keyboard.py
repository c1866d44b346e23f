"""The pages without a mouse: past the navigation, into dialogs and out of them again."""

import pytest

from tests.real.browser.reading import settle
from tests.real.browser.rig import Site, Visitor

# What has the focus, through all shadow roots: [its act or name, whether a ring is drawn around it].
FOCUS = """() => {
  let at = document.activeElement
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
  const style = getComputedStyle(at)
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
  return [at.dataset.act ?? at.tagName.toLowerCase(), ring]
}"""
PAGES = (
    "/configs",
    "/configs?find=hostname",
    "/traffic",
    "/traffic?port={port}",
    "/billing",
    "/security",
    "/compliance",
    "/inventory",
    "/inventory?import=1",
    "/admin",
    "/account",
)


@pytest.fixture(scope="module")
def visitor(site: Site) -> Visitor:
    return site.visitor("ada")


def focus(visitor: Visitor) -> tuple[str, bool]:
    named, ring = visitor.page.evaluate(FOCUS)
    return named, ring


def test_the_first_tab_leads_past_the_navigation(visitor: Visitor) -> None:
    visitor.go("/inventory")
    settle(visitor.page)

    visitor.page.keyboard.press("Tab")
    assert visitor.page.get_by_role("button", name="Skip to the content").is_visible()
    visitor.page.keyboard.press("Enter")
    assert focus(visitor)[0] == "main"
    visitor.page.keyboard.press("Tab")
    assert focus(visitor)[0] == "filter"


@pytest.mark.parametrize("path", PAGES)
def test_tab_leads_through_a_page_with_a_ring_at_each_step_and_out_of_it(
    visitor: Visitor, path: str
) -> None:
    visitor.go(path.format(port=visitor.site.bench.ports()[0].id))
    settle(visitor.page)

    unseen, steps = [], 0
    for _ in range(200):
        visitor.page.keyboard.press("Tab")
        named, ring = focus(visitor)
        if named == "body":
            break
        steps += 1
        if not ring:
            unseen.append(named)

    assert unseen == []
    assert 10 < steps < 200


def test_what_is_cut_off_is_read_whole_where_the_keyboard_is(visitor: Visitor) -> None:
    visitor.go("/inventory")
    settle(visitor.page)
    page, tip = visitor.page, visitor.page.locator(".tip")
    host = page.locator("a.host").first
    whole = host.inner_text()

    page.keyboard.press("Tab")
    host.focus()
    assert tip.count() == 0, "all of it is seen"
    host.evaluate("(e) => { e.style.width = '20px'; e.blur(); e.focus() }")
    assert whole in tip.inner_text().splitlines()
    page.keyboard.press("Tab")
    assert whole not in "".join(tip.all_inner_texts()).splitlines()


def test_what_opened_a_dialog_has_the_focus_again(visitor: Visitor) -> None:
    visitor.go("/inventory")
    settle(visitor.page)

    visitor.page.keyboard.press("n")
    visitor.page.get_by_role("dialog").wait_for()
    assert focus(visitor)[0] == "input"
    visitor.page.keyboard.press("Escape")
    visitor.page.get_by_role("dialog").wait_for(state="detached")
    assert focus(visitor) == ("add", True)
