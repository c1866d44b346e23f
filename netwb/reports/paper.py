"""The reports as PDF: what has to be known first, then a table below the other, page after page.

A row is one line of letters of one width, so that columns stand one below the other and a report of
two thousand devices is printed within seconds. What does not fit a column goes on below, in its column.
The same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from itertools import zip_longest

from netwb.paper import DARK, FOOT, GREY, RIGHT, wrapped
from netwb.reports.records import AccessReport, CoverageReport
from netwb.reports.sections import Section, heading_of, preface_of, sections_of
from netwb.typed_paper import TypedSheet, typed

_LETTERS = 138  # of a row: in that size they fill the width
_ROW_MM = 3.0
_ROOM_MM = 174
_MOST_LINES = 6  # of one cell; the CSV has all of it
_GAP = 2  # letters between two columns
_LOWEST = FOOT + 8


Told = Callable[[str, float], None]  # what is being printed, and how much of all is


def pdf_of(report: CoverageReport | AccessReport, told: Told = lambda _what, _share: None) -> bytes:
    """The whole report."""
    sheets = _numbered(list(_sheets(report)), report, told)
    return typed(heading_of(report), sheets, made_at=report.month.now)


def _numbered(
    sheets: Sequence[TypedSheet], report: CoverageReport | AccessReport, told: Told
) -> Iterator[TypedSheet]:
    month = report.month
    made = (
        f"{heading_of(report)}; made {month.now:%Y-%m-%d %H:%M} UTC; times are {month.time_zone}'s"
    )
    for number, sheet in enumerate(sheets, start=1):
        told(f"page {number} of {len(sheets)}", number / len(sheets))
        sheet.y_mm = FOOT
        sheet.write(made, size="small", color=GREY)
        place = f"{number} of {len(sheets)}"
        sheet.write(place, x_mm=RIGHT, size="small", color=GREY, align="right")
        yield sheet


def _sheets(report: CoverageReport | AccessReport) -> Iterator[TypedSheet]:
    sheet = TypedSheet()
    sheet.write(heading_of(report), size="title", face="bold")
    sheet.down(7)
    for number, said in enumerate(preface_of(report)):
        for line in wrapped(said, _ROOM_MM):
            sheet.write(line, color=GREY if number else DARK)
            sheet.down()
        sheet.down(1)
    sheet.rule()
    for section in sections_of(report):
        sheet = yield from _section(sheet, section)
    yield sheet


def _section(sheet: TypedSheet, section: Section) -> Generator[TypedSheet, None, TypedSheet]:
    """Gives each sheet that is full, and returns the one that goes on."""
    if sheet.y_mm < _LOWEST + 20:
        yield sheet
        sheet = TypedSheet()
    widths, right = _widths(section), _numbers(section)
    head = _lines(section.columns, widths, right) if section.rows else []
    _head(sheet, section.title, head)
    if not section.rows:
        sheet.write(section.empty, color=GREY)
        sheet.down()
    for row in section.rows:
        lines = _lines(row, widths, right)
        if sheet.y_mm - _ROW_MM * len(lines) < _LOWEST:
            yield sheet
            sheet = TypedSheet()
            _head(sheet, f"{section.title} (goes on)", head)
        for line in lines:
            sheet.write(line, size="row", face="mono")
            sheet.down(_ROW_MM)
    sheet.down(5)
    return sheet


def _head(sheet: TypedSheet, title: str, columns: Sequence[str]) -> None:
    sheet.write(title, face="bold")
    sheet.down(5)
    for line in columns:
        sheet.write(line, size="row", face="mono", color=GREY)
        sheet.down(_ROW_MM)
    sheet.down(0.8)


def _widths(section: Section) -> list[int]:
    """Letters of each column: what its widest cell takes, or its share where all is too wide."""
    needs = [
        max(len(row[place]) for row in (section.columns, *section.rows))
        for place in range(len(section.columns))
    ]
    room = _LETTERS - _GAP * (len(needs) - 1)
    if sum(needs) <= room:
        return needs
    shares = [room * wide // sum(section.wide) for wide in section.wide]
    narrow = [min(need, share) for need, share in zip(needs, shares, strict=True)]
    for place in sorted(range(len(needs)), key=lambda one: needs[one] - narrow[one]):
        narrow[place] = min(needs[place], narrow[place] + room - sum(narrow))
    return narrow


def _numbers(section: Section) -> frozenset[int]:
    """Columns whose cells are numbers: they stand right."""
    return frozenset(
        place
        for place in range(len(section.columns))
        if all(row[place].replace(",", "").isdigit() for row in section.rows)
    )


def _lines(cells: Sequence[str], widths: Sequence[int], right: Collection[int]) -> list[str]:
    columns = [_folded(cell, width) for cell, width in zip(cells, widths, strict=True)]
    return [
        (" " * _GAP)
        .join(
            part.rjust(width) if place in right else part.ljust(width)
            for place, (part, width) in enumerate(zip(parts, widths, strict=True))
        )
        .rstrip()
        for parts in zip_longest(*columns, fillvalue="")
    ]


def _folded(cell: str, width: int) -> list[str]:
    """At blanks where that goes, else in the middle of a word."""
    lines: list[str] = []
    line = ""
    for word in cell.split(" "):
        longer = f"{line} {word}" if line else word
        if line and len(longer) > width:
            lines.append(line)
            longer = word
        while len(longer) > width:
            lines.append(longer[:width])
            longer = longer[width:]
        line = longer
    lines.append(line)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], "…"]
    return lines
