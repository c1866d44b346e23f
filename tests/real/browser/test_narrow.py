"""Every page in a phone's window: nothing is cut off at its side, and the panes follow each other."""

from collections.abc import Iterator

import pytest

from tests.real.browser.reading import settle
from tests.real.browser.rig import Site, Visitor

pytestmark = pytest.mark.real

PHONE = (390, 844)
PAGES = (
    "/configs",
    "/configs?find=hostname",
    "/configs?quarantine=1",
    "/configs?health=1",
    "/configs?device=acme/edge1",
    "/inventory",
    "/inventory?import=1",
    "/inventory?tab=places",
    "/admin",
    "/admin?tab=audit",
    "/account",
)

# What one can press or type into, and that no scrolling brings into the window.
CUT = """() => {
  const wide = document.documentElement.clientWidth, cut = []
  const up = (e) => e.parentElement ?? e.getRootNode().host
  const scrolls = (e) => {
    for (; e; e = up(e)) if (/auto|scroll/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth
      && e.getBoundingClientRect().right <= wide + 1) return true
    return false
  }
  const walk = (at) => at.querySelectorAll("*").forEach((e) => {
    if (e.shadowRoot) walk(e.shadowRoot)
    if (!e.matches("button,a,input,select,textarea,summary") || e.closest("[aria-hidden],dialog:not([open])")) return
    const box = e.getBoundingClientRect()
    if (box.width && e.checkVisibility() && (box.right > wide + 1 || box.left < -1) && !scrolls(e)) cut.push(e.outerHTML.slice(0, 90))
  })
  walk(document)
  return cut
}"""


@pytest.fixture(scope="module")
def phone(site: Site) -> Iterator[Visitor]:
    visitor = site.visitor("ada", size=PHONE)
    yield visitor
    site.chromium.close([visitor])


@pytest.mark.parametrize("path", PAGES)
def test_nothing_that_one_can_use_is_outside_of_a_phones_window(phone: Visitor, path: str) -> None:
    phone.go(path)
    settle(phone.page)

    assert phone.page.evaluate(CUT) == []
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_the_navigation_stands_at_the_foot_of_a_phones_window(phone: Visitor) -> None:
    phone.go("/inventory")
    settle(phone.page)

    box = phone.page.get_by_role("link", name="Inventory").bounding_box()
    assert box is not None
    assert box["y"] > PHONE[1] - 60


def test_a_hostname_is_whole_in_a_phones_list(phone: Visitor) -> None:
    phone.go("/inventory")
    settle(phone.page)

    host = phone.page.locator("a.host").first
    assert host.evaluate("(e) => e.scrollWidth <= e.clientWidth")
    assert host.bounding_box() is not None
