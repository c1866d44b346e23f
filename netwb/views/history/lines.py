"""A configuration's text as rows with "since when" beside them, and the story of one line. Pure.

The gutter names author and date once for neighbouring lines of one revision; its bar is the stronger
the younger they are. Rows come in slices and stand in groups, which cost no layout out of sight.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwb.configs.sections import readable
from netwb.views.html import age, button, esc, link, tag, when
from netwb.views.navigation import Moment
from netwb.views.words import commit, count, moment
from netwb.workbench.line_stories import Before, LineStory, Stretch

GROUP = 100  # rows; a group out of sight costs no layout
ROW = 19  # px
SHORT = 12  # digits of a commit id in addresses and names of files
NOBODY = "unknown"  # author of a change whose device does not say
_YOUTH = (timedelta(days=1), timedelta(days=7), timedelta(days=30), timedelta(days=365))
_DAY_S = 86_400
_MONTH_DAYS, _YEAR_DAYS = 30.44, 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is drawn: lines, since when they stand (none: no gutter), and whether secrets show."""

    lines: Sequence[str]
    stretches: Sequence[Stretch] = ()
    secrets: str = "hidden"  # or "shown"


def as_lines(content: bytes) -> tuple[str, ...]:
    """A configuration's lines as a page shows them; a last line feed begins no line."""
    return tuple(readable(line) for line in content.removesuffix(b"\n").split(b"\n"))


def first_rows(rows: Rows, until: int, at: Moment, *, label: str, show: int = 0) -> str:
    """The head of a text; `text.js` asks for the rest as it scrolls. `show`: the line to bring up."""
    upto = min(until, len(rows.lines))
    return tag(
        "div",
        render_rows(rows, 1, upto, at),
        class_=f"rows{'' if rows.stretches else ' dateless'}{' revealed' if rows.secrets == 'shown' else ''}",
        data_total=len(rows.lines),
        data_upto=upto,
        data_show=show or None,
        data_label=label,
    )


def render_rows(rows: Rows, first: int, last: int, at: Moment) -> str:
    """Rows `first` to `last`, 1-based and both meant, in groups."""
    return "".join(
        f'<div class="g" style="contain-intrinsic-size:auto {(end - begin) * ROW}px">'
        f"{''.join(_rows(rows, begin, end, at))}</div>"
        for begin, end in _groups(first, last)
    )


def _groups(first: int, last: int) -> Iterator[tuple[int, int]]:
    return ((n, min(n + GROUP, last + 1)) for n in range(first, last + 1, GROUP))


def _rows(rows: Rows, begin: int, end: int, at: Moment) -> Iterator[str]:
    starts = [stretch.first for stretch in rows.stretches]
    for number in range(begin, end):
        place = bisect_right(starts, number) - 1
        stretch = rows.stretches[place] if place >= 0 else None
        text = esc(rows.lines[number - 1])
        if stretch is None:
            yield _row(number, "", "", text)
        else:
            opens = number == stretch.first
            class_ = f" y{youth(stretch.at, at.now)}{' f' if opens else ''}"
            yield _row(number, class_, gutter(stretch, at) if opens else "", text)


def _row(number: int, class_: str, said: str, text: str) -> str:
    return (
        f'<div class="l{class_}" role="option" id="l{number}" data-n="{number}">'
        f'<span class="w">{said}</span><span class="n">{number}</span>'
        f'<span class="x">{text}</span></div>'
    )


def gutter(stretch: Stretch, at: Moment) -> str:
    """Who and when; of the first copy nobody knows since when its lines stand."""
    if stretch.number == 1:
        return f"<b>first copy</b> {when(stretch.at, at.now, at.zone)}"
    return f"<b>{author(stretch.author)}</b> {when(stretch.at, at.now, at.zone)}"


def author(name: str) -> str:
    """A name, or the word for none."""
    return '<span class="t3">not recorded</span>' if name == NOBODY else esc(name)


def youth(since: datetime, now: datetime) -> int:
    """5 for what came within a day, 1 for what stands longer than a year."""
    old = now - since
    return next((5 - step for step, limit in enumerate(_YOUTH) if old < limit), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """Where a story leads: the change that brought the line; the search for it, "" where it says nothing."""

    change: str
    elsewhere: str


def story(told: LineStory, leads: Leads, at: Moment) -> str:
    """What is known of a line, under it."""
    before = "".join(_before(item, at) for item in told.before)
    stood = (
        f'<p class="lbl">before, at this place</p><div class="before">{before}</div>'
        if before
        else ""
    )
    return (
        f'<div class="story" id="story" role="note" aria-label="Line {told.line}">'
        f'<p>{_since(told, at)}</p>{stood or _nothing(told)}<div class="actions">{_leads(told, leads)}</div></div>'
    )


def _since(told: LineStory, at: Moment) -> str:
    revision = f'revision <code class="ac">{esc(commit(told.revision))}</code>'
    if told.number == 1:
        return (
            f"<b>Stands here since the first copy, {esc(moment(told.since, at.now, at.zone))}</b>,"
            f" or longer, {revision}"
        )
    by = (
        "by somebody whom the device does not name"
        if told.author == NOBODY
        else f"by {esc(told.author)}"
    )
    since = esc(moment(told.since, at.now, at.zone))
    return f"<b>Stands here since {since}</b> {by}, {age(told.since, at.now)} ago, {revision}"


def _nothing(told: LineStory) -> str:
    return "" if told.number == 1 else '<p class="t3">Nothing stood at this place before.</p>'


def _before(item: Before, at: Moment) -> str:
    return (
        f'<span class="t2">until {when(item.until, at.now, at.zone)}</span>'
        f'<span class="t2">{author(item.author)}</span>'
        f"<span><code>{esc(item.text.strip())}</code>"
        f' <span class="t3">stood {stood(item.until - item.since)}</span></span>'
    )


def stood(length: timedelta) -> str:
    """How long a line stood: `4 h`, `12 d`, `4 mo`, `2 y 8 mo`.

    >>> stood(timedelta(days=975)), stood(timedelta(days=5)), stood(timedelta(hours=2))
    ('2 y 8 mo', '5 d', '2 h')
    """
    days = int(length.total_seconds() // _DAY_S)
    if days < 60:
        hours = int(length.total_seconds() // 3600)
        return f"{days} d" if days else f"{hours} h" if hours else "less than an hour"
    months = int(days % _YEAR_DAYS // _MONTH_DAYS)
    years = int(days // _YEAR_DAYS)
    return f"{years} y {months} mo" if years else f"{months} mo"


def _leads(told: LineStory, leads: Leads) -> str:
    change = link(
        leads.change, "Show that change", class_="btn sm", data_act="lead", data_url=leads.change
    )
    shut = button("Close", "shut", kind="quiet")
    if told.elsewhere is None:
        return (change if told.number > 1 else "") + shut
    words = f'Same line elsewhere <span class="t3">{count(told.elsewhere, "device")}</span>'
    other = link(leads.elsewhere, words, class_="btn sm", data_act="lead", data_url=leads.elsewhere)
    return (change if told.number > 1 else "") + other + shut
