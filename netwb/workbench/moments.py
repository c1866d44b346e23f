"""Times as people write them: RFC 3339, a date, an age such as `24h`, `today`, `yesterday`.

What has no zone is UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from netwb.errors import InputError

_AGE = re.compile(r"(\d{1,6})(s|m|h|d|w)")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DAYS_AGO = {"today": 0, "yesterday": 1}


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
    elif value in _DAYS_AGO:
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=_DAYS_AGO[value])
    elif age := _AGE.fullmatch(value):
        return now - timedelta(seconds=int(age[1]) * _UNIT_S[age[2]])
    else:
        try:
            found = datetime.fromisoformat(value)
        except ValueError as error:
            msg = f"{value!r} is no time; write 2026-11-24T06:00, yesterday, or an age: 24h, 7d"
            raise InputError(msg) from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
