"""The inventory's table as markup. Pure: rows and words in, text out.

Of thousands of rows only those near the window are drawn; two empty rows hold the others' place,
so that the scroll bar tells the truth.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from netwb.inventory.records import Device
from netwb.views.html import (
    Shape,
    age,
    button,
    esc,
    link,
    shape,
    state,
    tag,
)
from netwb.views.inventory.links import Links
from netwb.views.inventory.rows import Query, Row
from netwb.views.inventory.strips import strip
from netwb.views.long_table import LongTable
from netwb.views.states import empty
from netwb.views.words import count, exact

LONG = LongTable(row_px=35, drawn=120, ahead=40)  # inventory.css holds rows to that height
OLD = timedelta(hours=36)  # a nightly copy that is older missed a night
NOTHING = "\N{EN DASH}"  # does not apply; what is unknown is said in words

STATUS_SHAPES: dict[str, Shape] = {
    "active": "ok",
    "planned": "unknown",
    "maintenance": "held",
    "retired": "waived",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sees:
    """What the reader may see and do; what is not allowed is absent, not greyed."""

    address: bool = False
    edit: bool = False
    back_up: bool = False
    configs: bool = False
    rules: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Everything that the table shows.

    rows      those that the filter left, in order        start   the first one that is drawn
    total     rows without any filter, retired ones left out
    """

    rows: Sequence[Row]
    query: Query
    sees: Sees
    now: datetime
    zone: ZoneInfo
    links: Links
    total: int
    hidden: int = 0
    start: int = 0
    selected: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """Title, sort key ("" cannot be sorted), width in px (0: what is left), class of its cells."""

    title: str
    sort: str
    width: int
    class_: str = ""


def _columns(listing: Listing) -> dict[str, _Column]:
    """What may be seen; a column that no row fills is left out."""
    columns = {
        "hostname": _Column(title="Hostname", sort="hostname", width=0),
        "place": _Column(title="Tenant, site", sort="place", width=112),
        "address": _Column(title="Address", sort="address", width=126, class_="roomy"),
        "platform": _Column(title="Platform", sort="platform", width=94, class_="wide-only"),
        "role": _Column(title="Role", sort="role", width=92, class_="wide-only"),
        "status": _Column(title="Status", sort="status", width=118, class_="roomy"),
        "copy": _Column(title="Last good backup", sort="copy", width=114),
        "nights": _Column(title="21 nights", sort="", width=142, class_="roomy"),
        "contract": _Column(title="Contract", sort="contract", width=80, class_="wide-only"),
    }
    if not listing.sees.address:
        del columns["address"]
    if not any(row.device.role for row in listing.rows):
        del columns["role"]
    if not any(row.device.contract_ref for row in listing.rows):
        del columns["contract"]
    if not listing.sees.configs:
        del columns["copy"], columns["nights"]
    return columns


def table(listing: Listing) -> str:
    """The table, or what was looked at where it is empty."""
    if not listing.rows:
        return _nothing(listing)
    columns = _columns(listing)
    stop = min(len(listing.rows), listing.start + LONG.drawn)
    drawn = "".join(
        _row(row, listing, tuple(columns)) for row in listing.rows[listing.start : stop]
    )
    above, below = listing.start, len(listing.rows) - stop
    body = f"{LONG.gap(above)}{drawn}{LONG.gap(below)}"
    tick = '<col style="width:38px">' if _selects(listing.sees) else ""
    cols = tick + "".join(map(_col, columns.values()))
    return (
        '<table class="fixed devices" id="devices" data-act="scrolled" data-on="scroll"'
        f' aria-rowcount="{len(listing.rows) + 1}" aria-label="Devices"><colgroup>{cols}</colgroup>'
        f"<thead><tr>{_tick_all(listing)}{_heads(columns, listing.query)}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _nothing(listing: Listing) -> str:
    if listing.query.narrows:
        text = f"None of {count(listing.total, 'device')} is left by this filter."
        if listing.hidden:
            text += f" {count(listing.hidden, 'retired one')} would be; they are hidden."
        actions = button("Clear filter", "clear") + in_configs(listing)
        return empty("No such device", text, actions=actions)
    chosen = listing.links.kept.get("tenant") or listing.links.kept.get("as")
    whose = f"Tenant {chosen}" if chosen else "No tenant in your scope"
    text = f"{whose} has {'no' if chosen else 'a'} device yet."
    if not listing.sees.edit:
        return empty("There is no device", f"{text} An engineer or an admin adds them.")
    actions = button("Add device", "add", kind="primary", icon_="plus")
    actions += button("Import…", "go", data_import="1")
    return empty("There is no device", text, actions=actions)


def in_configs(listing: Listing) -> str:
    """A text that was meant for the lines of configurations is looked for there by one more click."""
    text = listing.query.text.strip()
    if not text or not listing.sees.configs:
        return ""
    url = listing.links.configs(find=text)
    return link(url, "<span>Find it in configurations</span>", class_="btn q")


def _col(column: _Column) -> str:
    width = f' style="width:{column.width}px"' if column.width else ""
    return f'<col class="{column.class_}"{width}>'


def _heads(columns: Mapping[str, _Column], query: Query) -> str:
    return "".join(_head(column, query) for column in columns.values())


def _head(column: _Column, query: Query) -> str:
    if not column.sort:
        return f'<th class="{column.class_}" scope="col">{esc(column.title)}</th>'
    down, up = query.sort == column.sort, query.sort == f"-{column.sort}"
    way = {"aria_sort": "ascending" if down else "descending" if up else None}
    sort = tag(
        "button",
        esc(column.title),
        type="button",
        data_act="sort",
        data_by=f"-{column.sort}" if down else column.sort,
    )
    return tag("th", sort, class_=column.class_, scope="col", **way)


def _tick_all(listing: Listing) -> str:
    if not _selects(listing.sees):
        return ""
    every = len(listing.selected) >= len(listing.rows)
    box = (
        '<input type="checkbox" id="pick-all" data-act="select-all" data-on="change"'
        f'{" checked" if every else ""} aria-label="Select all {len(listing.rows)} shown devices">'
    )
    return f'<th class="tick" scope="col">{box}</th>'


def _selects(sees: Sees) -> bool:
    return sees.edit or sees.back_up


def _row(row: Row, listing: Listing, columns: Sequence[str]) -> str:
    device = row.device
    cells = {
        "hostname": _hostname(device, listing.links),
        "place": f'<td class="cut">{place(device)}</td>',
        "address": f'<td class="mono cut t2 roomy" title="{esc(device.address)}">{esc(device.address)}</td>',
        "platform": f'<td class="cut wide-only">{esc(device.platform)}</td>',
        "role": f'<td class="t2 cut wide-only">{esc(device.role or NOTHING)}</td>',
        "status": f'<td class="roomy">{status(device)}</td>',
        "copy": f"<td>{copy_state(row, listing.now, listing.zone)}</td>",
        "nights": f'<td class="roomy">{strip(row.nights)}</td>',
        "contract": f'<td class="t3 cut wide-only">{esc(device.contract_ref or NOTHING)}</td>',
    }
    chosen = device.id in listing.selected
    marked = ' aria-selected="true"' if chosen else ""
    drawn = "".join(cells[name] for name in columns)
    return f'<tr class="row"{marked}>{_tick(device, chosen, listing.sees)}{drawn}</tr>'


def _hostname(device: Device, links: Links) -> str:
    return tag("td", device_link(device, links), class_="cut")


def device_link(device: Device, links: Links) -> str:
    """The hostname, leading to the device's page."""
    return link(
        links.device(device.id),
        esc(device.hostname),
        class_="host",
        data_act="open",
        data_device=device.id,
    )


def _tick(device: Device, chosen: bool, sees: Sees) -> str:  # noqa: FBT001 - private, one caller
    if not _selects(sees):
        return ""
    return (
        f'<td class="tick"><input type="checkbox" id="pick-{esc(device.id)}" data-act="select"'
        f' data-on="change" data-device="{esc(device.id)}"{" checked" if chosen else ""}'
        f' aria-label="Select {esc(device.hostname)}"></td>'
    )


def place(device: Device) -> str:
    """`acme fra1`, the site quieter."""
    return f'{esc(device.tenant)} <span class="t3">{esc(device.site)}</span>'


def status(device: Device) -> str:
    """Shape and word of a device's status."""
    return state(STATUS_SHAPES[device.status], device.status)


def copy_state(row: Row, now: datetime, zone: ZoneInfo) -> str:
    """Age of the last good copy, with the shape of how well the device is saved."""
    copy = row.coverage.copy if row.coverage else None
    if copy is None:
        if row.device.status in {"planned", "retired"}:
            return f'<span class="t3">{NOTHING}</span>'
        return state("bad", "never")
    kind = copy_shape(row, now)
    title = f"last good copy {exact(copy.at, zone)}{_missed(row)}"
    return (
        f'<span class="st st-{kind}" title="{esc(title)}">{shape(kind)}'
        f"<span>{age(copy.at, now)}</span></span>"
    )


def copy_shape(row: Row, now: datetime) -> Shape:
    """ok: the last run was good; warn: it was not; bad: three in a row were not; stale: no run."""
    copy = row.coverage.copy if row.coverage else None
    if copy is None:
        return "bad"
    if row.device.status == "retired":
        return "waived"
    return copy_age_shape(copy.at, row.bad_for, now)


def copy_age_shape(copied_at: datetime, bad_for: int, now: datetime) -> Shape:
    """The same of a copy, and of how many runs since then were not good."""
    if bad_for:
        return "bad" if bad_for >= 3 else "warn"
    return "ok" if now - copied_at <= OLD else "stale"


def _missed(row: Row) -> str:
    if not row.bad_for:
        return ""
    word = "kept back" if row.saved == "kept back" else "failed"
    return f"; {count(row.bad_for, 'run')} since then not good, the last one {word}"
