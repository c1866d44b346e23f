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
from pathlib import Path
from typing import Any, ClassVar, get_args

import panel as pn
from panel.viewable import Viewable

from netwb.roles import Permission
from netwb.views.configs import listing
from netwb.views.configs.backups import Backups, Choice
from netwb.views.configs.beginning import Beginning, render_beginning
from netwb.views.configs.change_list import FILTERS, ChangeList
from netwb.views.configs.jobs import render_job
from netwb.views.configs.listing import Links, Listed
from netwb.views.configs.pane import LOOKS, SHRINKS, ComparePane
from netwb.views.configs.period import PeriodName
from netwb.views.frame import Frame
from netwb.views.health.table import render_strip
from netwb.views.html import page_url
from netwb.views.panes import list_and_detail
from netwb.views.sheet import Act, Sheet
from netwb.workbench.words import Change

HERE = Path(__file__).parent
LIST_PX, NARROW_LIST_PX = 384, 300
LONGEST = 200  # characters of a filter
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
        self._tasks: set[asyncio.Task[Any]] = set()
        self._crumb: tuple[tuple[str, str | None], str] = ("Configs", None), ""
        self._strip = ""  # how the backups of all devices stand, once that is known
        css = configs_css()
        self.tools = Sheet(on_act=self.act, css=css)
        self.changes = ChangeList(frame, on_act=self.act, css=css, links=self._links)
        self.list = self.changes.sheet
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
        self._acts = self._named_acts()

    def _named_acts(self) -> dict[str, Callable[[Act], Awaitable[None]]]:
        return {
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
            "compare-side": self._compare_side,
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
        changes, address = self.changes, self.frame.address
        await changes.read()
        shown = changes.sifted.changes
        if shown and not (address.get("change") or address.get("new")):
            named = _named_kind(shown[0].kind)
            address.set(history="replace", change=listing.key_of(shown[0]), kind=named)
        place = max(changes.place(), 0)
        changes.come_to(place)
        await self._draw()
        changes.bring(place)
        await self._open()
        self._start(changes.name_sections)
        self._start(self._read_health)
        self.backups.follow()

    async def _read_health(self) -> None:
        """Whether every device has a fresh good backup: a line that leads to those that have none."""
        headline, good = await self.frame.ask(self.frame.bench.backup_headline)
        self._strip = render_strip(headline, good=good, url=self._view_url(health="1"))
        self._draw_tools()

    async def _read_again(self) -> None:
        """A backup ended: what it brought."""
        await self.changes.read()
        await self._draw()
        await self.changes.name_sections()
        await self._read_health()

    async def _open(self) -> None:
        listed = self.changes.listed()
        if listed.overview.changes:
            otherwise = listing.render_unchosen(listed)
        else:
            night = self.frame.night
            running = night is not None and night.ended_at is None
            calm = listing.render_calm(listed, self.frame.moment(), running=running)
            otherwise = self._begun(listed) or calm
        await self.pane.open(otherwise=otherwise)
        self._draw_crumbs()

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
        return render_beginning(beginning, self.changes.said())

    def _add_url(self) -> str:
        return page_url("inventory", **{"import": "1"}, **self.frame.address.kept())

    def _choices(self) -> tuple[Choice, ...]:
        """What may be backed up now: the device at the right, those listed, all."""
        held, found = self.changes.held, self.pane.comparison
        if held is None:
            return ()
        overview, changed = held.overview, self.changes.sifted.devices
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
        said = self.changes.said()
        bare = self.frame.address.url(**dict.fromkeys(_OWN))
        self._crumb = ("Configs", bare), said[:1].upper() + said[1:]
        self._draw_crumbs()
        self._draw_tools()
        await self.changes.draw()

    def _draw_crumbs(self) -> None:
        """Where the person is: at what changed, or at a comparison and the history it is of."""
        (configs, said), found = self._crumb, self.pane.comparison
        if found is None or found.old is None or "change" in self.frame.address:
            self.frame.crumbs(configs, (said, None))
            return
        kind = None if self.pane.kind == "running" else self.pane.kind
        sides = {side.device_id: side for side in (found.old, found.new)}
        parts = [
            (side.hostname, self._view_url(device=side.device_id, kind=kind))
            for side in sides.values()
        ]
        self.frame.crumbs(configs, *parts, ("Comparison", None))

    def _draw_tools(self) -> None:
        listed = self.changes.listed()
        drawn = listing.render_tools(listed, wrong=self.changes.wrong) + listing.render_sum(listed)
        self.tools.html = drawn + self._strip + render_job(self.backups.job)

    def _links(self) -> Links:
        return Links(change=self._change_url, view=self._view_url)

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
        await self.changes.sift()
        self._draw_tools()
        await self.changes.draw_from(0)
        self._start(self.changes.name_sections)

    async def _type(self, act: Act) -> None:
        self.frame.address.set(history="replace", text=_text(act, "value"))
        await self.changes.sift()
        await self.changes.draw_from(0)
        await self.changes.name_sections()

    async def _scrolled(self, act: Act) -> None:
        if await self.changes.scrolled(act.get("value")):
            self._start(self.changes.name_sections)

    async def _more(self, _act: Act) -> None:
        await self.changes.more_unsaved()

    async def _to_unsaved(self, _act: Act) -> None:
        await self.changes.to_unsaved()

    async def _open_change(self, act: Act) -> None:
        kind = "startup" if act.get("kind") == "startup" else None
        if self.pane.shows(str(act.get("change")), kind):
            return  # a click on what is open leaves the reader at the line that is read
        wanted = {**NO_COMPARISON, "change": _text(act, "change"), "kind": kind}
        self.frame.address.set(history="push", **wanted)
        await self.changes.draw()
        await self._open()

    async def _try_again(self, _act: Act) -> None:
        await self._open()

    async def _step(self, act: Act) -> None:
        """The next or the previous row; the first one where none is chosen."""
        changes = self.changes
        shown, place = changes.sifted.changes, changes.place()
        at = place + (1 if act.get("by") == "1" else -1) if place >= 0 else 0
        if 0 <= at < len(shown):
            if changes.come_to(at):
                self._start(changes.name_sections)
            change = shown[at]
            key = listing.key_of(change)
            await self._open_change({"act": "open", "change": key, "kind": change.kind})
            changes.bring(at)

    async def _turn(self, act: Act) -> None:
        self.turn(str(act.get("url", "")))

    async def _patch(self, _act: Act) -> None:
        await self.pane.save_patch()

    async def _ask_compare(self, _act: Act) -> None:
        await self.pane.ask_compare()

    async def _compare_side(self, act: Act) -> None:
        await self.pane.pick(act)

    async def _compare(self, act: Act) -> None:
        if await self.pane.choose(act):
            await self.changes.draw()
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
