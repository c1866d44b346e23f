"""How old a good backup of a place may be, by when the daemon would have made one there. Pure.

A site that is saved each Sunday is not stale on a Wednesday, and a black-out makes nobody late: what
counts is the newest time that began long enough ago to have been done.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from netwb.schedules.deciding import Holds, Timing, begins_at
from netwb.schedules.times import latest_due

SETTLES = timedelta(hours=2)  # a night of a large network, and the tries that follow it
LOOK_BACK = timedelta(days=40)  # what comes once a month is found


def expected_at(timing: Timing, holds: Holds, *, now: datetime) -> datetime | None:
    """When the newest backup began that should be done by now; None where none is ever due."""
    until = now - SETTLES
    before = until
    while True:
        due = latest_due(timing.trigger, timing.zone, after=until - LOOK_BACK, until=before)
        if due is None:
            return None
        begins = begins_at(timing, due, holds)
        if begins <= until:
            return begins
        before = due - timedelta(seconds=1)


def allowed_age(timing: Timing, holds: Holds, *, now: datetime, least: timedelta) -> timedelta:
    """`least` is what is allowed anywhere."""
    expected = expected_at(timing, holds, now=now)
    return least if expected is None else max(least, now - expected)
