"""`SecurityView`: the page `/security`. What waits for a person, what is blackholed until when, what came.

`?tab=shadow|events&rows=<number>&held=<id>`, and a notification's link has a mark besides; the page is read again when the ledger's mark changes, and countdowns
run in the browser. What writes to routers goes on beside the acts, and the rows show how far it is.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar

from panel.viewable import Viewable

from netwb.errors import NetwbError, NotAuthenticatedError
from netwb.roles import Permission, Role
from netwb.views import states
from netwb.views.cures import in_page
from netwb.views.desk import Desk
from netwb.views.fields import message
from netwb.views.frame import Frame
from netwb.views.html import Shape, esc, shape
from netwb.views.panes import main_and_aside
from netwb.views.security.answering import Answering, meant
from netwb.views.security.asking import Asking
from netwb.views.security.cards import render_banners, render_held, render_strays
from netwb.views.security.form import render_form, render_routers
from netwb.views.security.look import ENDED, MOST, Look, look_of
from netwb.views.security.one import render_one
from netwb.views.security.reading import Shown, read
from netwb.views.security.tables import past_csv, render_past, render_report, render_standing
from netwb.views.security.words import Eye
from netwb.views.sheet import Act, OnAct, Sheet

LOOK_S = 3.0  # how often it is asked whether anything changed
HOLDS = timedelta(seconds=30)  # what no mark tells of, as when a router was read, is read again
AGAIN_S = 10.0  # after an error
ASIDE_PX, NARROW_PX = 356, 308


@cache
def security_css() -> str:
    """The stylesheet of its cards and tables."""
    return (Path(__file__).parent / "security.css").read_text(encoding="utf-8")


class SecurityView:
    """Cards, tables and tabs; at the right the form and the routers."""

    page: ClassVar[str] = "security"
    title: ClassVar[str] = "Security"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.shown: Shown | None = None
        self.look: Look = look_of(frame.address)
        self._note: tuple[Shape, str] | None = None
        self._asked = 0  # readings begun
        self._follows = False
        self._brought = ""  # the held one that was scrolled to
        self.desk = Desk(frame, self._act, css=security_css())
        self.main = Sheet(states.loading(), on_act=self._act, css=security_css())
        self.aside = Sheet(on_act=self._act, css=security_css())
        self.asking = Asking(frame, redraw=self._draw_aside, reload=self._load)
        self.answering = Answering(
            frame,
            self.desk,
            shown=lambda: self.shown,
            reload=self._load,
            note=self._noted,
        )
        self._acts: dict[str, OnAct] = {
            "again": self._again,
            "close": self._close,
            "tab": self._choose_tab,
            "open": self._open,
            "older": self._older,
            "csv": self._csv,
            "report": self._report,
            **self.asking.acts,
            **self.answering.acts,
        }
        frame.address.on_change(self.load)

    def panel(self) -> Viewable:
        """Both columns scroll as one; in a phone's width the form stands under the rest."""
        return main_and_aside(
            self.main, self.aside, self.desk.dialog, px=ASIDE_PX, narrow_px=NARROW_PX
        )

    async def load(self) -> None:
        """Read what the address asks for, and from then on what changes."""
        self.frame.crumbs(("Security", None))
        await self.frame.part(self._load, self._say)
        if not self._follows:
            self._follows = True
            self.desk.start(self._follow)

    # ---- reading

    async def _load(self) -> None:
        self._asked += 1
        asked, frame = self._asked, self.frame
        look = look_of(frame.address)
        self.look = look
        shown = await frame.ask(read, frame.bench, look, at=frame.now())
        if asked != self._asked:
            return
        before, self.shown = self.shown, shown
        self._draw()
        frame.note_held(len(shown.held))
        if before is not None:
            self._tell_news(before, shown)

    def _tell_news(self, before: Shown, shown: Shown) -> None:
        """To who listens instead of looking."""
        known = {one.one.id for one in before.held}
        for held in shown.held:
            if held.one.id not in known:
                self.frame.tell(f"{held.one.prefix} is held and waits for a person")

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if not await self._looked():
                return

    async def _looked(self) -> bool:
        """Read again what changed; False where the page shows nothing any more."""
        try:
            if not await self.frame.holds():
                return False
            if await self._is_changed():
                await self._load()
        except NotAuthenticatedError:
            raise
        except NetwbError as error:
            self._note = ("stale", f"Not kept up to date: {in_page(error)}")
            self._draw()
            await asyncio.sleep(AGAIN_S)
        return True

    async def _is_changed(self) -> bool:
        shown = self.shown
        if shown is None or self.frame.now() - shown.at >= HOLDS:
            return True
        return await self.frame.ask(self.frame.bench.blackholes_mark) != shown.mark

    # ---- drawing

    def _noted(self, kind: Shape, said: str) -> None:
        """What became of an act, over all; it is drawn with the next reading."""
        self._note = (kind, said)

    def _say(self, said: str) -> None:
        self.shown = None
        self.main.html, self.aside.html = said, ""

    def _eye(self) -> Eye:
        frame = self.frame
        person = frame.person
        approves = frame.may(Permission.BLACKHOLE_APPROVE)
        return Eye(
            moment=frame.moment(),
            wide=person.wide and not person.viewing_as,
            several=person.wide or len(person.tenants) > 1,
            requests=frame.may(Permission.BLACKHOLE_REQUEST),
            approves=approves,
            switches=approves and person.wide and not person.viewing_as,
            name=person.name,
            customer=person.role is Role.CUSTOMER,
            addresses=frame.may(Permission.INVENTORY_ADDRESS),
            runs_netwb=frame.may(Permission.SYSTEM_MANAGE),
            breaks=person.role in {Role.ENGINEER, Role.ADMIN} and not person.viewing_as,
        )

    def _draw(self) -> None:
        shown = self.shown
        if shown is None:
            return
        eye, look, address = self._eye(), self.look, self.frame.address
        note = ""
        if self._note is not None:
            kind, said = self._note
            note = f'<div class="note" role="status">{shape(kind)}<span>{esc(said)}</span></div>'
        held = render_held(shown, eye, address)
        self.main.html = (
            f'<div class="security">{note}{render_banners(shown, eye)}{render_strays(shown.strays, eye)}'
            f"{render_one(shown.named, eye, address)}{held}{render_standing(shown, eye)}"
            f"{render_past(shown, look, address, eye)}</div>"
        )
        self._draw_aside()
        if shown.opened and shown.opened != self._brought:
            self._brought = shown.opened
            self.main.command(show=f"held-{shown.opened}")

    def _draw_aside(self) -> None:
        shown, eye = self.shown, self._eye()
        if shown is None:
            return
        parts = render_form(shown, self.asking.draft, eye) + render_routers(shown.routers, eye)
        self.aside.html = f'<div class="security aside">{parts}</div>' if parts else ""

    # ---- acts

    async def _act(self, act: Act) -> None:
        """What a person did."""
        chosen = self._acts.get(str(act["act"]))
        if chosen is not None:
            await chosen(act)

    async def _again(self, _act: Act) -> None:
        await self.load()

    async def _close(self, _act: Act) -> None:
        self.desk.close()

    async def _choose_tab(self, act: Act) -> None:
        self.frame.address.set(tab=str(act.get("tab", "")), rows=None)
        await self.load()

    async def _open(self, act: Act) -> None:
        self._brought = ""
        self.frame.address.set(held=str(act.get("held", "")), ends="", mark="")
        await self.load()

    async def _older(self, act: Act) -> None:
        self.frame.address.set(rows=str(act.get("rows", "")))
        await self.load()

    async def _csv(self, _act: Act) -> None:
        states_: Any = ENDED if self.look.tab == "recent" else {"shadow"}
        frame = self.frame
        found = await frame.ask(partial(frame.bench.blackholes, states=states_, limit=MOST))
        frame.save(f"blackholes-{self.look.tab}.csv", past_csv(found), "text/csv")

    async def _report(self, act: Act) -> None:
        bench, frame = self.frame.bench, self.frame
        one = await meant(self.frame, act)
        events = await frame.ask(partial(bench.attack_events, blackhole=one.id))
        self.desk.ask(message(f"Report of {one.prefix}", render_report(one, events)))
