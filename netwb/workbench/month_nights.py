"""When each place's nights of a month are due, by the schedule as it is today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache

from netwb.reports.coverage import Window
from netwb.reports.records import Bounds
from netwb.roles import ALL_TENANTS
from netwb.schedules.deciding import Holds, Timing
from netwb.schedules.records import EVERYTHING, Place
from netwb.schedules.times import due_after, due_between
from netwb.workbench.night import NIGHTLY
from netwb.workbench.parts import Parts
from netwb.workbench.planning import Timetable

_MOMENT = timedelta(microseconds=1)
LONGEST = timedelta(days=62)  # of a night of what is due rarely


def windows_of(parts: Parts, month: Bounds) -> Callable[[str, str], tuple[Window, ...]]:
    """Of the ids of a tenant and a site: nights that begin in the month. At most one a day."""
    jitter_s = parts.settings.scheduler.jitter_s
    table = Timetable(parts.scheduling, ALL_TENANTS, jitter_s=jitter_s)
    nightly = parts.scheduling.job(NIGHTLY)

    @cache
    def windows(tenant_id: str, site_id: str) -> tuple[Window, ...]:
        place = Place(tenant_id=tenant_id, site_id=site_id)
        found = table.schedule(nightly, place)
        timing = table.timing(nightly, found.place if found else EVERYTHING)
        return tuple(_windows(timing, table.holds(nightly, place), month))

    return windows


def _windows(timing: Timing, holds: Holds, month: Bounds) -> Iterator[Window]:
    begins = list(_first_of_days(timing, month))
    if not begins:
        return
    ends = [*begins[1:], _next_day(timing, begins[-1])]
    for begin, end in zip(begins, ends, strict=True):
        held = holds(begin + timing.jitter)
        yield Window(begin, end, held is not None and held >= end)


def _first_of_days(timing: Timing, month: Bounds) -> Iterator[datetime]:
    """What is due many times a day is one night a day."""
    seen = None
    due = due_between(
        timing.trigger, timing.zone, after=month.since - _MOMENT, until=month.until - _MOMENT
    )
    for at in due:
        day = at.astimezone(timing.zone).date()
        if day != seen:
            yield at
        seen = day


def _next_day(timing: Timing, last: datetime) -> datetime:
    """When the night after the last one is due."""
    day, at = last.astimezone(timing.zone).date(), last
    while (found := due_after(timing.trigger, timing.zone, at)) is not None:
        if found.astimezone(timing.zone).date() != day:
            return min(found, last + LONGEST)
        at = found
    return last + LONGEST
