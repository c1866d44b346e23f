"""`HistoryView`: one device's copies by day, and the text of one of them with "since when" beside it.

`?device=<id>&rev=&kind=&old=&new=&line=&within=&look=`: `old` and `new` are marked for a comparison,
as `<device id>@<commit>`, and stay where another device is opened. What is open is in the address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import panel as pn
from panel.viewable import Viewable

from netwb.compliance.report import RuleMark
from netwb.errors import InputError, UnknownRevisionError
from netwb.inventory.records import Device
from netwb.roles import Permission
from netwb.views import states
from netwb.views.desk import Desk
from netwb.views.fields import text_of
from netwb.views.frame import Frame
from netwb.views.history import head
from netwb.views.history.days import Listed, render_days, strip_of
from netwb.views.history.lines import SHORT, Rows, first_rows, render_rows
from netwb.views.history.links import Links, Side
from netwb.views.history.pane import FIRST, SLICE, TextPane
from netwb.views.history.stories import Stories, whole
from netwb.views.history.taking import Taking
from netwb.views.history.touched import name_sections
from netwb.views.history.within import Within
from netwb.views.html import button, page_url
from netwb.views.inventory.jobs import Backups, job_line
from netwb.views.panes import SHRINKS, list_and_detail
from netwb.views.sheet import Act, OnAct, Sheet
from netwb.workbench.line_stories import DatedText
from netwb.workbench.words import Copy, DeviceRun, Revision

LIST_PX, NARROW_LIST_PX = 384, 300
REVISIONS = 100  # listed at first; more on demand
RUNS = 120
HERE = Path(__file__).parent


@cache
def history_css() -> str:
    """The stylesheet of the list and of the head."""
    return (HERE / "history.css").read_text(encoding="utf-8")


class HistoryView:
    """A sub-view of `/configs`. `turn` leads to another one; a page that can does it without a reload."""

    page: ClassVar[str] = "configs"
    title: ClassVar[str] = "Configs"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.links = Links(frame.address)
        self.turn: Callable[[str], Any] = frame.go
        self.device: Device | None = None
        self.copy: Copy | None = None
        self.revisions: tuple[Revision, ...] = ()
        self.runs: tuple[DeviceRun, ...] = ()
        self.sections: dict[str, str] = {}
        self.marks: dict[str, RuleMark] = {}
        self.dated: DatedText | None = None
        self.rows = Rows(lines=())
        self.listed = REVISIONS
        self.list = Sheet(
            states.loading(),
            on_act=self.act,
            css=history_css(),
            sizing_mode="stretch_both",
            styles=SHRINKS,
        )
        self.head = Sheet(on_act=self.act, css=history_css())
        self.desk = Desk(frame, self.act, css=history_css())
        self.dialog = self.desk.dialog
        self.backups = Backups(self.desk, redraw=self._redraw_head, ended=self.load)
        self.pane = TextPane(states.loading(), on_act=self.act)
        self.stories = Stories(frame, self.pane, opened=lambda: self.dated)
        line, redraw = self.stories.line, self._draw_head
        self.within = Within(frame, self.pane, line=line, redraw=redraw)
        self._acts: dict[str, OnAct] = {
            "open": self._open,
            "again": self._again,
            "older": self._older,
            "old": self._mark_side,
            "new": self._mark_side,
            "clear": self._clear,
            "with": self._with,
            "kind": self._choose_kind,
            "look": self._look,
            "rows": self._give_rows,
            "close": self._close,
            "hide": self._hide,
            "back-up": self._back_up,
            **self.within.acts,
            **self.stories.acts,
            **self.backups.acts,
            **Taking(self.desk, self._shown, self._show_secrets).acts(),
        }

    def panel(self) -> Viewable:
        """List at the left, text at the right."""
        fills = {"sizing_mode": "stretch_both", "margin": 0}
        text = pn.Column(self.head, self.pane, self.dialog, styles=SHRINKS, **fills)
        return list_and_detail(self.list, text, px=LIST_PX, narrow_px=NARROW_LIST_PX)

    # ---- reading

    @property
    def _rev(self) -> str:
        return self.frame.address.get("rev", "latest")

    async def load(self) -> None:
        """The device, its revisions and runs, and the text that the address asks for."""
        await self.frame.ask(self._read_device)
        assert self.device is not None
        device = self.device
        self.frame.crumbs(
            ("Configs", self.links.here(device=None, rev=None, line=None)),
            (device.tenant, None),
            (device.site, None),
            (device.hostname, None),
        )
        await self._open_text()
        await self.frame.part(self._name_sections, self._say)
        await self.backups.follow()

    async def _name_sections(self) -> None:
        await self.frame.ask(
            name_sections, self.sections, self.frame.bench, self.revisions, self.links.kind
        )
        self._draw_list()

    def _read_device(self) -> None:
        bench, reference = self.frame.bench, self.frame.address.get("device", "")
        device = bench.device(reference)
        self.device = device
        self.revisions = tuple(bench.history(device.id, limit=self.listed, kind=self.links.kind))
        self.runs = tuple(bench.device_runs(device.id, limit=RUNS))
        if self.frame.may(Permission.COMPLIANCE_VIEW) and self.links.kind == "running":
            self.marks = {one.revision: one for one in bench.rule_marks(device.id)}
        self.copy = bench.device_coverage(device.id, since=self.frame.now()).copy

    async def _open_text(self) -> None:
        """The text of the address; a device or kind without one is an ordinary state."""
        await self.frame.part(self._read_text, self._say)

    def _say(self, said: str) -> None:
        """In the place of a text; the list beside it stays."""
        self.dated, self.rows = None, Rows(lines=())
        self.within.clear()
        self.pane.html = said
        self._draw_list()
        self._draw_head()

    async def _read_text(self) -> None:
        assert self.device is not None
        reference = f"{self.device.id}@{self._rev}"
        try:
            dated = await self.frame.ask(
                self.frame.bench.text_since, reference, kind=self.links.kind
            )
        except (UnknownRevisionError, InputError) as error:
            self._say(self._no_text(error))
            return
        self.dated = dated
        await self._take_text(dated)
        self._draw_list()
        self._draw_head()
        if line := self.stories.line():
            await self.stories.tell(line)

    def _no_text(self, error: UnknownRevisionError | InputError) -> str:
        if self.revisions:
            return self.frame.said(error)
        assert self.device is not None
        return states.empty(
            f"No {self.links.kind} copy of {self.device.hostname}",
            "It was never saved, or this platform has no such configuration. The list at the left"
            " says what the runs met.",
        )

    async def _take_text(self, dated: DatedText) -> None:
        plain = self.frame.address.get("look") == "text"
        self.rows = Rows(lines=dated.lines, stretches=() if plain else dated.stretches)
        await self.within.look(dated.lines)
        self.pane.tell_story(0, "")
        await self._draw_text()

    # ---- drawing

    async def _draw_text(self) -> None:
        """Rows are made off the loop: a slice of them takes some milliseconds."""
        assert self.device is not None
        self.pane.html = await self.frame.ask(
            first_rows,
            self.rows,
            FIRST,
            self.frame.moment(),
            label=f"{self.links.kind} configuration of {self.device.hostname}",
            show=self.stories.line(),
        )
        self.within.mark()

    def _draw_list(self) -> None:
        assert self.device is not None
        device, at, dated = self.device, self.frame.moment(), self.dated
        listed = Listed(
            open=dated.revision.id if dated else "",
            old=self.links.marked_of(device.id, "old"),
            new=self.links.marked_of(device.id, "new"),
            sections=self.sections,
            url={
                revision.id: self.links.here(rev=revision.id, line=None)
                for revision in self.revisions
            },
            hostname=dated.device.hostname if dated else device.hostname,
            rules=self.marks if self.links.kind == "running" else {},
        )
        days = render_days(self.revisions, self.runs, listed, at)
        more = (
            f'<div class="older">{button("Older revisions", "older")}</div>'
            if len(self.revisions) == self.listed
            else ""
        )
        if not days:
            may = self.frame.may(Permission.BACKUP_RUN)
            cure = (
                "Back it up to have one." if may else "The one of the night does, or an operator."
            )
            days = states.empty("No copy yet", f"No run has read this device. {cure}")
        old, new = self.links.marked("old"), self.links.marked("new")
        compare = self.links.compare(old, new) if old and new else ""
        bar = head.marks_bar(self._mark_of("old"), self._mark_of("new"), compare)
        strip = head.strip_head(strip_of(self.revisions, self.runs, at, rules=self.marks))
        self.list.html = (
            f'<div class="hist">{strip}{bar}<div class="days" id="days" role="listbox"'
            f' aria-label="Revisions, newest first">{days}{more}</div></div>'
        )

    def _draw_head(self) -> None:
        shown = self._shown()
        saved = head.saved_state(self.copy, self.runs, self.frame.moment())
        self.head.html = (
            f'<div class="over">{head.device_head(shown, saved=saved)}'
            f"{head.tools(shown, self.within.finding)}</div>"
        )

    def _shown(self) -> head.Shown:
        assert self.device is not None
        revision = self.dated.revision if self.dated else None
        return head.Shown(
            device=self.device,
            revision=revision,
            latest=bool(revision and self.revisions and revision.id == self.revisions[0].id),
            kind=self.links.kind,
            look="text" if self.frame.address.get("look") == "text" else "since",
            reveal=self._reveal_state(),
            why=head.why_hidden(self.frame.person.role.value if self.frame.person.role else "none"),
            device_url=page_url("inventory", device=self.device.id, **self.frame.address.kept()),
            change=self.links.change(revision.device_id, revision.id)
            if revision and revision.number > 1
            else "",
            backup=self._backup(),
        )

    def _backup(self) -> str:
        """How far it is, for who asked for it; else the button, for who may."""
        if self.backups.job is not None:
            return job_line(self.backups.job)
        return head.back_up_button() if self.frame.may(Permission.BACKUP_RUN) else ""

    async def _redraw_head(self) -> None:
        if self.device is not None:
            self._draw_head()

    def _reveal_state(self) -> str:
        if self.rows.secrets == "shown":
            return "shown"
        return "allowed" if self.frame.may(Permission.CONFIG_REVEAL) else "forbidden"

    def _mark_of(self, side: Side) -> head.Marked:
        value = self.links.marked(side)
        if not value:
            return head.Marked()
        assert self.device is not None
        rev = self.links.marked_of(self.device.id, side)
        own = next((r for r in self.revisions if rev and r.id.startswith(rev)), None)
        return head.Marked(
            side=value, said=head.said_of(own, "another device", self.frame.moment())
        )

    def leave(self) -> None:
        """Another view takes this one's place: secrets that it shows do not stay in the document."""
        self.backups.leave()
        if self.rows.secrets == "shown":
            self.rows = Rows(lines=())
            self.within.clear()
            self.pane.html = ""

    # ---- acts

    async def act(self, act: Act) -> None:
        """What a person did, by its name."""
        name = str(act["act"])
        if name == "lead":
            self.turn(str(act.get("url", "")))
        elif name in self._acts:
            await self._acts[name](act)

    async def _open(self, act: Act) -> None:
        self.frame.address.set(rev=str(act.get("rev", ""))[:64], line=None)
        await self._open_text()

    async def _again(self, _act: Act) -> None:
        await self._open_text()

    async def _back_up(self, _act: Act) -> None:
        assert self.device is not None
        await self.backups.start([self.device.id])

    async def _older(self, _act: Act) -> None:
        self.listed *= 4
        await self.frame.ask(self._read_device)
        self._draw_list()

    async def _mark_side(self, act: Act) -> None:
        if self.dated is not None:
            revision = self.dated.revision
            side = f"{revision.device_id}@{revision.id[:SHORT]}"
            self.frame.address.set(history="replace", **{str(act["act"]): side})
            self._draw_list()
            self.frame.tell(f"Marked as {act['act']}")

    async def _clear(self, _act: Act) -> None:
        self.frame.address.set(history="replace", old=None, new=None)
        self._draw_list()

    async def _with(self, act: Act) -> None:
        """Compare the open revision with any device's newest one, or a named one."""
        if self.dated is None:
            return
        name, _, rev = text_of(act["fields"], "other").partition("@")
        other = await self.frame.ask(self.frame.bench.device, name)
        own = f"{self.dated.revision.device_id}@{self.dated.revision.id[:SHORT]}"
        self.turn(self.links.compare(own, f"{other.id}@{rev or 'latest'}"))

    async def _choose_kind(self, act: Act) -> None:
        kind = "startup" if act.get("kind") == "startup" else None
        self.frame.address.set(kind=kind, rev=None, line=None)
        self.sections = {}
        await self.load()

    async def _look(self, act: Act) -> None:
        self.frame.address.set(history="push", look="text" if act.get("look") == "text" else None)
        if self.dated is not None:
            await self._take_text(self.dated)
        self._draw_head()

    async def _give_rows(self, act: Act) -> None:
        """The next slice; a jump to a far line comes back for each one until there."""
        first, rows = whole(act, "from"), self.rows
        last = min(first + SLICE - 1, len(rows.lines))
        if 0 < first <= last:
            html = await self.frame.ask(render_rows, rows, first, last, self.frame.moment())
            self.pane.more(html, first=first, last=last)

    async def _close(self, _act: Act) -> None:
        self.dialog.html = ""

    async def _show_secrets(self, lines: tuple[str, ...]) -> None:
        """Show them for a minute; the browser hides them by itself as well."""
        same = len(lines) == len(self.rows.lines)
        self.rows = Rows(
            lines=lines, stretches=self.rows.stretches if same else (), secrets="shown"
        )
        await self.within.look(lines)
        await self._draw_text()
        self._draw_head()
        self.frame.tell(f"Secrets show for {head.SHOWN_S} seconds")
        self.desk.start(self._hide_in_time)

    async def _hide_in_time(self) -> None:
        shown = self.rows
        await asyncio.sleep(head.SHOWN_S)
        if self.rows is shown:
            await self._hide_secrets()

    async def _hide(self, _act: Act) -> None:
        await self._hide_secrets()

    async def _hide_secrets(self) -> None:
        if self.rows.secrets == "shown" and self.dated is not None:
            await self._take_text(self.dated)
            self._draw_head()
