"""When a job is due, as a person writes it: `02:00`, `mon-fri 02:00`, `every 6h`, five cron fields.

Read once into a record, and kept as its text. A trigger that no day of any year fits is refused
here. Source: crontab(5): names, lists, ranges, steps, 0 and 7 are Sunday, and a day of the month
and a weekday that are both given fit where either does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from netwb.errors import InputError

SHOWS = "write 02:00, mon-fri 02:00, every 6h, or cron's five fields, as '0 2 * * mon-fri'"
DAY_S = 86400
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # days of each month
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": DAY_S}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_SPAN = re.compile(r"(\d{1,6})([smhd])")
_PART = re.compile(r"(\*|[a-z\d]+)(?:-([a-z\d]+))?(?:/(\d{1,3}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Times of the wall clock.

    weekdays    0 is Sunday
    either      a day of the month and a weekday are both given: one of them is enough
    each_hour   it is due in every hour, so that an hour that comes twice has it twice
    """

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool
    each_hour: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """Each so many seconds, counted from midnight UTC; no clock is put forward or back."""

    text: str
    every_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """So long after another job of the same scope ended, several times perhaps."""

    text: str
    job: str
    delays_s: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """Never, as somebody wanted it."""

    text: str = "off"


Trigger = Calendar | Every | After | Off


def parse_trigger(text: str) -> Trigger:
    """Read a trigger; InputError says what is wrong with it and how one is written.

    >>> parse_trigger("Mon-Fri 2:05").text
    'mon-fri 02:05'
    """
    words = text.lower().split()
    if words == ["off"]:
        return Off()
    if words[:1] == ["every"] and len(words) == 2:
        return _every(text, words[1])
    if words[:1] == ["after"] and len(words) >= 3:
        return _after(text, words)
    if len(words) == 5:
        return _cron(words)
    if len(words) > 1 and all(map(_CLOCK.fullmatch, words)):
        msg = f"{text[:60]!r} are several times; write those of one minute in cron's way, as '30 2,14 * * *'"
        raise InputError(msg)
    if len(words) in {1, 2} and _CLOCK.fullmatch(words[-1]):
        return _clock(words)
    raise _unreadable(text)


def times_a_day(trigger: Trigger) -> int:
    """How often at most it comes on one day; 0 where another job or nobody decides.

    >>> times_a_day(parse_trigger("* * * * *"))
    1440
    """
    if isinstance(trigger, Every):
        return DAY_S // trigger.every_s
    return len(trigger.hours) * len(trigger.minutes) if isinstance(trigger, Calendar) else 0


def parse_span_s(text: str) -> int:
    """`90m`, `6h`, `2d` in seconds; InputError."""
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None or int(found[1]) == 0:
        msg = f"{text[:40]!r} is no length of time; write 90m, 6h or 2d"
        raise InputError(msg)
    return int(found[1]) * _UNIT_S[found[2]]


def render_span(seconds: int) -> str:
    """In the largest unit that is whole.

    >>> render_span(7200)
    '2h'
    """
    unit = next(one for one in "dhms" if seconds % _UNIT_S[one] == 0)
    return f"{seconds // _UNIT_S[unit]}{unit}"


def _every(text: str, word: str) -> Every:
    every_s = parse_span_s(word)
    if not _fits_a_day(every_s):
        msg = (
            f"{text[:60]!r} does not fit a day; take a part of one between 1m and 24h, as 15m or 6h"
        )
        raise InputError(msg)
    return Every(text=f"every {render_span(every_s)}", every_s=every_s)


def _after(text: str, words: list[str]) -> After:
    delays_s = tuple(parse_span_s(word) for word in words[2:])
    if list(delays_s) != sorted(set(delays_s)) or delays_s[-1] >= DAY_S:
        msg = f"{text[:60]!r} is out of order; write rising times below a day, as `after nightly 15m 2h`"
        raise InputError(msg)
    said = " ".join(map(render_span, delays_s))
    return After(text=f"after {words[1]} {said}", job=words[1], delays_s=delays_s)


def _clock(words: list[str]) -> Calendar:
    hour, minute = words[-1].split(":")
    days = "" if len(words) == 1 or words[0] == "daily" else words[0]
    fields = [str(int(minute)), str(int(hour)), "*", "*", days or "*"]
    text = f"{int(hour):02}:{minute}"
    return _cron(fields, text=f"{days} {text}" if days else text)


def _cron(fields: list[str], *, text: str = "") -> Calendar:
    text = text or " ".join(fields)
    minute, hour, day, month, weekday = fields
    months = _field(text, "month", month, 1, 12, names=_MONTHS, first=1)
    days = _field(text, "day", day, 1, 31)
    weekdays = _field(text, "weekday", weekday, 0, 7, names=_DAYS)
    found = Calendar(
        text=text,
        minutes=_field(text, "minute", minute, 0, 59),
        hours=_field(text, "hour", hour, 0, 23),
        days=days,
        months=months,
        weekdays=frozenset(one % 7 for one in weekdays),
        either=not day.startswith("*") and not weekday.startswith("*"),
        each_hour=hour == "*",
    )
    if not found.either and all(min(days) > _LONGEST[one - 1] for one in months):
        msg = f"{text!r} never comes: no such month has a day {min(days)}; {SHOWS}"
        raise InputError(msg)
    return found


def _field(  # noqa: PLR0913 - what tells one cron field from another
    text: str,
    what: str,
    field: str,
    least: int,
    most: int,
    *,
    names: Sequence[str] = (),
    first: int = 0,
) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        matched = _PART.fullmatch(part)
        values = () if matched is None else _values(matched, least, most, names, first)
        if not values:
            msg = (
                f"{text[:60]!r} has the {what} {part[:20]!r}, which is not within {least} to {most}"
            )
            raise InputError(f"{msg}; {SHOWS}")
        if matched and matched[3] and len(values) == 1:
            raise _too_wide(text, what, part, int(matched[3]))
        found.update(values)
    return frozenset(found)


def _too_wide(text: str, what: str, part: str, step: int) -> InputError:
    """`*/90` of the minute would be due at each hour's minute 0, which nobody means who writes it."""
    unit_s = {"minute": 60, "hour": 3600}.get(what, 0)
    cure = f"write every {render_span(step * unit_s)}" if _fits_a_day(step * unit_s) else SHOWS
    return InputError(
        f"{text[:60]!r} has the {what} {part[:20]!r}, whose step is wider than the {what} goes,"
        f" so that it does not count; {cure}"
    )


def _fits_a_day(every_s: int) -> bool:
    return 60 <= every_s <= DAY_S and DAY_S % every_s == 0


def _values(
    matched: re.Match[str], least: int, most: int, names: Sequence[str], first: int
) -> Sequence[int]:
    """Of `*`, `5`, `1-5`, `fri-mon`, `*/15`, `5/20`; none where it makes no sense."""
    start, end, step = matched.groups()
    if start == "*":
        low, high = least, most
    else:
        low = _number(start, names, first)
        high = _number(end, names, first) if end else most if step else low
    within = least <= low <= most and least <= high <= most
    if not within or (start == "*" and end) or (step and int(step) == 0):
        return ()
    if low > high:  # round the end: fri-mon, nov-feb
        return (*range(low, most + 1), *range(least, high + 1)) if names and not step else ()
    return range(low, high + 1, int(step or 1))


def _number(word: str, names: Sequence[str], first: int) -> int:
    """A number, or a name or its first three letters; -1 where it is neither."""
    if word.isdigit():
        return int(word)
    found = [n for n, name in enumerate(names) if word in {name, name[:3]}]
    return found[0] + first if found else -1


def _unreadable(text: str) -> InputError:
    return InputError(f"{text[:60]!r} is no time that comes again; {SHOWS}")
