"""`HistoryView`: one device's copies by day, and the text of one of them with "since when" beside it.

`?device=<id>&rev=&kind=&old=&new=&line=&within=&look=`: `old` and `new` are marked for a comparison,
as `<device id>@<commit>`, and stay where another device is opened. What is open is in the address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, cast

import panel as pn
from panel.viewable import Viewable

from netwb.configs.diff import Hunk
from netwb.configs.sections import readable
from netwb.errors import InputError, UnknownRevisionError
from netwb.inventory.records import ConfigKind, Device
from netwb.roles import Permission
from netwb.views import states
from netwb.views.desk import Desk
from netwb.views.fields import text_of
from netwb.views.frame import Frame
from netwb.views.history import head
from netwb.views.history.days import Listed, render_days, strip_of
from netwb.views.history.lines import SHORT, Leads, Rows, first_rows, render_rows, story
from netwb.views.history.pane import FIRST, SLICE, TextPane
from netwb.views.html import button
from netwb.views.sheet import Act, OnAct, Sheet
from netwb.workbench.coverage import Copy, DeviceRun
from netwb.workbench.line_stories import DatedText
from netwb.workbench.words import Revision

LIST = "clamp(260px, 32vw, 384px)"  # a third of a narrow window
REVISIONS = 100  # listed at first; more on demand
RUNS = 120
WORDS = 3  # of a line outside of any section
SECTIONS = 12  # newest revisions whose sections are named
PLAIN = "text/plain; charset=utf-8"
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
        self.turn: Callable[[str], Any] = frame.go
        self.device: Device | None = None
        self.copy: Copy | None = None
        self.revisions: tuple[Revision, ...] = ()
        self.runs: tuple[DeviceRun, ...] = ()
        self.sections: dict[str, str] = {}
        self.dated: DatedText | None = None
        self.rows = Rows(lines=())
        self.finding = head.Finding()
        self.listed = REVISIONS
        self.list = Sheet(
            states.loading(),
            on_act=self.act,
            css=history_css(),
            sizing_mode="stretch_both",
            styles={"min-height": "0", "flex": f"0 0 {LIST}"},
        )
        self.head = Sheet(on_act=self.act, css=history_css())
        self.desk = Desk(frame, self.act, css=history_css())
        self.dialog = self.desk.dialog
        self.pane = TextPane(states.loading(), on_act=self.act)
        self._acts: dict[str, OnAct] = {
            "open": self._open,
            "older": self._older,
            "old": self._mark_side,
            "new": self._mark_side,
            "clear": self._clear,
            "with": self._with,
            "kind": self._choose_kind,
            "look": self._look,
            "rows": self._give_rows,
            "story": self._ask_story,
            "shut": self._shut,
            "within": self._within,
            "next": self._step,
            "previous": self._step,
            "close": self._close,
            "ask-reveal": self._ask_reveal,
            "ask-restore": self._ask_restore,
            "reveal": self._reveal,
            "restore": self._restore,
            "hide": self._hide,
        }

    def panel(self) -> Viewable:
        """List at the left, text at the right."""
        fills = {"sizing_mode": "stretch_both", "margin": 0}
        narrow = {"min-height": "0", "overflow": "hidden"}
        text = pn.Column(self.head, self.pane, self.dialog, styles=narrow, **fills)
        return pn.Row(self.list, text, styles=narrow, **fills)

    # ---- reading

    @property
    def _kind(self) -> ConfigKind:
        return "startup" if self.frame.address.get("kind") == "startup" else "running"

    @property
    def _rev(self) -> str:
        return self.frame.address.get("rev", "latest")

    async def load(self) -> None:
        """The device, its revisions and runs, and the text that the address asks for."""
        await self.frame.ask(self._read_device)
        assert self.device is not None
        device = self.device
        self.frame.crumbs(
            ("Configs", self._url(device=None, rev=None, line=None)),
            (device.tenant, None),
            (device.site, None),
            (device.hostname, None),
        )
        await self._open_text()
        await self.frame.ask(self._read_sections)
        self._draw_list()

    def _read_device(self) -> None:
        bench, reference = self.frame.bench, self.frame.address.get("device", "")
        device = bench.device(reference)
        self.device = device
        self.revisions = tuple(bench.history(device.id, limit=self.listed, kind=self._kind))
        self.runs = tuple(bench.device_runs(device.id, limit=RUNS))
        self.copy = bench.device_coverage(device.id, since=self.frame.now()).copy

    def _read_sections(self) -> None:
        """Which sections the newest changes touched; one difference each, so only of a few."""
        assert self.device is not None
        for older, newer in zip(self.revisions[1:], self.revisions[:SECTIONS], strict=False):
            if newer.id in self.sections or newer.cause in {"rename", "retire", "rules"}:
                continue
            diff = self.frame.bench.diff(
                self.device.id, old=older.id, new=newer.id, words="lines", kind=self._kind
            )
            self.sections[newer.id] = ", ".join(dict.fromkeys(map(_touched, diff.hunks)))

    async def _open_text(self) -> None:
        """The text of the address; a device or kind without one is an ordinary state."""
        assert self.device is not None
        reference = f"{self.device.id}@{self._rev}"
        try:
            dated = await self.frame.ask(self.frame.bench.text_since, reference, kind=self._kind)
        except (UnknownRevisionError, InputError) as error:
            self.dated = None
            self.rows = Rows(lines=())
            self.finding = head.Finding()
            self.pane.html = self._no_text(error)
        else:
            self.dated = dated
            await self._take_text(dated)
        self._draw_list()
        self._draw_head()
        if self.dated is not None and (line := self._line()):
            await self._tell_story(line)

    def _no_text(self, error: UnknownRevisionError | InputError) -> str:
        if self.revisions:
            return self.frame.said(error)
        assert self.device is not None
        return states.empty(
            f"No {self._kind} copy of {self.device.hostname}",
            "It was never saved, or this platform has no such configuration. The list at the left"
            " says what the runs met.",
        )

    async def _take_text(self, dated: DatedText) -> None:
        plain = self.frame.address.get("look") == "text"
        self.rows = Rows(lines=dated.lines, stretches=() if plain else dated.stretches)
        self.finding = await self.frame.ask(self._found, self.frame.address.get("within", ""))
        self.pane.tell_story(0, "")
        await self._draw_text()

    def _line(self) -> int:
        text = self.frame.address.get("line", "")
        line = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
        return line if line <= len(self.rows.lines) else 0

    # ---- drawing

    def _url(self, **query: object) -> str:
        return self.frame.address.url(**query)

    async def _draw_text(self) -> None:
        """Rows are made off the loop: a slice of them takes some milliseconds."""
        assert self.device is not None
        self.pane.html = await self.frame.ask(
            first_rows,
            self.rows,
            FIRST,
            self.frame.moment(),
            label=f"{self._kind} configuration of {self.device.hostname}",
            show=self._line(),
        )
        self._mark()

    def _draw_list(self) -> None:
        at, dated = self.frame.moment(), self.dated
        listed = Listed(
            open=dated.revision.id if dated else "",
            old=self._marked_here("old"),
            new=self._marked_here("new"),
            sections=self.sections,
            url={revision.id: self._url(rev=revision.id, line=None) for revision in self.revisions},
            hostname=dated.device.hostname if dated else "",
        )
        days = render_days(self.revisions, self.runs, listed, at)
        more = (
            f'<div class="older">{button("Older revisions", "older")}</div>'
            if len(self.revisions) == self.listed
            else ""
        )
        if not days:
            days = states.empty(
                "No copy yet", "No run has read this device. Back it up to have one."
            )
        bar = head.marks_bar(self._mark_of("old"), self._mark_of("new"), self._compare_url())
        strip = head.strip_head(strip_of(self.revisions, self.runs, at))
        self.list.html = (
            f'<div class="hist">{strip}{bar}<div class="days" id="days" role="listbox"'
            f' aria-label="Revisions, newest first">{days}{more}</div></div>'
        )

    def _draw_head(self) -> None:
        shown = self._shown()
        saved = head.saved_state(self.copy, self.frame.moment())
        self.head.html = (
            f'<div class="over">{head.device_head(shown, saved=saved)}'
            f"{head.tools(shown, self.finding)}</div>"
        )

    def _shown(self) -> head.Shown:
        assert self.device is not None
        revision = self.dated.revision if self.dated else None
        return head.Shown(
            device=self.device,
            revision=revision,
            latest=bool(revision and self.revisions and revision.id == self.revisions[0].id),
            kind=self._kind,
            look="text" if self.frame.address.get("look") == "text" else "since",
            reveal=self._reveal_state(),
            why=head.why_hidden(self.frame.person.role.value if self.frame.person.role else "none"),
            change=self._change_url(revision) if revision and revision.number > 1 else "",
        )

    def _reveal_state(self) -> str:
        if self.rows.secrets == "shown":
            return "shown"
        return "allowed" if self.frame.may(Permission.CONFIG_REVEAL) else "forbidden"

    # ---- where it leads

    def _lead_url(self, **query: object) -> str:
        """Another sub-view: only whose view it is stays."""
        own = dict.fromkeys(self.frame.address, None)
        kept = {name: self.frame.address.get(name) for name in ("tenant", "as")}
        return self._url(**{**own, **kept, **query})

    def _change_url(self, revision: Revision) -> str:
        return self._lead_url(change=f"{revision.device_id}@{revision.id}", kind=self._other_kind())

    def _compare_url(self) -> str:
        old, new = (self.frame.address.get(side) for side in ("old", "new"))
        return self._lead_url(old=old, new=new, kind=self._other_kind()) if old and new else ""

    def _other_kind(self) -> str | None:
        return None if self._kind == "running" else self._kind

    def _marked_here(self, side: str) -> str:
        device_id, _, rev = self.frame.address.get(side, "").partition("@")
        assert self.device is not None
        return rev if device_id == self.device.id else ""

    def _mark_of(self, side: str) -> head.Marked:
        value = self.frame.address.get(side, "")
        if not value:
            return head.Marked()
        rev = self._marked_here(side)
        own = next((r for r in self.revisions if rev and r.id.startswith(rev)), None)
        return head.Marked(
            side=value, said=head.said_of(own, "another device", self.frame.moment())
        )

    def leave(self) -> None:
        """Another view takes this one's place: secrets that it shows do not stay in the document."""
        if self.rows.secrets == "shown":
            self.rows = Rows(lines=())
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
        self.turn(
            self._lead_url(old=own, new=f"{other.id}@{rev or 'latest'}", kind=self._other_kind())
        )

    async def _choose_kind(self, act: Act) -> None:
        kind = "startup" if act.get("kind") == "startup" else None
        self.frame.address.set(kind=kind, rev=None, line=None)
        self.sections = {}
        await self.load()

    async def _look(self, act: Act) -> None:
        self.frame.address.set(
            history="replace", look="text" if act.get("look") == "text" else None
        )
        if self.dated is not None:
            await self._take_text(self.dated)
        self._draw_head()

    async def _give_rows(self, act: Act) -> None:
        """The next slice; a jump to a far line comes back for each one until there."""
        first, rows = _whole(act, "from"), self.rows
        last = min(first + SLICE - 1, len(rows.lines))
        if 0 < first <= last:
            html = await self.frame.ask(render_rows, rows, first, last, self.frame.moment())
            self.pane.more(html, first=first, last=last)

    async def _ask_story(self, act: Act) -> None:
        line = _whole(act, "line")
        if 0 < line <= len(self.rows.lines) and self.dated is not None:
            self.frame.address.set(history="replace", line=line)
            await self._tell_story(line)

    async def _tell_story(self, line: int) -> None:
        assert self.dated is not None
        revision = self.dated.revision
        told = await self.frame.ask(
            self.frame.bench.line_story,
            f"{revision.device_id}@{revision.id}",
            line,
            kind=self._kind,
        )
        leads = Leads(
            change=self._lead_url(
                change=f"{revision.device_id}@{told.revision}", kind=self._other_kind()
            ),
            elsewhere=self._lead_url(find=told.text.strip(), when="now"),
        )
        self.pane.tell_story(line, story(told, leads, self.frame.moment()))

    async def _shut(self, _act: Act) -> None:
        self.frame.address.set(history="replace", line=None)
        self.pane.tell_story(0, "")

    async def _within(self, act: Act) -> None:
        text = str(act.get("value", ""))[:200]
        self.frame.address.set(history="replace", within=text)
        self.finding = await self.frame.ask(self._found, text)
        self._mark()
        self._draw_head()

    def _found(self, text: str) -> head.Finding:
        if not text.strip():
            return head.Finding()
        wanted = text.casefold()
        lines = tuple(n for n, line in enumerate(self.rows.lines, 1) if wanted in line.casefold())
        at = next((place for place, n in enumerate(lines) if n >= self._line()), 0)
        return head.Finding(
            text=text, lines=lines, at=at, ever=self._lead_url(find=text, when="ever")
        )

    def _mark(self) -> None:
        lines, at = self.finding.lines, self.finding.at
        self.pane.mark(self.finding.text, lines, lines[at] if lines else 0)

    async def _step(self, act: Act) -> None:
        if self.finding.lines:
            step = 1 if act["act"] == "next" else -1
            at = (self.finding.at + step) % len(self.finding.lines)
            self.finding = replace(self.finding, at=at)
            self._mark()
            self._draw_head()

    async def _close(self, _act: Act) -> None:
        self.dialog.html = ""

    async def _ask_reveal(self, _act: Act) -> None:
        self.dialog.html = head.ask_reveal(self._shown())

    async def _ask_restore(self, _act: Act) -> None:
        self.dialog.html = head.ask_restore(self._shown())

    async def _reveal(self, act: Act) -> None:
        """Show the text with its secrets for a minute; the browser hides it by itself as well."""
        try:
            content = await self._restored(act, "put back")
        except InputError as error:
            self.dialog.html = head.ask_reveal(self._shown(), error)
            return
        lines = tuple(readable(line) for line in content.removesuffix(b"\n").split(b"\n"))
        same = len(lines) == len(self.rows.lines)
        self.rows = Rows(
            lines=lines, stretches=self.rows.stretches if same else (), secrets="shown"
        )
        self.dialog.html = ""
        await self._draw_text()
        self._draw_head()
        self.frame.tell(f"Secrets show for {head.SHOWN_S} seconds")
        self.desk.start(self._hide_in_time())

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

    async def _restore(self, act: Act) -> None:
        secrets = "left out" if text_of(act["fields"], "secrets") == "left out" else "put back"
        try:
            content = await self._restored(act, secrets)
        except InputError as error:
            self.dialog.html = head.ask_restore(self._shown(), error)
            return
        assert self.dated is not None
        device, revision = self.dated.device, self.dated.revision
        self.dialog.html = ""
        self.frame.save(f"{device.hostname}-{revision.id[:SHORT]}.cfg", content, PLAIN)

    async def _restored(self, act: Act, secrets: str) -> bytes:
        if self.dated is None:
            msg = "there is no copy to restore; back the device up first"
            raise UnknownRevisionError(msg)
        return await self.frame.ask(
            self.frame.bench.restore,
            f"{self.dated.device.id}@{self.dated.revision.id}",
            reason=text_of(act["fields"], "reason"),
            secrets=cast(Any, secrets),
            kind=self._kind,
        )


def _touched(hunk: Hunk) -> str:
    """The outermost section of a change, or how its first line begins where there is none."""
    if hunk.section:
        return hunk.section.split(" > ")[0]
    first = next((line.text for line in hunk.lines if line.kind != "same"), "")
    return " ".join(first.split()[:WORDS])


def _whole(act: Act, name: str) -> int:
    value = act.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
