"""Which time the list of changes is about, from the page's address. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from netwb.errors import InputError
from netwb.views import words

PeriodName = Literal["last-night", "7d", "between"]
NAMES: dict[PeriodName, str] = {
    "last-night": "Last night",
    "7d": "7 days",
    "between": "Between…",
}
WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of time; `until` None: up to now.

    since_text, until_text   as the fields of "between" hold them, in the person's zone
    """

    name: PeriodName
    since: datetime
    until: datetime | None
    since_text: str = ""
    until_text: str = ""

    def said(self, now: datetime, zone: ZoneInfo) -> str:
        """`last night`, `in the last 7 days`, `between 23 Nov 01:00 and now`."""
        if self.name == "last-night":
            return "last night"
        if self.name == "7d":
            return "in the last 7 days"
        end = _edge(self.until, now, zone) if self.until else "now"
        return f"between {_edge(self.since, now, zone)} and {end}"


def period_of(
    query: Mapping[str, str], *, night: datetime | None, now: datetime, zone: ZoneInfo
) -> Period:
    """The period that an address names.

    night   when the last nightly backup began; None: there was none yet, and it is the last 24 h
    Raises InputError for a time that is none, and for an end before its beginning.
    """
    name = query.get("period", "last-night")
    if name == "7d":
        return Period(name="7d", since=now - WEEK, until=None)
    if name != "between":
        if name not in get_args(PeriodName):
            msg = f"{name!r} is no period; choose one of {', '.join(NAMES.values())}"
            raise InputError(msg)
        # Git dates by the second: what the night's first second stored is of this night.
        since = (night or now - DAY).replace(microsecond=0)
        return Period(name="last-night", since=since, until=None)
    since_text, until_text = query.get("since", ""), query.get("until", "")
    since = _instant(since_text, zone) if since_text else _midnight(now - DAY, zone)
    until = _instant(until_text, zone) if until_text else None
    if until is not None and until < since:
        msg = "the end is before the beginning; swap the two times"
        raise InputError(msg)
    return Period(
        name="between",
        since=since,
        until=until,
        since_text=since_text or _field(since, zone),
        until_text=until_text,
    )


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is no time; write it as 2026-11-24T06:00"
        raise InputError(msg) from error
    try:
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        msg = f"{text} lies outside of the calendar; name a time of this century"
        raise InputError(msg) from error


def _edge(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Day and hour of both ends alike, however long ago; a midnight is the day alone."""
    said, hour = words.day(at, now, zone), words.clock(at, zone)
    return said if hour == "00:00" else f"{said} {hour}"


def _midnight(at: datetime, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _field(at: datetime, zone: ZoneInfo) -> str:
    """As an input of type datetime-local holds it."""
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"
