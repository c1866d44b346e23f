"""Cells that a spreadsheet reads as what they are. Pure.

Hostnames, port names and descriptions come from elsewhere, and `=HYPERLINK(...)` in one of them is an
attack on whoever opens the file (OWASP: CSV injection).
"""

from __future__ import annotations

from collections.abc import Iterable

# Of full width too: spreadsheets of some languages read those signs alike.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def tame(text: str) -> str:
    """With an apostrophe before what would be taken for a formula.

    >>> tame("=1+1"), tame("edge1")
    ("'=1+1", 'edge1')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def one_line(text: str) -> str:
    """Without what breaks a line, or shows nothing."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def quoted(text: str) -> str:
    """As RFC 4180 says, of what is one line.

    >>> quoted('5" disk, new')
    '"5"" disk, new"'
    """
    if '"' not in text and "," not in text:
        return text
    return '"' + text.replace('"', '""') + '"'


def row_of(cells: Iterable[str]) -> str:
    r"""A line of a CSV with its end, of words that come from anywhere.

    >>> row_of(["edge1", "=1+1"])
    "edge1,'=1+1\r\n"
    """
    return ",".join(quoted(tame(one_line(cell))) for cell in cells) + "\r\n"
