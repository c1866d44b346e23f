"""`ChangeList`: the list of what changed: read for a time, sifted, and drawn near what is seen.

What the address says of it (`period=`, the filters, `change=`) is read here and set by who acts.
Sections are named piece by piece, beside what the person does: thousands of changes are too many.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, islice

from netwb.errors import InputError
from netwb.views import states
from netwb.views.configs import listing, rows
from netwb.views.configs.filters import Filters
from netwb.views.configs.held import Held, Sifted, hold
from netwb.views.configs.listing import Links, Listed
from netwb.views.configs.period import Period, period_of
from netwb.views.cures import in_page
from netwb.views.frame import Frame
from netwb.views.panes import SHRINKS
from netwb.views.sheet import OnAct, Sheet
from netwb.workbench.words import Change

PIECE = 20  # changes whose sections are found at a time, so that the first names come soon
MOST_PX = 10**9  # of a list
MOST_NAMED = 400  # changes whose sections a text filter looks at
FILTERS = ("by", "platform", "site", "text")


class ChangeList:
    """The sheet of the list, and what is known of the time. `links` leads on from a row."""

    def __init__(
        self, frame: Frame, *, on_act: OnAct, css: str, links: Callable[[], Links]
    ) -> None:
        self._frame = frame
        self._links = links
        self.held: Held | None = None
        self.sifted = Sifted()
        self.period: Period | None = None
        self.wrong = ""  # why a time of the address is none
        self._names: dict[str, tuple[str, ...]] = {}
        self._start_at = 0
        self._most_unsaved = listing.MOST_UNSAVED
        self._drawings = count(1)  # so that a late one is not taken for the newest
        self._drawing = self._naming = 0
        self.sheet = Sheet(
            states.loading(), on_act=on_act, css=css, sizing_mode="stretch_both", styles=SHRINKS
        )

    # ---- reading

    async def read(self) -> None:
        """What the time of the address holds, and what the filters leave of it."""
        frame, self.wrong = self._frame, ""
        now, night = frame.now(), frame.night.started_at if frame.night else None
        try:
            self.period = period_of(frame.address, night=night, now=now, zone=frame.zone)
        except InputError as error:
            self.wrong = in_page(error)
            usual = {"period": "between"}
            self.period = period_of(usual, night=night, now=now, zone=frame.zone)
        self.held = await frame.ask(self._read_held, self.period)
        await self.sift()

    def _read_held(self, period: Period) -> Held:
        """In a thread: thousands of records are read, and compared with those of other pages."""
        return hold(self._frame.bench.overview(since=period.since, until=period.until))

    async def sift(self) -> None:
        """Find what the filters leave; a text looks at each change."""
        held, filters = self.held, self._filters()
        assert held is not None
        found = await self._frame.ask(held.sift, filters, dict(self._names))
        if (self.held, self._filters()) == (held, filters):  # else the person went on meanwhile
            self.sifted = found
            self._start_at = min(self._start_at, max(0, len(found.changes) - listing.DRAWN))

    async def name_sections(self) -> None:
        """Find the sections of the changes shown, piece by piece, and draw them as they come."""
        self._naming = mine = next(self._drawings)
        texted = bool(self._filters().text)
        while mine == self._naming and (piece := self._unnamed()):
            found = await self._frame.ask(self._frame.bench.touched, piece)
            self._names |= {change.id: found.get(change.id, ()) for change in piece}
            if texted:
                await self.sift()
            await self.draw()

    def _unnamed(self) -> list[Change]:
        """The next ones: those drawn; where a text is looked for, all that it may stand in."""
        listed = self.listed()
        wanted = listed.overview.changes[:MOST_NAMED] if listed.filters.text else listed.drawn
        return list(islice((one for one in wanted if one.id not in self._names), PIECE))

    def _filters(self) -> Filters:
        return Filters(**{name: self._frame.address.get(name, "") for name in FILTERS})

    def listed(self) -> Listed:
        """All of it, for who draws."""
        assert self.held is not None
        assert self.period is not None
        return Listed(
            held=self.held,
            sifted=self.sifted,
            period=self.period,
            filters=self._filters(),
            chosen=self._frame.address.get("change", ""),
            names=self._names,
            start=self._start_at,
            most_unsaved=self._most_unsaved,
        )

    def place(self) -> int:
        """Where in the list the change of the address stands; -1 where it does not."""
        address = self._frame.address
        chosen, kind = address.get("change", ""), address.get("kind") or "running"
        device, _, revision = chosen.partition("@")
        return next(
            (
                place
                for place, change in enumerate(self.sifted.changes)
                if change.id == revision and change.device_id == device and change.kind == kind
            ),
            -1,
        )

    def said(self) -> str:
        """The time in words."""
        assert self.period is not None
        return self.period.said(self._frame.now(), self._frame.zone)

    # ---- drawing

    async def draw(self) -> None:
        """In a thread: dozens of rows are some milliseconds, for which the loop serves others."""
        self._drawing = mine = next(self._drawings)
        listed, at, links = self.listed(), self._frame.moment(), self._links()
        drawn = await self._frame.ask(rows.render_list, listed, at, links)
        if mine == self._drawing:
            self.sheet.html = drawn

    async def draw_from(self, place: int) -> None:
        """Another part of the list, and the window on its top."""
        self._start_at = place
        await self.draw()
        self.sheet.command(top=max(0, rows.top_of(place, self.sifted) - rows.HEAD_PX))

    def come_to(self, place: int) -> bool:
        """Have the rows around a place drawn next; True where they were not yet."""
        if self._start_at <= place < self._start_at + listing.DRAWN:
            return False
        self._start_at = rows.around(place, self.sifted)
        return True

    def bring(self, place: int) -> None:
        """The window to a drawn row, or to the top for the first one."""
        if place:
            self.sheet.command(show=listing.row_id(self.sifted.changes[place]))
        else:
            self.sheet.command(top=0)

    async def scrolled(self, seen: object) -> bool:
        """Other rows are seen: draw those around them. True where they were not drawn yet."""
        if not isinstance(seen, int | float):
            return False
        start = rows.first_drawn(int(min(seen, MOST_PX)), self._start_at, self.sifted)
        if start == self._start_at:
            return False
        self._start_at = start
        await self.draw()
        return True

    async def more_unsaved(self) -> None:
        """More of those that were not saved."""
        self._most_unsaved += listing.MOST_UNSAVED
        await self.draw()

    async def to_unsaved(self) -> None:
        """The window on those that were not saved, which stand last."""
        self._start_at = max(0, len(self.sifted.changes) - listing.DRAWN)
        await self.draw()
        self.sheet.command(show="unsaved-last")
