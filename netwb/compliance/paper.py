"""Compliance on paper: the matrix with its legend, sheet after sheet, then each finding as a line.

A state is its shape first, so that a sheet that is printed in black says the same. What is too wide
goes on, rules first, then devices. How a sheet is written stands in `netwb.paper`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count

from matplotlib.axes import Axes
from matplotlib.markers import MarkerStyle

from netwb.compliance.printed import PrintedFinding, PrintedGroup, PrintedMatrix, PrintedRow
from netwb.compliance.records import State
from netwb.compliance.report import STATE_WORDS
from netwb.paper import (
    A4_MM,
    DARK,
    FOOT,
    GREY,
    LEFT,
    LINE_MM,
    POINTS,
    RIGHT,
    RULE,
    Sheet,
    cut,
    font,
    plain,
    printed,
    wrapped,
)

MOST_ROWS = 2_000  # devices that are drawn, and findings that are listed; the CSV has them all
_NAMES_MM, _COLUMN_MM, _ROW_MM, _GROUP_MM = 46, 3.6, 3.6, 7.0
_HEADS_MM = 27  # of the names of rules, slanted
_SLANT = 58  # degrees, as on the page
_COLUMNS = int((RIGHT - LEFT - _NAMES_MM - 14) / _COLUMN_MM)  # the last name leans out
_LONGEST = 24  # letters of a rule's name over its column
_COLORS: dict[State, str] = {
    "non_compliant": "#c22a2a",
    "not_evaluated": "#5f6a78",
    "stale": "#5f6a78",
    "waived": "#5f6a78",
    "compliant": "#1b7a4d",
}
_SIZE = 15  # square points of a shape, of which a compliant one's dot takes a fifth
Places = dict[State, list[tuple[float, float]]]
Part = PrintedGroup | PrintedRow


def pdf_of(matrix: PrintedMatrix) -> bytes:
    """The sheets; the same matrix gives the same bytes."""
    return printed("Compliance", _sheets(matrix))


def _sheets(matrix: PrintedMatrix) -> Iterator[Sheet]:
    numbers = count(1)
    for first in range(0, max(1, len(matrix.rules)), _COLUMNS):
        yield from _matrix(matrix, range(len(matrix.rules))[first : first + _COLUMNS], numbers)
    yield from _findings(matrix, numbers)


def _matrix(matrix: PrintedMatrix, columns: range, numbers: Iterator[int]) -> Iterator[Sheet]:
    """Sheets of these columns."""
    parts = list(_parts(matrix.groups))
    at = 0
    while True:
        number = next(numbers)
        sheet = Sheet()
        _head(sheet, matrix, of=number)
        _names_of_rules(sheet, [matrix.rules[place] for place in columns])
        at = _rows(sheet, parts, at, columns)
        if at >= len(parts) and matrix.quiet:
            sheet.down(5)
            sheet.write(matrix.quiet, color=GREY)
        _foot(sheet, matrix, number)
        yield sheet
        if at >= len(parts):
            return


def _parts(groups: Sequence[PrintedGroup]) -> Iterator[Part]:
    drawn = 0
    for group in groups:
        if drawn < MOST_ROWS:
            yield group
        for row in group.rows:
            drawn += 1
            if drawn <= MOST_ROWS:
                yield row


def _head(sheet: Sheet, matrix: PrintedMatrix, *, of: int) -> None:
    sheet.write("Compliance", size="title", face="bold")
    sheet.down(6)
    if of > 1:
        return
    for said in matrix.told:
        for line in wrapped(said, RIGHT - LEFT):
            sheet.write(line, color=GREY)
            sheet.down()
    sheet.down(1)
    places: Places = defaultdict(list)
    x = float(LEFT)
    for state, many in matrix.counts:
        places[state].append((x + 1, sheet.y_mm + 1))
        said = f"{many:,} {STATE_WORDS[state]}"
        sheet.write(said, x_mm=x + 3.5)
        x += 10 + 1.55 * len(said)
    _draw(_paper_axes(sheet), places)
    sheet.down(4)


def _names_of_rules(sheet: Sheet, rules: Sequence[str]) -> None:
    sheet.down(_HEADS_MM)
    for place, name in enumerate(rules):
        shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        sheet.figure.text(
            (_x(place) + 0.4) / A4_MM[0],
            (sheet.y_mm + 1) / A4_MM[1],
            plain(shown),
            fontproperties=font("regular", POINTS["row"]),
            parse_math=False,
            rotation=_SLANT,
            rotation_mode="anchor",
            verticalalignment="baseline",
            horizontalalignment="left",
            color=DARK,
        )
    sheet.down(2)


def _x(place: int) -> float:
    return LEFT + _NAMES_MM + (place + 0.5) * _COLUMN_MM


def _rows(sheet: Sheet, parts: Sequence[Part], at: int, columns: range) -> int:
    """As many as there is room for; which one comes next."""
    places: Places = defaultdict(list)
    lines: list[float] = []
    while at < len(parts):
        part = parts[at]
        high = _GROUP_MM if isinstance(part, PrintedGroup) else _ROW_MM
        alone = isinstance(part, PrintedGroup) and sheet.y_mm - high - _ROW_MM < FOOT + 6
        if sheet.y_mm - high < FOOT + 6 or alone:
            break
        sheet.down(high)
        if isinstance(part, PrintedGroup):
            sheet.write(cut(part.title, RIGHT - LEFT), face="bold")
            sheet.down(1)
        else:
            _row(sheet, part, columns, places)
            lines.append(sheet.y_mm - 1)
        at += 1
    axes = _paper_axes(sheet)
    axes.hlines(lines, LEFT, _x(len(columns)) - _COLUMN_MM / 2, color=RULE, linewidth=0.25)
    _draw(axes, places)
    return at


def _row(sheet: Sheet, row: PrintedRow, columns: range, places: Places) -> None:
    note = f"  {row.note}" if row.note else ""
    room = _NAMES_MM - 4 - 1.2 * len(note)
    sheet.write(cut(row.hostname, room), size="small")
    if note:
        end = LEFT + _NAMES_MM - 2
        sheet.write(note.strip(), x_mm=end, size="small", color=GREY, align="right")
    for place, column in enumerate(columns):
        state = row.states[column]
        if state is not None:
            places[state].append((_x(place), sheet.y_mm + 0.9))


def _paper_axes(sheet: Sheet) -> Axes:
    """Millimetres of the sheet, over all of it."""
    axes = sheet.figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, A4_MM[0])
    axes.set_ylim(0, A4_MM[1])
    return axes


def _draw(axes: Axes, places: Places) -> None:
    """One drawing a state, whatever there is of it: a text a cell would take seconds a sheet."""
    for state, points in places.items():
        x, y = [at[0] for at in points], [at[1] for at in points]
        color = _COLORS[state]
        if state == "compliant":
            axes.scatter(x, y, s=_SIZE / 5, color=color, linewidths=0)
        elif state == "non_compliant":
            axes.scatter(x, y, s=_SIZE, marker="s", color=color, linewidths=0)
            axes.scatter(x, y, s=_SIZE / 4, marker="x", color="white", linewidths=0.7)
        else:
            dashes = {"not_evaluated": (0, (1.2, 0.9))}.get(state, "solid")
            axes.scatter(
                x, y, s=_SIZE * 0.8, facecolors="none", edgecolors=color, linewidths=0.7,
                linestyle=dashes,
            )  # fmt: skip
        if state == "stale":
            half = MarkerStyle("o", fillstyle="left")
            axes.scatter(x, y, s=_SIZE * 0.8, marker=half, color=color, linewidths=0)
        elif state == "waived":
            axes.scatter(x, y, s=_SIZE, marker=(2, 2, -45), color=color, linewidths=0.7)


def _findings(matrix: PrintedMatrix, numbers: Iterator[int]) -> Iterator[Sheet]:
    """A line each, under heads that every sheet repeats."""
    left = list(matrix.findings[:MOST_ROWS])
    more = len(matrix.findings) - len(left)
    while left:
        sheet, number = Sheet(), next(numbers)
        sheet.write("Findings", size="title", face="bold")
        sheet.down(8)
        _line(sheet, ("Device", "Rule", "Severity", "State", "Since"), color=GREY)
        sheet.rule()
        while left and sheet.y_mm > FOOT + 10:
            one = left.pop(0)
            _line(sheet, _words(one))
            sheet.down(LINE_MM)
        if not left and more:
            sheet.write(f"and {more:,} more; the CSV has them all", color=GREY)
        _foot(sheet, matrix, number)
        yield sheet


_STOPS = (
    (LEFT, 44),
    (LEFT + 46, 54),
    (LEFT + 102, 16),
    (LEFT + 119, 23),
    (LEFT + 144, 30),
)  # mm: where, room


def _words(one: PrintedFinding) -> tuple[str, ...]:
    return one.device, one.rule, one.severity, STATE_WORDS[one.state], one.since


def _line(sheet: Sheet, words: Sequence[str], *, color: str = DARK) -> None:
    for (x, room), said in zip(_STOPS, words, strict=True):
        sheet.write(cut(said, room), x_mm=x, color=color)


def _foot(sheet: Sheet, matrix: PrintedMatrix, number: int) -> None:
    sheet.y_mm = FOOT
    sheet.write(f"netwb, {matrix.at:%Y-%m-%d %H:%M} UTC", size="small", color=GREY)
    sheet.write(f"{number}", x_mm=RIGHT, size="small", color=GREY, align="right")
