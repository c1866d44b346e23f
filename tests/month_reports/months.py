"""Facts of one device, counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from netwb.reports.coverage import DeviceFacts, StatusChange, Try, Window
from netwb.reports.records import Bounds, HeldText

BERLIN = "Europe/Berlin"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def month(name: str = "2026-11", zone: str = "UTC", *, now: datetime | None = None) -> Bounds:
    """A month that is over, unless `now` says otherwise."""
    year, number = map(int, name.split("-"))
    since = datetime(year, number, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    until = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return Bounds(
        name=name, time_zone=zone, since=since, until=until, now=now or until + timedelta(days=9)
    )


def day(number: int, hour: float = 2, of: str = "2026-11", zone: str = "UTC") -> datetime:
    """A moment of the month, by the zone's clock."""
    first = datetime.fromisoformat(f"{of}-01").replace(tzinfo=ZoneInfo(zone))
    wall = first + timedelta(days=number - 1, hours=hour)
    return wall.astimezone(UTC)


def windows(
    days: int = 30, *, hour: float = 2, of: str = "2026-11", zone: str = "UTC"
) -> tuple[Window, ...]:
    """A night a day, due at that hour of the zone's clock, until the next one is."""
    begins = [day(number, hour, of, zone) for number in range(1, days + 2)]
    return tuple(Window(a, b) for a, b in pairwise(begins))


EVE = day(0) + timedelta(minutes=10)  # the night before the month


def tries(**by_status: Sequence[int]) -> tuple[Try, ...]:
    """Ten minutes after two, on these days: `unchanged=[1, 2]`; a cause stands behind __."""
    found = [
        Try(day(number) + timedelta(minutes=10), *status.partition("__")[::2])
        for status, days in by_status.items()
        for number in days
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def facts(
    *given: Try,
    status: str = "active",
    created_at: datetime = LONG_AGO,
    changes: Sequence[StatusChange] = (),
    nights: Sequence[Window] = windows(),
    copy_before: datetime | None = EVE,
    revised_at: datetime | None = None,
    revisions: int = 0,
    held: Sequence[HeldText] = (),
    hostname: str = "edge1",
) -> DeviceFacts:
    """Of acme/edge1, which was there, and saved, before the month unless something else is said."""
    return DeviceFacts(
        device_id=f"id-{hostname}",
        tenant="acme",
        site="fra1",
        hostname=hostname,
        platform="cisco_ios",
        status=status,
        created_at=created_at,
        changes=tuple(changes),
        windows=tuple(nights),
        tries=given,
        copy_before=copy_before,
        revised_at=revised_at,
        revisions=revisions,
        held=tuple(held),
    )
