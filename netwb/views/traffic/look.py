"""What a person looks at: which time, in which unit, with what over it, from the page's address. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from netwb.amounts import Unit
from netwb.errors import InputError
from netwb.views.words import span

Choice = TypeVar("Choice", bound=str)
RangeName = Literal["6h", "24h", "7d", "30d", "between"]
RANGES: dict[RangeName, tuple[str, timedelta]] = {
    "6h": ("6 h", timedelta(hours=6)),
    "24h": ("24 h", timedelta(hours=24)),
    "7d": ("7 d", timedelta(days=7)),
    "30d": ("30 d", timedelta(days=30)),
    "between": ("Between…", timedelta()),
}
UNITS: dict[Unit, str] = {"bits": "bit/s", "percent": "% of port", "packets": "packets/s"}
Overlay = Literal["errors", "discards", "packets", "loss", "delay"]
OVERLAYS: dict[Overlay, str] = {
    "errors": "Errors",
    "discards": "Discards",
    "packets": "Packets",
    "loss": "Ping loss",
    "delay": "Ping delay",
}
USUAL: RangeName = "24h"
SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(days=1_100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at traffic.

    name    "between" where the times are a person's own, as after a zoom
    week    also what was a week before
    flags   also changes of the configuration
    attacks also attacks on the port's tenant
    over    what is drawn under the traffic, on the same time axis
    """

    name: RangeName
    since: datetime
    until: datetime
    unit: Unit = "bits"
    week: bool = True
    flags: bool = True
    attacks: bool = True
    over: tuple[Overlay, ...] = ()

    @property
    def span(self) -> timedelta:
        """How much time it is."""
        return self.until - self.since

    @property
    def words(self) -> str:
        """How long that is: `24 h`, `3 h 53 min`."""
        return RANGES[self.name][0] if self.name != "between" else _length(self.span)

    @property
    def time(self) -> tuple[RangeName, datetime | None, datetime | None]:
        """What time it is of; a range that ends now is the same one minute later."""
        own = self.name == "between"
        return self.name, self.since if own else None, self.until if own else None

    def shows(self, name: Overlay) -> bool:
        """Whether that is drawn under the traffic."""
        return name in self.over

    def toggled(self, name: Overlay) -> Look:
        """With it or without."""
        asked = set(self.over) ^ {name}
        return replace(self, over=tuple(one for one in OVERLAYS if one in asked))

    def moved(self, parts: float) -> Look:
        """So many times its own length later; earlier where negative."""
        return self._between(self.since + parts * self.span, self.until + parts * self.span)

    def zoomed(self, times: float) -> Look:
        """So many times as long, around its middle."""
        middle, half = self.since + self.span / 2, self.span * times / 2
        return self._between(middle - half, middle + half)

    def differs(self, since: datetime, until: datetime, by: timedelta) -> bool:
        """Whether that is another time, by more than so much at one of its ends."""
        return abs(since - self.since) > by or abs(until - self.until) > by

    def at(self, since: datetime, until: datetime) -> Look:
        """Another stretch of time, as far as one can be looked at."""
        return self._between(since, until)

    def _between(self, since: datetime, until: datetime) -> Look:
        span = min(max(until - since, SHORTEST), LONGEST)
        middle = since + (until - since) / 2
        begin = (middle - span / 2).replace(microsecond=0)
        return replace(self, name="between", since=begin, until=begin + span)

    def address(self) -> dict[str, str | None]:
        """Its keys in a page's address; what is usual is left out."""
        own = self.name == "between"
        return {
            "range": None if self.name == USUAL else self.name,
            "since": _said(self.since) if own else None,
            "until": _said(self.until) if own else None,
            "unit": None if self.unit == "bits" else self.unit,
            "week": None if self.week else "0",
            "flags": None if self.flags else "0",
            "attacks": None if self.attacks else "0",
            "over": ",".join(self.over) or None,
        }


def _length(of: timedelta) -> str:
    """In its largest unit and what is left in the next one."""
    seconds = round(of.total_seconds())
    size = next((size for size in (86_400, 3_600, 60) if seconds >= size), 1)
    left = seconds % size
    smaller = {86_400: 3_600, 3_600: 60}.get(size, 1)
    return f"{span(seconds)} {span(left)}" if left >= smaller else span(seconds)


def look_of(query: Mapping[str, str], *, now: datetime, zone: ZoneInfo) -> Look:
    """The look that an address asks for. Raises InputError for what is no time, range or unit."""
    name = _chosen("range", query.get("range", USUAL), tuple(RANGES))
    unit = _chosen("unit", query.get("unit", "bits"), tuple(UNITS))
    until = now.replace(microsecond=0)
    look = Look(
        name=name,
        since=until - RANGES[name][1],
        until=until,
        unit=unit,
        week=query.get("week") != "0",
        flags=query.get("flags") != "0",
        attacks=query.get("attacks") != "0",
        over=_overlays(query.get("over", "")),
    )
    return _own(look, query, zone) if name == "between" else look


def _chosen(thing: str, said: str, known: tuple[Choice, ...]) -> Choice:
    found = next((one for one in known if one == said), None)
    if found is None:
        msg = f"{said!r} is no {thing}; choose one of {', '.join(known)}"
        raise InputError(msg)
    return found


def _overlays(said: str) -> tuple[Overlay, ...]:
    """Each once, in the order in which they stand."""
    known = tuple(OVERLAYS)
    asked = {_chosen("overlay", name, known) for name in said.split(",") if name}
    return tuple(name for name in known if name in asked)


def _own(look: Look, query: Mapping[str, str], zone: ZoneInfo) -> Look:
    until = _instant(query["until"], zone) if query.get("until") else look.until
    since = _instant(query["since"], zone) if query.get("since") else until - timedelta(days=1)
    if until <= since:
        msg = "the end is not after the beginning; swap the two times"
        raise InputError(msg)
    if until - since > LONGEST:
        msg = f"that is more than {LONGEST.days} days; choose a shorter time"
        raise InputError(msg)
    return look.at(since, until)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        msg = f"{text!r} is no time; write it as 2026-11-24T06:00"
        raise InputError(msg) from error


def _said(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def field_text(at: datetime, zone: ZoneInfo) -> str:
    """As an input of type datetime-local holds it."""
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"
