"""Months of a contract's time zone, and its five-minute windows. Pure.

The windows begin at local midnight of the first day and are 300 s long to the end, whatever clocks
do: a month in which they are changed has an hour's windows more or less (8,916 or 8,940 of 31 days).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from netwb.errors import InputError
from netwb.metrics.billing.records import Month

_WRITTEN = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


def parse_month(text: str, time_zone: str) -> Month:
    """`2026-11` of that zone.

    Raises InputError where it is no month, or the zone is none that this machine knows.

    >>> parse_month("2026-10", "Europe/Berlin").windows, parse_month("2026-11", "UTC").windows
    (8940, 8640)
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        msg = f"{text[:40]!r} is no month from 2000-01 to 2099-12; write it as 2026-11"
        raise InputError(msg)
    year, month = int(found[1]), int(found[2])
    zone = _zone(time_zone)
    return Month(
        name=text,
        time_zone=time_zone,
        since=_midnight(year, month, zone),
        until=_midnight(year + month // 12, month % 12 + 1, zone),
    )


def month_of(now: datetime, time_zone: str) -> Month:
    """The one that it is there."""
    return parse_month(f"{now.astimezone(_zone(time_zone)):%Y-%m}", time_zone)


def month_before(now: datetime) -> str:
    """The name of the month before this one, by UTC.

    >>> from datetime import UTC
    >>> month_before(datetime(2026, 1, 31, tzinfo=UTC))
    '2025-12'
    """
    first = now.astimezone(UTC).replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"


def neighbours(name: str) -> tuple[str, str]:
    """The names of the months before and after.

    >>> neighbours("2026-12")
    ('2026-11', '2027-01')
    """
    month = parse_month(name, "UTC")
    before, after = (datetime.fromtimestamp(at, UTC) for at in (month.since - 1, month.until))
    return f"{before:%Y-%m}", f"{after:%Y-%m}"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        msg = f"{name[:64]!r} is no time zone; write it as Europe/Berlin"
        raise InputError(msg) from error


def _midnight(year: int, month: int, zone: ZoneInfo) -> int:
    """The first of that name; where clocks skip it, it is the moment at which they do."""
    return int(datetime(year, month, 1, tzinfo=zone).timestamp())
