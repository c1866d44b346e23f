"""The part of the page that lists devices: reads them once, then filters, sorts and draws rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from netwb.inventory.fields import render_labels
from netwb.inventory.records import Device
from netwb.views.html import csv_of
from netwb.views.inventory import narrowing, table
from netwb.views.inventory.jobs import Backups, job_line
from netwb.views.inventory.rows import (
    Query,
    Row,
    address_of,
    chosen_rows,
    facet_counts,
    hidden_retired,
    newest_night,
    query_of,
    rows_of,
)
from netwb.views.inventory.stage import Acts, Stage
from netwb.views.sheet import Act
from netwb.views.states import loading
from netwb.views.words import count
from netwb.workbench.words import DeviceCoverage

NIGHTS = 21
_SPARE_DAYS = 2  # read beyond the strip: a zone ahead of UTC begins its first day earlier


class ListPart:
    """The table with its filters."""

    def __init__(self, stage: Stage, backups: Backups) -> None:
        self._stage = stage
        self._backups = backups
        self._all: tuple[Row, ...] = ()
        self._rows: tuple[Row, ...] = ()
        self._start = 0
        self._asked = self._drawn = object()  # what was begun last, of what a thread does
        self._opened: set[str] = set()
        self.selected: set[str] = set()
        self.acts: Acts = {
            "filter": self._filter,
            "facet": self._facet,
            "more": self._more,
            "clear": self._clear,
            "sort": self._sort,
            "scrolled": self._scrolled,
            "select": self._select,
            "select-all": self._select_all,
            "unselect": self._unselect,
            "csv": self._csv,
            "back-up": self._back_up,
        }

    async def load(self) -> None:
        """Read every device and its nights, and draw what the address asks for."""
        stage = self._stage
        stage.frame.crumbs(("Inventory", None))
        if not self._all:
            stage.table.html = loading()
        stage.show_list()
        await self._backups.follow()
        await self.read()

    async def read(self) -> None:
        """Read again, and draw."""
        self._all = await self._stage.frame.ask(_read, self._stage)
        await self._draw(scroll="keep")

    def devices(self, ids: Sequence[str]) -> list[Device]:
        """Devices of the list by id, in its order."""
        wanted = set(ids)
        return [row.device for row in self._all if row.device.id in wanted]

    def draw_toolbar(self) -> None:
        """The toolbar alone."""
        line = job_line(self._backups.job)
        self._stage.toolbar.html = narrowing.toolbar(self._listing(self._query()), job=line)

    # -- drawing

    def _query(self) -> Query:
        return query_of(self._stage.frame.address)

    def _listing(self, query: Query) -> table.Listing:
        stage = self._stage
        return table.Listing(
            rows=self._rows,
            query=query,
            sees=stage.sees(),
            now=stage.frame.now(),
            zone=stage.frame.zone,
            links=stage.links(),
            total=sum(row.device.status != "retired" for row in self._all),
            hidden=hidden_retired(self._all, query),
            start=self._start,
            selected=self.selected,
        )

    async def _draw(self, *, scroll: str = "top") -> None:
        """Thousands of rows are looked through in a thread; the newest query is drawn, and no other."""
        query, stage = self._query(), self._stage
        self._asked = own = object()
        rows, counts = await stage.frame.ask(_narrowed, self._all, query)
        if self._asked is not own:
            return
        self._rows = rows
        self.selected &= {row.device.id for row in self._rows}  # never act on what is not shown
        if scroll == "top":
            self._start = 0
            stage.table.command(top=0)
        self._start = min(self._start, max(0, len(self._rows) - table.LONG.drawn))
        stage.facets.html = narrowing.facets(counts, query, opened=self._opened)
        await self._draw_table()
        self.draw_toolbar()

    async def _draw_table(self) -> None:
        listing = self._listing(self._query())
        self._drawn = own = object()
        html = await self._stage.frame.ask(table.table, listing)
        if self._drawn is own:
            self._stage.table.html = html

    async def _ask(self, query: Query, *, typing: bool = False) -> None:
        """Another query: the address says it, the table shows it."""
        frame = self._stage.frame
        frame.address.set(history="replace" if typing else "push", **address_of(query))
        await self._draw()
        frame.tell(count(len(self._rows), "device"))

    # -- acts

    async def _filter(self, act: Act) -> None:
        query = self._query()
        text = str(act.get("value", ""))
        await self._ask(Query(text=text, chosen=query.chosen, sort=query.sort), typing=True)

    async def _facet(self, act: Act) -> None:
        facet, value = str(act.get("facet")), str(act.get("of"))
        if facet in narrowing.TITLES:
            await self._ask(self._query().toggled(facet, value))

    async def _more(self, act: Act) -> None:
        self._opened.add(str(act.get("facet")))
        query = self._query()
        _, counts = await self._stage.frame.ask(_narrowed, self._all, query)
        self._stage.facets.html = narrowing.facets(counts, query, opened=self._opened)

    async def _clear(self, _act: Act) -> None:
        await self._ask(Query(sort=self._query().sort))

    async def _sort(self, act: Act) -> None:
        by = query_of({"sort": str(act.get("by", ""))}).sort
        query = self._query()
        await self._ask(Query(text=query.text, chosen=query.chosen, sort=by))

    async def _scrolled(self, act: Act) -> None:
        seen = act.get("value")
        if not isinstance(seen, int | float):
            return
        start = table.LONG.first(int(seen), self._start, len(self._rows))
        if start != self._start:
            self._start = start
            await self._draw_table()

    async def _select(self, act: Act) -> None:
        known = {row.device.id for row in self._rows} & {str(act.get("device"))}
        self.selected = self.selected | known if act.get("value") else self.selected - known
        self.draw_toolbar()

    async def _select_all(self, act: Act) -> None:
        self.selected = {row.device.id for row in self._rows} if act.get("value") else set()
        await self._draw_table()
        self.draw_toolbar()

    async def _unselect(self, _act: Act) -> None:
        self.selected = set()
        await self._draw_table()
        self.draw_toolbar()

    async def _csv(self, _act: Act) -> None:
        """Every row that the filter leaves, not only those drawn."""
        frame, sees = self._stage.frame, self._stage.sees()
        content = await frame.ask(csv_of, csv_head(sees), list(csv_rows(self._rows, sees)))
        frame.save(f"inventory-{frame.now():%Y%m%d-%H%M}.csv", content, "text/csv")

    async def _back_up(self, _act: Act) -> None:
        await self._backups.start([d.id for d in self.devices(tuple(self.selected))])
        await self._unselect({})


def _read(stage: Stage) -> tuple[Row, ...]:
    """A row a device that the person sees."""
    frame = stage.frame
    devices = frame.bench.where(status="any").devices()
    since = frame.now() - timedelta(days=NIGHTS + _SPARE_DAYS)
    coverage = frame.bench.coverage(since=since) if stage.sees().configs else {}
    days = strip_days(frame.now(), coverage, stage)
    return rows_of(devices, coverage, days=days, zone=frame.zone)


def _narrowed(rows: Sequence[Row], query: Query) -> tuple[tuple[Row, ...], dict[str, Counter[str]]]:
    """What a query leaves, and how many each of its facets would."""
    return chosen_rows(rows, query), facet_counts(rows, query)


def strip_days(
    now: datetime, coverage: Mapping[str, DeviceCoverage], stage: Stage, *, nights: int = NIGHTS
) -> list[date]:
    """The calendar days of a strip; it ends with the newest night that there is."""
    zone = stage.frame.zone
    newest = newest_night(coverage.values()) or now
    last = max(newest.astimezone(zone).date(), now.astimezone(zone).date() - timedelta(days=1))
    return [last - timedelta(days=back) for back in reversed(range(nights))]


_TEXTS = ("role", "model", "serial", "os_version", "contract_ref", "sysname")


def csv_head(sees: table.Sees) -> list[str]:
    """Columns named as an import names them, then what only netwb knows."""
    address = ["address", "port"] if sees.address else []
    source = ["syslog_source"] if sees.address else []
    copy = ["last_good_backup"] if sees.configs else []
    named = [
        "tenant",
        "site",
        "hostname",
        *address,
        "platform",
        "status",
        *_TEXTS,
        *source,
        "labels",
    ]
    return [*named, *copy, "id"]


def csv_rows(rows: Sequence[Row], sees: table.Sees) -> Iterator[list[object]]:
    """A line a row, in the same columns."""
    for row in rows:
        device = row.device
        copy = row.coverage.copy if row.coverage else None
        yield [
            device.tenant,
            device.site,
            device.hostname,
            *([device.address, device.port] if sees.address else []),
            device.platform,
            device.status,
            *(getattr(device, name) for name in _TEXTS),
            *([device.syslog_source] if sees.address else []),
            render_labels(device.labels),
            *([copy.at if copy else None] if sees.configs else []),
            device.id,
        ]
