"""Who carries a line, who ever did, from when to when: hits as a table on one common time axis. Pure.

Lines that stand come first; those that are gone stand below, struck. The axis begins with the oldest
hit, so that a roll-out shows as a staircase.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from urllib.parse import quote

from netwb.views.history.lines import NOBODY, author
from netwb.views.html import csv_of, esc, link, tag, when
from netwb.views.navigation import Moment
from netwb.views.words import MONTHS, count, day, moment, number, zone_city
from netwb.workbench.words import Hit

Match = Literal["text", "word", "pattern"]
When = Literal["now", "ever"]
SHOWN = 500  # rows at first; more on demand
_DEEPER = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
_COLUMNS = "".join(
    f'<col class="c-{name}">'
    for name in ("device", "section", "line", "time", "time", "who", "axis")
)
_SHORTEST_PERCENT = 1.5  # of the axis: what stood for a minute is still seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for; times as people write them."""

    text: str = ""
    when: When = "now"
    match: Match = "text"
    since: str = ""
    until: str = ""
    by: str = ""

    @classmethod
    def of(cls, query: object) -> Asked:
        """From an address; an unknown word is the default."""
        get = cast("dict[str, str]", query).get
        mode = get("mode", "")
        return cls(
            text=get("find", ""),
            when="ever" if get("when") == "ever" else "now",
            match=cast("Match", mode) if mode in {"word", "pattern"} else "text",
            since=get("since", ""),
            until=get("until", ""),
            by=get("by", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was found.

    devices   how many were searched; None: not counted yet
    more      there are further lines that were not read
    base      query that links keep
    """

    hits: Sequence[Hit]
    devices: int | None
    took_s: float
    more: bool = False
    base: str = ""


def render_sum(result: Result, asked: Asked, at: Moment) -> str:
    """The answer in one line, and what was searched."""
    now = {hit.device_id for hit in result.hits if hit.until is None}
    past = {hit.device_id for hit in result.hits if hit.until is not None} - now
    parts = [f"<b>{count(len(now), 'device')}</b> {'carry' if len(now) != 1 else 'carries'} it now"]
    if asked.when == "ever":
        parts.append(f"{number(len(past))} carried it before")
    if result.hits:
        first = min(result.hits, key=lambda hit: hit.since)
        parts.append(
            f"first seen {esc(day(first.since, at.now, at.zone))} on"
            f' <b>{esc(first.hostname)}</b> <span class="t3">{esc(first.tenant)}</span>'
        )
    devices = f"{count(result.devices, 'device')} " if result.devices is not None else ""
    searched = f"{devices}searched in {result.took_s:.2f} s"
    said = "".join(f"<span>{part}</span>" for part in parts)
    return f'<div class="sum">{said}<span class="push t3">{searched}</span></div>'


def render_table(result: Result, asked: Asked, at: Moment, *, shown: int = SHOWN) -> str:
    """The rows; `shown` of them at most."""
    standing = [hit for hit in result.hits if hit.until is None]
    gone = [hit for hit in result.hits if hit.until is not None]
    begin = min((hit.since for hit in result.hits), default=at.now)
    rows = [_row(hit, asked, result.base, begin, at) for hit in standing[:shown]]
    left = shown - len(rows)
    if gone and left > 0:
        devices = len({hit.device_id for hit in gone})
        rows.append(
            '<tr class="gone-head"><th colspan="7" scope="rowgroup"><b>No longer there</b>'
            f" <span>{count(devices, 'device')}</span></th></tr>"
        )
        rows += [_row(hit, asked, result.base, begin, at) for hit in gone[:left]]
    return (
        f'<table class="fixed hits"><colgroup>{_COLUMNS}</colgroup>'
        "<thead><tr><th>Device</th><th>Section</th><th>Line</th>"
        f'<th>Since, <span title="{esc(at.zone.key)}">{esc(zone_city(at.zone))}</span></th>'
        f"<th>Until</th><th>Who</th><th>{_axis(begin, at)}</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _axis(begin: datetime, at: Moment) -> str:
    local, now = begin.astimezone(at.zone), at.now.astimezone(at.zone)
    if (now - local).days > 90:
        return f"{MONTHS[local.month - 1]} {local.year} to now"
    return f"{esc(day(begin, at.now, at.zone))} to now"


def _row(hit: Hit, asked: Asked, base: str, begin: datetime, at: Moment) -> str:
    gone = hit.until is not None
    cells = (
        _device(hit, base) + f' <span class="t3">{esc(hit.tenant)}</span>{_kind(hit)}',
        _section(hit),
        f'<code class="ln">{_line(hit.text, asked)}</code>',
        _time(hit.since, hit.author, at),
        '<span class="t2">now</span>' if hit.until is None else when(hit.until, at.now, at.zone),
        _who(hit),
        _bar(hit, begin, at),
    )
    whole = f"{hit.tenant}/{hit.hostname}, {hit.kind}"
    titles = (whole, hit.section, hit.text, "", "", _who_words(hit), _span(hit, at))
    tds = "".join(
        tag("td", cell, title=title or None) for cell, title in zip(cells, titles, strict=True)
    )
    return tag("tr", tds, class_="gone" if gone else None)


def _device(hit: Hit, base: str) -> str:
    url = _url(hit, base)
    name = f'<span class="host">{esc(hit.hostname)}</span>'
    return link(url, name, data_act="lead", data_url=url)


def _url(hit: Hit, base: str) -> str:
    """The device's history at that line."""
    line = f"&line={hit.line}" if hit.line else ""
    kind = "" if hit.kind == "running" else f"&kind={hit.kind}"
    return f"configs?device={quote(hit.device_id, safe='')}{kind}{line}{base}"


def _kind(hit: Hit) -> str:
    return "" if hit.kind == "running" else f' <span class="chip">{esc(hit.kind)}</span>'


def _section(hit: Hit) -> str:
    if hit.line is None:
        return '<span class="t3">not recorded</span>'
    return f'<code class="t2">{esc(_place(hit).replace(" > ", _DEEPER))}</code>'


def _place(hit: Hit) -> str:
    """The section, as far as it is known: of a line that is gone it is not."""
    return hit.section or ("global" if hit.line is not None else "")


def _line(text: str, asked: Asked) -> str:
    """The line with what was looked for marked; of a pattern the server alone knows where."""
    shown = text.strip()
    if asked.match == "pattern" or not asked.text:
        return esc(shown)
    pieces = re.split(f"({re.escape(asked.text)})", shown)
    return "".join(
        f"<mark>{esc(piece)}</mark>" if place % 2 else esc(piece)
        for place, piece in enumerate(pieces)
    )


def _time(since: datetime, who: str, at: Moment) -> str:
    seen = "seen " if who == NOBODY else ""
    return seen + when(since, at.now, at.zone)


def _who(hit: Hit) -> str:
    if hit.until is None:
        return author(hit.author)
    return f"{author(hit.author)} / {author(hit.until_author or NOBODY)}"


def _who_words(hit: Hit) -> str:
    """The same where there is room for it: who put the line there, and who took it away."""
    put, gone = (
        "not recorded" if name in {None, NOBODY} else name
        for name in (hit.author, hit.until_author)
    )
    return f"put there: {put}" if hit.until is None else f"put there: {put}; taken away: {gone}"


def _bar(hit: Hit, begin: datetime, at: Moment) -> str:
    whole = max((at.now - begin).total_seconds(), 1.0)
    left = 100 * (hit.since - begin).total_seconds() / whole
    end = hit.until or at.now
    wide = max(100 * (end - hit.since).total_seconds() / whole, _SHORTEST_PERCENT)
    left = max(0.0, min(left, 100 - wide))
    return f'<div class="axis"><i style="left:{left:.1f}%;width:{min(wide, 100):.1f}%"></i></div>'


def _span(hit: Hit, at: Moment) -> str:
    end = moment(hit.until, at.now, at.zone) if hit.until else "now"
    return f"{moment(hit.since, at.now, at.zone)} to {end}"


def csv_file(hits: Iterable[Hit]) -> bytes:
    """Every hit, with times in UTC."""
    head = (
        "tenant",
        "hostname",
        "kind",
        "line",
        "section",
        "text",
        "since",
        "until",
        "brought_by",
        "taken_out_by",
    )
    return csv_of(head, map(_csv_row, hits))


def _csv_row(hit: Hit) -> tuple[object, ...]:
    return (
        hit.tenant,
        hit.hostname,
        hit.kind,
        hit.line,
        _place(hit),
        hit.text,
        hit.since,
        hit.until,
        "" if hit.author == NOBODY else hit.author,
        "" if hit.until_author in {None, NOBODY} else hit.until_author,
    )
