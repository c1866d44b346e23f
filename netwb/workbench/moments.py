"""Times as people write them: RFC 3339, a date, an age, a day that is near.

An age is `24h`, `7d`, `2 days` or `2 days ago`; a near day `today`, `yesterday`, either with a time of
day behind it; `now` is a time as well. What has no zone is UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from netwb.errors import InputError

FORMS = (
    "write 2026-11-24, 2026-11-24T06:00, now, today, yesterday 06:00, or an age in s, min, h, d or w:"
    " 24h, 2 days ago"
)
_AGE = re.compile(r"(\d{1,6}|an?) ?([a-z]+)( ago)?")
_UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
}
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DAYS_AGO = {"today": 0, "yesterday": 1}
_NEAR = re.compile(r"(today|yesterday)(?: (?:at )?([01]?\d|2[0-3]):([0-5]\d))?")


def parse_moment(value: str | datetime, now: datetime) -> datetime:
    """An aware UTC instant. Raises InputError where the text is neither a time nor an age."""
    try:
        return _parsed(value, now)
    except OverflowError as error:
        msg = f"{value!r} lies outside of the calendar; write 2026-11-24T06:00, or an age: 24h, 7d"
        raise InputError(msg) from error


def _parsed(value: str | datetime, now: datetime) -> datetime:
    if isinstance(value, datetime):
        found = value
    else:
        words = " ".join(value.casefold().split())
        found = _near(words, now) or _age(words, now) or _written(value)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _near(words: str, now: datetime) -> datetime | None:
    if words == "now":
        return now
    near = _NEAR.fullmatch(words)
    if near is None:
        return None
    day = now.astimezone(UTC) - timedelta(days=_DAYS_AGO[near[1]])
    return day.replace(hour=int(near[2] or 0), minute=int(near[3] or 0), second=0, microsecond=0)


def _age(words: str, now: datetime) -> datetime | None:
    age = _AGE.fullmatch(words)
    unit = _UNITS.get(age[2]) if age else None
    if age is None or unit is None:
        return None
    many = int(age[1]) if age[1].isdigit() else 1
    return now - timedelta(seconds=many * _UNIT_S[unit])


def _written(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        msg = f"{value!r} is no time; {FORMS}"
        raise InputError(msg) from error
