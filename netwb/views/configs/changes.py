"""`ChangesView`: what changed in a time, and at the right what exactly.

`?period=&since=&until=&by=&platform=&site=&text=` narrow the list, `change=<device id>@<revision>`
(with `kind=startup`) is what stands at the right, or `old=` and `new=` are, any two revisions of
any two devices. How it is looked at: `side=unified`, `extent=whole`, `moved=ignored`, `at=<hunk>`;
`job=` is a backup that is followed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import Any, ClassVar, get_args

import panel as pn
from panel.viewable import Viewable

from netwb.errors import InputError
from netwb.roles import Permission
from netwb.views import states
from netwb.views.configs import listing, rows
from netwb.views.configs.backups import Backups, Choice
from netwb.views.configs.beginning import Beginning, render_beginning
from netwb.views.configs.filters import Filters
from netwb.views.configs.held import Held, Sifted, hold
from netwb.views.configs.jobs import render_job
from netwb.views.configs.listing import Links, Listed
from netwb.views.configs.pane import LOOKS, SHRINKS, ComparePane
from netwb.views.configs.period import Period, PeriodName, period_of
from netwb.views.cures import in_page
from netwb.views.frame import Frame
from netwb.views.html import page_url
from netwb.views.panes import list_and_detail
from netwb.views.sheet import Act, Sheet
from netwb.workbench.words import Change

HERE = Path(__file__).parent
LIST_PX, NARROW_LIST_PX = 384, 300
PIECE = 20  # changes whose sections are found at a time, so that the first names come soon
MOST_PX = 10**9  # of a list
MOST_NAMED = 400  # changes whose sections a text filter looks at
LONGEST = 200  # characters of a filter
FILTERS = ("by", "platform", "site", "text")
NO_COMPARISON = dict.fromkeys(("change", "kind", "old", "new", "at"))
_OWN = ("period", "since", "until", *FILTERS, *NO_COMPARISON, *LOOKS, "job")


@cache
def configs_css() -> str:
    """The stylesheet of list and head."""
    return (HERE / "configs.css").read_text(encoding="utf-8")


class ChangesView:
    """A sub-view of `/configs`. `turn` leads to another one without a reload."""

    page: ClassVar[str] = "configs"
    title: ClassVar[str] = "Configs"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.turn: Callable[[str], Any] = frame.go
        self.held: Held | None = None
        self.sifted = Sifted()
        self.period: Period | None = None
        self.names: dict[str, tuple[str, ...]] = {}
        self._wrong = ""
        self._start_at = 0
        self._most_unsaved = listing.MOST_UNSAVED
        self._drawings = count(1)  # so that a late one is not taken for the newest
        self._drawing = self._naming = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        css = configs_css()
        self.tools = Sheet(on_act=self.act, css=css)
        self.list = Sheet(
            states.loading(), on_act=self.act, css=css, sizing_mode="stretch_both", styles=SHRINKS
        )
        self.backups = Backups(
            frame,
            choices=self._choices,
            start=self._start,
            redraw=self._draw_tools,
            ended=self._read_again,
        )
        self.pane = ComparePane(
            frame,
            on_act=self.act,
            css=css,
            offered=self.backups.offered,
            view_url=self._view_url,
        )
        self._acts: dict[str, Callable[[Act], Awaitable[None]]] = {
            "period": self._choose_period,
            "since": self._choose_time,
            "until": self._choose_time,
            "narrow": self._narrow,
            "text": self._type,
            "clear": self._clear,
            "more": self._more,
            "scrolled": self._scrolled,
            "unsaved": self._to_unsaved,
            "open": self._open_change,
            "again": self._try_again,
            "step": self._step,
            "turn": self._turn,
            "patch": self._patch,
            "ask-compare": self._ask_compare,
            "compare": self._compare,
            "close": self._close,
            "ask-backup": self._ask_backup,
            "backup": self._back_up,
            "close-job": self._close_job,
        }

    def panel(self) -> Viewable:
        """List at the left, comparison at the right."""
        left = pn.Column(
            self.tools, self.list, sizing_mode="stretch_both", margin=0, styles=SHRINKS
        )
        return list_and_detail(left, self.pane.panel(), px=LIST_PX, narrow_px=NARROW_LIST_PX)

    def leave(self) -> None:
        """Another view takes the place of this one: nothing goes on behind it."""
        self.backups.leave()
        for task in self._tasks:
            task.cancel()

    # ---- reading

    async def load(self) -> None:
        """The changes of the period, and the comparison that the address names, or the first one."""
        await self._read()
        address, shown = self.frame.address, self.sifted.changes
        if shown and not (address.get("change") or address.get("new")):
            named = _named_kind(shown[0].kind)
            address.set(history="replace", change=listing.key_of(shown[0]), kind=named)
        place = max(self._place(), 0)
        self._start_at = rows.around(place, self.sifted)
        await self._draw()
        self.list.command(**({"show": listing.row_id(shown[place])} if place else {"top": 0}))
        await self._open()
        self._start(self._name_sections)
        self.backups.follow()

    async def _read(self) -> None:
        frame, self._wrong = self.frame, ""
        now, night = frame.now(), frame.night.started_at if frame.night else None
        try:
            self.period = period_of(frame.address, night=night, now=now, zone=frame.zone)
        except InputError as error:
            self._wrong = in_page(error)
            usual = {"period": "between"}
            self.period = period_of(usual, night=night, now=now, zone=frame.zone)
        self.held = await frame.ask(self._held, self.period)
        await self._sift()

    def _held(self, period: Period) -> Held:
        """In a thread: thousands of records are read, and compared with those of other pages."""
        return hold(self.frame.bench.overview(since=period.since, until=period.until))

    async def _sift(self) -> None:
        """Find what the filters leave; a text looks at each change."""
        held, filters = self.held, self._filters()
        assert held is not None
        found = await self.frame.ask(held.sift, filters, dict(self.names))
        if (self.held, self._filters()) == (held, filters):  # else the person went on meanwhile
            self.sifted = found
            self._start_at = min(self._start_at, max(0, len(found.changes) - listing.DRAWN))

    async def _read_again(self) -> None:
        """A backup ended: what it brought."""
        await self._read()
        await self._draw()
        await self._name_sections()

    async def _open(self) -> None:
        listed = self._listed()
        if listed.overview.changes:
            otherwise = listing.render_unchosen(listed)
        else:
            otherwise = self._begun(listed) or listing.render_calm(listed, self.frame.moment())
        await self.pane.open(otherwise=otherwise)

    def _begun(self, listed: Listed) -> str:
        """Where nothing was ever saved: what to do first, as far as the person may."""
        frame, overview, offered = self.frame, listed.overview, self.backups.offered()
        saved = overview.tried - len(overview.unsaved)
        beginning = Beginning(
            living=overview.living,
            tried=0 if saved > 0 else overview.tried,
            ran=frame.night is not None or overview.tried > 0,
            add_url=self._add_url() if frame.may(Permission.INVENTORY_EDIT) else "",
            every=offered[-1][0] if offered else "",
        )
        return render_beginning(beginning, listed.period.said(frame.now(), frame.zone))

    def _add_url(self) -> str:
        return page_url("inventory", **{"import": "1"}, **self.frame.address.kept())

    async def _name_sections(self) -> None:
        """Find the sections of the changes shown, piece by piece, and draw them as they come."""
        self._naming = mine = next(self._drawings)
        texted = bool(self._filters().text)
        while mine == self._naming and (piece := self._unnamed()):
            found = await self.frame.ask(self.frame.bench.touched, piece)
            self.names |= {change.id: found.get(change.id, ()) for change in piece}
            if texted:
                await self._sift()
            await self._draw_list()

    def _unnamed(self) -> list[Change]:
        """The next ones: those drawn; where a text is looked for, all that it may stand in."""
        listed = self._listed()
        wanted = listed.overview.changes[:MOST_NAMED] if listed.filters.text else listed.drawn
        return list(islice((one for one in wanted if one.id not in self.names), PIECE))

    def _filters(self) -> Filters:
        return Filters(**{name: self.frame.address.get(name, "") for name in FILTERS})

    def _listed(self) -> Listed:
        assert self.held is not None
        assert self.period is not None
        return Listed(
            held=self.held,
            sifted=self.sifted,
            period=self.period,
            filters=self._filters(),
            chosen=self.frame.address.get("change", ""),
            names=self.names,
            start=self._start_at,
            most_unsaved=self._most_unsaved,
        )

    def _place(self) -> int:
        """Where in the list the change stands that is at the right; -1 where it does not."""
        address = self.frame.address
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

    def _choices(self) -> tuple[Choice, ...]:
        """What may be backed up now: the device at the right, those listed, all."""
        if self.held is None:
            return ()
        overview, found = self.held.overview, self.pane.comparison
        changed = self.sifted.devices
        unsaved = tuple(item.device_id for item in overview.unsaved)
        offered = [
            Choice(which="unsaved", said="those not saved", count=len(unsaved), devices=unsaved),
            Choice(which="listed", said="those listed above", count=len(changed), devices=changed),
        ]
        one = [
            Choice(which="one", said=side.hostname, count=1, devices=(side.device_id,))
            for side in ([found.new] if found else [])
        ]
        every = Choice(which="all", said="every device", count=overview.living)
        return (*one, *(choice for choice in offered if choice.count), every)

    # ---- drawing

    async def _draw(self) -> None:
        assert self.period is not None
        said = self.period.said(self.frame.now(), self.frame.zone)
        bare = self.frame.address.url(**dict.fromkeys(_OWN))
        self.frame.crumbs(("Configs", bare), (said[:1].upper() + said[1:], None))
        self._draw_tools()
        await self._draw_list()

    def _draw_tools(self) -> None:
        listed = self._listed()
        drawn = listing.render_tools(listed, wrong=self._wrong) + listing.render_sum(listed)
        self.tools.html = drawn + render_job(self.backups.job)

    async def _draw_list(self) -> None:
        """In a thread: dozens of rows are some milliseconds, for which the loop serves others."""
        self._drawing = mine = next(self._drawings)
        links = Links(change=self._change_url, view=self._view_url)
        drawn = await self.frame.ask(rows.render_list, self._listed(), self.frame.moment(), links)
        if mine == self._drawing:
            self.list.html = drawn

    def _change_url(self, change: Change) -> str:
        wanted = {"change": listing.key_of(change), "kind": _named_kind(change.kind)}
        return self.frame.address.url(**{**NO_COMPARISON, **wanted})

    def _view_url(self, **query: object) -> str:
        """Another view of the page: only whose view it is stays."""
        own = dict.fromkeys(self.frame.address)
        return self.frame.address.url(**{**own, **self.frame.address.kept(), **query})

    # ---- acts

    async def act(self, act: Act) -> None:
        """What a person did: by its name, a method below."""
        found = self._acts.get(str(act["act"]))
        if found is not None:
            await found(act)

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Beside what the person does; its error is shown like that of an act."""
        task = asyncio.get_running_loop().create_task(self.frame.guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _choose_period(self, act: Act) -> None:
        name = act.get("period")
        if name in get_args(PeriodName):
            await self._again(period=None if name == "last-night" else name, since=None, until=None)

    async def _choose_time(self, act: Act) -> None:
        await self._again(**{str(act["act"]): _text(act, "value")})

    async def _again(self, **values: str | None) -> None:
        """Read another period, and open its first change."""
        self.frame.address.set(history="push", **{**NO_COMPARISON, **values})
        await self.load()

    async def _narrow(self, act: Act) -> None:
        if act.get("field") in FILTERS:
            await self._refilter(**{str(act["field"]): _text(act, "value")})

    async def _clear(self, _act: Act) -> None:
        await self._refilter(**dict.fromkeys(FILTERS))

    async def _refilter(self, **values: str | None) -> None:
        self.frame.address.set(history="push", **values)
        await self._sift()
        self._draw_tools()
        await self._draw_from(0)
        self._start(self._name_sections)

    async def _type(self, act: Act) -> None:
        self.frame.address.set(history="replace", text=_text(act, "value"))
        await self._sift()
        await self._draw_from(0)
        await self._name_sections()

    async def _draw_from(self, place: int) -> None:
        """Another part of the list, and the window on its top."""
        self._start_at = place
        await self._draw_list()
        self.list.command(top=max(0, rows.top_of(place, self.sifted) - rows.HEAD_PX))

    async def _scrolled(self, act: Act) -> None:
        """Other rows are seen: draw those around them, where they are not drawn yet."""
        seen = act.get("value")
        if not isinstance(seen, int | float):
            return
        start = rows.first_drawn(int(min(seen, MOST_PX)), self._start_at, self.sifted)
        if start != self._start_at:
            self._start_at = start
            await self._draw_list()
            self._start(self._name_sections)

    async def _more(self, _act: Act) -> None:
        self._most_unsaved += listing.MOST_UNSAVED
        await self._draw_list()

    async def _to_unsaved(self, _act: Act) -> None:
        self._start_at = max(0, len(self.sifted.changes) - listing.DRAWN)
        await self._draw_list()
        self.list.command(show="unsaved-last")

    async def _open_change(self, act: Act) -> None:
        kind = "startup" if act.get("kind") == "startup" else None
        wanted = {**NO_COMPARISON, "change": _text(act, "change"), "kind": kind}
        self.frame.address.set(history="push", **wanted)
        await self._draw_list()
        await self._open()

    async def _try_again(self, _act: Act) -> None:
        await self._open()

    async def _step(self, act: Act) -> None:
        """The next or the previous row; the first one where none is chosen."""
        shown, place = self.sifted.changes, self._place()
        at = place + (1 if act.get("by") == "1" else -1) if place >= 0 else 0
        if 0 <= at < len(shown):
            change = shown[at]
            if not self._start_at <= at < self._start_at + listing.DRAWN:
                self._start_at = rows.around(at, self.sifted)
                self._start(self._name_sections)
            key = listing.key_of(change)
            await self._open_change({"act": "open", "change": key, "kind": change.kind})
            self.list.command(show=listing.row_id(change))

    async def _turn(self, act: Act) -> None:
        self.turn(str(act.get("url", "")))

    async def _patch(self, _act: Act) -> None:
        await self.pane.save_patch()

    async def _ask_compare(self, _act: Act) -> None:
        self.pane.ask_compare()

    async def _compare(self, act: Act) -> None:
        if await self.pane.choose(act):
            await self._draw_list()
            await self._open()

    async def _close(self, _act: Act) -> None:
        self.pane.ask("")

    async def _ask_backup(self, act: Act) -> None:
        self.pane.ask(self.backups.question(act))

    async def _back_up(self, act: Act) -> None:
        await self.backups.file(act)
        self.pane.ask("")

    async def _close_job(self, _act: Act) -> None:
        self.backups.close()


def _named_kind(kind: str) -> str | None:
    """As an address holds it: the usual one is left out."""
    return None if kind == "running" else kind


def _text(act: Act, name: str) -> str:
    return str(act.get(name, ""))[:LONGEST]
