"""How well devices were saved in a month: nights, days, the longest gap. Pure: facts in, records out.

A night is a time at which the daemon was due to save the device, and lasts until the next one: what
was saved in between counts for it, also late or by a person's hand. A day is one of netwb's own zone,
of 23 or 25 hours where clocks change. Before the horizon runs may have been taken away by their age:
a good copy that is seen there is one, and what is not seen there is not known.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from netwb.reports.records import (
    NOT_SAVED,
    SAVED,
    Bounds,
    DeviceMonth,
    Gap,
    HeldText,
    Night,
    NightState,
    Sums,
)

IN_SERVICE = ("active", "maintenance")  # as what the daemon saves
GOOD = ("changed", "unchanged")


@dataclass(frozen=True, slots=True)
class Window:
    """A night that was due at `begin`; `held`: a black-out held all of it back."""

    begin: datetime
    end: datetime
    held: bool = False


@dataclass(frozen=True, slots=True)
class Try:
    """What a run that began at `at` gave of a device; `cause` is the error's class."""

    at: datetime
    status: str
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A device's status became another one."""

    at: datetime
    old: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """All that is known of one device.

    status          as of now; `changes` since the month began, oldest first, lead back to then
    tries           of the month and of the night that reaches over its end, oldest first
    copy_before     the last good copy before the month, where a run tells of it
    revised_at      its newest revision up to the month's end
    """

    device_id: str
    tenant: str
    site: str
    hostname: str
    platform: str
    status: str
    created_at: datetime
    changes: tuple[StatusChange, ...]
    windows: tuple[Window, ...]
    tries: tuple[Try, ...]
    copy_before: datetime | None
    revised_at: datetime | None
    revisions: int
    held: tuple[HeldText, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` on, before `until`."""

    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        """Whether that is within."""
        return self.since <= at < self.until


def service_of(facts: DeviceFacts, month: Bounds) -> tuple[Span, ...]:
    """When the device was in service in the month, up to now; also before it, where it went on."""
    spans: list[Span] = []
    until, status = month.end, facts.status
    for change in reversed(facts.changes):
        if status in IN_SERVICE and change.at < until:
            spans.append(Span(change.at, until))
        until, status = min(until, change.at), change.old
    if status in IN_SERVICE and facts.created_at < until:
        spans.append(Span(facts.created_at, until))
    return tuple(_joined(sorted(spans, key=lambda one: one.since)))


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """From active to maintenance nothing ends."""
    last: Span | None = None
    for span in spans:
        if last is not None and span.since == last.until:
            last = Span(last.since, span.until)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def month_of(facts: DeviceFacts, month: Bounds, *, horizon: datetime | None) -> DeviceMonth | None:
    """The device's month; None where it was never in service in it.

    horizon   before it runs may be gone; None: nothing ever goes
    """
    spans = [one for one in service_of(facts, month) if one.until > month.since]
    if not spans:
        return None
    goods = _goods(facts)
    gone = horizon is not None and horizon > month.since
    days = list(_days(month, spans))
    copy_at, known = _last_copy(facts, goods, month, horizon if gone else None)
    return DeviceMonth(
        device_id=facts.device_id,
        tenant=facts.tenant,
        site=facts.site,
        hostname=facts.hostname,
        platform=facts.platform,
        nights=tuple(_nights(facts, month, spans, goods, horizon)),
        days=len(days),
        days_without=None if gone else _without(days, goods, month.now),
        gap=None if gone else _longest(month, spans, goods, facts.copy_before, horizon),
        copy_at=copy_at,
        copy_known=known,
        revisions=facts.revisions,
        held=facts.held,
        added_on=_on(spans[0].since, month) if spans[0].since >= month.since else None,
        retired_on=_on(spans[-1].until, month) if spans[-1].until < month.end else None,
    )


def sums_of(devices: Sequence[DeviceMonth]) -> Sums:
    """The line below all of them."""

    def total(*states: NightState) -> int:
        return sum(one.count(*states) for one in devices)

    without = [one.days_without for one in devices if one.days_without is not None]
    held = [text for one in devices for text in one.held]
    return Sums(
        devices=len(devices),
        due=sum(one.due for one in devices),
        saved=total(*SAVED),
        changed=total("changed"),
        unchanged=total("unchanged"),
        accepted=total("accepted"),
        not_saved=total(*NOT_SAVED),
        failed=total("failed"),
        rejected=total("rejected"),
        untried=total("untried"),
        no_record=total("unknown"),
        blackout=total("blackout"),
        days=sum(one.days for one in devices),
        days_without=sum(without) if len(without) == len(devices) else None,
        without_copy=sum(one.copy_known == "none" for one in devices),
        revisions=sum(one.revisions for one in devices),
        held=len(held),
        held_accepted=sum(text.status == "accepted" for text in held),
    )


def sums_by_tenant(devices: Sequence[DeviceMonth]) -> Mapping[str, Sums]:
    """The same of each tenant, by slug."""
    groups: dict[str, list[DeviceMonth]] = {}
    for one in devices:
        groups.setdefault(one.tenant, []).append(one)
    return {tenant: sums_of(groups[tenant]) for tenant in sorted(groups)}


def _goods(facts: DeviceFacts) -> list[datetime]:
    """When a good copy was made, oldest first. A text that a person accepted is as old as it is."""
    saved = [one.at for one in facts.tries if one.status in GOOD]
    return sorted([*saved, *(one.at for one in facts.held if one.status == "accepted")])


def _nights(
    facts: DeviceFacts,
    month: Bounds,
    spans: Sequence[Span],
    goods: Sequence[datetime],
    horizon: datetime | None,
) -> Iterator[Night]:
    starts = [one.at for one in facts.tries]
    for window in facts.windows:
        at = window.begin
        if not month.since <= at < month.end or not any(span.holds(at) for span in spans):
            continue
        tries = facts.tries[bisect_left(starts, at) : bisect_left(starts, window.end)]
        saved = {one.status for one in tries}.intersection(GOOD)
        if saved:
            yield Night(at, "changed" if "changed" in saved else "unchanged")
        elif _any_in(goods, Span(at, window.end)):
            yield Night(at, "accepted")
        elif horizon is not None and at < horizon:
            yield Night(at, "unknown")
        elif tries:
            last = tries[-1]
            yield Night(at, "rejected" if last.status == "rejected" else "failed", last.cause)
        elif window.held:
            yield Night(at, "blackout")
        elif window.end <= month.now:
            yield Night(at, "untried")


def _any_in(moments: Sequence[datetime], span: Span) -> bool:
    """Whether one of them, which are in order, is within."""
    place = bisect_left(moments, span.since)
    return place < len(moments) and moments[place] < span.until


def _days(month: Bounds, spans: Sequence[Span]) -> Iterator[Span]:
    """Whole days of the month within the service; today is not whole yet."""
    for day in days_of(month):
        if any(span.since <= day.since and day.until <= span.until for span in spans):
            yield day


@lru_cache(maxsize=8)
def days_of(month: Bounds) -> tuple[Span, ...]:
    """Each day of the month that has begun."""
    zone = ZoneInfo(month.time_zone)
    day = _on(month.since, month)
    found = []
    while (begin := _midnight(day, zone)) < month.end:
        day += timedelta(days=1)
        found.append(Span(begin, _midnight(day, zone)))
    return tuple(found)


def _without(days: Sequence[Span], goods: Sequence[datetime], now: datetime) -> int:
    return sum(not _any_in(goods, day) for day in days if day.until <= now)


def _longest(
    month: Bounds,
    spans: Sequence[Span],
    goods: Sequence[datetime],
    before: datetime | None,
    horizon: datetime | None,
) -> Gap:
    """Of each time of service its beginning, the good copies in it, and its end.

    What nobody can tell any more is counted from the horizon on, and said to be longer perhaps.
    """
    gaps = []
    for span in spans:
        inside = [good for good in goods if span.holds(good)]
        known = [at for at in (before, *inside) if at is not None and at < month.since]
        first = max((at for at in known if at >= span.since), default=span.since)
        points = [first, *(at for at in inside if at > first), span.until]
        old = not known and horizon is not None and first < horizon
        points[0] = max(first, horizon) if old and horizon else first
        gaps += [
            Gap(since=a, until=b, at_least=old and a == points[0]) for a, b in pairwise(points)
        ]
    return max(gaps, key=lambda gap: (gap.hours, -gap.since.timestamp()))


def _last_copy(
    facts: DeviceFacts, goods: Sequence[datetime], month: Bounds, horizon: datetime | None
) -> tuple[datetime | None, Literal["run", "revision", "none", "gone"]]:
    """`horizon`: only where it lies within the month, or behind it."""
    inside = [at for at in goods if at < month.until]
    last = inside[-1] if inside else facts.copy_before
    if last is not None and (horizon is None or last >= horizon):
        return last, "run"
    known = [at for at in (last, facts.revised_at) if at is not None]
    if known:  # a copy that was seen later, and found the same, may have been forgotten
        return max(known), "revision"
    return None, "none" if horizon is None else "gone"


def _on(at: datetime, month: Bounds) -> date:
    return at.astimezone(ZoneInfo(month.time_zone)).date()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Its first moment; where clocks skip that, the one at which they do."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
