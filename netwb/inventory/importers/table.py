"""Rows of a CSV text: ours, or what NetBox exports. Pure.

Comma, semicolon or tab, whichever parts the header most often; a byte order mark and any line ends.
Source: RFC 4180; spreadsheets that write semicolons where the comma is a decimal sign.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence

from netwb.errors import ImportRefusedError
from netwb.inventory.fields import quoted
from netwb.inventory.importers.netbox import NETBOX_COLUMNS, from_netbox_table, is_netbox
from netwb.inventory.importers.rows import (
    AUTO,
    COLUMNS,
    REQUIRED,
    Columns,
    Heading,
    Parsed,
    SourceRow,
)

DELIMITERS = (",", ";", "\t")
_EMPTY = f"the file is empty; its first line must name the columns: {','.join(COLUMNS[:5])}"
_BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(content: bytes) -> str:
    """The text of a file: UTF-8 with or without a byte order mark, or UTF-16 with one."""
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), "utf-8-sig")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = f"line {line} is no UTF-8 text; save the file as UTF-8 and import it again"
        raise ImportRefusedError(msg) from error


def parse_table(text: str, columns: Columns) -> Parsed:
    """Rows by our column names; ImportRefusedError names every column that is not known."""
    records = list(records_of(text))
    if not records:
        raise ImportRefusedError(_EMPTY)
    header = [name.strip() for name in records[0][1]]
    netbox = is_netbox(header)
    named = _named(header, columns, NETBOX_COLUMNS if netbox else {name: name for name in COLUMNS})
    if not netbox:
        _refuse_missing(named, columns)
    rows = tuple(_row(at, cells, named) for at, cells in records[1:])
    return from_netbox_table(rows, header) if netbox else Parsed(rows=rows, fallbacks=AUTO)


def read_header(text: str) -> tuple[Heading, ...]:
    """The columns of a table as it names them, each with what it would be read as.

    Raises ImportRefusedError where the text is empty or no CSV.
    """
    records = records_of(text)
    found = next(records, None)
    if found is None:
        raise ImportRefusedError(_EMPTY)
    header = [name.strip() for name in found[1]]
    known = NETBOX_COLUMNS if is_netbox(header) else {name: name for name in COLUMNS}
    example = next((cells for _, cells in records), [])
    cells = [*example, *("" for _ in header[len(example) :])]
    return tuple(
        Heading(name=name, ours=known.get(name.casefold()), example=cell.strip())
        for name, cell in zip(header, cells, strict=False)
    )


def records_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record of a CSV text that is not blank, with the line that it begins on.

    Raises ImportRefusedError where the text is no CSV.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    hint = re.fullmatch(r"sep=(.)", lines[0])  # Excel's own first line
    first = next((line for line in lines[bool(hint) :] if line.strip()), "")
    delimiter = hint[1] if hint else max(DELIMITERS, key=first.count)
    body = ["", *lines[1:]] if hint else lines
    reader = csv.reader((f"{line}\n" for line in body), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        msg = f"line {begins} is no CSV: {error}; check the quotes from there on"
        raise ImportRefusedError(msg) from error


def _named(
    header: Sequence[str], columns: Columns, known: Mapping[str, str]
) -> tuple[str | None, ...]:
    """Our name of each column; None for those to leave out."""
    mapping = {name.casefold(): ours for name, ours in columns.mapping.items()}
    ignored = {name.casefold() for name in columns.ignored}
    _refuse_absent({*mapping, *ignored}, header)
    named: list[str | None] = []
    unknown = []
    for name in header:
        folded = name.casefold()
        ours = mapping.get(folded) or known.get(folded)
        if ours is None and folded not in ignored and known is not NETBOX_COLUMNS:
            unknown.append(name)
        named.append(None if folded in ignored else ours)
    _refuse_unknown(unknown, [*mapping.values(), *columns.defaults])
    _refuse_twice(named)
    return tuple(named)


def _refuse_absent(asked: set[str], header: Sequence[str]) -> None:
    absent = sorted(asked - {name.casefold() for name in header})
    if absent:
        msg = f"the file has no column {_list(absent)}; it has {_list(header)}"
        raise ImportRefusedError(msg)


def _refuse_unknown(unknown: Sequence[str], ours: Sequence[str]) -> None:
    if unknown:
        msg = (
            f"unknown column {_list(unknown)}; leave it out with --ignore COLUMN, or name it with "
            f"--map COLUMN=OURS, ours being {', '.join(COLUMNS)}"
        )
        raise ImportRefusedError(msg)
    wrong = [name for name in ours if name not in COLUMNS]
    if wrong:
        msg = f"netwb has no column {_list(wrong)}; it has {', '.join(COLUMNS)}"
        raise ImportRefusedError(msg)


def _refuse_missing(named: Sequence[str | None], columns: Columns) -> None:
    given = {*named, *columns.defaults, *AUTO}
    missing = [name for name in REQUIRED if name not in given]
    if missing:
        msg = (
            f"the file has no column {_list(missing)}; add it, or name one with --map COLUMN="
            f"{missing[0]}, or give --defaults {missing[0]}=VALUE"
        )
        raise ImportRefusedError(msg)


def _refuse_twice(named: Sequence[str | None]) -> None:
    given = [name for name in named if name is not None]
    twice = sorted({name for name in given if given.count(name) > 1})
    if twice:
        msg = f"column {_list(twice)} is there twice; leave one out with --ignore"
        raise ImportRefusedError(msg)


def _row(line: int, cells: Sequence[str], named: Sequence[str | None]) -> SourceRow:
    problem = ""
    if len(cells) != len(named):
        problem = f"has {len(cells)} cells where the header has {len(named)}; check its delimiters"
    values = {
        name: cell.strip()
        for name, cell in zip(named, cells, strict=False)
        if name is not None and cell.strip()
    }
    return SourceRow(at=f"line {line}", values=values, problem=problem)


def _list(names: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in names)
