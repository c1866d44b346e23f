"""New figures look new in a real browser: what was dim while they were read is so no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from netwb.loading import share
from tests.benches import rig
from tests.counted import count, give_ports
from tests.real.browser.gated import closed, gating
from tests.real.browser.reading import settle
from tests.real.browser.rig import DRAWN_MS, LOOKS_MS, Chromium, Site, opened
from tests.web.servers import add_people, netwb_serve

pytestmark = pytest.mark.real

RANGES = ("7d", "6h", "30d", "24h")
# Whatever is dim although it is neither small nor switched off: a pane, not a swatch.
DIM = """() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((e) => e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e])
  return all(document).filter((e) => getComputedStyle(e).opacity === "0.45" && e.getBoundingClientRect().width > 200)
    .map((e) => e.className || e.tagName)
}"""


@dataclass
class Slow:
    """A site, and the file that its readings wait for."""

    site: Site
    file: Path


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Slow]:
    """acme's two ports with a day of minutes, each of them billed."""
    folder = tmp_path_factory.mktemp("fresh")
    file = folder / "gate"
    with rig(folder / "home", {"acme": ("edge1",), "umbra": ()}) as made:
        add_people(made.bench)
        ports = give_ports(made.bench, made.devices["acme/edge1"], "xe-0", "xe-1")
        for port in ports:
            count(made.bench, port, until=datetime.now(UTC), minutes=60 * 24)
            made.bench.add_port_group(
                "acme", f"of {port.name}", add_ports=[("acme/edge1", port.name)]
            )
        made.bench.add_port_group("umbra", "of none")  # else there is but one tenant to choose
        with (
            netwb_serve(
                made.bench.home, pages=share() / "dashboards", before=gating(file)
            ) as server,
            opened(made, server, chromium) as site,
        ):
            yield Slow(site, file)


def is_fresh(page: Page) -> None:
    """Nothing is dim, and nothing is read any more."""
    settle(page)
    page.wait_for_function(f"() => !({DIM})().length", polling=LOOKS_MS, timeout=DRAWN_MS)


def press_range(page: Page, name: str) -> None:
    page.locator(f'[data-act="range"][data-range="{name}"]').click()


def port_page(slow: Slow) -> str:
    return f"/traffic?port={next(iter(slow.site.bench.ports())).id}"


@pytest.mark.parametrize("shown", ["all ports", "one port"])
def test_another_time_is_dim_while_it_is_read_and_not_after(slow: Slow, shown: str) -> None:
    visitor = slow.site.visitor("ana")
    visitor.go("/traffic" if shown == "all ports" else port_page(slow))
    page = visitor.page
    is_fresh(page)

    for name in RANGES:
        with closed(slow.file):
            press_range(page, name)
            page.wait_for_function(f"() => ({DIM})().length", polling=LOOKS_MS, timeout=DRAWN_MS)
        is_fresh(page)


@pytest.mark.parametrize("shown", ["all ports", "one port"])
def test_after_many_quick_clicks_nothing_is_dim(slow: Slow, shown: str) -> None:
    visitor = slow.site.visitor("ana")
    visitor.go("/traffic" if shown == "all ports" else port_page(slow))
    page = visitor.page
    is_fresh(page)

    for name in RANGES:  # each is drawn before the next is asked for
        press_range(page, name)
        is_fresh(page)
    with closed(slow.file):  # and each overtakes the one before
        for name in RANGES:
            press_range(page, name)
        page.wait_for_function(f"() => ({DIM})().length", polling=LOOKS_MS, timeout=DRAWN_MS)
    is_fresh(page)


def test_another_month_is_dim_while_it_is_reckoned_and_not_after(slow: Slow) -> None:
    visitor = slow.site.visitor("ana")
    visitor.go("/billing?of=acme")
    page = visitor.page
    is_fresh(page)

    for step in ("[", "[", "]"):
        with closed(slow.file):
            page.keyboard.press(step)
            page.wait_for_function(f"() => ({DIM})().length", polling=LOOKS_MS, timeout=DRAWN_MS)
        is_fresh(page)
    page.get_by_text("of xe-1").first.click()
    is_fresh(page)


def test_a_click_anywhere_in_its_row_opens_a_bill_and_a_group(slow: Slow) -> None:
    visitor = slow.site.visitor("oli")
    visitor.go("/billing")
    page = visitor.page
    is_fresh(page)

    page.locator("#tenants tr.opens", has_text="of xe-1").locator("td").last.click()
    page.wait_for_url("**group=of*xe-1**", timeout=DRAWN_MS)
    is_fresh(page)
    page.locator("#groups tr.opens").first.locator("td").nth(1).click()
    page.wait_for_url("**group=of*xe-0**", timeout=DRAWN_MS)
    page.locator("#groups tr.opens.sel", has_text="of xe-0").wait_for()
