"""Lengths of time as people read them, on pages, in commands and in what netwb says of itself. Pure."""

from __future__ import annotations

from datetime import datetime


def span(seconds: float) -> str:
    """A length of time in its largest whole unit: `40 s`, `4 min`, `8 h`, `3 d`.

    >>> span(7_199)
    '1 h'
    """
    whole = max(0, int(seconds))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if whole >= size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def age(at: datetime, now: datetime) -> str:
    """How long ago that was; an instant that lies ahead (clocks differ) is 0 s old."""
    return span((now - at).total_seconds())
