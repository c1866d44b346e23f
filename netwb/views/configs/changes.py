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

from netwb.errors import InputError
from netwb.views import states
from netwb.views.configs import listing
from netwb.views.configs.backups import Backups, Choice
from netwb.views.configs.jobs import render_job
from netwb.views.configs.listing import Filters, Links, Listed
from netwb.views.configs.pane import LOOKS, SHRINKS, ComparePane
from netwb.views.configs.period import Period, PeriodName, period_of
from netwb.views.frame import Frame
from netwb.views.sheet import Act, Sheet
from netwb.workbench.overview import Overview
from netwb.workbench.words import Change

HERE = Path(__file__).parent
LIST_PX, NARROW_LIST_PX = 384, 300
PIECE = 20  # changes whose sections are found at a time, so that the first names come soon
MOST_NAMED = 400  # changes whose sections a text filter looks at
LONGEST = 200  # characters of a filter
FILTERS = ("by", "platform", "site", "text")
NO_COMPARISON = dict.fromkeys(("change", "kind", "old", "new", "at"))
_OWN = ("period", "since", "until", *FILTERS, *NO_COMPARISON, *LOOKS, "job")
_WIDTH = (
    f":host{{width:{LIST_PX}px!important;flex:none!important}}"
    f"@media(max-width:1180px){{:host{{width:{NARROW_LIST_PX}px!important}}}}"
)


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
        self.overview: Overview | None = None
        self.period: Period | None = None
        self.names: dict[str, tuple[str, ...]] = {}
        self._wrong = ""
        self._limit = listing.MOST_ROWS
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
            "unsaved": self._to_unsaved,
            "open": self._open_change,
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
            self.tools,
            self.list,
            width=LIST_PX,
            sizing_mode="stretch_height",
            margin=0,
            styles=SHRINKS,
            stylesheets=[_WIDTH],
        )
        both = (left, self.pane.panel())
        return pn.Row(*both, styles=SHRINKS, sizing_mode="stretch_both", margin=0)

    def leave(self) -> None:
        """Another view takes the place of this one: nothing goes on behind it."""
        self.backups.leave()
        for task in self._tasks:
            task.cancel()

    # ---- reading

    async def load(self) -> None:
        """The changes of the period, and the comparison that the address names, or the first one."""
        await self._read()
        address, shown = self.frame.address, self._shown()
        if shown and not (address.get("change") or address.get("new")):
            named = _named_kind(shown[0].kind)
            address.set(history="replace", change=listing.key_of(shown[0]), kind=named)
        self._draw()
        await self._open()
        self._start(self._name_sections)
        self.backups.follow()

    async def _read(self) -> None:
        frame, self._wrong = self.frame, ""
        now, night = frame.now(), frame.night.started_at if frame.night else None
        try:
            self.period = period_of(frame.address, night=night, now=now, zone=frame.zone)
        except InputError as error:
            self._wrong = str(error)
            usual = {"period": "between"}
            self.period = period_of(usual, night=night, now=now, zone=frame.zone)
        self.overview = await frame.ask(
            frame.bench.overview, since=self.period.since, until=self.period.until
        )

    async def _read_again(self) -> None:
        """A backup ended: what it brought."""
        await self._read()
        self._draw()
        await self._name_sections()

    async def _open(self) -> None:
        listed = self._listed()
        nothing = not listed.overview.changes
        calm = listing.render_calm(listed, self.frame.moment()) if nothing else ""
        await self.pane.open(otherwise=calm)

    async def _name_sections(self) -> None:
        """Find the sections of the changes shown, piece by piece, and draw them as they come."""
        wanted = self._shown()[: self._limit]
        if self.frame.address.get("text") and self.overview is not None:
            wanted = self.overview.changes[:MOST_NAMED]
        missing = [change for change in wanted if change.id not in self.names]
        for start in range(0, len(missing), PIECE):
            piece = missing[start : start + PIECE]
            self.names |= await self.frame.ask(self.frame.bench.touched, piece)
            self._draw_list()

    def _filters(self) -> Filters:
        return Filters(**{name: self.frame.address.get(name, "") for name in FILTERS})

    def _shown(self) -> tuple[Change, ...]:
        if self.overview is None:
            return ()
        return listing.kept(self.overview, self._filters(), self.names)

    def _listed(self) -> Listed:
        assert self.overview is not None
        assert self.period is not None
        filters = self._filters()
        return Listed(
            overview=self.overview,
            changes=self._shown(),
            unsaved=listing.kept_unsaved(self.overview, filters),
            period=self.period,
            filters=filters,
            chosen=self.frame.address.get("change", ""),
            names=self.names,
            limit=self._limit,
        )

    def _choices(self) -> tuple[Choice, ...]:
        """What may be backed up now: the device at the right, those listed, all."""
        if self.overview is None:
            return ()
        found = self.pane.comparison
        changed = tuple(dict.fromkeys(change.device_id for change in self._shown()))
        unsaved = tuple(item.device_id for item in self.overview.unsaved)
        offered = [
            Choice(which="unsaved", said="those not saved", count=len(unsaved), devices=unsaved),
            Choice(which="listed", said="those listed above", count=len(changed), devices=changed),
        ]
        one = [
            Choice(which="one", said=side.hostname, count=1, devices=(side.device_id,))
            for side in ([found.new] if found else [])
        ]
        every = Choice(which="all", said="every device", count=self.overview.living)
        return (*one, *(choice for choice in offered if choice.count), every)

    # ---- drawing

    def _draw(self) -> None:
        assert self.period is not None
        said = self.period.said(self.frame.now(), self.frame.zone)
        bare = self.frame.address.url(**dict.fromkeys(_OWN))
        self.frame.crumbs(("Configs", bare), (said[:1].upper() + said[1:], None))
        self._draw_tools()
        self._draw_list()

    def _draw_tools(self) -> None:
        listed = self._listed()
        drawn = listing.render_tools(listed, wrong=self._wrong) + listing.render_sum(listed)
        self.tools.html = drawn + render_job(self.backups.job)

    def _draw_list(self) -> None:
        links = Links(change=self._change_url, view=self._view_url)
        self.list.html = listing.render_list(self._listed(), self.frame.moment(), links)

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
        self._draw_tools()
        self._draw_list()
        self._start(self._name_sections)

    async def _type(self, act: Act) -> None:
        self.frame.address.set(history="replace", text=_text(act, "value"))
        self._draw_list()
        await self._name_sections()
        self._draw_list()

    async def _more(self, _act: Act) -> None:
        self._limit += listing.MOST_ROWS
        self._draw_list()
        self._start(self._name_sections)

    async def _to_unsaved(self, _act: Act) -> None:
        self.list.command(show="unsaved-last")

    async def _open_change(self, act: Act) -> None:
        kind = "startup" if act.get("kind") == "startup" else None
        wanted = {**NO_COMPARISON, "change": _text(act, "change"), "kind": kind}
        self.frame.address.set(history="push", **wanted)
        self._draw_list()
        await self._open()

    async def _step(self, act: Act) -> None:
        """The next or the previous row; the first one where none is chosen."""
        shown = self._shown()
        keys = [(listing.key_of(change), _named_kind(change.kind)) for change in shown]
        address = self.frame.address
        chosen = (address.get("change", ""), address.get("kind"))
        at = keys.index(chosen) + (1 if act.get("by") == "1" else -1) if chosen in keys else 0
        if 0 <= at < len(shown):
            change = shown[at]
            await self._open_change({"act": "open", "change": keys[at][0], "kind": change.kind})
            self.list.command(show=listing.row_id(change))

    async def _turn(self, act: Act) -> None:
        self.turn(str(act.get("url", "")))

    async def _patch(self, _act: Act) -> None:
        await self.pane.save_patch()

    async def _ask_compare(self, _act: Act) -> None:
        self.pane.ask_compare()

    async def _compare(self, act: Act) -> None:
        if await self.pane.choose(act):
            self._draw_list()
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
