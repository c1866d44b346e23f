"""What has to be known to read a report right, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from netwb.reports.records import Bounds, PersonNow


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGround:
    """What a coverage report stands on.

    horizon           before it runs may be gone; None: nothing ever goes
    first_run         when the oldest run began that is still known; None: there is none
    schedule_changes  since the month began
    held_days         how long quarantine's rows are kept once they are settled; 0: for ever
    narrowed          to which devices, in words; "" to none
    """

    horizon: datetime | None
    first_run: datetime | None
    schedule_changes: int
    held_days: int
    narrowed: str


def coverage_remarks(month: Bounds, ground: CoverageGround) -> tuple[str, ...]:
    """Of a coverage report."""
    return tuple(_coverage(month, ground))


def _coverage(month: Bounds, ground: CoverageGround) -> Iterator[str]:
    if ground.narrowed:
        yield f"Only devices with {ground.narrowed} are in it."
    if not month.is_over:
        yield f"The month is not over: all of it is as of {_at(month.now, month)}."
    yield (
        f"Times and days are those of {month.time_zone}. A night is due when the daemon's job `nightly` "
        "is, by the schedule as it is today, and what was saved until the next one counts for it."
    )
    if ground.schedule_changes:
        times = "once" if ground.schedule_changes == 1 else f"{ground.schedule_changes} times"
        yield (
            f"Schedules were changed {times} since the month began, so that nights of then may have been "
            "due at other times; `netwb audit list --what schedule` has each change."
        )
    if ground.horizon is not None and ground.horizon > month.since:
        yield (
            f"Backup runs that ended before {_at(ground.horizon, month)} are kept no more "
            "(retention.runs_days): of the time before it a good copy that is still known is counted, "
            "and all else is `no record`, which is neither saved nor failed."
        )
    elif ground.first_run is None:
        yield "netwb knows no backup run at all."
    elif ground.first_run > month.since:
        yield f"The oldest backup run that netwb knows began {_at(ground.first_run, month)}."
    if ground.held_days and month.now - timedelta(days=ground.held_days) > month.since:
        yield (
            f"Texts in quarantine that were settled more than {ground.held_days} days ago are kept no "
            "more (retention.quarantine_days); who accepted one stands in the audit trail for ever."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessGround:
    """What an access report stands on.

    trail_began   when the oldest event of the audit trail was
    access_days   how long ended logins and tokens are kept; 0: for ever
    erased        events of the month whose words went with a purged tenant
    of            slug of the tenant that it is narrowed to; "" to none
    wide          who reads it may see all tenants
    """

    trail_began: datetime | None
    access_days: int
    erased: int
    of: str
    wide: bool


def access_remarks(
    month: Bounds, ground: AccessGround, people: Iterable[PersonNow]
) -> tuple[str, ...]:
    """Of an access report."""
    return tuple(_access(month, ground, {one.source for one in people}))


def _access(month: Bounds, ground: AccessGround, sources: set[str]) -> Iterator[str]:
    if not month.is_over:
        yield "The month is not over: more may come."
    yield (
        f"Times are those of {month.time_zone}. People and tokens are as of {_at(month.now, month)}: "
        "netwb keeps each change of rights, and no picture of every day."
    )
    if ground.trail_began is None or ground.trail_began > month.since:
        began = (
            "is empty" if ground.trail_began is None else f"begins {_at(ground.trail_began, month)}"
        )
        yield f"The audit trail {began}: before that netwb has no record of anything."
    if ground.access_days and month.now - timedelta(days=ground.access_days) > month.since:
        yield (
            f"Tokens that ended more than {ground.access_days} days ago are in no table any more "
            "(retention.access_days); their issue and their end stand in the trail."
        )
    if outside := sorted(sources & {"oidc", "proxy"}):
        yield (
            f"Rights of people who log in by {' or '.join(outside)} come from there with each login; "
            "what was changed there is not netwb's to know."
        )
    if ground.erased:
        yield (
            f"{ground.erased:,} events of this month say nothing any more: they were erased when "
            "a tenant's data was purged; the chain goes on over them."
        )
    if ground.of:
        yield (
            f"Events that concern {ground.of} alone are in it; those of several tenants, or of none, "
            "stand in the report over all tenants."
        )
    if not ground.wide:
        yield (
            "People whose scope is wider than yours, as the provider's own, are not listed; "
            "the report over all tenants has them."
        )


def _at(at: datetime, month: Bounds) -> str:
    return f"{at.astimezone(ZoneInfo(month.time_zone)):%Y-%m-%d %H:%M}"
