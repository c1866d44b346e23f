"""`/traffic` without a port in a real browser: what only one shows of all ports at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from netwb.loading import share
from tests.benches import rig
from tests.counted import count, give_ports
from tests.real.browser.reading import settle
from tests.real.browser.rig import DRAWN_MS, Chromium, Site, opened
from tests.web.servers import add_people, netwb_serve

pytestmark = pytest.mark.real

SILENT = 150  # ports without data: more than are drawn at once
SCROLL = """(to) => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((e) => e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e])
  all(document).find((e) => e.id === "ports").closest(".sheet").scrollTop = to }"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Site]:
    """Two ports with five hours of minutes, and many that were never read."""
    hosts = {"acme": ("edge1", "edge2"), "umbra": ()}
    with rig(tmp_path_factory.mktemp("ports"), hosts) as made:
        add_people(made.bench)
        busy = give_ports(made.bench, made.devices["acme/edge1"], "xe-0", "xe-1", alias="Transit")
        for place, port in enumerate(busy, start=1):
            count(made.bench, port, until=datetime.now(UTC), minutes=300, bps=place * 100e6)
        names = [f"ge-{number}" for number in range(SILENT)]
        give_ports(made.bench, made.devices["acme/edge2"], *names)
        with (
            netwb_serve(made.bench.home, pages=share() / "dashboards") as server,
            opened(made, server, chromium) as site,
        ):
            yield site


def test_ports_are_scrolled_to_found_pointed_at_and_opened_at_an_hour(measured: Site) -> None:
    visitor = measured.visitor("ana")
    visitor.go("/traffic?range=6h&look=heat")
    page = visitor.page
    expect(page.locator("#ports")).to_contain_text("xe-1", timeout=DRAWN_MS)
    settle(page)

    page.evaluate(SCROLL, 6_000)
    expect(page.locator("#ports")).to_contain_text("ge-149", timeout=DRAWN_MS)
    page.locator("#traffic-find").fill("transit")
    page.wait_for_url("**q=transit**", timeout=DRAWN_MS)
    expect(page.locator(".bar.over")).to_contain_text("2 ports", timeout=DRAWN_MS)
    settle(page)
    box = page.locator(".bk-Figure").bounding_box()
    assert box is not None
    x, y = box["x"] + 0.6 * box["width"], box["y"] + 12
    page.mouse.move(x - 5, y)
    page.mouse.move(x, y, steps=4)
    said = page.locator(".bk-Tooltip").first
    expect(said).to_contain_text("edge1 xe-1")
    expect(said).to_contain_text("of the port")
    page.mouse.click(x, y)
    page.wait_for_url(re.compile(r"range=between.*port=|port=.*range=between"), timeout=DRAWN_MS)
    page.locator("#numbers").wait_for(timeout=DRAWN_MS)
    page.go_back()
    expect(page.locator(".bar.over")).to_contain_text("2 ports", timeout=DRAWN_MS)
