"""The pictures of README.md's tour: a demo, its pages in Chromium, a picture of each under dashboards/tour.

    python -m tests.tour                          build a demo, take all pictures; some three minutes
    python -m tests.tour configs security         these alone
    python -m tests.tour --home DIR               of a demo that is there already; it goes on from there
    python -m tests.tour --list

The browser reaches loopback alone. Pictures are 1440 x 900, their colours a palette, so that they stay
small; what moves is stilled. They are in no wheel.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from netwb.access.records import UserChanges
from netwb.cli.demo.bills import CIRCUIT, CUSTOMER
from netwb.inventory.ports.records import WherePort
from netwb.workbench import Workbench
from tests.real.browser.rig import DRAWN, Chromium, launched
from tests.web.servers import ROOT, Server, started

TOUR = ROOT / "dashboards" / "tour"
SIZE = (1440, 900)
PASSWORD = "Correct-Horse-tour-1"
COLOURS = 256  # of a palette: text stays sharp, and a picture below 150 kB
LARGEST = 150_000  # bytes
SETTLES_MS = 2_500  # fonts, and the first values of what is polled
WAITS_MS = 60_000.0
Theme = Literal["light", "dark"]


def _nothing(page: Page) -> None:
    del page


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture: who looks at what.

    path    page and query; `{device}` and the like are filled from the home
    after   what is done on the page before
    """

    name: str
    path: str
    who: str = "ada"
    theme: Theme = "light"
    after: Callable[[Page], None] = field(default=_nothing)


def _first(selector: str) -> Callable[[Page], None]:
    """Click the first of them, where there is one, and wait."""

    def act(page: Page) -> None:
        found = page.locator(selector).first
        if found.count():
            found.click()
            page.wait_for_timeout(SETTLES_MS)

    return act


SHOTS: tuple[Shot, ...] = (
    Shot(name="configs-light", path="/configs?period=7d&change={change}"),
    Shot(name="configs-dark", path="/configs?period=7d&change={change}", theme="dark"),
    Shot(name="history", path="/configs?device={device}"),
    Shot(name="search", path="/configs?find=snmp-server&when=ever"),
    Shot(name="traffic", path="/traffic?port={port}"),
    Shot(name="traffic-dark", path="/traffic?port={port}", theme="dark"),
    Shot(name="billing", path="/billing?tenant={customer}&of={customer}&month={month}"),
    Shot(name="security", path="/security"),
    Shot(name="compliance", path="/compliance", after=_first("text=First finding")),
    Shot(name="compliance-dark", path="/compliance", theme="dark"),
    Shot(name="inventory", path="/inventory"),
    Shot(name="device", path="/inventory?device={device}"),
    Shot(name="wall", path="/wall", theme="dark"),
    Shot(name="admin", path="/admin"),
    Shot(name="customer", path="/configs?period=7d", who="noc@acme"),
)


NOTEBOOKS = {"notebook": "20-what-changed.ipynb"}  # with the outputs that are stored in them
_LAB = re.compile(r"(http://127\.0\.0\.1:\d+)/lab\S*?(\?token=\w+)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Take what is asked for; 1 where a picture is larger than it may be."""
    asked = _asked(arguments)
    chosen = [one for one in SHOTS if not asked.names or one.name in asked.names]
    notebooks = [one for one in NOTEBOOKS if not asked.names or one in asked.names]
    if asked.list:
        sys.stdout.write("".join(f"{one}\n" for one in _names()))
        return 0
    with _home(asked.home) as home, _served(home) as server, sync_playwright() as playwright:
        filled = _filled(home)
        with launched(playwright) as chromium:
            sizes = {one.name: _taken(chromium, server, one, filled) for one in chosen}
            if notebooks:
                with _lab(home) as (url, token):
                    sizes |= {one: _noted(chromium, url, token, one) for one in notebooks}
    for name, size in sizes.items():
        large = "  TOO LARGE" if size > LARGEST else ""
        sys.stdout.write(f"{name}.png  {size / 1000:.0f} kB{large}\n")
    return int(any(size > LARGEST for size in sizes.values()))


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="pictures; all by default")
    parser.add_argument(
        "--home", type=Path, help="a demo's home; else one is built and thrown away"
    )
    parser.add_argument("--list", action="store_true", help="name the pictures")
    found = parser.parse_args(arguments)
    unknown = set(found.names) - set(_names())
    if unknown:
        parser.error(f"no picture {', '.join(sorted(unknown))}; --list names them")
    return found


def _names() -> list[str]:
    return [*(one.name for one in SHOTS), *NOTEBOOKS]


@contextmanager
def _home(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="netwb-tour-") as folder:
        yield Path(folder) / "home"


@contextmanager
def _served(home: Path) -> Iterator[Server]:
    """The demo, which goes on while the pictures are taken."""
    command = [sys.executable, "-m", "netwb", "demo", "--home", str(home), "--port", "0"]
    with started(command, {**os.environ}) as server:
        yield server
        server.end(within_s=60)


def _filled(home: Path) -> Mapping[str, str]:
    """Passwords that are known, and a device and a port worth looking at."""
    with_home = Workbench.open(home)
    try:
        with_home.check_history(30)  # since when each rule is broken
        with_home.check()
        for name in {one.who for one in SHOTS}:
            with_home.set_user(name, UserChanges(password=PASSWORD))
        changes = with_home.changes(since="20d")
        counts: dict[str, int] = {}
        for one in changes:
            if one.tenant == "acme":
                counts[one.device_id] = counts.get(one.device_id, 0) + 1
        week = [one for one in with_home.changes(since="7d") if one.kind == "running"]
        change = max(week, key=lambda one: (min(one.added, one.removed), one.added))
        port = next(one for one in with_home.ports(WherePort(find=CIRCUIT)))
        return {
            "device": max(counts, key=lambda one: counts[one]),
            "port": port.id,
            "change": f"{change.device_id}@{change.id}",
            "customer": CUSTOMER,
            "month": f"{datetime.now(UTC):%Y-%m}",
        }
    finally:
        with_home.close()


def _taken(chromium: Chromium, server: Server, shot: Shot, filled: Mapping[str, str]) -> int:
    """The picture's size in bytes."""
    page = chromium.window(server.url, SIZE, shot.theme)
    page.goto(f"{server.url}/login", wait_until="load", timeout=WAITS_MS)
    page.get_by_label("Name").fill(shot.who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_function(DRAWN, timeout=WAITS_MS)
    page.goto(server.url + shot.path.format(**filled), wait_until="load", timeout=WAITS_MS)
    page.wait_for_function(DRAWN, timeout=WAITS_MS)
    page.wait_for_timeout(SETTLES_MS)
    shot.after(page)
    raw = page.screenshot(animations="disabled", caret="hide")
    context = page.context
    page.close()
    context.clear_cookies()
    chromium.spare.append(context)
    return _kept(shot.name, raw)


@contextmanager
def _lab(home: Path) -> Iterator[tuple[str, str]]:
    """JupyterLab as `netwb notebook` starts it, in a folder of its own: address and token."""
    with tempfile.TemporaryDirectory(prefix="netwb-tour-") as folder:
        words = ["notebook", folder, "--no-browser", "--home", str(home)]
        process = subprocess.Popen(
            [sys.executable, "-m", "netwb", *words], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        try:
            found = next(filter(None, map(_LAB.search, process.stderr)))
            yield found[1], found[2]
        finally:
            process.terminate()
            process.communicate()


def _noted(chromium: Chromium, url: str, token: str, name: str) -> int:
    """A notebook from its first output on."""
    page = chromium.window(url, SIZE, "light")
    page.goto(f"{url}/lab/tree/{NOTEBOOKS[name]}{token}", timeout=WAITS_MS)
    page.locator(".jp-OutputArea-output").first.wait_for(timeout=WAITS_MS)
    page.wait_for_timeout(3 * SETTLES_MS)
    raw = page.screenshot(animations="disabled", caret="hide")
    page.close()
    return _kept(name, raw)


def _kept(name: str, raw: bytes) -> int:
    TOUR.mkdir(exist_ok=True)
    with Image.open(io.BytesIO(raw)) as whole:
        small = whole.convert("RGB").quantize(COLOURS, kmeans=2, dither=Image.Dither.NONE)
    target = TOUR / f"{name}.png"
    small.save(target, optimize=True)
    return target.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
