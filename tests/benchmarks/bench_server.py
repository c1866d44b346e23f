"""Measure the server under people: open pages, the API beside them, lists of thousands. By hand.

`python -m tests.benchmarks.bench_server [idle|api|reload|acts|search ...] [--home FOLDER]`. Makes a home of 2,000
devices with texts of 1,000 lines (or takes the one that `--home` kept), starts `netwb serve` on it,
and prints:

    idle     CPU and memory of the server with 50 open pages, opened twice
    api      times of a history over REST while pages are built one after the other: asked of the same
             process, and of a second one with `--api-only`
    reload   times of /healthz while eight people reload a page as fast as they are answered
    acts     Chromium: how long the server's loop was held by each act, in CPU of its own thread
    search   Chromium: from the click to the drawn hits, and how long the long lists take to load

Nothing is asserted: a shared machine would make it a lottery.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Page, async_playwright
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from netwb.access.records import NewToken, NewUser, Origin
from netwb.loading import share
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.benchmarks import bench_rest
from tests.benchmarks.bench_rest import PASSWORD, home_at
from tests.web.browsing import Browser, pulled
from tests.web.servers import Server, netwb_serve

RELOADERS = 8
WATCH = "import tests.web.loop_watch as watch; watch.begin()"
BUILDERS = 10  # people who open pages beside the API
ORIGIN = Origin(address="127.0.0.1", browser="bench")
SETTLES_S = 10.0
READY = {"type": "event", "name": "document_ready", "values": {"type": "map"}}
EACH_S = 0.05  # between two questions of the API
# Clicks Search, and waits until the sum of the answer is drawn and laid out.
SEARCHED = """async (text) => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap((e) => e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e])
  const form = all(document).find((e) => e.matches('form.search'))
  const root = form.getRootNode()
  form.querySelector('input[name=find]').value = text
  const begun = performance.now()
  return await new Promise((resolve) => {
    const look = () => {
      if (!root.querySelector('#hits tr mark') || !root.textContent.includes(text)) return false
      if (root.querySelector('input[name=find]').getAttribute('value') !== text) return false
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begun)))
      return true
    }
    const seen = new MutationObserver(() => look() && seen.disconnect())
    seen.observe(root, {childList: true, subtree: true, attributes: true})
    form.querySelector('button.pri').click()
  })
}"""
LISTED = """(hostname) => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap((e) => e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e])
  return all(document).some((e) => e.shadowRoot && e.shadowRoot.textContent.includes(hostname))
}"""


@dataclass(frozen=True, slots=True)
class Used:
    """What a process used so far."""

    cpu_s: float
    rss_mb: float

    @classmethod
    def by(cls, pid: int) -> Used:
        """As Linux tells it."""
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks = int(after_name[11]) + int(after_name[12])
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return cls(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


@dataclass(slots=True)
class People:
    """So many people of one home: a server bounds the pages that one person has open."""

    bench: Workbench
    secrets: list[str] = field(default_factory=list)

    def browser(self, number: int, port: int) -> Browser:
        """The browser of one of them, signed in."""
        while len(self.secrets) <= number:
            self.secrets.append(self._log_in(f"person{len(self.secrets)}"))
        return Browser(port, {"netwb_session": self.secrets[number]})

    def _log_in(self, name: str) -> str:
        if name not in {user.name for user in self.bench.users()}:  # of a home that was kept
            self.bench.add_user(
                NewUser(name=name, role=Role.ADMIN, tenants=None, password=PASSWORD)
            )
        return self.bench.log_in(name, PASSWORD, origin=ORIGIN).secret


async def open_page(stack: AsyncExitStack, browser: Browser, path: str) -> int:
    """A page as a browser opens it, kept open and read until the stack ends; bytes of its data."""
    answer = await asyncio.to_thread(browser.get, path)
    assert answer.status == 200, answer.text[:500]
    sent = {"Origin": f"http://127.0.0.1:{browser.port}", "Cookie": browser.cookie}
    request = HTTPRequest(f"ws://127.0.0.1:{browser.port}{path}/ws", headers=sent)
    socket = await websocket_connect(request, subprotocols=["bokeh", answer.token])
    stack.callback(socket.close)
    await pulled(socket)
    event = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": READY}
    for part in ({"msgid": "2", "msgtype": "PATCH-DOC"}, {}, {"events": [event]}):
        await socket.write_message(json.dumps(part))
    size = await _loaded(socket)
    reading = asyncio.create_task(_read(socket))
    stack.callback(reading.cancel)
    return size


async def _loaded(socket: WebSocketClientConnection) -> int:
    """Bytes that came until nothing came for a second."""
    size = 0
    while True:
        try:
            said = await asyncio.wait_for(asyncio.shield(_next(socket)), 1.0)
        except TimeoutError:
            return size
        assert said is not None, "the server closed the page"
        size += len(said)


def _next(socket: WebSocketClientConnection) -> asyncio.Future[str | bytes | None]:
    """One message is awaited once, however often the wait for it is given up."""
    held: asyncio.Future[str | bytes | None] | None = getattr(socket, "netwb_next", None)
    if held is None or held.done():
        held = asyncio.ensure_future(socket.read_message())
        socket.netwb_next = held  # type: ignore[attr-defined]  # a note of ours at the connection
    return held


async def _read(socket: WebSocketClientConnection) -> None:
    while await _next(socket) is not None:
        pass


async def idle(server: Server, people: People, pages: int, seconds: float) -> None:
    """CPU and memory with that many open pages, opened and closed twice for each path."""
    pid = server.process.pid
    people.browser(pages - 1, server.port)  # all of them log in now
    async with AsyncExitStack() as stack:  # what a first page loads once is no page's
        await open_page(stack, people.browser(0, server.port), "/configs")
        await open_page(stack, people.browser(0, server.port), "/inventory")
    await asyncio.sleep(SETTLES_S)
    for path in ("/configs", "/configs", "/inventory", "/inventory"):
        before = Used.by(pid)
        async with AsyncExitStack() as stack:
            opening = (open_page(stack, people.browser(n, server.port), path) for n in range(pages))
            sizes = [await page for page in opening]
            opened = Used.by(pid)
            await asyncio.sleep(SETTLES_S)
            start, at = Used.by(pid), time.perf_counter()
            await asyncio.sleep(seconds)
            end = Used.by(pid)
            percent = 100 * (end.cpu_s - start.cpu_s) / (time.perf_counter() - at)
        await asyncio.sleep(SETTLES_S)
        closed = Used.by(pid)
        print(
            f"{pages} x {path:<11} {1000 * (opened.cpu_s - before.cpu_s) / pages:5.0f} ms of CPU to open"
            f" and load each, {statistics.mean(sizes) / 1000:.0f} kB of data each;"
            f" left open {percent:4.1f} % of a core (must 10, aim 6);"
            f" {(end.rss_mb - before.rss_mb) / pages:5.2f} MB each (must 2, aim 1);"
            f" RSS {before.rss_mb:.0f} -> {end.rss_mb:.0f} -> closed {closed.rss_mb:.0f} MB"
        )


async def api(server: Server, beside: Server, people: People, seconds: float) -> None:
    """History by REST each 50 ms while pages are built, of both processes; and of the first at rest."""
    token = people.bench.issue_token(NewToken(user="admin", days=1)).secret
    devices = [device.id for device in people.bench.devices()]
    people.browser(BUILDERS - 1, server.port)  # all of them log in now
    for name, port, busy, must in (
        ("nothing else", server.port, False, ""),
        ("pages of the same process", server.port, True, "must 500 ms, aim 150"),
        ("pages of another process", beside.port, True, "must 20 ms, aim 10"),
    ):
        building = asyncio.create_task(_build(server, people)) if busy else None
        times = sorted(await _ask(port, token, devices, seconds))
        built = 0
        if building is not None:
            building.cancel()
            built = await building
        p50, p95 = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.95))
        print(
            f"api beside {name:<26} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  max {times[-1] * 1000:6.1f} ms"
            f"  {len(times)} asked, {built} pages built  {must}"
        )


async def _build(server: Server, people: People) -> int:
    """Pages one after the other, until told to end; how many were built."""
    built = 0
    try:
        while True:
            browser = people.browser(built % BUILDERS, server.port)
            answer = await asyncio.to_thread(browser.get, "/configs")
            assert answer.status == 200, answer.text  # a refused page takes no time
            built += 1
    except asyncio.CancelledError:
        return built


async def _ask(port: int, token: str, devices: list[str], seconds: float) -> list[float]:
    """Times of single questions, one begun every 50 ms whether the last was answered or not."""
    times: list[float] = []

    async def ask(device: str) -> None:
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET /api/v1/backup/history/{device} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {token}\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
        times.append(time.perf_counter() - began)
        writer.close()
        await writer.wait_closed()

    count = int(seconds / EACH_S)
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number * EACH_S - time.perf_counter()))
            group.create_task(ask(devices[number % len(devices)]))
    return times


async def reload(server: Server, people: People, seconds: float) -> None:
    """/healthz each 50 ms while people reload; who is told to wait does not."""
    people.browser(RELOADERS - 1, server.port)
    answered: Counter[int] = Counter()

    def reloading(number: int) -> None:
        browser, until = people.browser(number, server.port), time.perf_counter() + seconds
        while time.perf_counter() < until:
            answered[browser.get("/configs").status] += 1

    own = ThreadPoolExecutor(RELOADERS)
    loop = asyncio.get_running_loop()
    all_of_them = [loop.run_in_executor(own, reloading, number) for number in range(RELOADERS)]
    times = sorted(await _health(server.port, seconds))
    await asyncio.gather(*all_of_them)
    p50, p95 = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.95))
    print(
        f"health beside {RELOADERS} who reload  p50 {p50:6.1f} ms  p95 {p95:6.1f} ms"
        f"  max {times[-1] * 1000:6.1f} ms  {len(times)} asked, pages by status {dict(answered)}"
    )


async def _health(port: int, seconds: float) -> list[float]:
    """Times of /healthz, one begun every 50 ms."""
    times: list[float] = []

    async def ask() -> None:
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
        times.append(time.perf_counter() - began)
        writer.close()
        await writer.wait_closed()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(seconds / EACH_S)):
            await asyncio.sleep(max(0.0, began + number * EACH_S - time.perf_counter()))
            group.create_task(ask())
    return times


async def acts(server: Server, people: People) -> None:
    """The longest hold of the loop while each act is done; building the page is one of them."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        secret = people.browser(0, server.port).cookies["netwb_session"]
        await context.add_cookies(
            [{"name": "netwb_session", "value": secret, "url": server.url, "httpOnly": True}]
        )
        page = await context.new_page()
        for path in ("configs", "configs", "inventory", "inventory"):
            await _held(server, f"/{path}: built and loaded", page.goto(f"{server.url}/{path}"))
        await _held(server, "/configs once more", page.goto(f"{server.url}/configs"))
        rows = page.locator("a.row")
        scroll = "(e) => { e.getRootNode().querySelector('.sheet').scrollTop = 60000 }"
        doings: dict[str, Callable[[], Awaitable[object]]] = {
            "open a change": lambda: rows.nth(3).click(),
            "next device by key": lambda: page.keyboard.press("j"),
            "whole file by key": lambda: page.keyboard.press("w"),
            "scroll far": lambda: page.locator("#rows").evaluate(scroll),
            "filter by text": lambda: page.locator("#text").fill("sw-00"),
            "filter by person": lambda: page.locator("select#by").select_option(index=1),
            "7 days": lambda: page.locator("button[data-period='7d']").click(),
            "close the page": lambda: page.goto("about:blank"),
        }
        for name, act in doings.items():
            await _held(server, name, act())
        await asyncio.sleep(SETTLES_S + 10)
        print(f"{'page closed, and taken apart':<48} {_longest(server):5.1f} ms")
        await browser.close()


async def _held(server: Server, name: str, act: Awaitable[object]) -> None:
    del server.said[:]
    await act
    await asyncio.sleep(3.0)
    print(f"{name:<48} {_longest(server):5.1f} ms")


def _longest(server: Server) -> float:
    """Of the holds that the watch told, in ms."""
    found = (re.search(r"was held ([\d.]+) ms", line) for line in server.said)
    return max((float(hold[1]) for hold in found if hold), default=0.0)


async def search(server: Server, people: People, times: int) -> None:
    """In Chromium: a search over all devices, and how long the lists take."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        secret = people.browser(0, server.port).cookies["netwb_session"]
        await context.add_cookies(
            [{"name": "netwb_session", "value": secret, "url": server.url, "httpOnly": True}]
        )
        page = await context.new_page()
        await _loads(page, f"{server.url}/inventory", "sw-00000", times)
        await _loads(page, f"{server.url}/configs", "Last night", times)
        await page.goto(f"{server.url}/configs?find=ntp%20server%20203")
        await page.wait_for_timeout(3_000)
        for name, texts in {
            "some hundred lines": [f"switchport access vlan {2001 + n}" for n in range(times)],
            "2,000 lines": ["ntp server 192.0.2.1"[: 20 - n % 2] for n in range(times)],
        }.items():
            taken = [await page.evaluate(SEARCHED, text) for text in texts]
            told(f"search, {name}: click to drawn", taken, "must 1000, aim 300")
        await browser.close()


async def _loads(page: Page, url: str, shows: str, times: int) -> None:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await page.goto(url, wait_until="commit")
        await page.wait_for_function(LISTED, arg=shows, polling=20, timeout=60_000)
        taken.append((time.perf_counter() - began) * 1000)
    told(f"{url.rpartition('/')[2]}: address to drawn", taken, "aim 1000")


def told(name: str, taken: list[float], wanted: str) -> None:
    """One line of milliseconds."""
    print(
        f"{name:<48} median {statistics.median(taken):6.0f} ms  worst {max(taken):6.0f} ms  {wanted}"
    )


@contextmanager
def _load_told() -> Iterator[None]:
    before = os.getloadavg()[0]
    yield
    print(f"(load of the machine {before:.1f} before, {os.getloadavg()[0]:.1f} after)")


def main() -> None:
    """Make or take the home, serve it, measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "what", nargs="*", default=[], help="idle, api, reload, acts, search; default: all"
    )
    parser.add_argument("--home", type=Path, help="Keep the home here, or take what is there.")
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--lines", type=int, default=1000, help="of a text")
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--times", type=int, default=7)
    options = parser.parse_args()
    wanted = set(options.what) or {"idle", "api", "reload", "acts", "search"}
    with home_at(options.home) as home:
        if not (home / "netwb.db").exists():
            bench_rest.LINES = options.lines
            bench_rest.build(home, options.devices, options.devices)
        people = People(Workbench.open(home, environment={}))
        with netwb_serve(home, pages=share() / "dashboards") as server, _load_told():
            if "idle" in wanted:
                asyncio.run(idle(server, people, options.pages, options.seconds))
            if "acts" in wanted:
                with netwb_serve(home, pages=share() / "dashboards", before=WATCH) as watched:
                    asyncio.run(acts(watched, people))
            if "reload" in wanted:
                asyncio.run(reload(server, people, min(20, options.seconds)))
            if "search" in wanted:
                asyncio.run(search(server, people, options.times))
            if "api" in wanted:
                with netwb_serve(home, "--api-only") as beside:
                    asyncio.run(api(server, beside, people, min(30, options.seconds)))
        people.bench.close()


if __name__ == "__main__":
    main()
