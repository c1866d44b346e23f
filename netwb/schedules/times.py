"""When a trigger is due, in a zone, between two instants. Pure: the zone comes as an argument.

A time that the clock jumps over is due once, right after the jump; one that comes twice is due the
first time. What is due in every hour follows the hours as they pass. Source: PEP 495 (fold).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from netwb.schedules.triggers import Calendar, Every, Trigger

_DAY = timedelta(days=1)
_YEARS_DAYS = 366 * 9  # 29 February is eight years away around 2100


def due_after(trigger: Trigger, zone: tzinfo, after: datetime) -> datetime | None:
    """The first instant behind `after` (UTC); None where there is none by itself."""
    if isinstance(trigger, Every):
        return _every(trigger, after, periods=1)
    if not isinstance(trigger, Calendar):
        return None
    day = after.astimezone(zone).date() - _DAY  # a day that was jumped over is due on the next one
    for _ in range(_YEARS_DAYS):
        instants = _of_day(trigger, zone, day)
        place = bisect_right(instants, after)
        if place < len(instants):
            return instants[place]
        day += _DAY
    return None


def latest_due(
    trigger: Trigger, zone: tzinfo, *, after: datetime, until: datetime
) -> datetime | None:
    """The last instant behind `after` that is not behind `until`; None where there is none."""
    if isinstance(trigger, Every):
        at = _every(trigger, until, periods=0)
        return at if at > after else None
    if not isinstance(trigger, Calendar):
        return None
    day = until.astimezone(zone).date() + _DAY
    while day >= after.astimezone(zone).date() - _DAY:
        for at in reversed(_of_day(trigger, zone, day)):
            if after < at <= until:
                return at
        day -= _DAY
    return None


def due_between(
    trigger: Trigger, zone: tzinfo, *, after: datetime, until: datetime
) -> Iterator[datetime]:
    """Each instant behind `after` up to `until`, in order."""
    at = due_after(trigger, zone, after)
    while at is not None and at <= until:
        yield at
        at = due_after(trigger, zone, at)


def _every(trigger: Every, at: datetime, *, periods: int) -> datetime:
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (at - midnight) // timedelta(seconds=trigger.every_s)
    return midnight + (passed + periods) * timedelta(seconds=trigger.every_s)


@lru_cache(maxsize=256)
def _of_day(trigger: Calendar, zone: tzinfo, day: date) -> tuple[datetime, ...]:
    """Instants (UTC) of a local day, in order and each once. A day is asked for at each of them."""
    if not _fits(trigger, day):
        return ()
    walls = (
        datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 - a wall clock's time, whose zone is asked next
        for hour in trigger.hours
        for minute in trigger.minutes
    )
    return tuple(sorted({at for wall in walls for at in _instants(trigger, zone, wall)}))


def _fits(trigger: Calendar, day: date) -> bool:
    if day.month not in trigger.months:
        return False
    by_day, by_weekday = day.day in trigger.days, day.isoweekday() % 7 in trigger.weekdays
    return by_day or by_weekday if trigger.either else by_day and by_weekday


def _instants(trigger: Calendar, zone: tzinfo, wall: datetime) -> Iterator[datetime]:
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        if not trigger.each_hour:
            yield _jump(zone, second, first)
        return
    yield first
    if trigger.each_hour and second != first:
        yield second


def _jump(zone: tzinfo, before: datetime, behind: datetime) -> datetime:
    """The instant between the two at which the zone's clock is put forward, to the second."""
    old = before.astimezone(zone).utcoffset()
    while behind - before > timedelta(seconds=1):
        middle = before + (behind - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            behind = middle
    return behind
