"""Measure the pages in Chromium. By hand: `python -m tests.benchmarks.bench_pages`.

Prints milliseconds from the click on a change to the first frame that shows its hunks, the median of
some, and what the issue asks for beside them. Nothing is asserted: a shared machine would make it a
lottery.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from netwb.loading import share
from tests.benches import rig
from tests.long_texts import long_ios
from tests.real.browser.rig import Site, launched, opened
from tests.web.servers import add_people, netwb_serve

DIFFS = {  # hostname: lines, edits, ms that it must take at most, and that it aims at
    "small": (600, 100, 1_000, 500),
    "long400": (20_000, 400, 1_000, 500),
    "long4000": (20_000, 4_000, 1_500, 800),
}
OTHER = "other"
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


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
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
