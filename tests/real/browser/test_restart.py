"""The server restarted under an open page: it stays readable, says so, and comes back by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from netwb.loading import share
from tests.real.browser.reading import shown
from tests.real.browser.rig import CUT_OFF, DRAWN_MS, Chromium, opened
from tests.web.servers import Server, free_port, netwb_serve, two_tenants

pytestmark = pytest.mark.real


@contextmanager
def serving(home: Path, port: int) -> Iterator[Server]:
    """At that port, as a service manager would start it again."""
    with netwb_serve(home, pages=share() / "dashboards", port=port) as server:
        yield server


def test_a_page_outlives_its_server(tmp_path: Path, chromium: Chromium) -> None:
    port = free_port()
    with two_tenants(tmp_path) as made:
        home = made.bench.home
        with serving(home, port) as first, opened(made, first, chromium) as site:
            idle, busy = site.visitor("ana"), site.visitor("ana")
            for visitor in (idle, busy):
                visitor.expect_said(CUT_OFF)
            assert "edge1" in shown(idle, "/inventory").text
            shown(busy, "/inventory?import=1")
            busy.page.locator("textarea").fill("tenant,site,hostname\nacme,fra1,edge7")
            first.end()
            for visitor in (idle, busy):
                expect(visitor.page.get_by_text("Not connected since")).to_be_visible(
                    timeout=DRAWN_MS
                )
            assert "edge1" in " ".join(idle.page.locator(".nb").all_inner_texts())

            with serving(home, port):
                expect(idle.page.get_by_text("Not connected since")).to_have_count(
                    0, timeout=DRAWN_MS
                )
                assert "edge1" in shown(idle).text
                expect(busy.page.get_by_text("The server answers again.")).to_be_visible(
                    timeout=DRAWN_MS
                )
                assert "edge7" in busy.page.locator("textarea").input_value()
                busy.page.get_by_role("button", name="Reload").click()
                expect(busy.page.locator("textarea")).to_have_value(
                    "tenant,site,hostname\nacme,fra1,edge7", timeout=DRAWN_MS
                )
