"""netwb in a real browser: a served home, people who look at it, and every request on record.

A test gets `site` (conftest.py) and asks it for visitors:

    visitor = site.visitor("ana")           # signed in; None: not yet
    visitor.go("/configs")                  # waits until the page's websocket draws
    visitor.page                            # Playwright's page
    visitor.expect_said(REFUSED)            # what its console may say in this test

Whatever a test does, at its end no window of it has asked for anything elsewhere, and no console has
said a word that was not expected: conftest.py asks `Chromium` for that. The browser has a proxy where
nobody listens, for every address but loopback, so that nothing leaves the machine meanwhile.

`site.bench` is the home from inside, by the real clock, as the server has it. `site.rig` is the same
home with devices that answer from texts (tests/benches.py); its clock stands some hours before now,
so that what is backed up without more was changed last night: nothing else is done through it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
    WebError,
    WebSocket,
    expect,
)

from netwb.access.records import Origin
from netwb.workbench import Workbench
from tests.benches import Rig
from tests.real_components import require_real
from tests.web.servers import PASSWORDS, Server, netwb_serve, two_tenants

BEFORE_NOW = timedelta(hours=6)
WIDE, NARROW = (1440, 900), (1024, 768)
REFUSED = r"status of 401 \(Unauthorized\)"  # the console tells of each answer that refuses
CUT_OFF = r"[Ww]eb[Ss]ocket|ERR_CONNECTION_REFUSED"  # and of each connection that fails
DRAWN_MS = 120_000.0  # two cores may be busy with much else
Theme = Literal["dark", "light"]


NOWHERE = "--proxy-server=http://127.0.0.1:9"  # nobody listens there; loopback needs no proxy
LOOKS_MS = 50  # between two looks; without it a page draws frame after frame while it is waited for


@dataclass(slots=True)
class Chromium:
    """A running browser, and its windows.

    spare   contexts that nobody is in: what they fetched of scripts and fonts need not come again
    """

    browser: Browser
    windows: list[Visitor] = field(default_factory=list)
    spare: list[BrowserContext] = field(default_factory=list)

    def window(self, origin: str, size: tuple[int, int], theme: Theme) -> Page:
        """A new one, in which nobody ever was: without cookies, permissions, or anything kept."""
        context = self.spare.pop() if self.spare else self._context()
        page = context.new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=theme)
        kept = {"origin": origin, "storageTypes": "all"}
        context.new_cdp_session(page).send("Storage.clearDataForOrigin", kept)
        return page

    def _context(self) -> BrowserContext:
        wide = {"width": WIDE[0], "height": WIDE[1]}
        context = self.browser.new_context(viewport=wide, color_scheme="dark")  # type: ignore[arg-type]  # a TypedDict
        context.set_default_timeout(DRAWN_MS)
        return context

    def strange(self) -> list[str]:
        """What no window may have asked for, and what no console was expected to say."""
        return [line for window in self.windows for line in window.strange()]

    def close(self, windows: Sequence[Visitor]) -> None:
        """These."""
        for window in windows:
            window.leave()
            self.windows.remove(window)
            if window.clocked:
                window.context.close()
            else:
                self.spare.append(window.context)


@contextmanager
def launched(playwright: Playwright) -> Iterator[Chromium]:
    """Debian's chromium, without a screen."""
    expect.set_options(timeout=DRAWN_MS)
    found = shutil.which("chromium")
    require_real("chromium", found is not None)
    arguments = ["--no-sandbox", NOWHERE]
    browser = playwright.chromium.launch(executable_path=found, args=arguments)
    try:
        yield Chromium(browser)
    finally:
        browser.close()


@dataclass(eq=False)  # without slots: Playwright leaves attributes at whoever handles its events
class Visitor:
    """One person at one browser window.

    asked     every address that the browser asked for
    foreign   those elsewhere than at the server; each failed
    said      errors and warnings of the console, exceptions of scripts, and dialogs
    received  documents, and what their websockets brought
    """

    site: Site
    context: BrowserContext
    page: Page
    asked: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    socket: WebSocket | None = None  # of the document that is open
    clocked: bool = (
        False  # its scripts' clock is not the browser's, for as long as its context lives
    )

    def go(self, path: str) -> None:
        """Open a page of the server, and wait until it is drawn, or is one without a document."""
        answer = self.page.goto(self.site.server.url + path, wait_until="load", timeout=DRAWN_MS)
        if answer is not None:
            self.received.append(answer.text())
        self.page.wait_for_function(DRAWN, polling=LOOKS_MS, timeout=DRAWN_MS)

    def take_clock(self, at: datetime) -> None:
        """Its scripts' clock begins there, and can be moved by `page.clock`."""
        self.page.clock.install(time=at)
        self.clocked = True

    def log_in(self, name: str, password: str | None = None) -> None:
        """By the form that is shown."""
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password or self.site.passwords[name])
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def expect_said(self, *patterns: str) -> None:
        """The console may say that from now on: regular expressions."""
        self.expected.extend(patterns)

    def strange(self) -> list[str]:
        """What it may not have asked for, and what its console was not expected to say."""
        unexpected = (
            line for line in self.said if not any(re.search(one, line) for one in self.expected)
        )
        return [*self.foreign, *unexpected]

    def watch(self) -> None:
        """From now on all is on record."""
        self.context.on("request", self._note_request)
        self.context.on("weberror", self._note_error)
        self.context.on("console", self._hear)
        self.page.on("websocket", self._note_socket)
        self.page.on("dialog", self._dismiss)

    def leave(self) -> None:
        """Close what is open; the context knows nothing of this visitor afterwards."""
        for page in self.context.pages:
            page.close()
        self.context.remove_listener("request", self._note_request)
        self.context.remove_listener("weberror", self._note_error)
        self.context.remove_listener("console", self._hear)
        self.context.clear_cookies()
        self.context.clear_permissions()

    def _note_request(self, request: Request) -> None:
        self._note(request.url)

    def _note_error(self, error: WebError) -> None:
        self.said.append(str(error.error))

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type in {"error", "warning"}:
            self.said.append(line.text)

    def _dismiss(self, dialog: Dialog) -> None:
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _note_socket(self, socket: WebSocket) -> None:
        self._note(socket.url)
        socket.on("framereceived", self._keep)
        self.socket = socket

    def _keep(self, frame: str | bytes) -> None:
        text = frame if isinstance(frame, str) else frame.decode("utf-8", errors="replace")
        self.received.append(text)

    def _note(self, url: str) -> None:
        self.asked.append(url)
        place = urlsplit(url)
        own = urlsplit(self.site.server.url).netloc
        if place.scheme not in {"data", "blob"} and place.netloc != own:
            self.foreign.append(url)


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
    chromium: Chromium
    passwords: Mapping[str, str]

    def visitor(
        self,
        name: str | None = None,
        *,
        theme: Theme = "dark",
        size: tuple[int, int] = WIDE,
        password: str | None = None,
    ) -> Visitor:
        """A new window; with a name it is signed in already, as fast as can be."""
        page = self.chromium.window(self.server.url, size, theme)
        visitor = Visitor(self, page.context, page)
        visitor.watch()
        self.chromium.windows.append(visitor)
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
    made: Rig, server: Server, chromium: Chromium, passwords: Mapping[str, str] = PASSWORDS
) -> Iterator[Site]:
    """A site whose windows are looked at, and closed, at the end."""
    made.clock.now = datetime.now(UTC) - BEFORE_NOW
    with closing(Workbench.open(made.bench.home, environment={})) as bench:
        site = Site(made, bench, server, chromium, passwords)
        yield site
        own = [window for window in chromium.windows if window.site is site]
        strange = [line for window in own for line in window.strange()]
        chromium.close(own)
        assert strange == []


@contextmanager
def served(folder: Path, pages: Path, chromium: Chromium) -> Iterator[Site]:
    """A new home, a server of it with those pages, and its visitors."""
    with (
        two_tenants(folder) as made,
        netwb_serve(made.bench.home, pages=pages) as server,
        opened(made, server, chromium) as found,
    ):
        yield found


def picture(visitor: Visitor, path: Path) -> None:
    """Keep what is shown, for people to look at."""
    visitor.page.screenshot(path=path)
