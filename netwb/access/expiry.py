"""How near a token's end is, and how loudly that is said. Pure.

Two weeks are a holiday, in which nobody reads mail; three days are a weekend. Source: issue 8.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from netwb.access.records import Token

WARNED = timedelta(days=14)  # before the end
URGENT = timedelta(days=3)
IN_USE = timedelta(days=30)  # one that was not used for longer is missed by nobody
OVERLAP = timedelta(days=7)  # that a replaced token goes on for, where nobody says otherwise
Nearness = Literal["over", "urgent", "soon", "far"]


def nearness(token: Token, now: datetime) -> Nearness:
    """Whether it opens nothing any more, or how soon it will."""
    if token.revoked_at is not None or token.expires_at <= now:
        return "over"
    left = token.expires_at - now
    return "urgent" if left <= URGENT else "soon" if left <= WARNED else "far"


def days_left(expires_at: datetime, now: datetime) -> str:
    """In words.

    >>> from datetime import UTC
    >>> days_left(datetime(2026, 3, 3, 6, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    'in 2 days'
    """
    hours = int((expires_at - now).total_seconds() // 3600)
    number, unit = (hours // 24, "day") if hours >= 24 else (hours, "hour")
    if number < 1:
        return "within the hour"
    return f"in {number} {unit}" if number == 1 else f"in {number} {unit}s"
