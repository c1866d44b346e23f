"""Ticks of a time axis in a person's zone. Pure.

The axis itself is in UTC: a zone that changes its clock in the middle has an hour twice or not at
all, so that the words are made for each tick, and none is where the clock has no such time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from netwb.views.words import DAYS, MONTHS

_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)  # each divides a day
_DAYS = (1, 2, 3, 7, 14, 28, 91, 182, 364)


def time_ticks(since: int, until: int, zone: ZoneInfo, *, most: int = 12) -> dict[int, str]:
    """Words by tick, epoch seconds: `14:00`, at a midnight `Mon 23 Nov`; at most so many."""
    span = max(until - since, 1)
    for minutes in _MINUTES:
        if span / (60 * minutes) <= most:
            return _within_days(since, until, zone, minutes)
    days = next((d for d in _DAYS if span / (86_400 * d) <= most), span // (86_400 * most) + 1)
    return _by_days(since, until, zone, days)


def _within_days(since: int, until: int, zone: ZoneInfo, minutes: int) -> dict[int, str]:
    found: dict[int, str] = {}
    day = _midnight(since, zone)
    while day.timestamp() <= until:
        for number in range(0, 24 * 60, minutes):
            local = day + timedelta(minutes=number)  # by the clock on the wall
            at = int(local.timestamp())
            if since <= at <= until and _stands(local, zone):
                found[at] = f"{local:%H:%M}" if number else _day(local)
        day += timedelta(days=1)
    return found


def _by_days(since: int, until: int, zone: ZoneInfo, days: int) -> dict[int, str]:
    found: dict[int, str] = {}
    day = _midnight(since, zone)
    day += timedelta(days=-day.toordinal() % days)  # the same days for each view of them
    while day.timestamp() <= until:
        if day.timestamp() >= since:
            found[int(day.timestamp())] = _day(day) if days == 1 else _date(day)
        day += timedelta(days=days)
    return found


def _midnight(at: int, zone: ZoneInfo) -> datetime:
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _stands(local: datetime, zone: ZoneInfo) -> bool:
    """Whether a clock there ever shows it: in spring an hour is left out."""
    return local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)


def _day(local: datetime) -> str:
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}"


def _date(local: datetime) -> str:
    return f"{local.day} {MONTHS[local.month - 1]}"
