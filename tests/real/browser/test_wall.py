"""A screen that nobody touches: it is enrolled by a code, keeps itself true, and comes back by itself.

The page's clock is moved, so that nobody waits for minutes; the server's goes on as it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from netwb.access.records import NewWall
from netwb.inventory.records import NewDevice
from netwb.loading import share
from netwb.metrics.records import Point, SeriesKey
from tests.benches import Rig, rig
from tests.counted import count, give_ports
from tests.real.browser.rig import CUT_OFF, Chromium, Site, Visitor, opened
from tests.web.servers import add_people, free_port, netwb_serve, two_tenants

pytestmark = pytest.mark.real

SITES = 24  # more than a screen has room for
SCREEN = (1920, 1080)
SIZES = [(1920, 1080), (1024, 768), (1080, 1920), (390, 844), (3840, 2160)]
SILENT = "http://127.0.0.1:9"  # nobody listens there
OUTSIDE = """() => [...document.querySelectorAll("#wall, #wall *")].filter((e) => {
  const box = e.getBoundingClientRect()
  return box.width && !e.closest(".roll, svg, .chart") && (box.left < -1 || box.right > innerWidth + 1)
}).map((e) => e.className)"""
SEEN = """() => {
  const room = document.querySelector(".si").getBoundingClientRect()
  return [...document.querySelectorAll("[data-item]")].filter((e) => {
    const box = e.getBoundingClientRect()
    return box.top >= room.top - 1 && box.bottom <= room.bottom + 1
  }).map((e) => e.innerText.split("\\n")[0])
}"""


@contextmanager
def full_home(folder: Path) -> Iterator[Rig]:
    """acme has a site that answers, with a port; all others were never heard of."""
    with rig(folder, {"acme": ("edge1",), "umbra": ("core1",)}) as made:
        add_people(made.bench)
        for number in range(SITES):
            made.bench.add_site(f"acme/s{number:02}")
            made.bench.add_device(
                NewDevice(
                    tenant="acme",
                    site=f"s{number:02}",
                    hostname=f"far{number:02}",
                    address="127.0.0.1",
                    platform="cisco_ios",
                )
            )
        (port,) = give_ports(made.bench, made.devices["acme/edge1"], "xe-0/0/0")
        count(made.bench, port, until=datetime.now(UTC), minutes=60)
        yield made


@pytest.fixture(scope="module")
def walls(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Site]:
    with (
        full_home(tmp_path_factory.mktemp("walls")) as made,
        netwb_serve(made.bench.home, pages=share() / "dashboards") as server,
        opened(made, server, chromium) as site,
    ):
        yield site


def heard(site: Site) -> None:
    """edge1 answers now."""
    key = SeriesKey(tenant="acme", device_id=site.rig.devices["acme/edge1"].id)
    now = int(datetime.now(UTC).timestamp())
    said = Point(
        measurement="device", key=key, site="fra1", device="edge1", at=now, values={"sysUpTime": 9}
    )
    site.rig.bench._parts.metrics.write([said])


def open_wall(site: Site, visitor: Visitor, *, at: datetime | None = None) -> Page:
    """By its code, with a clock that can be moved; `at` by the browser's own clock."""
    page = visitor.page
    visitor.take_clock(at or datetime.now(UTC))
    code = site.bench.add_wall(NewWall(name="noc", time_zone="Europe/Berlin")).secret
    visitor.go("/wall")
    page.get_by_label("Code of this wall").fill(code.lower())
    page.get_by_role("button", name="Show the wall").click()
    drawn(page)
    return page


def drawn(page: Page) -> None:
    expect(page.locator("[data-item]").first).to_be_visible()
    page.wait_for_function("() => window.Bokeh?.documents[0]?.is_idle")


def test_a_wall_is_read_in_turns_by_its_own_clock_and_says_what_is_old(walls: Site) -> None:
    heard(walls)
    visitor = walls.visitor(size=SCREEN)
    visitor.expect_said(r"ERR_FAILED")  # of a server that does not answer for a while
    page = open_wall(walls, visitor)

    words = page.locator("[data-word]").all_inner_texts()
    assert words == sorted(words, key=["down", "degraded", "no data", "1 of 1"].index)
    assert words[-1] == "1 of 1"
    assert page.locator(".hm").inner_text() == berlin(page)

    turns = turns_of(page)
    assert len(turns) > 1
    assert len(set().union(*turns.values())) == SITES + 2

    page.route("**/wall/alive", lambda route: route.abort())
    assert page.locator("[data-item].old").count() == 0
    page.clock.fast_forward(60_000)
    expect(page.locator("[data-item].old")).not_to_have_count(0)
    assert page.locator("[data-item].gone").count() == 0
    assert page.locator(".hm").inner_text() == berlin(page)
    page.clock.fast_forward(300_000)
    expect(page.locator(".ok2 .gone [data-word]")).to_have_text("no data")
    expect(page.locator(".ch.gone")).to_contain_text("no data since")

    page.evaluate("window.before = true")
    page.unroute("**/wall/alive")  # nothing new for five intervals, though the server answers
    page.clock.fast_forward(61_000)
    page.wait_for_function("() => !window.before")


def turns_of(page: Page) -> dict[str, set[str]]:
    """What each turn shows, by its "2 of 5"; half a turn at a time, as the page's clock runs on by itself."""
    shown: dict[str, set[str]] = {}
    for _ in range(2 * SITES):
        turn = page.locator("[data-turn]").inner_text()
        shown.setdefault(turn, set()).update(page.evaluate(SEEN))
        of = turn.partition(" of ")[2]
        if all(f"{number + 1} of {of}" in shown for number in range(int(of))):
            return {name: items for name, items in shown.items() if name.endswith(f" of {of}")}
        page.clock.run_for(10_000)
    raise AssertionError(f"no whole round was seen: {sorted(shown)}")


def berlin(page: Page) -> str:
    """The time there, by the page's clock and the server's lead over it."""
    shown: str = page.evaluate(
        "() => new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit',"
        " timeZone: 'Europe/Berlin'}).format()"
    )
    return shown


def test_after_a_night_and_for_another_version_a_wall_loads_itself_anew(walls: Site) -> None:
    visitor = walls.visitor(size=SCREEN)
    # The first number that is drawn says at which minute after four this wall does.
    visitor.page.add_init_script(
        "{ const drawn = Math.random; let first = true;"
        " Math.random = () => { const one = first ? 0 : drawn(); first = false; return one } }"
    )
    here: float = visitor.page.evaluate("new Date().getTimezoneOffset()")
    four = datetime.now(UTC).replace(hour=4, minute=0, second=0) + timedelta(minutes=here)
    page = open_wall(walls, visitor, at=four - timedelta(seconds=90))
    page.evaluate("window.before = true")

    with page.expect_response("**/wall/alive"):
        page.clock.fast_forward(61_000)
    assert page.evaluate("window.before")
    page.clock.fast_forward(61_000)
    page.wait_for_function("() => !window.before")
    drawn(page)

    version = ["1"]

    def answer(route: Route) -> None:
        route.fulfill(json={"version": version[0]})

    page.route("**/wall/alive", answer)
    page.evaluate("window.before = true")
    with page.expect_response("**/wall/alive"):
        page.clock.fast_forward(61_000)
    version[0] = "2"
    assert page.evaluate("window.before")
    page.clock.fast_forward(61_000)
    page.wait_for_function("() => !window.before")


def test_a_wall_fits_each_screen(walls: Site) -> None:
    visitor = walls.visitor("oli", size=SCREEN)
    visitor.go("/wall")
    page = visitor.page
    drawn(page)

    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"() => innerWidth === {width}")
        assert page.evaluate(OUTSIDE) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        fits = page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert fits == (width > 600), width  # a phone is scrolled
        assert page.locator("canvas").count() > 0


def test_a_wall_outlives_its_server_and_says_when_the_store_is_silent(
    tmp_path: Path, chromium: Chromium
) -> None:
    port = free_port()
    with two_tenants(tmp_path) as made:
        home, pages = made.bench.home, share() / "dashboards"
        with (
            netwb_serve(home, pages=pages, port=port) as first,
            opened(made, first, chromium) as site,
        ):
            visitor = site.visitor(size=SCREEN)
            visitor.expect_said(CUT_OFF)
            page = open_wall(site, visitor)
            first.end()
            expect(page.get_by_text("Not connected since")).to_be_visible()
            assert page.locator("[data-item]").count() == 2  # it stays readable

            with netwb_serve(home, pages=pages, port=port, NETWB_METRICS__URL=SILENT):
                words = page.get_by_text("Nobody can say how the network is")
                for _ in range(20):
                    page.clock.fast_forward(10_000)
                    page.wait_for_timeout(500)
                    if words.count():
                        break
                expect(words).to_be_visible()
                expect(page.locator(".why")).to_contain_text("InfluxDB")
                assert page.locator("article:visible").count() == 0
