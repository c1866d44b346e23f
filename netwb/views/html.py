"""HTML as text, each value escaped: the one place where a device's words become markup.

Pure. A value that came from anywhere but this package goes through `esc` (or a builder that calls
it) and is then inert in text and in quoted attributes alike. Bidirectional marks, control and
invisible characters are shown as `[U+202E]` and never obeyed: a description must not reorder the
line that it stands in.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from netwb.spreadsheets import tame
from netwb.views import words
from netwb.views.drawings import ICONS, SHAPES

# C0 but tab and newline, DEL and C1; soft hyphen; bidi marks, zero widths, separators, joiners;
# byte order mark; annotation and tag characters; surrogates, which no encoding carries.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e0fff\ud800-\udfff]"
)

Shape = Literal[
    "ok", "warn", "bad", "unknown", "stale", "waived", "held", "hole", "running", "ghost"
]
Kind = Literal["plain", "primary", "danger", "quiet"]


def esc(value: object) -> str:
    """That value as inert text, for element content and for quoted attributes alike."""
    return html.escape(plain(value), quote=True)


def plain(value: object) -> str:
    """That value for where no markup is read, as a tab's title: nothing in it acts or hides."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found.group()):04X}]", str(value))


def attrs(values: Mapping[str, object]) -> str:
    """` name="value"` for each; None and False leave the attribute out, True gives its bare name."""
    return "".join(
        f" {name}" if value is True else f' {name}="{esc(value)}"'
        for name, value in values.items()
        if value is not None and value is not False
    )


def tag(name: str, content: str = "", **values: object) -> str:
    """An element around markup that is already safe; `class_` is class, `data_act` data-act."""
    named = {key.rstrip("_").replace("_", "-"): value for key, value in values.items()}
    return f"<{name}{attrs(named)}>{content}</{name}>"


def shape(kind: Shape, *, size: int = 12) -> str:
    """A state's shape, 12 x 12, in its colour; it stands beside its word."""
    drawing, token = SHAPES[kind]
    return (
        f'<svg class="ic" viewBox="0 0 12 12" width="{size}" height="{size}"'
        f' style="color:var(--{token})" aria-hidden="true">{drawing}</svg>'
    )


def state(kind: Shape, word: object) -> str:
    """Shape and word of a state; the good is quiet, the bad has its colour."""
    return f'<span class="st st-{kind}">{shape(kind)}<span>{esc(word)}</span></span>'


def icon(name: str, *, size: int = 16) -> str:
    """A drawn sign of a button or a page, 16 x 16, in the colour of its text."""
    return (
        f'<svg class="gl" viewBox="0 0 16 16" width="{size}" height="{size}" fill="none"'
        ' stroke="currentColor" stroke-width="1.3" stroke-linecap="round"'
        f' stroke-linejoin="round" aria-hidden="true">{ICONS[name]}</svg>'
    )


def age(at: datetime, now: datetime) -> str:
    """`8 h`; the browser keeps it true from then on (`data-at`), the exact time is its title."""
    stamp = int(at.timestamp())
    return f'<time data-at="{stamp}" title="{at:%Y-%m-%d %H:%M:%S} UTC">{words.age(at, now)}</time>'


def when(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`Mon 01:38`, with the exact time in that zone as title."""
    return f'<time title="{esc(words.exact(at, zone))}">{words.when(at, now, zone)}</time>'


def timed(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The same with its time of day also where it is older: `18 Nov 01:38`."""
    said, clock = words.when(at, now, zone), words.clock(at, zone)
    said = said if said.endswith(clock) else f"{said} {clock}"
    return f'<time title="{esc(words.exact(at, zone))}">{said}</time>'


def page_url(page: str, **query: object) -> str:
    """Relative address of a page with its view: `configs?device=12`; None leaves a key out."""
    wanted = {key: str(value) for key, value in query.items() if value is not None}
    text = urlencode(wanted, errors="replace")
    return f"{page}?{text}" if text else page


def link(url: str, content: str, **values: object) -> str:
    """A link around safe markup. With `data_act` a plain click is an act; others open the link."""
    return tag("a", content, href=url, **values)


def button(
    words_: str, act: str, *, kind: Kind = "plain", icon_: str = "", key: str = "", **values: object
) -> str:
    """A button that is an act, with its key beside it where it has one."""
    class_ = {"plain": "btn", "primary": "btn pri", "danger": "btn dan", "quiet": "btn q"}[kind]
    drawn = icon(icon_, size=14) if icon_ else ""
    hint = f"<kbd>{esc(key)}</kbd>" if key else ""
    return tag(
        "button",
        f"{drawn}<span>{esc(words_)}</span>{hint}",
        type="button",
        class_=class_,
        data_act=act,
        data_key=key or None,
        **values,
    )


def stat(added: int, removed: int) -> str:
    """Lines added and removed, `+7 -6`, in the colours of a diff; a side without a line is left out."""
    plus = f'<span class="add">+{words.number(added)}</span>' if added else ""
    minus = f'<span class="del">{words.MINUS}{words.number(removed)}</span>' if removed else ""
    return f'<span class="pm">{" ".join(filter(None, (plus, minus)))}</span>'


def choices(options: Iterable[tuple[str, str]], chosen: str) -> str:
    """The options of a select: (value, words) each, one of them chosen."""
    return "".join(
        tag("option", esc(said), value=value, selected=value == chosen) for value, said in options
    )


def csv_of(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file for a spreadsheet: UTF-8 with BOM, CRLF (RFC 4180).

    An instant is UTC, by RFC 3339 to the second, so that rows sort and files of two zones agree.
    A cell that a spreadsheet would take for a formula gets an apostrophe before it: hostnames and
    descriptions come from elsewhere, and `=HYPERLINK(...)` there is an attack on the reader.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_tame(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", errors="replace")


def _tame(cell: object) -> object:
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if not isinstance(cell, str):
        return "" if cell is None else cell
    return tame(cell)
