"""Cells that a spreadsheet reads as what they are. Pure.

Hostnames, port names and descriptions come from elsewhere, and `=HYPERLINK(...)` in one of them is an
attack on whoever opens the file (OWASP: CSV injection).
"""

from __future__ import annotations

# Of full width too: spreadsheets of some languages read those signs alike.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def tame(text: str) -> str:
    """With an apostrophe before what would be taken for a formula.

    >>> tame("=1+1"), tame("edge1")
    ("'=1+1", 'edge1')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
