"""A table in a notebook's cell: few columns, every value escaped, readable without script or style.

Code hosts strip styles and scripts out of stored notebooks, so there are none. What a cell leaves
out stands in the record and in its frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from netwb.amounts import amount

ROWS = 20  # of a cell; it says how many more there are
LONGEST = 100  # characters of a value
COMMIT = 40  # digits of a commit's id, of which seven are shown, as Git shows them
NOTHING = ""


def html_table(head: Sequence[str], rows: Iterable[Sequence[str]], *, note: str = "") -> str:
    """Strings as they are, escaped; numbers are to be words by now."""
    lines = [
        "<table>",
        f"<thead><tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr></thead>",
        "<tbody>",
        *(f"<tr>{''.join(f'<td>{escape(value)}</td>' for value in row)}</tr>" for row in rows),
        "</tbody>",
        "</table>",
    ]
    return "\n".join(lines) + (f"\n<p>{escape(note)}</p>" if note else "")


def shown_table(
    columns: Mapping[str, Sequence[Any]], *, total: int, head: Mapping[str, str] | None = None
) -> str:
    """Columns of values, the first rows of `total`; a column in which nothing stands is left out.

    head   what a column is called, where that is not its own name
    """
    told = {
        name: [words_of(name, value) for value in values[:ROWS]] for name, values in columns.items()
    }
    kept = {name: values for name, values in told.items() if any(values)}
    names = [(head or {}).get(name, _heading(name, columns[name])) for name in kept]
    rows = list(zip(*kept.values(), strict=True))
    more = total - len(rows)
    note = f"and {more} more; .frame() has them all" if more > 0 and rows else ""
    return html_table(names, rows, note=note) if rows else "<p>none</p>"


def words_of(name: str, value: Any) -> str:
    """A value as a person writes it; "" where there is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, int | float):
        return _number(name, value)
    if name in {"id", "revision"} and isinstance(value, str) and len(value) == COMMIT:
        return value[:7]
    return _cut(_text(value))


def _number(name: str, value: float) -> str:
    if name.endswith(("_bps", " in", " out")):
        return amount(value, "bits")
    if name.endswith("_pps"):
        return amount(value, "packets")
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={one}" for key, one in value.items())
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(map(str, value))
    return str(value)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _heading(name: str, values: Sequence[Any]) -> str:
    """Times say their zone."""
    return f"{name} (UTC)" if any(isinstance(value, datetime) for value in values) else name


def frame_table(frame: Any) -> str:
    """The first rows of a frame over time: its index as a column of times."""
    shown = frame.head(ROWS)
    named = {" ".join(name) if isinstance(name, tuple) else str(name): name for name in frame}
    columns = {str(frame.index.name or "begin"): list(shown.index)} | {
        said: list(shown[name]) for said, name in named.items()
    }
    return shown_table(columns, total=len(frame))


def heading(text: str) -> str:
    """A line above a table."""
    return f"<p>{escape(text)}</p>\n"
