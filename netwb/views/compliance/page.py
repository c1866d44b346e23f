"""`ComplianceView`: the page `/compliance`. Who breaks which rule, since when, on which line.

`?sort=&site=&rules=&only=&state=&good=&device=&rule=&tab=`; what is asked for is read once, and how it
is looked at is worked out from that, in a thread: neither waits for the database nor holds the loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar

import panel as pn
from panel.viewable import Viewable

from netwb.compliance.report import STATE_WORDS, FindingStory
from netwb.roles import Permission
from netwb.views import states
from netwb.views.compliance.eye import Eye
from netwb.views.compliance.files import cells_csv, matrix_of
from netwb.views.compliance.grid import Shown, choose, grid_text
from netwb.views.compliance.look import NO_FILTER, Look, look_of
from netwb.views.compliance.nothing import render_not_meant, render_nothing
from netwb.views.compliance.one_rule import render_nothing_chosen, render_rule
from netwb.views.compliance.pane import MatrixPane
from netwb.views.compliance.reading import Read, read
from netwb.views.compliance.ruling import Ruling
from netwb.views.compliance.story import Spread, render_story, spread_of
from netwb.views.compliance.tools import Offered, render_sum, render_tools, ticked
from netwb.views.compliance.waiving import Waiving
from netwb.views.compliance.wording import why_not
from netwb.views.desk import Desk
from netwb.views.document import at_once
from netwb.views.frame import Frame
from netwb.views.panes import SHRINKS, wide_and_detail
from netwb.views.rights import scope_words
from netwb.views.sheet import Act, OnAct, Sheet
from netwb.views.words import count

ASIDE_PX, NARROW_PX = 360, 308
_FILLS: dict[str, Any] = {"sizing_mode": "stretch_both", "margin": 0, "styles": SHRINKS}


@cache
def compliance_css() -> str:
    """The stylesheet of its bars, its panel and its lists."""
    return (Path(__file__).parent / "compliance.css").read_text(encoding="utf-8")


class ComplianceView:
    """Toolbar, sum, matrix and panel; or the rules, or the waivers, in the place of the last two."""

    page: ClassVar[str] = "compliance"
    title: ClassVar[str] = "Compliance"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.look: Look = look_of(frame.address)
        self.read: Read | None = None
        self.shown: Shown | None = None
        self.story: FindingStory | None = None
        self._spread = Spread(devices=0, broken=0)
        self._rollback = False
        self._checks = ""
        self._asked = 0
        self._document = pn.state.curdoc
        self.desk = Desk(frame, self._act, css=compliance_css())
        self.tools, self.sum = self._sheet(), self._sheet()
        self.matrix = MatrixPane(states.loading(), on_act=self._act)
        self.aside = self._sheet(
            **_FILLS | {"styles": {"overflow": "hidden auto", "background": "var(--surface)"}}
        )
        self.lists = self._sheet(**_FILLS | {"styles": {"overflow": "auto", "min-height": "0"}})
        self._panes = wide_and_detail(self.matrix, self.aside, px=ASIDE_PX, narrow_px=NARROW_PX)
        self.room = pn.Column(self._panes, **_FILLS)
        self.waiving = Waiving(frame, self.desk, story=lambda: self.story, done=self._done)
        self.ruling = Ruling(frame, self.desk, done=self._done)
        self._acts: dict[str, OnAct] = {
            "again": self._again,
            "order": partial(self._turn, {"sort": "order"}),
            "site": partial(self._turn, {"site": "value"}),
            "rules": partial(self._turn, {"rules": "value"}),
            "good": self._unfold,
            "only": self._only,
            "state": self._of_state,
            "new-ones": self._new_ones,
            "clear": self._clear,
            "tab": self._choose_tab,
            "cell": self._choose_cell,
            "rule": self._choose_rule,
            "shut": self._shut,
            "next": self._next,
            "rollback": self._show_rollback,
            "check": self._check,
            "csv": self._csv,
            "pdf": self._pdf,
            "close": self._close,
            **self.waiving.acts,
            **self.ruling.acts,
        }
        frame.address.on_change(self._went)

    def _sheet(self, **layout: Any) -> Sheet:
        return Sheet(on_act=self._act, css=compliance_css(), **layout)

    def panel(self) -> Viewable:
        """Bars above, and what is looked at under them."""
        return pn.Column(self.tools, self.sum, self.room, self.desk.dialog, **_FILLS)

    async def load(self) -> None:
        """Read what the address asks for."""
        self.frame.crumbs(("Compliance", None))
        await self.frame.part(self._load, self._say)

    # ---- reading

    async def _load(self) -> None:
        self._asked += 1
        asked, frame = self._asked, self.frame
        found = await frame.ask(read, frame.bench)
        if asked != self._asked:
            return
        self.read = found
        frame.note_open(found.report.counts()["non_compliant"])
        await self._redraw()

    async def _went(self) -> None:
        """Back or Forward: what was read is still there."""
        if self.read is None:
            await self.load()
        else:
            await self._redraw()

    async def _redraw(self) -> None:
        """The look of the address, from what was read."""
        look = self.look = look_of(self.frame.address)
        if look.tab == "matrix":
            await self._draw_matrix(look)
        else:
            await self._draw_list(look)

    async def _draw_matrix(self, look: Look) -> None:
        assert self.read is not None
        frame, report = self.frame, self.read.report
        shown, grid = await frame.ask(_chosen, self.read, look, frame)
        self.shown = shown
        await self._put(self._panes)
        self._draw_bars()
        if shown.rules and (shown.lines or shown.good):
            self.matrix.draw(grid)
        else:
            self.matrix.say(render_nothing(report, look, shown, edits=self._eye().edits))
        await self._draw_aside(look)

    async def _draw_list(self, look: Look) -> None:
        assert self.read is not None
        part = self.ruling if look.tab == "rules" else self.waiving
        self.lists.html = self.lists.html or states.loading()
        await self._put(self.lists)
        self._draw_bars()
        self.lists.html = await part.listed(self.read.report, self._eye())

    async def _put(self, part: Viewable) -> None:
        """In the place under the bars."""
        if self.room[0] is not part:
            await at_once(self._document, partial(self.room.__setitem__, slice(None), [part]))

    # ---- drawing

    def _say(self, said: str) -> None:
        self.read = self.shown = self.story = None
        self.tools.html = self.sum.html = self.aside.html = self.lists.html = ""
        self.matrix.say(said)
        if self.room[0] is not self._panes:
            self.lists.html = said

    def _eye(self) -> Eye:
        frame = self.frame
        role = frame.person.role.value if frame.person.role else "none"
        return Eye(
            at=frame.moment(),
            address=frame.address,
            edits=frame.may(Permission.COMPLIANCE_EDIT),
            configs=frame.may(Permission.CONFIG_VIEW),
            why=why_not(role),
        )

    def _draw_bars(self) -> None:
        assert self.read is not None
        eye, look = self._eye(), self.look
        offered = Offered(
            report=self.read.report,
            sites=self.read.sites,
            edits=eye.edits,
            checks=self._checks,
            why=eye.why,
            trend=self.read.trend,
        )
        self.tools.html = render_tools(offered, look, self.frame.address, eye.at)
        over = look.tab == "matrix" and self.shown is not None
        self.sum.html = render_sum(self.shown, offered, look, self.frame.address) if over else ""  # type: ignore[arg-type]  # `over` says so

    async def _draw_aside(self, look: Look) -> None:
        """What is chosen: a cell, a rule, a device by what it breaks first; or nothing."""
        assert self.read is not None
        assert self.shown is not None
        device, rule = look.device, look.rule
        if device and not rule:
            rule = self.shown.first_of(device)
            self.frame.address.set(history="replace", rule=rule or None)
        self.matrix.choose(device, rule)
        self.story, self._rollback = None, False
        if device and rule and not self._is_meant(device, rule):
            self._say_aside(render_not_meant(rule))
        elif device and rule:
            await self.frame.part(partial(self._tell, device, rule), self._say_aside)
        elif rule:
            self._draw_rule(rule)
        else:
            self.aside.html = render_nothing_chosen(self.shown, self.read.report, self._eye())

    def _is_meant(self, device: str, rule: str) -> bool:
        """Of a device that is shown it is known; of another one the facade says what it is."""
        assert self.shown is not None
        line = next((one for one in self.shown.lines if one.one.device_id == device), None)
        return line is None or rule in line.one.cells

    async def _tell(self, device: str, rule: str) -> None:
        frame = self.frame
        assert self.read is not None
        spread = await frame.ask(spread_of, self.read.report, rule)
        story = await frame.ask(frame.bench.finding, device, rule)
        if (self.look.device, self.look.rule or rule) != (device, rule):
            return  # another one was chosen meanwhile
        self.story, self._spread = story, spread
        self._draw_story()
        said = f"{rule} on {story.device.hostname}: {STATE_WORDS[story.cell.state]}."
        frame.tell(f"{said} {story.finding.reason if story.finding else ''}")

    def _draw_story(self) -> None:
        if self.story is not None:
            self.aside.html = render_story(
                self.story, self._eye(), self._spread, rollback=self._rollback
            )

    def _draw_rule(self, rule: str) -> None:
        assert self.read is not None
        head = self.read.report.head(rule)
        if head is None:
            self._say_aside(states.not_found("rule of that name"))
        else:
            self.aside.html = render_rule(head, self.read.report, self._eye())

    def _say_aside(self, said: str) -> None:
        self.aside.html = said

    # ---- acts

    async def _act(self, act: Act) -> None:
        """What a person did."""
        chosen = self._acts.get(str(act["act"]))
        if chosen is not None:
            await chosen(act)

    async def _again(self, _act: Act) -> None:
        await self.load()

    async def _look(self, **query: object) -> None:
        """The same, looked at otherwise."""
        self.frame.address.set(history="push", **query)
        if self.read is None:
            await self.load()
        else:
            await self._redraw()

    async def _turn(self, names: Mapping[str, str], act: Act) -> None:
        await self._look(**{name: str(act.get(said) or "") or None for name, said in names.items()})

    async def _unfold(self, _act: Act) -> None:
        await self._look(good=None if self.look.good else "1")

    async def _only(self, act: Act) -> None:
        name = "open" if act.get("only") == "open" else "new"
        await self._look(only=ticked(self.look, name, on=act.get("value") is True), state=None)

    async def _of_state(self, act: Act) -> None:
        wanted = str(act.get("state", ""))
        await self._look(state=None if wanted == self.look.state else wanted, only=None)

    async def _new_ones(self, _act: Act) -> None:
        await self._look(only="new", state=None)

    async def _clear(self, _act: Act) -> None:
        await self._look(**NO_FILTER)

    async def _choose_tab(self, act: Act) -> None:
        tab = str(act.get("tab", ""))
        await self._look(tab=None if tab == "matrix" else tab)

    async def _choose_cell(self, act: Act) -> None:
        await self._choose(str(act.get("device", "")), str(act.get("rule", "")))

    async def _choose_rule(self, act: Act) -> None:
        await self._choose("", str(act.get("rule", "")))

    async def _choose(self, device: str, rule: str) -> None:
        """Nothing but the panel is drawn."""
        self.frame.address.set(history="replace", device=device or None, rule=rule or None)
        self.look = look_of(self.frame.address)
        if self.shown is not None:
            await self._draw_aside(self.look)
        if device or rule:
            self.aside.command(show="finding")

    async def _shut(self, _act: Act) -> None:
        await self._choose("", "")

    async def _next(self, _act: Act) -> None:
        found = self.shown.after(self.look.device, self.look.rule) if self.shown else None
        if found is None:
            self.frame.tell("No finding is shown")
        else:
            await self._choose(*found)

    async def _show_rollback(self, _act: Act) -> None:
        self._rollback = not self._rollback
        self._draw_story()

    async def _check(self, _act: Act) -> None:
        frame = self.frame
        self._checks = "checking…"
        self._draw_bars()
        try:
            report = await frame.ask(frame.bench.check)
        finally:
            self._checks = ""
            self._draw_bars()
        await self._done(f"Checked: {count(report.judged, 'device')} judged anew")

    async def _csv(self, _act: Act) -> None:
        if self.read is not None and self.shown is not None:
            content = await self.frame.ask(cells_csv, self.shown, self.read.report, self.look)
            self.frame.save("compliance.csv", content, "text/csv")

    async def _pdf(self, _act: Act) -> None:
        """What is shown, on paper."""
        if self.read is None or self.shown is None:
            return
        frame, whose = self.frame, self._whose()
        content = await frame.ask(_printed, frame, self.shown, self.read, self.look, whose=whose)
        frame.save("compliance.pdf", content, "application/pdf")

    def _whose(self) -> str:
        person, chosen = self.frame.person, self.frame.address.get("tenant")
        if chosen:
            return chosen
        return scope_words(None if person.wide else [slug for slug, _ in person.tenants])

    async def _close(self, _act: Act) -> None:
        self.desk.close()

    async def _done(self, said: str) -> None:
        """Something was changed: all of it is read anew."""
        await self.load()
        self.frame.tell(said)


def _chosen(found: Read, look: Look, frame: Frame) -> tuple[Shown, str]:
    now = frame.now()
    shown = choose(found.report, look, now)
    return shown, grid_text(shown, look, frame.address, now)


def _printed(frame: Frame, shown: Shown, found: Read, look: Look, *, whose: str) -> bytes:
    matrix = matrix_of(shown, found.report, look, frame.moment(), whose=whose.capitalize())
    return frame.bench.compliance_pdf(matrix)
