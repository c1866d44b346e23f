"""Measure the wall. By hand: `python -m tests.benchmarks.bench_wall [paint|minutes ...]`.

Makes a home of twelve sites and serves it, and prints beside what the issue asks for:

    paint    Chromium: until the browser shows the first picture, which has all tiles, and until the
             charts are drawn; for a browser that knows nothing of netwb yet, and for one that does
    minutes  thirty intervals with fifty open walls, shortened to `--interval` seconds each: the server's
             CPU of the time that they stand for, its memory, and the heap of a wall in Chromium: all
             of it, where V8 compiles for some minutes and lets go what it ran long ago, and what the
             page's own scripts hold there (`held`: objects, closures, arrays, texts)

Nothing is asserted: a shared machine would make it a lottery.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, CDPSession, async_playwright
from sqlalchemy import select
from tornado.websocket import WebSocketClientConnection

from netwb.access.records import Origin
from netwb.inventory.ports.records import Port, SeenPort, WherePort
from netwb.inventory.records import NewDevice
from netwb.loading import share
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import ALL_TENANTS
from netwb.store.models import PortRow
from netwb.workbench import Workbench
from tests.web.browsing import Browser, pulled
from tests.web.servers import PASSWORDS, Server, add_people, netwb_serve

SITES = {"acme": ("ams1", "ams2", "ber1", "dub1", "fra1", "fra2"), "umbra": ("lon1", "lon2", "osl1", "par1", "vie1", "zrh1")}  # fmt: skip
DOWN, SILENT = "ams2", "osl1"  # a port there is down; a device there says nothing any more
PORTS = ("xe-0/0/0", "xe-0/0/1")
HOURS = 6  # of counters before the beginning
INTERVAL_S = 60  # of a wall whose minutes are not shortened
SIZE = (1920, 1080)
HELD = {"object", "closure", "array", "string", "concatenated string", "sliced string", "number", "regexp"}  # fmt: skip
# The first frame that has tiles, and the one after which the charts are drawn.
TIMES = """() => new Promise((done) => {
  let tiles
  const look = () => {
    tiles ??= document.querySelector("[data-item]") ? performance.now() : undefined
    const drawn = window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle
    if (!tiles || !drawn) return requestAnimationFrame(look)
    const charts = document.querySelectorAll("article:not([hidden])").length
    requestAnimationFrame(() => requestAnimationFrame(() => done([
      tiles, performance.now(), document.querySelectorAll("[data-item]").length, charts,
    ])))
  }
  look()
})"""
READY = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": {"type": "event", "name": "document_ready", "values": {"type": "map"}}}  # fmt: skip


@dataclass(slots=True)
class Ground:
    """A served home, and its counters, which go on by `count`."""

    bench: Workbench
    server: Server
    ports: tuple[Port, ...]
    interval_s: int

    def count(self, *moments: int) -> None:
        """What every port and device that answers says at those moments."""
        self.bench._parts.metrics.write([one for at in moments for one in _said(self.ports, at)])

    def count_since(self, begin: int) -> None:
        """Each interval until now."""
        moments = range(begin, int(time.time()) + 1, self.interval_s)
        for first in range(0, len(moments), 200):
            self.count(*moments[first : first + 200])

    def cpu_s(self) -> float:
        """Of the server, since it began."""
        parts = Path(f"/proc/{self.server.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Of the server."""
        lines = Path(f"/proc/{self.server.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


@contextmanager
def ground(folder: Path, interval_s: int) -> Iterator[Ground]:
    """Twelve sites of two devices with two ports each, one of them degraded and one without data."""
    with closing(Workbench.create(folder / "home")) as bench:
        ids = [one for tenant, sites in SITES.items() for one in _placed(bench, tenant, sites)]
        seen = [
            SeenPort(name=name, if_index=index, alias="", if_type=6, speed_bps=10**9)
            for index, name in enumerate(PORTS, start=1)
        ]
        bench._parts.ports.sighted(dict.fromkeys(ids, seen))
        with bench._parts.database.writing(ALL_TENANTS) as session:
            for row in session.scalars(select(PortRow)):
                row.watched = True
        add_people(bench)
        ports = tuple(bench._parts.ports.list(ALL_TENANTS, WherePort()))
        with netwb_serve(
            bench.home, pages=share() / "dashboards", NETWB_METRICS__INTERVAL_S=str(interval_s)
        ) as server:
            made = Ground(bench, server, ports, interval_s)
            made.count_since(int(time.time()) - HOURS * 3_600)
            yield made


def _placed(bench: Workbench, tenant: str, sites: tuple[str, ...]) -> Iterator[str]:
    bench.add_tenant(tenant, name=tenant.title())
    for site in sites:
        bench.add_site(f"{tenant}/{site}")
        yield from (_device(bench, tenant, site, number) for number in (1, 2))


def _device(bench: Workbench, tenant: str, site: str, number: int) -> str:
    made = NewDevice(
        tenant=tenant,
        site=site,
        hostname=f"{site}-edge{number}",
        address="127.0.0.1",
        platform="cisco_ios",
    )
    return bench.add_device(made).id


def _said(ports: tuple[Port, ...], at: int) -> Iterator[Point]:
    for number, port in enumerate(ports):
        if port.hostname == f"{SILENT}-edge1":
            continue
        octets = at * (20_000_000 + 1_000_000 * number)
        down = port.hostname == f"{DOWN}-edge2" and port.name == PORTS[1]
        key = SeriesKey(tenant=port.device_tenant, device_id=port.device_id)
        named = SeriesKey(tenant=key.tenant, device_id=key.device_id, name=port.name)
        interface = {
            "ifHCInOctets": octets,
            "ifHCOutOctets": octets // 3,
            "ifOperStatus": 2 if down else 1,
            "ifAdminStatus": 1,
        }
        uptime = {"sysUpTime": at % 10**9}
        yield Point(
            measurement="interface",
            key=named,
            site=port.site,
            device=port.hostname,
            at=at,
            values=interface,
        )
        yield Point(
            measurement="device",
            key=key,
            site=port.site,
            device=port.hostname,
            at=at,
            values=uptime,
        )


# ---- paint


async def paint(made: Ground, times: int) -> None:
    """A table of milliseconds."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        print(
            f"{'':>16} {'tiles ms':>9} {'charts ms':>10} {'tiles':>6} {'charts':>7}  must 1000 ms"
        )
        known = await _context(launched, made)
        _print("server's first", [await _painted(known, made)])
        _print("known browser", [await _painted(known, made) for _ in range(times)])
        new = [await _context(launched, made) for _ in range(times)]
        _print("new browser", [await _painted(one, made) for one in new])
        await launched.close()


def _print(name: str, found: list[list[float]]) -> None:
    tiles, charts = (statistics.median(one[part] for one in found) for part in (0, 1))
    print(f"{name:>16} {tiles:>9.0f} {charts:>10.0f} {found[0][2]:>6} {found[0][3]:>7}")


async def _painted(context: BrowserContext, made: Ground) -> list[float]:
    page = await context.new_page()
    await page.goto(f"{made.server.url}/wall", wait_until="commit")
    found: list[float] = await page.evaluate(TIMES)
    await page.close()
    await asyncio.sleep(1)
    return found


async def _context(launched: Chromium, made: Ground) -> BrowserContext:
    context = await launched.new_context(viewport={"width": SIZE[0], "height": SIZE[1]})
    origin = Origin(address="127.0.0.1", browser="bench")
    secret = made.bench.log_in("oli", PASSWORDS["oli"], origin=origin).secret
    await context.add_cookies(
        [{"name": "netwb_session", "value": secret, "url": made.server.url, "httpOnly": True}]
    )
    return context


# ---- minutes


async def minutes(made: Ground, viewers: int, news: int) -> None:
    """So many walls, for so many intervals."""
    async with AsyncExitStack() as stack, async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        context = await _context(launched, made)
        page = await context.new_page()
        await page.goto(f"{made.server.url}/wall")
        await page.evaluate(TIMES)
        tools = await context.new_cdp_session(page)
        counting = asyncio.create_task(_count_on(made))
        sockets = await _open(stack, made, viewers)
        reading = [asyncio.create_task(_drain(one)) for one in sockets]
        await _intervals(made, 3)  # all have been drawn again, and the server holds what it will
        before, heap, cpu = made.memory_mb(), await _heap(tools), made.cpu_s()
        head = f"{'minute':>7} {'CPU %':>6} {'server MB':>10} {'page kB':>8} {'held kB':>8} {'nodes':>6}"
        print(f"{head}  must 15 % and 5 % of memory")
        print(
            f"{0:>7} {'':>6} {before:>10.1f} {heap.whole:>8.0f} {heap.held:>8.0f} {heap.nodes:>6}"
        )
        now = heap
        for done in range(10, news + 1, 10):
            await _intervals(made, 10)
            percent = 100 * (made.cpu_s() - cpu) / (done * INTERVAL_S)
            now = await _heap(tools)
            print(
                f"{done:>7} {percent:>6.1f} {made.memory_mb():>10.1f} {now.whole:>8.0f} "
                f"{now.held:>8.0f} {now.nodes:>6}"
            )
        grown = 100 * (made.memory_mb() / before - 1)
        whole, held = 100 * (now.whole / heap.whole - 1), 100 * (now.held / heap.held - 1)
        print(f"grown by {grown:.1f} % (server), {whole:.1f} % (page) and {held:.1f} % (held)")
        counting.cancel()
        for socket in sockets:
            socket.close(1000)  # with a code: its echo says that it is closed
        await asyncio.gather(counting, *reading, return_exceptions=True)
        await launched.close()


async def _open(
    stack: AsyncExitStack, made: Ground, viewers: int
) -> list[WebSocketClientConnection]:
    browser = Browser(made.server.port)
    browser.log_in("vera", PASSWORDS["vera"])
    sockets: list[WebSocketClientConnection] = []
    while len(sockets) < viewers:
        answer = await asyncio.to_thread(browser.get, "/wall")
        if answer.status != 200:  # too fast for one person
            await asyncio.sleep(1)
            continue
        socket = await stack.enter_async_context(browser.opened("/wall", answer.token))
        await pulled(socket)
        for part in ({"msgid": "2", "msgtype": "PATCH-DOC"}, {}, {"events": [READY]}):
            await socket.write_message(json.dumps(part))
        sockets.append(socket)
    return sockets


async def _drain(socket: WebSocketClientConnection) -> None:
    while await socket.read_message() is not None:
        pass


async def _count_on(made: Ground) -> None:
    while True:
        await asyncio.to_thread(made.count, int(time.time()))
        await asyncio.sleep(made.interval_s)


async def _intervals(made: Ground, many: int) -> None:
    """A wall asks again within two seconds after an interval."""
    await asyncio.sleep(many * (made.interval_s + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heap:
    """Of a page's scripts, kB: all, and without what V8 makes of them; and how many nodes it has."""

    whole: float
    held: float
    nodes: int


async def _heap(tools: CDPSession) -> Heap:
    await tools.send("HeapProfiler.collectGarbage")
    used = await tools.send("Runtime.getHeapUsage")
    counters = await tools.send("Memory.getDOMCounters")
    parts: list[str] = []

    def take(said: dict[str, str]) -> None:
        parts.append(said["chunk"])

    tools.on("HeapProfiler.addHeapSnapshotChunk", take)
    await tools.send("HeapProfiler.takeHeapSnapshot")
    tools.remove_listener("HeapProfiler.addHeapSnapshotChunk", take)
    return Heap(
        whole=used["usedSize"] / 1024, held=_held_kb("".join(parts)), nodes=counters["nodes"]
    )


def _held_kb(snapshot: str) -> float:
    """What nodes of these kinds take for themselves."""
    read = json.loads(snapshot)
    fields, (kinds, *_) = (read["snapshot"]["meta"][part] for part in ("node_fields", "node_types"))
    every = len(fields)
    kind = read["nodes"][fields.index("type") :: every]
    size = read["nodes"][fields.index("self_size") :: every]
    held: int = sum(own for one, own in zip(kind, size, strict=True) if kinds[one] in HELD)
    return held / 1024


def main() -> None:
    """Print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["paint", "minutes"])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument(
        "--interval", type=int, default=5, help="seconds that a minute is shortened to"
    )
    asked = parser.parse_args()
    for what in asked.what:
        interval_s = asked.interval if what == "minutes" else INTERVAL_S
        with tempfile.TemporaryDirectory() as folder, ground(Path(folder), interval_s) as made:
            print(f"\n{what}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, interval {interval_s} s")
            if what == "paint":
                asyncio.run(paint(made, asked.times))
            else:
                asyncio.run(minutes(made, asked.viewers, asked.minutes))


if __name__ == "__main__":
    main()
