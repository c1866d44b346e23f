"""`QuarantineView`: texts that netwb did not believe, one of them masked, and a person's decision.

`?quarantine=<device id>&kind=&look=`; any other value of `quarantine` opens the newest held text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar

import panel as pn
from panel.viewable import Viewable

from netwb.errors import InputError
from netwb.roles import Permission
from netwb.views import states
from netwb.views.desk import Desk
from netwb.views.diff.view import DiffView
from netwb.views.fields import text_of
from netwb.views.frame import Frame
from netwb.views.history.lines import Rows, as_lines, first_rows, render_rows
from netwb.views.history.pane import FIRST, SLICE, TextPane
from netwb.views.html import page_url
from netwb.views.inventory.jobs import Backups, job_line
from netwb.views.panes import SHRINKS, list_and_detail
from netwb.views.quarantine import lists
from netwb.views.sheet import Act, OnAct, Sheet
from netwb.workbench.held import MaskedText
from netwb.workbench.words import DeviceCoverage, QuarantineItem

LIST_PX, NARROW_LIST_PX = 384, 300
HERE = Path(__file__).parent


@cache
def quarantine_css() -> str:
    """The stylesheet of list and head."""
    return (HERE / "quarantine.css").read_text(encoding="utf-8")


class QuarantineView:
    """A sub-view of `/configs`. `turn` leads to another one; a page that can does it without a reload."""

    page: ClassVar[str] = "configs"
    title: ClassVar[str] = "Held texts"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.turn: Callable[[str], Any] = frame.go
        self.items: tuple[QuarantineItem, ...] = ()
        self.coverage: Mapping[str, DeviceCoverage] = {}
        self.opened: QuarantineItem | None = None
        self.masked: MaskedText | None = None
        self.rows = Rows(lines=())
        self.list = Sheet(
            states.loading(),
            on_act=self.act,
            css=quarantine_css(),
            sizing_mode="stretch_both",
            styles=SHRINKS,
        )
        self.head = Sheet(on_act=self.act, css=quarantine_css())
        self.desk = Desk(frame, self.act, css=quarantine_css())
        self.dialog = self.desk.dialog
        self.backups = Backups(self.desk, redraw=self._redraw_head, ended=self.load)
        self.pane = TextPane(on_act=self.act)
        self.diff = DiffView()
        self.body = pn.Column(sizing_mode="stretch_both", margin=0, styles=SHRINKS)
        self._acts: dict[str, OnAct] = {
            "open": self._open,
            "again": self._again,
            "look": self._choose_look,
            "rows": self._give_rows,
            "ask-accept": self._ask,
            "ask-discard": self._ask,
            "ask-reveal": self._ask,
            "close": self._close,
            "accept": self._decide,
            "discard": self._decide,
            "reveal": self._reveal,
            "hide": self._hide,
            "back-up": self._back_up,
            **self.backups.acts,
        }

    def panel(self) -> Viewable:
        """List at the left, text or difference at the right."""
        fills = {"sizing_mode": "stretch_both", "margin": 0}
        ground = {**SHRINKS, "background": "var(--surface)"}
        right = pn.Column(self.head, self.body, self.dialog, styles=ground, **fills)
        return list_and_detail(self.list, right, px=LIST_PX, narrow_px=NARROW_LIST_PX)

    async def load(self) -> None:
        """What is held, and the text that the address names."""
        self.frame.crumbs(
            ("Configs", page_url("configs", **self.frame.address.kept())), ("Held texts", None)
        )
        await self.frame.ask(self._read)
        self.opened = self._named()
        self._draw_list()
        await self._open_text()
        await self.backups.follow()

    def _read(self) -> None:
        bench = self.frame.bench
        self.items = tuple(bench.quarantine())
        self.coverage = bench.coverage(since=self.frame.now()) if self.items else {}

    def _named(self) -> QuarantineItem | None:
        """The held text of the address; of a device where nothing is held, the newest of all."""
        device, kind = self.frame.address.get("quarantine", ""), self.frame.address.get("kind")
        own = [item for item in self.items if item.device_id == device]
        return next(
            (item for item in own if item.kind == (kind or "running")),
            own[0] if own else (self.items[0] if self.items else None),
        )

    async def _open_text(self) -> None:
        self.masked = None
        if self.opened is None:
            self._say(
                states.empty(
                    "No text is held",
                    "Every text that came was believed, or somebody decided already. What a device"
                    " sends cut, empty or far too short is held here until a person decides.",
                    shape_="ok",
                )
            )
            return
        await self.frame.part(partial(self._read_text, self.opened), self._say)

    async def _read_text(self, opened: QuarantineItem) -> None:
        self.masked = await self.frame.ask(
            self.frame.bench.masked_text, opened.device_id, kind=opened.kind
        )
        await self._draw_text()

    def _say(self, content: str) -> None:
        self.head.html = content
        self.body[:] = []

    # ---- drawing

    @property
    def _look(self) -> str:
        wanted = self.frame.address.get("look")
        return (
            "text" if wanted == "text" or (self.masked and self.masked.diff is None) else "change"
        )

    def _draw_list(self) -> None:
        url = {
            item.id: self.frame.address.url(
                quarantine=item.device_id, kind=None if item.kind == "running" else item.kind
            )
            for item in self.items
        }
        self.list.html = lists.render_list(
            self.items, self.coverage, self.opened, url, self.frame.moment()
        )

    async def _draw_text(self) -> None:
        assert self.masked is not None
        self.rows = Rows(lines=self.masked.lines)
        await self._draw_rows()
        if self._look == "change":
            await self.diff.bring(self.masked.diff)
        self._draw_head()

    async def _draw_rows(self) -> None:
        assert self.masked is not None
        text = self._look == "text" or self.rows.secrets == "shown"
        if text:
            self.pane.html = await self.frame.ask(
                first_rows,
                self.rows,
                FIRST,
                self.frame.moment(),
                label=f"Held text of {self.masked.device.hostname}",
            )
        shown = self.pane if text else self.diff
        if list(self.body) != [shown]:
            self.body[:] = [shown]

    def _draw_head(self) -> None:
        assert self.masked is not None
        revealed = self.rows.secrets == "shown"
        coverage = self.coverage.get(self.masked.device.id)
        shown = lists.Shown(
            look="text" if revealed else self._look,
            secrets="shown" if revealed else "masked",
            history=page_url("configs", device=self.masked.device.id, **self.frame.address.kept()),
            copy=coverage.copy if coverage else None,
            backup=self._backup(),
        )
        self.head.html = lists.render_head(self.masked, shown, self._rights(), self.frame.moment())

    def _backup(self) -> str:
        """How far it is, for who asked for it; else the button, for who may."""
        if self.backups.job is not None:
            return job_line(self.backups.job)
        return lists.back_up_button() if self.frame.may(Permission.BACKUP_RUN) else ""

    async def _redraw_head(self) -> None:
        if self.masked is not None:
            self._draw_head()

    def _rights(self) -> lists.Rights:
        role = str(self.frame.person.role or "none")
        wanted = {"accept": Permission.BACKUP_ACCEPT, "reveal": Permission.CONFIG_REVEAL}
        said = {
            name: "" if self.frame.may(permission) else lists.why_not(permission, role)
            for name, permission in wanted.items()
        }
        return lists.Rights(**said)

    def leave(self) -> None:
        """Another view takes this one's place: secrets that it shows do not stay in the document."""
        self.backups.leave()
        if self.rows.secrets == "shown":
            self.rows = Rows(lines=())
            self.pane.html = ""

    # ---- acts

    async def act(self, act: Act) -> None:
        """What a person did."""
        name = str(act["act"])
        if name == "lead":
            self.turn(str(act.get("url", "")))
        elif name in self._acts:
            await self._acts[name](act)

    async def _again(self, _act: Act) -> None:
        await self._open_text()

    async def _open(self, act: Act) -> None:
        kind = act.get("kind")
        self.frame.address.set(
            quarantine=str(act.get("device", ""))[:64],
            kind="startup" if kind == "startup" else None,
        )
        self.opened = self._named()
        self._draw_list()
        await self._open_text()

    async def _back_up(self, _act: Act) -> None:
        if self.masked is not None:
            await self.backups.start([self.masked.device.id])

    async def _choose_look(self, act: Act) -> None:
        look = "text" if act.get("look") == "text" else None
        self.frame.address.set(history="push", look=look)
        if self.masked is not None:
            await self._draw_text()

    async def _give_rows(self, act: Act) -> None:
        first, rows = act.get("from"), self.rows
        if not isinstance(first, int) or not 0 < first <= len(rows.lines):
            return
        last = min(first + SLICE - 1, len(rows.lines))
        html = await self.frame.ask(render_rows, rows, first, last, self.frame.moment())
        self.pane.more(html, first=first, last=last)

    async def _ask(self, act: Act) -> None:
        if self.masked is not None:
            self.dialog.html = _DIALOGS[str(act["act"]).removeprefix("ask-")](self.masked)

    async def _close(self, _act: Act) -> None:
        self.dialog.html = ""

    async def _decide(self, act: Act) -> None:
        """Accept or discard; the list is read again."""
        if self.masked is None:
            return
        name, item = str(act["act"]), self.masked.item
        bench = self.frame.bench
        settle = bench.accept_quarantined if name == "accept" else bench.discard_quarantined
        try:
            await self.frame.ask(
                settle, item.device_id, reason=text_of(act["fields"], "reason"), kind=item.kind
            )
        except InputError as error:
            self.dialog.html = _DIALOGS[name](self.masked, error)
            return
        self.dialog.html = ""
        done = "Accepted" if name == "accept" else "Discarded"
        self.frame.tell(f"{done}: the text of {item.hostname}")
        self.frame.address.set(quarantine="1", kind=None)
        await self.load()

    async def _reveal(self, act: Act) -> None:
        """The text as it came, for a minute; the browser hides it by itself as well."""
        if self.masked is None:
            return
        item = self.masked.item
        try:
            text = await self.frame.ask(
                self.frame.bench.reveal_held,
                item.device_id,
                reason=text_of(act["fields"], "reason"),
                kind=item.kind,
            )
        except InputError as error:
            self.dialog.html = lists.ask_reveal(self.masked, error)
            return
        self.rows = Rows(lines=as_lines(text), secrets="shown")
        self.dialog.html = ""
        await self._draw_rows()
        self._draw_head()
        self.desk.start(self._hide_in_time)

    async def _hide_in_time(self) -> None:
        shown = self.rows
        await asyncio.sleep(lists.SHOWN_S)
        if self.rows is shown:
            await self._hide_secrets()

    async def _hide(self, _act: Act) -> None:
        await self._hide_secrets()

    async def _hide_secrets(self) -> None:
        if self.rows.secrets == "shown" and self.masked is not None:
            self.pane.html = ""
            await self._draw_text()


_DIALOGS: dict[str, Callable[..., str]] = {
    "accept": lists.ask_accept,
    "discard": lists.ask_discard,
    "reveal": lists.ask_reveal,
}
