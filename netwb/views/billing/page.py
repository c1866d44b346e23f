"""`BillingView`: the page `/billing`. What a tenant's port groups come to in a month.

`?of=<tenant>&month=2026-11&version=&group=`; another group, month or version changes what is shown,
as a page would cost a second. What is written is asked for first, with the figures that it keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar

import panel as pn
from panel.viewable import Viewable

from netwb.billing.records import BillExclusion, PortGroup, TenantBill
from netwb.metrics.billing.records import GroupBill
from netwb.roles import Permission
from netwb.views import states, words
from netwb.views.billing import dialogs
from netwb.views.billing.chart import BillChart
from netwb.views.billing.group_acts import GroupActs
from netwb.views.billing.groups import render_none, render_tenants
from netwb.views.billing.look import Look, look_of, month_words
from netwb.views.billing.table import (
    render_group,
    render_groups,
    render_legend,
    render_standing,
)
from netwb.views.billing.tools import render_tools
from netwb.views.desk import Desk
from netwb.views.document import at_once, soon
from netwb.views.fields import text_of
from netwb.views.frame import Frame
from netwb.views.html import page_url
from netwb.views.panes import SHRINKS
from netwb.views.sheet import Act, OnAct, Sheet
from netwb.views.traffic.waiting import Veil, told
from netwb.workbench.billing_records import ShownBill

NO_KEYS: Mapping[str, str | None] = {}


@cache
def billing_css() -> str:
    """The stylesheet of its bars and tables."""
    return (Path(__file__).parent / "billing.css").read_text(encoding="utf-8")


class BillingView:
    """Toolbar, groups, the windows of one, and how its figure is found."""

    page: ClassVar[str] = "billing"
    title: ClassVar[str] = "Bills"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.look: Look | None = None
        self.shown: ShownBill | None = None
        self.groups: tuple[PortGroup, ...] = ()
        self._asked = 0
        self._document = pn.state.curdoc
        self.desk = Desk(frame, self._act, css=billing_css())
        self.tools = self._sheet()
        self.head = self._sheet(states.loading())
        self.foot = self._sheet()
        self.chart = BillChart()
        self.room = pn.Column(sizing_mode="stretch_width", margin=0, styles=SHRINKS)
        self._veil = Veil(self.head, self.room, self.foot)
        self._acts: dict[str, OnAct] = {
            "again": self._again,
            "bill-of": self._choose_bill,
            "month": self._choose_month,
            "version": partial(self._choose, "version", "version"),
            "group": self._choose_group,
            "csv": self._csv,
            "pdf": self._pdf,
            "close": self._close,
            "ask-freeze": self._ask_freeze,
            "ask-reopen": self._ask_reopen,
            "ask-exclude": self._ask_exclude,
            "ask-include": self._ask_include,
            "freeze": self._freeze,
            "reopen": self._reopen,
            "exclude": self._exclude,
            "include": self._include,
            **GroupActs(frame, self.desk, own=self._own, done=self._done).acts,
        }
        frame.address.on_change(self.load)

    def _sheet(self, html: str = "") -> Sheet:
        return Sheet(html, on_act=self._act, css=billing_css())

    def panel(self) -> Viewable:
        """One column, which scrolls as a whole."""
        return pn.Column(
            self.tools, self.head, self.room, self.foot, self.desk.dialog, self.chart.driver,
            sizing_mode="stretch_both", margin=0, styles={**SHRINKS, "overflow": "hidden auto"},
        )  # fmt: skip

    async def load(self) -> None:
        """Read what the address asks for."""
        await self.frame.part(self._load, self._say)

    # ---- reading

    async def _load(self) -> None:
        self._asked += 1
        asked = self._asked
        try:
            await self._read(asked)
        finally:
            if asked == self._asked:
                self._veil.lift()

    async def _read(self, asked: int) -> None:
        frame = self.frame
        groups = await frame.ask(frame.bench.port_groups)
        if asked != self._asked:
            return
        self.groups = tuple(groups)
        look = self.look = look_of(
            frame.address, now=frame.now(), zone=frame.zone, only=self._only()
        )
        if not look.tenant:
            await self._draw_tenants()
            return
        self._draw_tools(None)
        reckoning = frame.ask(frame.bench.shown_bill, look.tenant, look.month, version=look.version)
        shown = await told(reckoning, partial(self._wait, asked))
        if asked == self._asked:
            self.shown = shown
            await at_once(self._document, self._draw)
            frame.tell(f"{shown.bill.tenant} {month_words(shown.bill.month)}")

    def _wait(self, asked: int, seconds: float) -> None:
        """It takes its time; what is shown is another bill."""
        if asked == self._asked:
            self._veil.dim()
            self._draw_tools(None, waits=f"Reckoning… {words.span(round(seconds))}")

    def _only(self) -> str:
        """The one tenant that somebody sees bills of."""
        own = [slug for slug, _ in self.frame.person.tenants]
        billed = sorted({one.tenant for one in self.groups})
        found = own if len(own) == 1 else billed
        return found[0] if len(found) == 1 else ""

    def _chosen(self) -> GroupBill | None:
        """The group of the address; else the first."""
        assert self.shown is not None
        groups = self.shown.bill.groups
        wanted = self.look.group if self.look else ""
        return next(
            (one for one in groups if one.terms.group == wanted), groups[0] if groups else None
        )

    # ---- drawing

    def _say(self, said: str) -> None:
        self.shown = None
        soon(self._document, partial(self.room.__setitem__, slice(None), []))
        self.head.html, self.foot.html = said, ""

    async def _draw_tenants(self) -> None:
        self.shown = None
        self.frame.crumbs(("Bills", None))
        self.tools.html = ""
        await at_once(self._document, partial(self.room.__setitem__, slice(None), []))
        self.foot.html = ""
        may_edit = self.frame.may(Permission.BILLING_EDIT)
        self.head.html = (
            render_tenants(self.groups, self.frame.address, may_edit=may_edit)
            if self.groups
            else render_none("No port group is billed", may_edit=may_edit)
        )

    def _draw_tools(self, bill: TenantBill | None, *, waits: str = "") -> None:
        assert self.look is not None
        self.tools.html = render_tools(
            self.look,
            self.frame.address,
            now=self.frame.now(),
            zone=self.frame.zone,
            bill=bill,
            may_edit=self.frame.may(Permission.BILLING_EDIT),
            waits=waits,
        )

    def _draw(self) -> None:
        assert self.shown is not None
        bill = self.shown.bill
        bills = page_url("billing", **self.frame.address.kept())
        self.frame.crumbs(("Bills", bills), (bill.tenant, None), (month_words(bill.month), None))
        self._draw_tools(bill)
        one = self._chosen()
        if one is None:
            self.room[:] = []
            self.foot.html = ""
            self.head.html = render_none(
                f"{bill.tenant} has no port group",
                bill.tenant,
                may_edit=self.frame.may(Permission.BILLING_EDIT),
            )
            return
        moment = self.frame.moment()
        self.head.html = (
            render_standing(self.shown, moment)
            + f'<div class="groups">{render_groups(bill, self.frame.address, one.terms.group)}</div>'
            + render_legend(one)
        )
        summed = self.shown.windows.get(one.terms.group)
        drawn = summed is not None and one.state in {"reckoned", "all_excluded"}
        if summed is not None and drawn:
            self.chart.draw(one, summed)
        wanted = [pn.Column(self.chart.pane, height=300, sizing_mode="stretch_width", margin=0)]
        if drawn != bool(len(self.room)):
            self.room[:] = wanted if drawn else []
        may_edit, own = self.frame.may(Permission.BILLING_EDIT), self._own(one.terms.group)
        self.foot.html = render_group(one, self.shown, moment, own, may_edit=may_edit)

    def _own(self, name: object) -> PortGroup | None:
        """The group as it is now; one that is on a frozen bill may be none any more."""
        tenant = self.shown.bill.tenant if self.shown is not None else ""
        return next((g for g in self.groups if (g.tenant, g.name) == (tenant, name)), None)

    # ---- acts

    async def _act(self, act: Act) -> None:
        """What a person did."""
        chosen = self._acts.get(str(act["act"]))
        if chosen is not None:
            await chosen(act)

    async def _again(self, _act: Act) -> None:
        await self.load()

    async def _choose(self, key: str, data: str, act: Act) -> None:
        wanted: dict[str, Any] = {key: str(act.get(data, ""))}
        self.frame.address.set(**wanted)
        await self.load()

    async def _choose_bill(self, act: Act) -> None:
        self.frame.address.set(of=str(act.get("of", "")), group=str(act.get("group", "")) or None)
        await self.load()

    async def _choose_month(self, act: Act) -> None:
        self.frame.address.set(month=str(act.get("value", "")), version=None)
        await self.load()

    async def _choose_group(self, act: Act) -> None:
        """Nothing is read: the windows of all are here."""
        self.frame.address.set(group=str(act.get("group", "")))
        frame = self.frame
        self.look = look_of(frame.address, now=frame.now(), zone=frame.zone, only=self._only())
        if self.shown is not None:
            await at_once(self._document, self._draw)

    async def _csv(self, _act: Act) -> None:
        if self.shown is None or (one := self._chosen()) is None:
            return
        bill, frame = self.shown.bill, self.frame
        text = await frame.ask(
            frame.bench.bill_csv,
            bill.tenant,
            bill.month,
            group=one.terms.group,
            version=_number(bill),
        )
        name = f"bill-{bill.tenant}-{bill.month}-{_named(one.terms.group)}.csv"
        frame.save(name, text.encode("utf-8-sig", "replace"), "text/csv")

    async def _pdf(self, _act: Act) -> None:
        if self.shown is None:
            return
        bill, frame = self.shown.bill, self.frame
        content = await frame.ask(
            frame.bench.bill_pdf, bill.tenant, bill.month, version=_number(bill)
        )
        frame.save(f"bill-{bill.tenant}-{bill.month}.pdf", content, "application/pdf")

    async def _close(self, _act: Act) -> None:
        self.desk.close()

    async def _ask_freeze(self, _act: Act) -> None:
        if self.shown is not None:
            bill = self.shown.bill
            planned = await self.frame.ask(self.frame.bench.plan_freeze, bill.tenant, bill.month)
            self.desk.ask(dialogs.ask_freeze(planned))

    async def _ask_reopen(self, _act: Act) -> None:
        if self.shown is not None and self.shown.bill.versions:
            self.desk.ask(dialogs.ask_reopen(self.shown.bill))

    async def _ask_exclude(self, _act: Act) -> None:
        if self.shown is not None:
            self.desk.ask(dialogs.ask_exclude(self.shown.bill, ""))

    async def _ask_include(self, act: Act) -> None:
        if self.shown is not None and (one := self._exclusion(act)) is not None:
            self.desk.ask(dialogs.ask_include(self.shown.bill, one))

    def _exclusion(self, act: Act) -> BillExclusion | None:
        """The one that is meant, of those that are shown."""
        wanted = act.get("exclusion")
        shown = self.shown.exclusions if self.shown is not None else ()
        return next((one for one in shown if one.id == wanted), None)

    async def _freeze(self, _act: Act) -> None:
        if self.shown is None:
            return
        bill, bench = self.shown.bill, self.frame.bench
        redraw = partial(dialogs.ask_freeze, bill)
        if await self.desk.tried(partial(bench.freeze_bill, bill.tenant, bill.month), redraw):
            await self._done(f"{bill.month} of {bill.tenant} is frozen")

    async def _reopen(self, act: Act) -> None:
        if self.shown is None:
            return
        bill, bench = self.shown.bill, self.frame.bench
        reason = text_of(act["fields"], "reason")
        done = await self.desk.tried(
            partial(bench.reopen_bill, bill.tenant, bill.month, reason=reason),
            lambda wrong: dialogs.ask_reopen(bill, wrong, reason),
        )
        if done:
            await self._done(f"{bill.month} of {bill.tenant} is reopened")

    async def _exclude(self, act: Act) -> None:
        if self.shown is None:
            return
        bill, bench = self.shown.bill, self.frame.bench
        given = {
            name: text_of(act["fields"], name) for name in ("since", "until", "group", "reason")
        }
        done = await self.desk.tried(
            partial(bench.exclude_from_bill, bill.tenant, **given),
            lambda wrong: dialogs.ask_exclude(bill, wrong=wrong, **given),
        )
        if done:
            await self._done("That time is left out")

    async def _include(self, act: Act) -> None:
        if self.shown is None or (one := self._exclusion(act)) is None:
            return
        bill, bench = self.shown.bill, self.frame.bench
        done = await self.desk.tried(
            partial(bench.include_in_bill, bill.tenant, one.id),
            partial(dialogs.ask_include, bill, one),
        )
        if done:
            await self._done("That time counts again")

    async def _done(self, said: str, keys: Mapping[str, str | None] = NO_KEYS) -> None:
        self.frame.address.set(history="replace", **{"version": None, **keys})
        await self.load()
        self.frame.tell(said)


def _number(bill: TenantBill) -> int | None:
    return bill.frozen.version if bill.frozen else None


def _named(group: str) -> str:
    """As a part of a file's name."""
    return "".join(c if c.isalnum() and c.isascii() else "-" for c in group)[:60]
