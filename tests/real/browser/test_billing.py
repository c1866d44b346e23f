"""`/billing` in a real browser: a bill is made, read and frozen without a mouse, also on a phone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from netwb.loading import share
from netwb.workbench.ports import CountedPorts
from tests.benches import rig
from tests.counted import give_ports
from tests.real.browser.reading import settle
from tests.real.browser.rig import DRAWN_MS, Chromium, Site, opened
from tests.web.servers import add_people, netwb_serve

pytestmark = pytest.mark.real

FIRST = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
LAST = (FIRST - timedelta(days=1)).replace(day=1)
MONTH = f"{LAST:%Y-%m}"
OCTETS = ("ifHCInOctets", "ifHCOutOctets")
MBIT_OF_WINDOW = 37_500_000  # octets in five minutes

# What reaches beyond the window, but for what Bokeh hides within its canvas.
WIDER = """() => {
  const all = (root) => [...root.querySelectorAll("*")]
    .flatMap((e) => e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e])
  const beyond = (e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1
  return all(document).filter((e) => !/^bk-/.test(e.className) && beyond(e))
    .map((e) => e.outerHTML.slice(0, 90))
}"""


@pytest.fixture(scope="module")
def billed(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Site]:
    """A port that carried 8 Mbit/s all last month, but for its last hour."""
    with rig(tmp_path_factory.mktemp("bills"), {"acme": ("edge1",), "umbra": ()}) as made:
        add_people(made.bench)
        made.clock.now = datetime.now(UTC)
        give_ports(made.bench, made.devices["acme/edge1"], "xe-0")
        windows = int((FIRST - LAST).total_seconds()) // 300 - 12
        made.bench.keep_counters(
            "acme/edge1",
            (
                CountedPorts(
                    at=LAST + timedelta(seconds=300 * place),
                    counters={"xe-0": dict.fromkeys(OCTETS, 8 * MBIT_OF_WINDOW * place)},
                )
                for place in range(windows + 1)
            ),
        )
        with (
            netwb_serve(made.bench.home, pages=share() / "dashboards") as server,
            opened(made, server, chromium) as site,
        ):
            yield site


def press(page: Page, name: str) -> None:
    """A button by the keyboard: it can be reached, and Enter uses it."""
    button = page.get_by_role("button", name=name, exact=True).last
    for _ in range(120):
        page.keyboard.press("Tab")
        if button.evaluate("(it) => it.getRootNode().activeElement === it"):
            break
    page.keyboard.press("Enter")


def test_a_group_is_made_filled_and_frozen_by_the_keyboard_alone(
    billed: Site, tmp_path: Path
) -> None:
    visitor = billed.visitor("ana")
    visitor.go(f"/billing?of=acme&month={MONTH}")
    page, keys = visitor.page, visitor.page.keyboard
    settle(page)

    press(page, "New group…")
    expect(page.locator("#add-of")).to_be_focused()
    keys.press("Tab")
    keys.type("transit")
    keys.press("Enter")
    expect(page.locator("#groups")).to_contain_text("no ports", timeout=DRAWN_MS)
    settle(page)

    press(page, "Ports…")
    expect(page.locator("#ports-port")).to_be_focused()
    keys.type("acme/edge1 xe-0")
    page.locator("#ports-since").fill(f"{LAST:%Y-%m-%dT%H:%M}")
    keys.press("Enter")
    expect(page.locator("#groups")).to_contain_text("8.00 Mbit/s", timeout=DRAWN_MS)
    settle(page)

    press(page, "Freeze…")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("kept as version 1")
    expect(dialog).to_contain_text("12")
    press(page, "Freeze as version 1")
    expect(page.locator(".standing")).to_contain_text("Frozen as version 1", timeout=DRAWN_MS)

    with page.expect_download(timeout=DRAWN_MS) as saved:
        page.get_by_role("button", name="CSV").click()
    saved.value.save_as(tmp_path / "bill.csv")
    with (tmp_path / "bill.csv").open(encoding="utf-8-sig", newline="") as file:
        states = [row["state"] for row in csv.DictReader(file)]
    assert states.count("missing") == 12
    assert set(states) == {"counted", "missing"}


def test_on_a_phone_nothing_of_a_bill_is_wider_than_the_window(billed: Site) -> None:
    visitor = billed.visitor("ana", size=(390, 844))
    visitor.go(f"/billing?of=acme&month={MONTH}")
    settle(visitor.page)

    wide = visitor.page.evaluate(WIDER)

    assert wide == []
