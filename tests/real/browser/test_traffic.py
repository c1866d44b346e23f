"""`/traffic` in a real browser: zoom by hand and keys, the way back, pointing, themes, files."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from matplotlib.image import imread
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from netwb.loading import share
from netwb.views.theme import tokens
from netwb.views.traffic.overview.palette import colours
from netwb.views.traffic.overview.query import Picture
from tests.benches import ios, rig
from tests.counted import count, give_ports
from tests.real.browser.reading import settle
from tests.real.browser.rig import DRAWN_MS, LOOKS_MS, Chromium, Site, Visitor, opened
from tests.web.servers import add_people, netwb_serve

pytestmark = pytest.mark.real

HOURS = 30
SILENT = 150  # ports without data: more than are drawn at once
SCROLL = """(to) => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((e) => e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e])
  all(document).find((e) => e.id === "ports").closest(".sheet").scrollTop = to }"""
# The figure, and what stands in it: [begin and end of its time axis in ms, points of its lines].
FIGURE = """const fig = [...Bokeh.documents[0]._all_models.values()].find((m) => m.type === "Figure");
const line = fig.renderers.map((r) => r.glyph.type === "Line" && r.data_source).find((s) => s);"""
WHEELED = 6  # notches
TRIES, LED_MS = 12, 10_000
AXIS = f"() => {{ {FIGURE} return [fig.x_range.start, fig.x_range.end, line.data.at.length] }}"
STEP = f"() => {{ {FIGURE} return (line.data.at[2] - line.data.at[1]) / 1000 }}"
# Where each flag is in the window.
FLAGS = f"""() => {{ {FIGURE}
  const flags = fig.renderers.find((r) => r.glyph.type === "Scatter").data_source.data
  const view = Bokeh.index.find_one_by_id(fig.id)
  const box = view.el.getBoundingClientRect(), frame = view.frame
  return [...flags.x].map((x, i) => [
    box.left + frame.x_scale.compute(x), box.top + frame.y_scale.compute(flags.y[i])])
}}"""
TITLES = f"""() => {{ {FIGURE}
  return fig.center.filter((m) => m.type === "Label" && m.visible).map((m) => m.text) }}"""
COLOUR = f"() => {{ {FIGURE} return fig.background_fill_color }}"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Site]:
    """Two tenants' ports with thirty hours of minutes, and many that were never read.

    acme's edge1 was changed last night.
    """
    hosts = {"acme": ("edge1", "edge2"), "umbra": ("core1",)}
    with rig(tmp_path_factory.mktemp("traffic"), hosts) as made:
        add_people(made.bench)
        names = [f"ge-{number}" for number in range(SILENT)]
        give_ports(made.bench, made.devices["acme/edge2"], *names)
        for device in (made.devices["acme/edge1"], made.devices["umbra/core1"]):
            ports = give_ports(
                made.bench, device, "xe-0/0/0", "xe-0/0/1", alias=f"Transit of {device.tenant}"
            )
            for place, port in enumerate(ports, start=1):
                until = datetime.now(UTC)
                count(made.bench, port, until=until, minutes=60 * HOURS, bps=place * 100e6)
        with (
            netwb_serve(made.bench.home, pages=share() / "dashboards") as server,
            opened(made, server, chromium) as site,
        ):
            made.clock.now -= timedelta(hours=2)
            made.back_up()
            made.clock.advance(hours=1)
            made.answer("acme/edge1", ios("edge1", by="ben", at=made.clock.now, ntp="192.0.2.9"))
            assert made.back_up().counts()["changed"] == 1
            yield site


def port_of(site: Site, device: str) -> str:
    """The busier one of it."""
    tenant, hostname = device.split("/")
    return next(
        port.id
        for port in site.bench.ports()
        if (port.device_tenant, port.hostname, port.name) == (tenant, hostname, "xe-0/0/1")
    )


def chart(site: Site, name: str = "ana", **how: object) -> Visitor:
    """Somebody in front of acme's chart."""
    visitor = site.visitor(name, **how)  # type: ignore[arg-type]
    visitor.go(f"/traffic?port={port_of(site, 'acme/edge1')}")
    visitor.page.locator("#numbers").wait_for()
    settle(visitor.page)
    return visitor


def axis(page: Page) -> tuple[float, float, int]:
    """Begin and end in seconds, and how many points lie between."""
    start, end, points = page.evaluate(AXIS)
    return start / 1_000, end / 1_000, points


def asked(page: Page) -> tuple[float, float]:
    """The time in the address."""
    query = parse_qs(urlsplit(page.url).query)
    since, until = (datetime.fromisoformat(query[edge][0]) for edge in ("since", "until"))
    return since.timestamp(), until.timestamp()


def leads(there: str, before: str, url: str) -> bool:
    """Whether another address came, with that in it."""
    return url != before and there in url


def lead_back(page: Page, x: float, y: float) -> None:
    """By a double click. Bokeh wants both within 300 ms, which a busy machine may take for one."""
    before = page.url
    for _ in range(TRIES):
        page.mouse.dblclick(x, y)
        with suppress(PlaywrightTimeout):
            return page.wait_for_url(partial(leads, "port=", before), timeout=LED_MS)
    pytest.fail(f"a double click does not lead back from {before}")


def comes_to(page: Page, wanted: tuple[float, ...], *, within_s: float) -> None:
    """Wait until the chart shows that time."""
    there = f"""([begin, end, within]) => {{ const [a, b] = ({AXIS})()
      return Math.abs(a / 1000 - begin) <= within && Math.abs(b / 1000 - end) <= within }}"""
    page.wait_for_function(
        there, arg=[wanted[0], wanted[1], within_s], polling=LOOKS_MS, timeout=DRAWN_MS
    )


def plot_box(page: Page) -> dict[str, float]:
    box = page.locator(".bk-Figure").bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def drag(page: Page, begin: float, end: float) -> None:
    """Over the chart, by parts of its width."""
    box = plot_box(page)
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + begin * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], y, steps=8)
    page.mouse.up()


def test_a_drag_asks_for_finer_data_and_stands_in_the_address_and_back_leads_back(
    measured: Site,
) -> None:
    page = chart(measured).page
    before, step = axis(page), page.evaluate(STEP)

    drag(page, 0.5, 0.7)
    page.wait_for_url("**range=between**", timeout=DRAWN_MS)
    settle(page)

    since, until, _ = axis(page)
    assert until - since < 0.3 * (before[1] - before[0])
    page.wait_for_function(
        f"(was) => ({STEP})() < was", arg=step, polling=LOOKS_MS, timeout=DRAWN_MS
    )
    settle(page)
    since, until, _ = axis(page)
    assert asked(page) == pytest.approx((since, until), abs=step)
    page.go_back()
    page.wait_for_url(lambda url: "between" not in url, timeout=DRAWN_MS)
    comes_to(page, before, within_s=120)
    page.go_forward()
    page.wait_for_url("**range=between**", timeout=DRAWN_MS)
    comes_to(page, (since, until), within_s=2)


def test_what_a_wheel_asks_for_is_answered_and_asks_nothing_and_a_double_click_leads_back(
    measured: Site,
) -> None:
    visitor = chart(measured)
    page, before = visitor.page, axis(visitor.page)
    box, long = plot_box(page), page.evaluate("history.length")

    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    for _ in range(WHEELED):
        page.mouse.wheel(0, -120)
    page.wait_for_url("**range=between**", timeout=DRAWN_MS)
    page.wait_for_function(f"() => ({STEP})() < 300", polling=LOOKS_MS, timeout=DRAWN_MS)
    settle(page)

    there, heard = axis(page), len(visitor.received)
    page.wait_for_timeout(1_000)  # nothing may come of it any more: there is no event to wait for
    assert axis(page) == there
    assert len(visitor.received) - heard <= 4, "nothing but the page's own beats"
    # How often the hand rested between is the machine's: `tests/views/traffic/test_zoom.py` counts it.
    assert 1 <= page.evaluate("history.length") - long <= WHEELED
    while "between" in page.url:  # once for each time that the wheel rested
        lead_back(page, box["x"] + 0.5 * box["width"], box["y"] + 0.4 * box["height"])
        settle(page)
    comes_to(page, before, within_s=120)


def test_who_points_at_a_flag_is_told_who_it_was_and_a_click_opens_the_diff(measured: Site) -> None:
    page = chart(measured).page
    flags = page.evaluate(FLAGS)
    x, y = flags[-1]

    page.mouse.move(x - 5, y)
    page.mouse.move(x, y, steps=3)

    expect(page.locator(".bk-Tooltip").filter(has_text="click for the diff")).to_contain_text(
        "ben +1 \N{MINUS SIGN}1"
    )
    page.mouse.click(x, y)
    page.wait_for_url("**/configs?change=**", timeout=DRAWN_MS)
    page.locator(".diff .g").first.wait_for()


def test_what_is_drawn_under_the_traffic_is_chosen_in_a_menu_that_stays_open(
    measured: Site,
) -> None:
    page = chart(measured).page

    page.locator("#overlays").click()
    for name in ("Errors", "Ping delay"):
        page.get_by_label(name, exact=True).check()
        settle(page)

    assert "over=errors%2Cdelay" in page.url
    there = f"() => ({TITLES})().some((title) => title.startsWith('Ping delay'))"
    page.wait_for_function(
        there, polling=LOOKS_MS, timeout=DRAWN_MS
    )  # it is drawn after what is read for it
    titles = page.evaluate(TITLES)
    assert any(title.startswith("Errors, up to ") for title in titles), titles
    assert "Ping delay: nobody pings this device" in titles
    assert page.get_by_label("Ping loss", exact=True).is_visible()
    page.reload()
    page.locator("#numbers").wait_for()
    settle(page)
    assert set(titles) == set(page.evaluate(TITLES))


def test_each_key_does_what_its_button_does(measured: Site) -> None:
    page = chart(measured).page

    for key, there in (("b", "week=0"), ("1", "range=6h"), *((one, "between") for one in "[]+-")):
        before = page.url
        page.keyboard.press(key)
        page.wait_for_url(partial(leads, there, before), timeout=DRAWN_MS)
        settle(page)
        assert page.locator("#numbers").is_visible()


def test_who_points_at_the_chart_is_told_time_and_rates(measured: Site) -> None:
    page = chart(measured).page
    box = plot_box(page)

    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"], steps=4)

    tip = page.locator(".bk-Tooltip").first
    expect(tip).to_contain_text("bit/s")
    expect(tip).to_contain_text(re.compile(r"\d\d:\d\d"))


def test_a_switch_of_the_theme_repaints_the_chart_both_ways(measured: Site) -> None:
    page = chart(measured).page
    dark = page.evaluate(COLOUR)

    page.locator("[data-theme-switch]").click()
    page.wait_for_function(
        f"(was) => ({COLOUR})() !== was", arg=dark, polling=LOOKS_MS, timeout=DRAWN_MS
    )
    assert page.evaluate(COLOUR) == "#ffffff"
    page.locator("[data-theme-switch]").click()
    page.wait_for_function(
        f"(was) => ({COLOUR})() === was", arg=dark, polling=LOOKS_MS, timeout=DRAWN_MS
    )


@pytest.mark.parametrize("look", ["busiest", "heat"])
def test_a_kept_picture_of_many_ports_has_the_key_of_its_colours(
    measured: Site, tmp_path: Path, look: Picture
) -> None:
    """Of the figure the picture has its size; what is higher tells what it is of."""
    visitor = measured.visitor("ana", theme="light")
    visitor.go(f"/traffic?range=6h&look={look}")
    visitor.page.locator(".legend").wait_for()
    settle(visitor.page)

    with visitor.page.expect_download() as picture:
        visitor.page.get_by_role("button", name="PNG").click()

    picture.value.save_as(tmp_path / "kept.png")
    pixels = (imread(tmp_path / "kept.png")[:70, :, :3] * 255).round().astype(int)
    first = colours("light")[0] if look == "busiest" else tokens("light")["bad"]
    assert near(pixels, first, strength=1.0 if look == "busiest" else 0.9)


def near(pixels: Any, color: str, *, strength: float) -> bool:
    """Whether a swatch of it is there, on white."""
    wanted = [255 - strength * (255 - int(color[at : at + 2], 16)) for at in (1, 3, 5)]
    return bool((abs(pixels - wanted).max(axis=2) <= 3).sum() >= 100)


def test_the_chart_is_kept_as_a_picture_and_as_a_table(measured: Site, tmp_path: Path) -> None:
    page = chart(measured).page

    with page.expect_download() as picture:
        page.get_by_role("button", name="PNG").click()
    with page.expect_download() as table:
        page.get_by_role("button", name="CSV").click()

    assert re.fullmatch(
        r"traffic-edge1-xe-0-0-1-\d{8}-\d{4}\.png", picture.value.suggested_filename
    )
    picture.value.save_as(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "chart.png").stat().st_size > 10_000
    table.value.save_as(tmp_path / "chart.csv")
    with (tmp_path / "chart.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 200
    assert {float(row["in_mean_bps"]) > 0 for row in rows if row["in_mean_bps"]} == {True}


def test_ports_are_scrolled_to_found_pointed_at_and_opened_at_an_hour(measured: Site) -> None:
    visitor = measured.visitor("ana")
    visitor.go("/traffic?range=6h&look=heat")
    page = visitor.page
    expect(page.locator("#ports")).to_contain_text("xe-0/0/1", timeout=DRAWN_MS)
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
    expect(said).to_contain_text("edge1 xe-0/0/1")
    expect(said).to_contain_text("of the port")
    page.mouse.click(x, y)
    page.wait_for_url(re.compile(r"range=between.*port=|port=.*range=between"), timeout=DRAWN_MS)
    page.locator("#numbers").wait_for(timeout=DRAWN_MS)
    page.go_back()
    expect(page.locator(".bar.over")).to_contain_text("2 ports", timeout=DRAWN_MS)
