"""Every page in a phone's window: nothing is cut off at its side, and the panes follow each other."""

from collections.abc import Iterator

import pytest

from tests.real.browser.reading import settle, shown, went
from tests.real.browser.rig import Site, Visitor

pytestmark = pytest.mark.real

PHONE = (390, 844)
# Each page with its views: the first is opened, the others are gone to within the page.
PAGES = (
    (
        "/configs",
        "/configs?find=hostname",
        "/configs?quarantine=1",
        "/configs?health=1",
        "/configs?device=acme/edge1",
    ),
    ("/traffic", "/traffic?port={port}", "/traffic?port={port}&range=between"),
    ("/billing",),
    ("/security",),
    (
        "/compliance",
        "/compliance?device=acme/edge1",
        "/compliance?tab=rules",
        "/compliance?tab=waivers",
    ),
    (
        "/inventory",
        "/inventory?import=1",
        "/inventory?tab=places",
        "/inventory?tab=credentials",
        "/inventory?device=acme/edge1",
    ),
    (
        "/admin",
        "/admin?tab=audit",
        "/admin?tab=tokens",
        "/admin?tab=sessions",
        "/admin?tab=walls",
    ),
    ("/account",),
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


# Views with tables of few columns.
FOLDED = frozenset(
    [
        "/billing",
        "/security",
        "/compliance?tab=rules",
        "/compliance?tab=waivers",
        "/traffic",
        "/traffic?port={port}",
        "/inventory?tab=places",
        "/inventory?tab=credentials",
        "/admin",
        "/admin?tab=tokens",
        "/admin?tab=sessions",
        "/admin?tab=walls",
        "/configs?health=1",
        "/inventory?device=acme/edge1",
        "/account",
    ]
)

# Cells of tables that lie outside of the window or are cut: nobody scrolls sideways for them, and a
# phone has no pointer that would bring the whole as a title.
OUTSIDE = """() => {
  const cells = []
  const walk = (at) => at.querySelectorAll("*").forEach((e) => {
    if (e.shadowRoot) walk(e.shadowRoot)
    if (!e.matches("td")) return
    const box = e.getBoundingClientRect()
    const cut = /hidden|clip/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth
    if (box.width && (cut || box.right > innerWidth + 1)) cells.push(e.textContent)
  })
  walk(document)
  return cells
}"""


@pytest.fixture(scope="module")
def phone(site: Site) -> Iterator[Visitor]:
    visitor = site.visitor("ada", size=PHONE)
    yield visitor
    site.chromium.close([visitor])


@pytest.mark.parametrize("views", PAGES, ids=lambda views: views[0])
def test_nothing_that_one_can_use_is_outside_of_a_phones_window_nor_a_table_of_few_columns_cut(
    phone: Visitor, views: tuple[str, ...]
) -> None:
    port = phone.site.bench.ports()[0].id
    for number, view in enumerate(views):
        shown(phone, view.format(port=port)) if number == 0 else went(phone, view.format(port=port))

        assert phone.page.evaluate(CUT) == [], view
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], view
        if view in FOLDED:
            assert phone.page.evaluate(OUTSIDE) == [], view


def test_every_view_with_a_table_of_few_columns_is_looked_at() -> None:
    assert {view for views in PAGES for view in views} >= FOLDED


def test_a_probes_table_says_all_of_it_on_a_phone(phone: Visitor) -> None:
    phone.go("/inventory")
    settle(phone.page)
    phone.page.locator("input[id^=pick-]:not(#pick-all)").first.check()
    phone.page.get_by_role("button", name="Probe", exact=True).click()
    phone.page.get_by_role("button", name="Probe again").wait_for()
    settle(phone.page)

    assert phone.page.get_by_text("the port is closed").first.is_visible()
    assert phone.page.evaluate(OUTSIDE) == []
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_a_pasted_import_outlives_a_reload(phone: Visitor) -> None:
    text = "tenant,site,hostname,address,platform\nacme,fra1,new1,192.0.2.50,cisco_ios"
    phone.go("/inventory?import=1")
    settle(phone.page)
    phone.page.locator("#import-text").fill(text)
    phone.page.get_by_role("button", name="Check").click()
    phone.page.get_by_text("1 row").first.wait_for()

    phone.go("/inventory?import=1")
    settle(phone.page)

    assert phone.page.locator("#import-text").input_value() == text


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
