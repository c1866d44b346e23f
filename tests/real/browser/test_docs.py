"""The page of REST's documentation, as a stranger reads it: wide and on a phone, in both themes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.real.browser.rig import WIDE, Site, Theme, Visitor

pytestmark = pytest.mark.real

PHONE = (390, 844)
PAGE = "/api/v1/docs"
PLACES = ("begin", "rights", "get_erp_inventory_tenant_id", "GroupBillAnswer")
# What stands out at the side, where nothing lets one scroll to it.
CUT = """() => [...document.querySelectorAll("body *")].filter((e) => {
  const box = e.getBoundingClientRect()
  for (let up = e; up; up = up.parentElement) if (/auto|scroll/.test(getComputedStyle(up).overflowX)) return false
  return box.width && box.right > document.documentElement.clientWidth + 1
}).map((e) => e.outerHTML.slice(0, 90))"""
CONTRAST = """() => {
  const lit = (rgb) => rgb.map((c) => c / 255).map((c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, n) => sum + c * [.2126, .7152, .0722][n], 0)
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number)
  const ground = (e) => { for (; e; e = e.parentElement) {
    const c = numbers(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3]) return c.slice(0, 3) } }
  return Math.min(...[...document.querySelectorAll("p,td,th,a,code,summary,.quiet,.method,h2")]
    .filter((e) => e.checkVisibility()).map((e) => {
      const [a, b] = [lit(numbers(getComputedStyle(e).color).slice(0, 3)), lit(ground(e))].sort()
      return (Math.max(a, b) + .05) / (Math.min(a, b) + .05)
    }))
}"""


@pytest.fixture(
    scope="module",
    params=[(WIDE, "dark"), (WIDE, "light"), (PHONE, "dark"), (PHONE, "light")],
    ids=str,
)
def visitor(request: pytest.FixtureRequest, site: Site) -> Iterator[Visitor]:
    size, theme = request.param
    chosen: Theme = theme
    found = site.visitor(None, size=size, theme=chosen)
    found.page.goto(f"{site.server.url}{PAGE}")
    yield found
    site.chromium.close([found])


def test_the_contents_lead_there_and_nothing_is_cut_off(visitor: Visitor) -> None:
    page = visitor.page

    for place in PLACES[:3]:
        page.locator(f'nav a[href="#{place}"]').click()
        expect(page.locator(f"#{place}")).to_be_in_viewport()
        assert page.evaluate(CUT) == [], place
    page.locator('main a[href="#GroupBillAnswer"]').first.scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_folded_opens_without_a_script(visitor: Visitor) -> None:
    page = visitor.page
    summary = page.locator("#get_erp_billing_tenant_id ~ details summary").first

    summary.click()

    expect(page.locator("#get_erp_billing_tenant_id ~ details pre").first).to_contain_text(
        "p95_bps"
    )
    assert page.evaluate("document.scripts.length") == 0


def test_each_word_stands_out_from_its_ground(visitor: Visitor) -> None:
    assert visitor.page.evaluate(CONTRAST) >= 4.5
