"""Measure the pages in Chromium. By hand: `python -m tests.benchmarks.bench_pages`.

Prints milliseconds from the click on a change to the first frame that shows its hunks, and from the
click on thirty days of a port's minutes to the first frame that shows them: the median of some, and
what the issue asks for beside them. Nothing is asserted: a shared machine would make it a lottery, and
so it is said how much of a core a busy loop was given meanwhile.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from netwb.loading import share
from tests.benches import rig
from tests.counted import count, give_ports
from tests.long_texts import long_ios
from tests.real.browser.rig import Site, launched, opened
from tests.web.servers import add_people, netwb_serve

DIFFS = {  # hostname: lines, edits, ms that it must take at most, and that it aims at
    "small": (600, 100, 1_000, 500),
    "long400": (20_000, 400, 1_000, 500),
    "long4000": (20_000, 4_000, 1_500, 800),
}
OTHER = "other"
TRAFFIC = (800, 400)  # ms of a month of minutes, at most and aimed at
DAYS = 38  # a month, and the week before it
# From the click until two frames after the new drawing: the first of them has laid it out.
CLICK_TO_DRAWN = """async (hostname) => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap((e) => e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e])
  const everything = all(document)
  const row = everything.find((e) => e.matches('a.row') && e.querySelector('b').textContent === hostname)
  const table = everything.find((e) => e.matches('.diff .table'))
  const begun = performance.now()
  return await new Promise((resolve) => {
    const seen = new MutationObserver(() => {
      if (!table.querySelector('.g')) return
      seen.disconnect()
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begun)))
    })
    seen.observe(table, {childList: true})
    row.click()
  })
}"""


# The same until the chart has other data.
RANGE_TO_DRAWN = """async (range) => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap((e) => e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e])
  const link = all(document).find((e) => e.matches(`a[data-range="${range}"]`))
  const models = [...Bokeh.documents[0]._all_models.values()]
  const figure = models.find((m) => m.type === "Figure")
  const data = figure.renderers.find((r) => r.glyph.type === "Line").data_source.properties.data
  const begun = performance.now()
  return await new Promise((resolve) => {
    const seen = () => {
      data.change.disconnect(seen)
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begun)))
    }
    data.change.connect(seen)
    link.click()
  })
}"""


@contextmanager
def changed_site(folder: Path) -> Iterator[Site]:
    """A served home whose devices all changed last night."""
    hosts = (*DIFFS, OTHER)
    with (
        sync_playwright() as playwright,
        launched(playwright) as browser,
        rig(folder, {"acme": hosts, "umbra": ()}) as made,
    ):
        add_people(made.bench)
        sizes = {**DIFFS, OTHER: (100, 1, 0, 0)}
        with (
            netwb_serve(made.bench.home, pages=share() / "dashboards") as server,
            opened(made, server, browser) as site,
        ):
            for host, (lines, *_) in sizes.items():
                made.answer(f"acme/{host}", long_ios(host, lines, at=made.clock.now))
            assert made.back_up().counts() == {"changed": len(hosts)}
            made.clock.advance(hours=1)
            for host, (lines, edits, *_) in sizes.items():
                changed = long_ios(host, lines, edits=edits, by="ben", at=made.clock.now)
                made.answer(f"acme/{host}", changed)
            report = made.back_up()
            assert report.counts() == {"changed": len(hosts)}, report
            yield site


def measured(page: Page, hostname: str, times: int) -> list[float]:
    """Milliseconds of each click; between two of them another device is opened."""
    found = []
    for _ in range(times):
        page.evaluate(CLICK_TO_DRAWN, OTHER)
        page.wait_for_timeout(500)
        found.append(page.evaluate(CLICK_TO_DRAWN, hostname))
        page.wait_for_timeout(500)
    return found


@contextmanager
def measured_site(folder: Path) -> Iterator[Site]:
    """A served home with one port that was read each minute."""
    with (
        sync_playwright() as playwright,
        launched(playwright) as browser,
        rig(folder, {"acme": ("edge1",), "umbra": ()}) as made,
    ):
        add_people(made.bench)
        (port,) = give_ports(made.bench, made.devices["acme/edge1"], "xe-0/0/0", alias="Transit")
        count(made.bench, port, until=datetime.now(UTC), minutes=DAYS * 1_440)
        with (
            netwb_serve(made.bench.home, pages=share() / "dashboards") as server,
            opened(made, server, browser) as site,
        ):
            yield site


def months(site: Site, times: int) -> list[float]:
    """Milliseconds of each click on a month; between two of them six hours are looked at."""
    page = site.visitor("ada").page
    page.goto(f"{site.server.url}/traffic?port={site.bench.ports()[0].id}&range=6h")
    page.locator("#numbers").wait_for()
    found = []
    for _ in range(times + 1):
        page.wait_for_timeout(2_000)
        found.append(page.evaluate(RANGE_TO_DRAWN, "30d"))
        page.wait_for_timeout(2_000)
        page.evaluate(RANGE_TO_DRAWN, "6h")
    return found[1:]  # what is loaded once is loaded


def share_of_a_core() -> float:
    """What a busy loop is given of one: 1 where nobody else works."""
    began, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < 0.2:
        pass
    return 0.2 / (time.perf_counter() - began)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder, measured_site(Path(folder)) as site:
        shares = [share_of_a_core()]
        taken, (must, aim) = months(site, times), TRAFFIC
        shares.append(share_of_a_core())
        print(f"a busy loop was given {min(shares):.0%} to {max(shares):.0%} of a core")
        print(
            f"{'a month of minutes':>22} {'median ms':>10} {'worst ms':>9} {'must':>6} {'aim':>5}"
        )
        print(f"{'':>22} {statistics.median(taken):>10.0f} {max(taken):>9.0f} {must:>6} {aim:>5}")
    with tempfile.TemporaryDirectory() as folder, changed_site(Path(folder)) as site:
        visitor = site.visitor("ada")
        visitor.go("/configs")
        visitor.page.wait_for_selector(".g")
        visitor.page.wait_for_timeout(2_000)
        print(f"{'lines':>7} {'edits':>6} {'median ms':>10} {'worst ms':>9} {'must':>6} {'aim':>5}")
        for host, (lines, edits, must, aim) in DIFFS.items():
            taken = measured(visitor.page, host, times)
            print(
                f"{lines:>7} {edits:>6} {statistics.median(taken):>10.0f}"
                f" {max(taken):>9.0f} {must:>6} {aim:>5}"
            )


if __name__ == "__main__":
    main()
