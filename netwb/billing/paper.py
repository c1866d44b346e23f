"""A tenant's bill as PDF: a page a group, with its figure and how anybody reckons it again.

The same bill gives the same bytes: no clock, no random names. Text is kept as text, so that it can be
searched and read aloud; what a device or a person wrote is set as it is and never read as a formula,
and a sign that the font has not is shown as an empty box.
Sources: matplotlib.backends.backend_pdf (3.11); ISO 216 (A4).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags

from netwb.amounts import amount, octets, speed
from netwb.billing.drawing import draw_windows
from netwb.billing.records import BillVersion, TenantBill
from netwb.billing.sentences import (
    METHOD,
    STATE,
    figure_of,
    forecast_of,
    many_windows,
    part_of_month,
    reckoned_by,
    unfinished_of,
)
from netwb.metrics.billing.reckoning import Counted
from netwb.metrics.billing.records import GroupBill, Span, many

_A4_MM = (210, 297)
_MM = 25.4  # of an inch
_LEFT, _RIGHT, _TOP, _FOOT = 18, 192, 282, 12  # mm from the left and from below
_LABEL_MM = 30
_LINE_MM = 4.1
_MOST_PORTS, _MOST_TIMES = 6, 4  # that are named; the CSV has them all
_LETTERS = 900  # of what one person wrote; no page has room for more
_TITLE = 44  # letters of it
_ROOM_MM = _RIGHT - _LEFT - _LABEL_MM  # of a line beside its label
_CHART_MM = (45, 90)  # it takes what the words leave
_BOX = "\N{WHITE SQUARE}"
_DARK, _GREY, _RULE = "#161b22", "#5f6a78", "#c5ccd6"
_EXACT: Any = {  # matplotlib's type of it has two hundred names
    "pdf.fonttype": 42,  # letters stay letters for who searches or copies
    "pdf.compression": 6,
    "path.simplify": True,
    "path.simplify_threshold": 0.1,
    "axes.formatter.use_locale": False,
}
Size = Literal["small", "text", "title", "figure"]
_POINTS: Mapping[Size, float] = {"small": 7.0, "text": 8.0, "title": 15.0, "figure": 20.0}


@dataclass(slots=True)
class _Page:
    """A sheet of paper that is written from above."""

    figure: Figure
    y_mm: float = field(default=_TOP)

    def write(self, words: str, *, x_mm: float = _LEFT, size: Size = "text", **more: str) -> None:
        """At this height; nothing moves."""
        weight = more.pop("weight", "regular")
        self.figure.text(
            x_mm / _A4_MM[0],
            self.y_mm / _A4_MM[1],
            _plain(words),
            fontproperties=_font(weight, _POINTS[size]),
            parse_math=False,
            verticalalignment="baseline",
            color=more.get("color", _DARK),
            horizontalalignment="right" if more.get("align") == "right" else "left",
        )

    def down(self, mm: float = _LINE_MM) -> None:
        """Go on below."""
        self.y_mm -= mm

    def said(self, label: str, *lines: str) -> None:
        """A label, and what it is, in lines."""
        self.put(label, [part for line in lines for part in _wrapped(line)])

    def put(self, label: str, lines: Sequence[str]) -> None:
        """The same of lines that are short enough."""
        self.write(label, color=_GREY)
        for line in lines or ("none",):
            self.write(line, x_mm=_LEFT + _LABEL_MM)
            self.down()

    def rule(self) -> None:
        """A line across."""
        self.down(1)
        height = self.y_mm / _A4_MM[1]
        x = [_LEFT / _A4_MM[0], _RIGHT / _A4_MM[0]]
        self.figure.add_artist(
            mpl.lines.Line2D(
                x, [height, height], color=_RULE, linewidth=0.6, transform=self.figure.transFigure
            )
        )
        self.down(_LINE_MM + 1)


def pdf_of(bill: TenantBill, groups: Sequence[GroupBill], counted: Mapping[str, Counted]) -> bytes:
    """A page a group.

    counted   windows by group; one that is not there is too old, and has its figures alone
    """
    out = io.BytesIO()
    told = {"Creator": "netwb", "Producer": None, "CreationDate": None}
    told["Title"] = _plain(f"Bill of {bill.tenant}, {bill.month}")
    with mpl.rc_context(_EXACT), PdfPages(out, metadata=told) as pages:
        for number, one in enumerate(groups, start=1):
            page = _Page(Figure(figsize=(_A4_MM[0] / _MM, _A4_MM[1] / _MM)))
            _fill(page, bill, one, counted.get(one.terms.group))
            _foot(page, one, f"{number} of {len(groups)}")
            pages.savefig(page.figure)
    return out.getvalue()


def _fill(page: _Page, bill: TenantBill, one: GroupBill, counted: Counted | None) -> None:
    zone = ZoneInfo(one.month.time_zone)
    title = f"{bill.tenant} · {one.terms.group}"
    page.write(title[:_TITLE], size="title", weight="bold")
    page.write(one.month.name, x_mm=_RIGHT, size="title", weight="bold", align="right")
    page.down(6)
    page.write(_standing(bill.frozen, one, zone), color=_GREY)
    for note in (said for said in bill.notes if said.startswith(f"{one.terms.group}: ")):
        for line in _wrapped(note):
            page.down()
            page.write(line, color=_GREY)
    page.rule()
    page.down(4)
    page.write(figure_of(one), size="figure", weight="bold")
    page.down(6)
    if one.billed is not None:
        page.write(
            f"95th percentile, {one.billed.bps:,} bit/s, {one.billed.direction}", color=_GREY
        )
        page.down()
    page.rule()
    _terms(page, one, zone)
    page.rule()
    below = _below(one, zone)
    _chart(page, one, counted, sum(max(1, len(lines)) for _, lines in below) * _LINE_MM)
    page.rule()
    for label, lines in below:
        page.put(label, lines)


def _standing(frozen: BillVersion | None, one: GroupBill, zone: ZoneInfo) -> str:
    if (unfinished := unfinished_of(one)) is not None:
        return f"DRAFT: {unfinished}, and figures still change"
    if frozen is None:
        return "DRAFT: the month is not frozen, figures may still change"
    words = f"Version {frozen.version}, frozen {_at(frozen.frozen_at, zone)} by {frozen.frozen_by}"
    if frozen.reopened_at is not None:
        words += f"; NOT IN FORCE, reopened {_at(frozen.reopened_at, zone)}: {frozen.reason}"
    return words


def _terms(page: _Page, one: GroupBill, zone: ZoneInfo) -> None:
    commit, over = one.terms.commit_bps, one.overage_bps
    page.said("Method", METHOD[one.terms.method])
    page.said("Committed", "nothing" if commit is None else f"{speed(commit)} ({commit:,} bit/s)")
    if over is not None:
        page.said("Above it", f"{amount(over, 'bits')} ({over:,} bit/s)")
    page.said(
        "Month", f"{one.month.name} of {one.month.time_zone}, {one.windows:,} windows of 5 min"
    )
    for found in one.percentiles:
        said = (
            f"{found.bps:,} bit/s = {found.octets:,} octets x 8 / 300; rank {found.rank:,} of "
            f"{found.windows:,}; at {_at(found.at, zone)}"
        )
        page.said(f"95th, {found.direction}", said)
    if one.state == "reckoned":
        page.said("Carried", f"in {octets(one.octets_in)}, out {octets(one.octets_out)}")
    if (words := forecast_of(one)) is not None:
        page.said("Forecast", words)


def _chart(page: _Page, one: GroupBill, counted: Counted | None, below_mm: float) -> None:
    if one.state in {"no_ports", "no_data"}:
        page.said("Windows", STATE[one.state])
        return
    if counted is None:
        page.said("Windows", "past their time: they are kept for 26 months, the figures for good")
        return
    room = page.y_mm - _FOOT - below_mm - 22  # its axis, a rule, the foot
    height_mm = min(max(room, _CHART_MM[0]), _CHART_MM[1])
    left, width = (_LEFT + 14) / _A4_MM[0], (_RIGHT - _LEFT - 14) / _A4_MM[0]
    bottom = (page.y_mm - height_mm + 2) / _A4_MM[1]
    axes = page.figure.add_axes((left, bottom, width, (height_mm - 2) / _A4_MM[1]))
    draw_windows(axes, one, counted, font=_font("regular", _POINTS["small"]))
    page.down(height_mm + 8)


def _below(one: GroupBill, zone: ZoneInfo) -> list[tuple[str, list[str]]]:
    """What stands under the chart: labels, and lines that are short enough."""
    if one.state == "no_ports":
        return [("Ports", ["no port was in this group, and none of its windows is missing"])]
    long = {
        "Reckoned again": [part for line in reckoned_by(one) for part in _wrapped(line)],
        "Policy": list(_wrapped(one.policy)),
    }
    short = {
        "Missing": _times(one.missing, zone),
        "In part": _times(one.partial, zone),
        "Excluded": _exclusions(one, zone),
        "Ports": _ports(one),
    }
    return [
        *((label, [_cut(line) for line in lines]) for label, lines in short.items()),
        *long.items(),
    ]


def _times(spans: tuple[Span, ...], zone: ZoneInfo) -> Iterator[str]:
    if not spans:
        return
    named = [_span(one.since, one.until, zone) for one in spans[:_MOST_TIMES]]
    yield f"{many_windows(many(spans))}: {'; '.join(named[:2])}"
    yield from ("; ".join(named[place : place + 2]) for place in range(2, len(named), 2))
    if len(spans) > len(named):
        yield f"and {len(spans) - len(named):,} more times; the CSV marks each window"


def _exclusions(one: GroupBill, zone: ZoneInfo) -> Iterator[str]:
    if not one.exclusions:
        return
    yield many_windows(many(one.excluded))
    for said in one.exclusions[:_MOST_TIMES]:
        yield f"{_span(said.since, said.until, zone)}: {said.reason}"
    if len(one.exclusions) > _MOST_TIMES:
        yield f"and {len(one.exclusions) - _MOST_TIMES:,} more times; the CSV marks each window"


def _span(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    """Of one day the day is said once."""
    first, last = since.astimezone(zone), until.astimezone(zone)
    end = f"{last:%H:%M %Z}" if first.date() == last.date() else _at(until, zone)
    begin = f"{first:%Y-%m-%d %H:%M}"
    return (
        f"{begin} to {end}" if first.tzname() == last.tzname() else f"{_at(since, zone)} to {end}"
    )


def _ports(one: GroupBill) -> Iterator[str]:
    for port in one.ports[:_MOST_PORTS]:
        circuit = f", circuit {port.circuit_ref}" if port.circuit_ref else ""
        part = part_of_month(port, ZoneInfo(one.month.time_zone))
        yield f"{port.device} {port.name}{circuit}{', ' if part else ''}{part}"
    if len(one.ports) > _MOST_PORTS:
        yield f"and {len(one.ports) - _MOST_PORTS:,} more; the CSV has columns for each"


def _foot(page: _Page, one: GroupBill, place: str) -> None:
    page.y_mm = _FOOT
    page.write(f"SHA-256 of the windows and terms: {one.digest}", size="small", color=_GREY)
    page.write(place, x_mm=_RIGHT, size="small", color=_GREY, align="right")


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _wrapped(words: str) -> Iterator[str]:
    line = ""
    for word in words[:_LETTERS].split(" "):
        longer = f"{line} {word}" if line else word
        if line and not _fits(longer):
            yield line
            longer = word
        line = _cut(longer)
    yield line


def _cut(line: str) -> str:
    """One line of it: a name may be four thousand letters without a blank."""
    kept = line[:_LETTERS]
    if _fits(kept):
        return kept
    while not _fits(f"{kept}…"):
        kept = kept[: min(len(kept) - 1, int(len(kept) * _ROOM_MM / _width_mm(kept)) + 1)]
    return f"{kept}…"


def _fits(line: str) -> bool:
    return _width_mm(line) <= _ROOM_MM


def _width_mm(line: str) -> float:
    wide = _wide()
    return sum(wide.get(ord(letter), wide[ord(_BOX)]) for letter in line)


def _plain(words: str) -> str:
    known = _wide()
    return "".join(
        letter if letter.isprintable() and ord(letter) in known else _BOX for letter in words
    )


@cache
def _wide() -> Mapping[int, float]:
    """How many millimetres each sign takes that the font has, in the size of text."""
    font = FT2Font(str(_file("regular")))
    font.set_size(_POINTS["text"], 72)
    return {
        sign: font.load_glyph(place, LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / 72 * _MM
        for sign, place in font.get_charmap().items()
        if sign >= 32
    }


def _font(weight: str, points: float) -> FontProperties:
    """By its file: no search through the fonts of the machine, which differ."""
    return FontProperties(fname=str(_file(weight)), size=points)


def _file(weight: str) -> Path:
    name = "DejaVuSans-Bold.ttf" if weight == "bold" else "DejaVuSans.ttf"
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / name
