"""netwb in a real browser: a served home, people who look at it, and every request on record.

A test gets `site` (conftest.py) and asks it for visitors:

    visitor = site.visitor("ana")           # signed in; None: not yet
    visitor.go("/configs")                  # waits until the page's websocket draws
    visitor.page                            # Playwright's page
    visitor.foreign                         # addresses elsewhere that were asked for: all refused

`site.bench` is the home from inside, by the real clock, as the server has it. `site.rig` is the same
home with devices that answer from texts (tests/benches.py); its clock stands some hours before now,
so that what is backed up without more was changed last night: nothing else is done through it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Route,
    WebSocket,
)

from netwb.access.records import Origin
from netwb.workbench import Workbench
from tests.benches import Rig
from tests.real_components import require_real
from tests.web.servers import PASSWORDS, Server

BEFORE_NOW = timedelta(hours=6)
WIDE, NARROW = (1440, 900), (1024, 768)
DRAWN_MS = 30_000.0  # two cores may be busy with other tests


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Debian's chromium, without a screen."""
    found = shutil.which("chromium")
    require_real("chromium", found is not None)
    browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
    try:
        yield browser
    finally:
        browser.close()


@dataclass  # without slots: Playwright leaves attributes at whoever handles its events
class Visitor:
    """One person at one browser window.

    asked     every address that the browser asked for
    foreign   those elsewhere than at the server; each was refused
    said      errors and warnings of the console, and exceptions of scripts
    received  documents, and what their websockets brought
    """

    site: Site
    context: BrowserContext
    page: Page
    asked: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    socket: WebSocket | None = None  # of the document that is open

    def go(self, path: str) -> None:
        """Open a page of the server, and wait until it is drawn, or is one without a document."""
        answer = self.page.goto(self.site.server.url + path, wait_until="load", timeout=DRAWN_MS)
        if answer is not None:
            self.received.append(answer.text())
        self.page.wait_for_function(DRAWN, timeout=DRAWN_MS)

    def log_in(self, name: str, password: str | None = None) -> None:
        """By the form that is shown."""
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password or self.site.passwords[name])
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def _watch(self) -> None:
        self.context.route("**/*", self._refuse_foreign)
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", self._note_socket)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type in {"error", "warning"}:
            self.said.append(line.text)

    def _note_socket(self, socket: WebSocket) -> None:
        self._note(socket.url)
        socket.on("framereceived", self._keep)
        self.socket = socket

    def _keep(self, frame: str | bytes) -> None:
        text = frame if isinstance(frame, str) else frame.decode("utf-8", errors="replace")
        self.received.append(text)

    def _refuse_foreign(self, route: Route) -> None:
        if self._note(route.request.url):
            route.abort()
        else:
            route.continue_()

    def _note(self, url: str) -> bool:
        """Whether it leads elsewhere."""
        place = urlsplit(url)
        own = urlsplit(self.site.server.url).netloc
        elsewhere = place.scheme not in {"data", "blob"} and place.netloc != own
        if elsewhere:
            self.foreign.append(url)
        return elsewhere


# Bokeh's documents are there and idle, or the page has none: the login, a plain answer.
DRAWN = """() => {
  if (!document.querySelector('script[type="application/json"], [data-root-id]')) return true;
  const shown = window.Bokeh && window.Bokeh.documents;
  return !!shown && shown.length > 0 && shown.every((one) => one.is_idle);
}"""


@dataclass(slots=True)
class Site:
    """A served home."""

    rig: Rig
    bench: Workbench
    server: Server
    browser: Browser
    passwords: Mapping[str, str]
    _open: ExitStack

    def visitor(
        self,
        name: str | None = None,
        *,
        theme: Literal["dark", "light"] = "dark",
        size: tuple[int, int] = WIDE,
        password: str | None = None,
    ) -> Visitor:
        """A new window; with a name it is signed in already, as fast as can be."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=theme
        )
        self._open.callback(context.close)
        visitor = Visitor(self, context, context.new_page())
        visitor._watch()
        if name is not None:
            self.sign_in(visitor, name, password)
        return visitor

    def sign_in(self, visitor: Visitor, name: str, password: str | None = None) -> None:
        """Give the window the cookie of a login."""
        origin = Origin(address="127.0.0.1", browser="Chromium of the tests")
        admission = self.bench.log_in(name, password or self.passwords[name], origin=origin)
        cookie = {"name": "netwb_session", "value": admission.secret, "url": self.server.url}
        visitor.context.add_cookies([{**cookie, "httpOnly": True}])  # type: ignore[typeddict-item]


@contextmanager
def opened(
    made: Rig, server: Server, browser: Browser, passwords: Mapping[str, str] = PASSWORDS
) -> Iterator[Site]:
    """A site whose windows are closed at the end."""
    made.clock.now = datetime.now(UTC) - BEFORE_NOW
    with ExitStack() as stack:
        bench = Workbench.open(made.bench.home, environment={})
        stack.callback(bench.close)
        yield Site(made, bench, server, browser, passwords, stack)


def picture(visitor: Visitor, path: Path) -> None:
    """Keep what is shown, for people to look at."""
    visitor.page.screenshot(path=path)
