"""A port drawn by Grafana on `/traffic`: real nginx, netwb's own pages, a Grafana that is none.

Only a browser shows that the page's policy lets the frame in, that Grafana's front may be framed by
that page, and that the login's cookie comes along to another port of the host.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from netwb.loading import share
from tests.grafana.rigs import grafana_rig
from tests.grafana.stand_in import running_grafana
from tests.real.browser.rig import Chromium, opened
from tests.stack.doors import door
from tests.web.servers import add_people, free_port, netwb_serve

pytestmark = pytest.mark.real


def test_the_frame_shows_what_grafana_has_for_the_persons_tenant(
    tmp_path: Path, chromium: Chromium
) -> None:
    front, port = f"http://127.0.0.1:{(number := free_port())}", free_port()
    own = f"http://127.0.0.1:{port}"
    settings = {
        "NETWB_GRAFANA__URL": front,
        "NETWB_GRAFANA__ORGANIZATIONS": "acme=2; umbra=3",
    }
    with running_grafana(trusts=True) as grafana, grafana_rig(tmp_path) as made:
        add_people(made.bench)
        (wanted,) = (one for one in made.bench.ports() if one.tenant == "acme")
        with (
            door(tmp_path, number, netwb=own, grafana=grafana.url, pages=own),
            netwb_serve(
                made.bench.home, pages=share() / "dashboards", port=port, **settings
            ) as server,
            opened(made, server, chromium) as site,
        ):
            visitor = site.visitor("ana")
            visitor.go(f"/traffic?port={wanted.id}")
            visitor.page.get_by_role("link", name="Grafana").click()
            shown = visitor.page.frame_locator("iframe").locator("body")

            expect(shown).to_contain_text("netwb-acme")
            asked = {url for url in visitor.foreign if url.startswith(front)}
            assert any("/d-solo/netwb-tenant/" in url for url in asked)
            visitor.foreign[:] = [url for url in visitor.foreign if url not in asked]
            assert all("cookie" not in headers for _, headers in grafana.asked)
