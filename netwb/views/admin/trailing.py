"""The part of the page that reads the audit trail: filters, pages, the CSV, the walk of the chain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from netwb.errors import InputError
from netwb.roles import Permission
from netwb.views.admin import trail as view
from netwb.views.cures import in_page
from netwb.views.desk import Acts, Desk
from netwb.views.sheet import Act
from netwb.views.states import loading
from netwb.workbench import Workbench
from netwb.workbench.auditing import Asked
from netwb.workbench.words import AuditEvent, AuditReport

CHECKED_AT_ONCE = 20_000  # links: a walk of them takes about a second of a thread
CSV_ROWS = 100_000  # most events in a file: what a spreadsheet still opens
_BATCH = 1_000


class TrailPart:
    """Events in pages; the address holds the filters and where the page begins."""

    def __init__(self, desk: Desk, *, draw: Callable[[], None]) -> None:
        self._desk = desk
        self._redraw = draw
        self._events: tuple[AuditEvent, ...] = ()
        self._names: Mapping[str, str] = {}
        self._found = 0
        self._wrong = ""
        self._older = False
        self._read = False
        self._walking = False
        self._report: AuditReport | None = None
        self._walked_at: datetime | None = None
        self.total = 0
        self.acts: Acts = {
            "audit": self._filter,
            "clear-audit": self._clear,
            "older": self._turn,
            "newest": self._turn,
            "csv": self._csv,
            "check-chain": self._check,
        }

    async def load(self, *, whole: bool) -> None:
        """The count of all events; with `whole` also the page that the address asks for."""
        frame = self._desk.frame
        self.total = await frame.ask(frame.bench.audit_count)
        if not whole:
            return
        self._names = {t.id: t.slug for t in await frame.ask(frame.bench.tenants)}
        try:
            await self._read_page()
        except InputError as error:  # of a filter: it is said beside the fields, which stay
            self._events, self._older, self._found = (), False, 0
            self._wrong = in_page(error)
        self._read = True
        if self._report is None and self._may_check() and self.total <= CHECKED_AT_ONCE:
            await self._check({})

    async def _read_page(self) -> None:
        frame, asked = self._desk.frame, self._asked()
        found = await frame.ask(_page, frame.bench, asked, self._before())
        narrowed = any(self._said().values())
        self._found = await frame.ask(_count, frame.bench, asked) if narrowed else self.total
        self._events, self._older = found[: view.PAGE], len(found) > view.PAGE
        self._wrong = ""

    def html(self) -> str:
        """The tab's content."""
        if not self._read:
            return loading()
        person = self._desk.frame.person
        return view.trail_tab(
            view.Trail(
                events=self._events,
                asked=self._said(),
                total=self._found,
                chain=view.Chain(
                    may_check=self._may_check(),
                    running=self._walking,
                    report=self._report,
                    at=self._walked_at,
                ),
                tenants=person.tenants,
                names=self._names,
                moment=self._desk.frame.moment(),
                older=self._older,
                newest=self._before() is None,
                wrong=self._wrong,
            )
        )

    def cleared(self) -> dict[str, None]:
        """What another tab takes out of the address."""
        return dict.fromkeys((*view.FILTERS, "before"))

    def _said(self) -> dict[str, str]:
        return {name: self._desk.frame.address.get(name, "") for name in view.FILTERS}

    def _asked(self) -> Asked:
        return view.asked_of(self._said(), self._desk.frame.zone)

    def _before(self) -> int | None:
        text = self._desk.frame.address.get("before", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def _may_check(self) -> bool:
        frame = self._desk.frame
        return frame.may(Permission.SYSTEM_MANAGE) and frame.person.wide

    # -- acts

    async def _filter(self, act: Act) -> None:
        name = str(act.get("filter"))
        if name in view.FILTERS:
            await self._go({name: str(act.get("value", "")).strip(), "before": None})

    async def _clear(self, _act: Act) -> None:
        await self._go(dict(self.cleared()))

    async def _turn(self, act: Act) -> None:
        await self._go({"before": act.get("before")})

    async def _go(self, changes: Mapping[str, object]) -> None:
        self._desk.frame.address.set(history="push", **changes)
        await self.load(whole=True)
        self._redraw()

    async def _csv(self, _act: Act) -> None:
        """Every event that the filter leaves, newest first."""
        frame = self._desk.frame
        content = await frame.ask(_csv, frame.bench, self._asked(), dict(self._names))
        frame.save(f"audit-{frame.now():%Y%m%d-%H%M}.csv", content, "text/csv")

    async def _check(self, _act: Act) -> None:
        """Walk the chain in a thread; the page says so meanwhile."""
        if not self._walking and self._may_check():
            self._walking = True
            self._desk.start(self._walk)
            self._redraw()

    async def _walk(self) -> None:
        frame = self._desk.frame
        try:
            self._report = await frame.ask(frame.bench.verify_audit)
            self._walked_at = frame.now()
        finally:
            self._walking = False
            self._redraw()
        frame.tell(view.verdict_words(self._report))


def _page(bench: Workbench, asked: Asked, before: int | None) -> tuple[AuditEvent, ...]:
    """One more than a page: so it is known whether there are older ones."""
    return tuple(bench.audit_events(limit=view.PAGE + 1, before=before, **asked))


def _count(bench: Workbench, asked: Asked) -> int:
    return bench.audit_count(**asked)


def _csv(bench: Workbench, asked: Asked, names: Mapping[str, str]) -> bytes:
    events: list[AuditEvent] = []
    before = None
    while len(events) < CSV_ROWS:
        batch = bench.audit_events(limit=_BATCH, before=before, **asked)
        events += batch
        if len(batch) < _BATCH:
            break
        before = batch[-1].seq
    return view.trail_csv(events, names)
