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


def ending_words(token: Token, now: datetime) -> str:
    """What is wrong with one that ends soon, and the cure."""
    at = f"{token.expires_at:%Y-%m-%d %H:%M} UTC"
    left = days_left(token.expires_at, now)
    return f"{_named(token)} ends {left}, at {at}; replace it with `netwb token rotate {token.id}`"


def settled_words(token: Token, now: datetime) -> str:
    """Why the end of one concerns nobody any more."""
    named = _named(token)
    if token.revoked_at is not None:
        return f"{named} is revoked"
    if token.expires_at <= now:
        return f"{named} has expired, and opens nothing any more"
    if token.used_at is None or token.used_at < now - IN_USE:
        return f"{named} is not in use any more"
    if token.replaced_by is not None:
        return f"{named} is replaced by {token.replaced_by}"
    return f"{named} is of somebody who may not act now"


def _named(token: Token) -> str:
    note = f" ({token.note})" if token.note else ""
    return f"token {token.id}{note} of {token.user}"
