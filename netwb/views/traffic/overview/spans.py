"""Times of buckets and cells in words. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from netwb.views import words


def clock(at: int, zone: ZoneInfo) -> str:
    """`Mon 23 Nov 14:05`."""
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return (
        f"{words.DAYS[local.weekday()]} {local.day} {words.MONTHS[local.month - 1]} {local:%H:%M}"
    )


def stretch(begin: int, end: int, zone: ZoneInfo) -> str:
    """`Mon 23 Nov 14:05 to 15:00`, with the day twice where it is another one."""
    last = datetime.fromtimestamp(end, UTC).astimezone(zone)
    same = datetime.fromtimestamp(begin, UTC).astimezone(zone).date() == last.date()
    return f"{clock(begin, zone)} to {f'{last:%H:%M}' if same else clock(end, zone)}"
