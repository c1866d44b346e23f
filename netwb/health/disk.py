"""How long the disk lasts. Pure.

What is stored for good grows with the revisions of the archive, so the bytes that a revision has
cost so far (repositories and database by all revisions) times the revisions of recent days is what
a day brings. A first backup of everything is no day like others: first revisions are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from netwb.health.diagnosis import Diagnosis, advice, ok, unknown, wrong

LOOK_BACK = timedelta(days=30)
LEAST_DAYS = 7  # of fewer no day is known
FEW_DAYS = 30.0
SOON_DAYS = 7.0
LEAST_FREE = 0.05  # of the disk
LEAST_FREE_BYTES = 200_000_000  # one night of a large network, twice
CHECK = "disk"
Lies = Literal["in the home", "on its disk", "apart"]  # where a folder is, seen from the home
CURE = "make room, or put the home on a larger disk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Bytes of the home's disk, and of what grows on it."""

    total: int
    free: int
    archive: int
    database: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Revisions stored: of all time; in the last LOOK_BACK those that were no device's first.

    days   since the first of all
    """

    revisions: int
    recent: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a day brings, in bytes, and how many days are left at that; None: nothing grows."""

    bytes_a_day: float
    days_left: float | None


def forecast(space: Space, growth: Growth) -> Forecast | None:
    """None where the archive is too young to tell.

    >>> space = Space(total=10**12, free=10**11, archive=8 * 10**8, database=2 * 10**8)
    >>> forecast(space, Growth(revisions=1000, recent=300, days=30))
    Forecast(bytes_a_day=10000000.0, days_left=10000.0)
    """
    if growth.revisions == 0 or growth.days < LEAST_DAYS:
        return None
    each = (space.archive + space.database) / growth.revisions
    a_day = each * growth.recent / min(growth.days, LOOK_BACK.days)
    return Forecast(bytes_a_day=a_day, days_left=space.free / a_day if a_day else None)


def judge_disk(space: Space, found: Forecast | None) -> Diagnosis:
    """In words."""
    free = f"{size(space.free)} of {size(space.total)} are free"
    left = found.days_left if found is not None else None
    if space.free < LEAST_FREE_BYTES or (left is not None and left < SOON_DAYS):
        lasts = "" if left is None else f", enough for {_days_words(left)} at the present pace"
        return wrong(CHECK, f"{free}{lasts}", CURE)
    if left is not None and left < FEW_DAYS:
        return advice(CHECK, f"{free}, enough for {_days_words(left)} at the present pace", CURE)
    if space.free < space.total * LEAST_FREE:
        return advice(CHECK, free, CURE)
    if found is None:
        return ok(
            CHECK, f"{free}, and how long that lasts is known after {LEAST_DAYS} days of changes"
        )
    if left is None or left > 36_500:
        return ok(CHECK, f"{free}, and next to nothing is added")
    return ok(
        CHECK, f"{free}, enough for {_days_words(left)}: a day adds {size(found.bytes_a_day)}"
    )


def unreadable(reason: str) -> Diagnosis:
    """Where the disk does not say."""
    return unknown(CHECK, f"the disk does not say how full it is: {reason}")


def _days_words(days: float) -> str:
    if days < 2:
        return f"{days * 24:.0f} hours"
    return f"{days:,.0f} days" if days < 730 else f"{days / 365:,.0f} years"


def size(octets: float) -> str:
    """Bytes in powers of ten.

    >>> size(14_200_000)
    '14.2 MB'
    """
    for factor, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if octets >= factor:
            return f"{octets / factor:.1f} {unit}"
    return f"{octets:.0f} B"
