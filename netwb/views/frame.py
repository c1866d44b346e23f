"""`Frame`: what every page stands in, and what a view is given.

The page is drawn at once, with a skeleton; its data come after that, off the event loop, with the
person's rights asked again at each call by the facade. An error in what a person does is shown in
words on the page, which stays alive. What was drawn goes away with the rights that it was drawn by:
each act asks for them first, as the server does between acts.
Sources: PAGES.md "Frame", facts-platform D6 and E.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from logging import getLogger
from typing import ClassVar, Literal, ParamSpec, Protocol, TypeVar
from zoneinfo import ZoneInfo

import panel as pn
from panel.viewable import Viewable

from netwb.access.records import Person
from netwb.errors import (
    InventoryError,
    NetwbError,
    NotAuthenticatedError,
    NotPermittedError,
)
from netwb.roles import Permission
from netwb.views import navigation, states
from netwb.views.address import Address
from netwb.views.finding import leads
from netwb.views.html import page_url, plain
from netwb.views.material import NetwbPage
from netwb.views.navigation import Crumb, Moment
from netwb.views.rights import scope_words
from netwb.views.sheet import Act, Sheet
from netwb.views.theme import HEAD_PX
from netwb.views.works import Works, working
from netwb.workbench import Workbench
from netwb.workbench.port_state_records import CountersSeen
from netwb.workbench.seats import Seat
from netwb.workbench.words import LastNight

logger = getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
Clock = Callable[[], datetime]

NIGHT_HOLDS = timedelta(minutes=5)  # the foot is read again by the first act after that

_FILLS = {  # a chain of these scrolls inside, instead of growing (pitfall 7)
    "sizing_mode": "stretch_both",
    "margin": 0,
    "styles": {"min-height": "0", "overflow": "hidden"},
}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class PageView(Protocol):
    """One page's content. `panel` is drawn at once; `load` brings the data, once that is drawn."""

    page: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, frame: Frame) -> None: ...

    def panel(self) -> Viewable:
        """What is drawn at once."""
        ...

    async def load(self) -> None:
        """Read what the address asks for; called again where a person tries again."""
        ...


class Frame:
    """Whom a page is for, what of netwb it shows, and what it can do to the browser.

    bench   acts for the person, narrowed by `?tenant=`; with `?as=` it is that tenant's staff's
    seat    what `seat_of` gives for that address, where it was asked for already
    Raises NotAuthenticatedError, and why the view that the address asks for is not given.
    """

    def __init__(
        self,
        bench: Workbench,
        *,
        address: Address,
        clock: Clock = _utc_now,
        seat: Seat[Workbench] | None = None,
    ) -> None:
        self.address = address
        self.now = clock
        seat = seat or seat_of(bench, address)
        if seat.refused is not None:
            raise seat.refused
        self.bench = seat.bench
        self.person: Person = seat.person
        self.zone = ZoneInfo(self.person.time_zone or "UTC")
        self.night: LastNight | None = None
        self.counters: CountersSeen | None = None
        self.held = 0
        self.open = 0
        self._night_read: datetime | None = None
        self._crumbs: tuple[Crumb, ...] = ()
        self._again: Callable[[], Awaitable[None]] | None = None
        self._main: pn.Column | None = None
        self._is_put_away = False
        self.works: Works = set()
        self._asking = asyncio.Lock()
        self._unread = ""  # a line of what the address holds in vain, until it is closed
        self._notices = 0  # how many stood over the page so far
        self._notice = ""  # the one that does
        self.bar = Sheet(on_act=self.act, height=HEAD_PX)
        self.side = Sheet(sizing_mode="stretch_both")
        self.top = Sheet(navigation.banner(self.person), on_act=self.act)
        address.show_with(self._show)

    # ---- what views use

    async def ask(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A facade call that waits, in a thread: the loop serves the other pages meanwhile."""
        return await asyncio.to_thread(fn, *args, **kwargs)

    def may(self, permission: Permission) -> bool:
        """Whether to show what needs it; the facade asks again when it is used."""
        return permission in self.person.permissions

    def crumbs(self, *parts: Crumb) -> None:
        """The page's heading and the tab's title: (words, URL or None) from the page inwards."""
        self._crumbs = parts
        self._draw_bar()
        self.bar.command(title=f"{plain(parts[-1][0])} · netwb")

    def tell(self, text: str) -> None:
        """Say it to who listens instead of looking."""
        self.bar.tell(plain(text))

    def save(self, name: str, content: bytes, mime: str = "application/octet-stream") -> None:
        """Have the browser download it."""
        self.bar.hand_over(name, content, mime)

    def go(self, url: str, /) -> None:
        """Leave for another page."""
        self.bar.command(go=url)

    def said(self, error: Exception, *, actions: str = "") -> str:
        """The error state, for the place where the content would be; it is in the log as well."""
        return states.failed(error, self._failure(error), actions=actions)

    async def part(self, load: Callable[[], Awaitable[None]], say: Callable[[str], None]) -> None:
        """Load a part of the page; an error is said in its place, and not over what does not fit it.

        say   puts a state there; its sheet sends the act "again" to who loads the part once more
        """
        try:
            await load()
        except NotAuthenticatedError:
            raise
        except Exception as error:  # noqa: BLE001 - the door of a handler: the rest of the page stays
            say(self.said(error))

    def moment(self) -> Moment:
        """Now, and the person's zone."""
        return Moment(now=self.now(), zone=self.zone)

    # ---- acts

    async def guard(self, act: Callable[[], Awaitable[None]]) -> bool:
        """Run an act; its error becomes a line over the page. True when it went well.

        A line that stood there before goes with a good act; one that came meanwhile, of what goes on
        beside it, stays.
        """
        with working(self.works):
            return await self._guarded(act)

    async def _guarded(self, act: Callable[[], Awaitable[None]]) -> bool:
        notices = self._notices
        try:
            async with self._asking:  # acts begin in the order in which they were done
                held = await self.holds()
            if not held:
                return False
            await act()
            await self.read_night()
        except NotAuthenticatedError as error:
            self._put_away(states.failed(error, self._failure(error)), out=True)
            return False
        except Exception as error:  # noqa: BLE001 - the door of a handler: the page stays alive
            self._notices += 1
            self._draw_top(states.notice(error, self._failure(error)))
            return False
        if notices == self._notices:
            self._draw_top("")
        return True

    async def holds(self) -> bool:
        """Whether the rights that the page was drawn by are in force; else nothing of it stays.

        Raises NotAuthenticatedError.
        """
        if self._is_put_away:
            return False
        try:
            if await self.ask(self.bench.rights) == self.person.rights:
                return True
        except NotPermittedError:
            logger.info(
                "page %s: the view as %s is over", self.address.page, self.person.viewing_as
            )
        self._put_away(states.drawn_anew(), anew=True)
        return False

    def _put_away(self, said: str, **command: bool) -> None:
        """Words in the place of everything; the browser does what the command says besides."""
        self._is_put_away = True
        self.bar.command(**command)
        self.bar.html = self.side.html = ""
        if self._main is not None:
            self._main[:] = [Sheet(said, sizing_mode="stretch_both")]

    async def act(self, act: Act) -> None:
        """What header, banner and notice offer."""
        name, value = act["act"], act.get("value")
        if name == "find":
            await self._find(str(act["fields"].get("text", "")).strip())
        elif name == "tenant":
            self.go(self.address.seen_by(tenant=str(value or "")))
        elif name == "see-as" and value:
            self.go(self.address.seen_by(**{"as": str(value)}))
        elif name == "leave":
            self.go(self.address.seen_by())
        elif name == "went":
            await self.address.went(str(act.get("search", "")))
        elif name == "close-notice":
            self._unread = ""
        elif name == "again" and self._again is not None:
            await self._again()

    async def _find(self, text: str) -> None:
        """What a text means leads there: a device, several of them, or lines of configurations."""
        if text:
            self.go(await self.ask(self._found, text))

    def _found(self, text: str) -> str:
        kept = self.address.kept()
        try:
            device = self.bench.device(text)
        except InventoryError:  # unknown, or the name of several
            return leads(text, self.bench.devices(), kept)
        return page_url("inventory", device=device.id, **kept)

    # ---- drawing

    def draw(self, view: PageView) -> Viewable:
        """The whole page around a view; its data come with `load`."""
        self._crumbs = ((view.title, None),)
        self._draw_bar()
        self._draw_side()
        content = view.panel()
        main = self._main = pn.Column(self.top, content, **_FILLS)
        self._again = partial(self._load, view, main, content)
        return NetwbPage.around(main, header=self.bar, navigation=self.side)

    async def load(self) -> None:
        """First data, once the page is drawn."""
        if self._again is not None:
            with working(self.works):
                await self._again()

    async def _load(self, view: PageView, main: pn.Column, content: Viewable) -> None:
        """An error here has nothing to stand beside: it takes the place of the content.

        A line over the page that came meanwhile, as of a job that the address names, stays.
        """
        notices = self._notices
        try:
            if not await self.holds():
                return
            await self.read_night()
            await view.load()
            await self.read_counters()
            await self.read_held()
            await self.read_open()
        except NotAuthenticatedError as error:
            self._put_away(states.failed(error, self._failure(error)), out=True)
        except Exception as error:  # noqa: BLE001 - the door of a handler: the page says what failed
            main[1] = Sheet(self.said(error), on_act=self.act, sizing_mode="stretch_both")
        else:
            if main[1] is not content:
                main[1] = content
            unknown = self.address.unknown()
            self._unread = states.unread(unknown) if unknown else ""
            self._draw_top("" if notices == self._notices else self._notice)

    async def read_night(self) -> None:
        """Bring the foot of the navigation up to date."""
        now = self.now()
        if self._night_read is not None and now - self._night_read < NIGHT_HOLDS:
            return
        self._night_read = now
        if self.may(Permission.CONFIG_VIEW):
            self.night = await self.ask(self.bench.last_night)
            self._draw_side()
        if self.counters is not None:
            await self.read_counters()
            await self.read_held()
            await self.read_open()

    async def read_counters(self) -> None:
        """How old what was measured is, at the same foot; the content comes first."""
        if self.may(Permission.TRAFFIC_VIEW):
            self.counters = await self.ask(self.bench.counters_seen)
            self._draw_side()

    async def read_held(self) -> None:
        """How many blackholes wait for a person, beside their page."""
        if self.may(Permission.BLACKHOLE_VIEW):
            self.note_held((await self.ask(self.bench.blackholes_running)).counts["held"])

    def note_held(self, number: int) -> None:
        """So many; said by a page that has just read them."""
        if number != self.held:
            self.held = number
            self._draw_side()

    async def read_open(self) -> None:
        """How many findings of compliance are open, beside their page."""
        if self.may(Permission.COMPLIANCE_VIEW):
            self.note_open(await self.ask(self.bench.open_findings))

    def note_open(self, number: int) -> None:
        """So many; said by a page that has just read them."""
        if number != self.open:
            self.open = number
            self._draw_side()

    def _draw_top(self, notice: str) -> None:
        """The line over the page: whose view it is, and what went wrong last."""
        self._notice = notice
        self.top.html = navigation.banner(self.person) + self._unread + notice

    def _draw_bar(self) -> None:
        if self._is_put_away:
            return
        self.bar.html = navigation.header(self.person, self._crumbs, self.address, self.moment())

    def _draw_side(self) -> None:
        if self._is_put_away:
            return
        self.side.html = navigation.navigation(
            self.person,
            self.address,
            self.night,
            self.moment(),
            self.counters,
            held=self.held,
            findings=self.open,
        )

    def _show(self, url: str, history: Literal["push", "replace"]) -> None:
        self.bar.command(**{history: url})

    def _failure(self, error: Exception) -> states.Failure:
        reference = secrets.token_hex(4)
        if isinstance(error, NetwbError):
            logger.info("page %s, reference %s: %s", self.address.page, reference, error)
        else:
            logger.error(
                "page %s, reference %s failed", self.address.page, reference, exc_info=error
            )
        return states.Failure(
            at=self.now(),
            zone=self.zone,
            reference=reference,
            page_url=self.address.url(),
            tenants=self.address.get("tenant") or self._own_tenants(),
            contact=self.person.contact,
            ways=navigation.ways(self.person, self.address),
            runs_netwb=self.may(Permission.SYSTEM_MANAGE),
            codes_first=self.person.totp == "required",
        )

    def _own_tenants(self) -> str:
        return "" if self.person.wide else scope_words([slug for slug, _ in self.person.tenants])


def seat_of(bench: Workbench, address: Address) -> Seat[Workbench]:
    """Whom a page of that address is for. Raises NotAuthenticatedError."""
    return bench.seat(tenant=address.get("tenant"), viewing_as=address.get("as"))
