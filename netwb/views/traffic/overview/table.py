"""All ports in a table: what went in over what went out, of each. Pure.

Of thousands of rows only those near the window are drawn; two empty rows hold the others' place, so
that the scroll bar tells the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from netwb.amounts import amount, octets
from netwb.views.address import Address
from netwb.views.html import Shape, age, esc, link, state, tag
from netwb.views.long_table import LongTable
from netwb.views.traffic.overview.query import Trends
from netwb.workbench.traffic_many_records import (
    STATE_REASONS,
    STATE_WORDS,
    PortNumbers,
    PortState,
    PortTrend,
)
from netwb.workbench.traffic_records import SIDES

LONG = LongTable(row_px=47, drawn=90, ahead=30)  # overview.css holds rows to that height
_LONG_DAYS = 999  # from then on it is said in years
NOTHING = "\N{EN DASH}"
THIN = "Of one sample of each five minutes; the page of a port counts each poll"
SHAPES: Mapping[PortState, Shape] = {
    "up": "ok",
    "down": "bad",
    "off": "waived",
    "stale": "stale",
    "silent": "warn",
    "uncounted": "warn",
    "never": "unknown",
    "gone": "waived",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Everything that the table shows.

    rows     those that are found, in order; `start` is the first one that is drawn
    trends   of the busiest, by port's id; of the others nobody has asked
    every_s  0: figures are of each poll; else of one sample of so many seconds
    """

    rows: Sequence[PortNumbers]
    sort: str
    trends: Trends
    every_s: int
    now: datetime
    start: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """Title, sort key, width in px (0: what is left), class of its cells, what its title says."""

    title: str
    sort: str
    width: int
    class_: str = ""
    said: str = ""


def _columns(every_s: int) -> Sequence[_Column]:
    lows = "five minutes" if every_s else "poll"
    return (
        _Column(title="Port", sort="port", width=0),
        _Column(title="For, site", sort="place", width=112, class_="wide-only"),
        _Column(title="State", sort="state", width=112, class_="roomy"),
        _Column(title="", sort="", width=34, class_="side"),
        _Column(
            title="Min", sort="least", width=92, class_="r wide-only", said=f"The lowest {lows}"
        ),
        _Column(title="Mean", sort="mean", width=92, class_="r roomy"),
        _Column(title="95th", sort="p95", width=96, class_="r", said=THIN if every_s else ""),
        _Column(title="Max", sort="most", width=92, class_="r roomy", said="The highest poll"),
        _Column(title="Total", sort="total", width=78, class_="r wide-only"),
        _Column(
            title="Of port",
            sort="percent",
            width=112,
            class_="roomy",
            said="95th, busier direction",
        ),
        _Column(
            title="Days to full",
            sort="full",
            width=112,
            class_="roomy",
            said="Of the busiest ports, by the days of the last months; a hint and no promise",
        ),
        _Column(title="Newest", sort="newest", width=72, class_="roomy", said="Newest sample, ago"),
    )


def render_ports(listing: Listing, address: Address) -> str:
    """The table of the rows that are near what is seen."""
    columns = _columns(listing.every_s)
    stop = min(len(listing.rows), listing.start + LONG.drawn)
    drawn = "".join(_row(one, listing, address) for one in listing.rows[listing.start : stop])
    cols = "".join(
        f'<col class="{one.class_}"{f" style=width:{one.width}px" if one.width else ""}>'
        for one in columns
    )
    heads = "".join(_head(one, listing.sort) for one in columns)
    return (
        '<table class="fixed ports" id="ports" data-act="scrolled" data-on="scroll"'
        f' aria-rowcount="{len(listing.rows) + 1}" aria-label="Ports"><colgroup>{cols}</colgroup>'
        f"<thead><tr>{heads}</tr></thead>"
        f"<tbody>{LONG.gap(listing.start)}{drawn}{LONG.gap(len(listing.rows) - stop)}</tbody></table>"
    )


def _head(column: _Column, sort: str) -> str:
    if not column.sort:
        return f'<th class="{column.class_}" scope="col"><span class="unseen">Direction</span></th>'
    rising, falling = sort == column.sort, sort == f"-{column.sort}"
    wanted = (
        f"-{column.sort}" if rising or (column.sort in _HIGHEST and not falling) else column.sort
    )
    ordered = "ascending" if rising else "descending" if falling else None
    name = tag(
        "button",
        esc(column.title),
        type="button",
        data_act="sort",
        data_by=wanted,
        title=column.said or None,
    )
    return tag("th", name, class_=column.class_ or None, scope="col", aria_sort=ordered)


_HIGHEST = frozenset({"least", "mean", "p95", "most", "total", "percent", "newest"})


def _row(one: PortNumbers, listing: Listing, address: Address) -> str:
    rates = ("least", "mean", "p95", "most")
    least, mean, p95, most = (_both(*(_rate(one, side, name) for side in SIDES)) for name in rates)
    total = _both(*(octets(_of(one, side, "octets")) for side in SIDES))
    cells = (
        f"<td>{_port(one, address)}</td>"
        f'<td class="wide-only"><span class="cut">{esc(one.port.tenant)}</span>'
        f'<span class="cut t3 sm">{esc(one.port.site)}</span></td>'
        f'<td class="roomy">{_state(one)}</td>'
        '<td class="side sm"><span class="in">In</span><span class="out">Out</span></td>'
        f'<td class="r wide-only">{least}</td><td class="r roomy">{mean}</td>'
        f'<td class="r"><b>{p95}</b></td><td class="r roomy">{most}</td>'
        f'<td class="r wide-only">{total}</td><td class="roomy">{_share(one)}</td>'
        f'<td class="roomy">{render_full(listing.trends.get(one.port.id))}</td>'
        f'<td class="roomy">{_newest(one, listing.now)}</td>'
    )
    return f'<tr class="row">{cells}</tr>'


def _of(one: PortNumbers, side: str, name: str) -> float | None:
    found: float | None = getattr(one, f"{side}_{name}")
    return found


def _rate(one: PortNumbers, side: str, name: str) -> str:
    value = _of(one, side, name)
    return amount(value, "bits") if value is not None else NOTHING


def _both(into: str, out: str) -> str:
    if into == out == NOTHING or into == out == octets(None):
        return f'<span class="t3">{NOTHING}</span><span></span>'
    return f"<span>{esc(into)}</span><span>{esc(out)}</span>"


def _port(one: PortNumbers, address: Address) -> str:
    """Its device and name, and what people call it; a way to its chart. A phone has no column of states."""
    port = one.port
    called = ", ".join(
        filter(None, (port.alias, f"circuit {port.circuit_ref}" if port.circuit_ref else ""))
    )
    said, title = f"<b>{esc(port.hostname)}</b> {esc(port.name)}", port.label
    name = (
        link(
            address.url(port=port.id),
            said,
            class_="cut",
            data_act="port",
            data_port=port.id,
            title=f"{title}{f', {called}' if called else ''}",
        )
        if one.state != "gone"
        else tag("span", said, class_="cut", title=title)
    )
    word = "" if one.state == "up" else STATE_WORDS[one.state]
    alone = f'<span class="narrow-only">{esc(word)} \N{MIDDLE DOT} </span>' if word else ""
    return f'{name}<span class="cut t3 sm">{alone}{esc(called or NOTHING)}</span>'


def _state(one: PortNumbers) -> str:
    reason = STATE_REASONS[one.state]
    word = state(SHAPES[one.state], STATE_WORDS[one.state])
    return tag("span", word, title=reason or None)


def _share(one: PortNumbers) -> str:
    if one.percent is None:
        unknown = "nobody knows its speed" if one.p95 is not None else ""
        return tag("span", NOTHING, class_="t3", title=unknown or None)
    over = " over" if one.percent > 100 else ""
    bar = f'<span class="meter"><span style="width:{min(100.0, one.percent):.0f}%"></span></span>'
    return f'<span class="share{over}">{bar}<span>{amount(one.percent, "percent")}</span></span>'


def render_full(trend: PortTrend | None) -> str:
    """In how many days, and between which two; else why nobody can say."""
    if trend is None:
        return f'<span class="t3">{NOTHING}</span>'
    if trend.verdict == "filling" and trend.days is not None:
        said = _years if trend.days >= _LONG_DAYS else _days
        return tag(
            "span",
            f'<b>{said(trend.days)}</b> <span class="t3 sm">{_between(trend, said)}</span>',
            title=f"{trend.side}: {trend.said}",
        )
    word = {"full": "full now", "falling": "falling", "no speed": "no speed"}.get(
        trend.verdict, "no trend"
    )
    return tag(
        "span",
        word,
        class_=None if trend.verdict == "full" else "t3",
        title=f"{trend.side}: {trend.said}",
    )


def _between(trend: PortTrend, said: Callable[[float], str]) -> str:
    """Its interval, in the unit of its middle."""
    ends = (said(days or 0.0).rpartition(" ")[0] for days in (trend.soonest, trend.latest))
    return "\N{EN DASH}".join(ends)


def _days(days: float) -> str:
    return f"{days:.0f} d"


def _years(days: float) -> str:
    return f"{days / 365:.1f} y"


def _newest(one: PortNumbers, now: datetime) -> str:
    if one.newest is None:
        return f'<span class="t3">{NOTHING}</span>'
    return tag("span", age(one.newest, now), class_=None if one.state == "up" else "t2")
