"""When black-outs hold: until when a moment lies in one, which clash, what they leave of a schedule.

Pure. Several that touch each other hold as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from netwb.errors import InputError
from netwb.schedules.records import Blackout
from netwb.schedules.times import due_after, due_between
from netwb.schedules.triggers import Calendar, Trigger, parse_trigger

YEAR = timedelta(days=366)
Zones = Callable[[str], tzinfo]  # "" is the configured one


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `start` until `end`, which is outside."""

    start: datetime
    end: datetime


def spans(blackout: Blackout, zones: Zones, *, after: datetime, until: datetime) -> Iterator[Span]:
    """Its spans that end behind `after` and begin before `until`, in order."""
    for span in _whole(blackout, zones, after=after, until=until):
        end = _end(blackout, span)
        if span.start < until and end > after and span.start < end:
            yield Span(start=span.start, end=end)


def _end(blackout: Blackout, span: Span) -> datetime:
    """A person ends what holds then; what comes again goes on at its next time."""
    ended = blackout.ended_at
    if ended is None or (blackout.starts and ended < span.start):
        return span.end
    return min(span.end, ended)


def _whole(blackout: Blackout, zones: Zones, *, after: datetime, until: datetime) -> Iterator[Span]:
    if blackout.from_at is not None and blackout.until_at is not None:
        yield Span(start=blackout.from_at, end=blackout.until_at)
        return
    lasts = timedelta(seconds=blackout.lasts_s)
    trigger, zone = parse_trigger(blackout.starts), zones(blackout.time_zone)
    for start in due_between(trigger, zone, after=after - lasts, until=until):
        yield Span(start=start, end=start + lasts)


def held_until(blackouts: Iterable[Blackout], zones: Zones, at: datetime) -> datetime | None:
    """When the black-out ends that `at` lies in, with all that follow without a gap; None: in none.

    What holds for a year and longer is given as that.
    """
    known, end = tuple(blackouts), at
    while end < at + YEAR:
        found = [
            span.end
            for one in known
            for span in spans(one, zones, after=end, until=end + timedelta(microseconds=1))
            if span.start <= end
        ]
        if not found:
            break
        end = max(found)
    return end if end > at else None


def find_clash(
    new: Blackout, others: Iterable[Blackout], zones: Zones, now: datetime
) -> Blackout | None:
    """One that holds at a time at which the new one does; their places are the caller's to compare."""
    start = new.from_at or now
    end = min(new.until_at or now + YEAR, start + YEAR)
    for other in others:
        own = spans(new, zones, after=start, until=end)
        if _meet(own, spans(other, zones, after=start, until=end)):
            return other
    return None


def _meet(own: Iterator[Span], theirs: Iterator[Span]) -> bool:
    """Whether two of them overlap; both are in order, and the one that ends first gives way."""
    one, other = next(own, None), next(theirs, None)
    while one is not None and other is not None:
        if one.start < other.end and other.start < one.end:
            return True
        if one.end <= other.end:
            one = next(own, None)
        else:
            other = next(theirs, None)
    return False


def require_ends(starts: Trigger, lasts_s: int, zone: tzinfo, now: datetime) -> None:
    """Raise InputError where a black-out that comes again has not ended when it does."""
    if not isinstance(starts, Calendar):
        msg = f"a black-out begins at times of the day, not {starts.text!r}; write 22:00 or 'sat 22:00'"
        raise InputError(msg)
    first = due_after(starts, zone, now)
    for _ in range(60):
        following = first and due_after(starts, zone, first)
        if first is None or following is None:
            return
        if following - first <= timedelta(seconds=lasts_s):
            msg = f"a black-out at {starts.text!r} that lasts so long never ends; make it shorter"
            raise InputError(msg)
        first = following


def leaves_none(
    trigger: Trigger, zone: tzinfo, blackouts: Sequence[Blackout], zones: Zones, now: datetime
) -> bool:
    """Whether each time of a year lies in a black-out: it would never begin when it is due."""
    at = due_after(trigger, zone, now)
    if at is None:
        return False
    horizon = max(now + YEAR, at)
    while at is not None and at <= horizon:
        end = held_until(blackouts, zones, at)
        if end is None:
            return False
        at = due_after(trigger, zone, end - timedelta(microseconds=1))
    return True
