"""`/compliance` in a real browser: moving through the matrix, opening what is behind a cell, waiving it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from netwb.loading import share
from netwb.workbench import Workbench
from tests.benches import ios, rig
from tests.real.browser.reading import settle
from tests.real.browser.rig import WIDE, Chromium, Site, Theme, Visitor, opened
from tests.web.servers import add_people, netwb_serve

pytestmark = pytest.mark.real

RULES = """\
rules:
  - id: ntp-ours
    title: Our NTP server
    severity: high
    why: One clock for all logs.
    checks:
      - count: {match: '^ntp server 192\\.0\\.2\\.53$', at_least: 1}
      - must_not_match: '^ntp server 198\\.51\\.100\\.'
  - id: no-http
    title: No HTTP server
    severity: low
    why: Nobody uses it.
    checks:
      - must_not_match: '^ip http server$'
"""
STARTER = "NETWB_COMPLIANCE__STARTER"
HOSTS = {"acme": ("core1", "edge1", "edge2"), "umbra": ()}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Site]:
    """ben pointed both edges of acme at another clock last night."""
    with rig(tmp_path_factory.mktemp("held"), HOSTS, settings={STARTER: "off"}) as made:
        add_people(made.bench)
        (made.bench.home / "rules" / "ours.yaml").write_text(RULES)
        made.clock.now = datetime.now(UTC) - timedelta(hours=20)
        made.back_up()
        made.bench.check()
        made.clock.advance(hours=12)
        for host in ("edge1", "edge2"):
            at = made.clock.now - timedelta(hours=1)
            made.answer(f"acme/{host}", ios(host, by="ben", at=at, ntp="198.51.100.53"))
        made.back_up()
        made.bench.check()
        with (
            netwb_serve(
                made.bench.home, pages=share() / "dashboards", NETWB_COMPLIANCE__STARTER="off"
            ) as server,
            opened(made, server, chromium) as site,
        ):
            yield site


@pytest.fixture
def page(held: Site) -> Page:
    return at(held.visitor("ada"), "/compliance")


def at(visitor: Visitor, path: str) -> Page:
    visitor.go(path)
    settle(visitor.page)
    visitor.page.get_by_role("grid").wait_for()
    return visitor.page


def cell(page: Page, name: str) -> Locator:
    return page.get_by_role("gridcell", name=name, exact=True)


def test_arrows_move_and_enter_opens_and_escape_closes_and_the_address_follows(page: Page) -> None:
    first = cell(page, "edge1, ntp-ours: not compliant, new since yesterday")
    first.focus()

    page.keyboard.press("ArrowRight")
    expect(cell(page, "edge1, no-http: compliant")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    expect(cell(page, "edge2, ntp-ours: not compliant, new since yesterday")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="ntp-ours on edge2")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/compliance\?device=\w+&rule=ntp-ours$"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Broken most")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/compliance$"))
    expect(cell(page, "edge2, ntp-ours: not compliant, new since yesterday")).to_be_focused()


def test_f_goes_from_finding_to_finding_and_the_row_stays_the_same_after_a_reload(
    page: Page,
) -> None:
    for host in ("edge1", "edge2", "edge1"):
        page.keyboard.press("f")
        expect(page.get_by_role("heading", name=f"ntp-ours on {host}")).to_be_visible()
    page.reload()
    settle(page)

    expect(page.get_by_role("heading", name="ntp-ours on edge1")).to_be_visible()
    chosen = cell(page, "edge1, ntp-ours: not compliant, new since yesterday")
    expect(chosen).to_have_attribute("aria-selected", "true")


def test_a_finding_leads_to_its_line_in_the_file_and_to_who_did_it(page: Page) -> None:
    cell(page, "edge1, ntp-ours: not compliant, new since yesterday").click()
    expect(page.get_by_text("broken by ben").first).to_be_visible()

    page.get_by_role("link", name="Show in file").click()
    settle(page)

    expect(page.get_by_text("Stands here since")).to_be_visible()
    expect(page.locator(".l[aria-selected=true]")).to_contain_text("198.51.100.53")
    expect(page.locator(".rl").first).to_contain_text("rule ntp-ours")


def test_w_waives_with_a_reason_and_the_cell_says_so(held: Site, page: Page) -> None:
    cell(page, "edge2, ntp-ours: not compliant, new since yesterday").click()
    page.get_by_role("heading", name="ntp-ours on edge2").wait_for()

    page.keyboard.press("w")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("exchange on Friday")
    until = datetime.now(UTC) + timedelta(days=3)
    dialog.get_by_label("Until").fill(f"{until:%Y-%m-%d}")
    dialog.get_by_role("button", name="Waive", exact=True).click()
    expect(cell(page, "edge2, ntp-ours: waived")).to_be_visible()
    expect(page.get_by_text("exchange on Friday")).to_be_visible()

    (waiver,) = held.bench.waivers()
    assert waiver.owner == "ada"
    ended(held.bench, waiver.id)


def ended(bench: Workbench, waiver: str) -> None:
    """The next test begins as this one did."""
    bench.end_waiver(waiver)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_shapes_and_words_stand_in_both_themes_and_nothing_is_asked_for_elsewhere(
    held: Site, theme: Theme
) -> None:
    page = at(held.visitor("ada", size=WIDE, theme=theme), "/compliance?only=open")

    expect(page.get_by_role("row").filter(has=page.get_by_role("gridcell"))).to_have_count(2)
    expect(page.locator(".c svg")).to_have_count(2)
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
