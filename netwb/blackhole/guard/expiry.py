"""How long it would stand: never for ever, and longer each time it comes back. Pure.

What is blackholed cannot be measured, so an attack that goes on is announced again soon after its
end. Each announcement that ended within `repeat_within_minutes` doubles the time, up to the maximum.
An end is always ahead of now and within the maximum, whatever a clock did.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from netwb.blackhole.guard.case import Case
from netwb.blackhole.guard.reasons import allow, deny
from netwb.blackhole.guard.words import minutes, ordinal
from netwb.blackhole.records import Reason

DOUBLINGS = 20  # beyond any maximum, and still a number


def expiry(case: Case) -> Reason:
    """What a person asked for is within the maximum."""
    wanted, most = _asked_for(case), most_minutes(case)
    if wanted is not None and wanted < 1:
        return deny("expiry", f"{minutes(wanted)} is no time to stand; ask for 1 to {most}")
    if wanted is not None and wanted > most:
        text = (
            f"{minutes(wanted)} is longer than the {minutes(most)} that a blackhole stands at most"
        )
        return deny("expiry", f"{text}; ask for fewer, and again when they are over")
    said = f"For {minutes(stands_minutes(case))}"
    if case.repeat is not None:
        return allow("expiry", f"{said} from now, or as it stands already if that is longer")
    if wanted is None and case.earlier:
        first = minutes(_within(case.caps.minutes, case))
        return allow("expiry", f"{said} instead of {first}, as it is the {_time(case)}")
    return allow("expiry", said)


def stands_minutes(case: Case) -> int:
    """What is asked for, or what the settings say by how often it came; what approves may shorten."""
    wanted = _asked_for(case)
    if wanted is None:
        wanted = case.caps.minutes << min(case.earlier, DOUBLINGS)
    if case.request.break_glass:
        wanted = min(wanted, case.caps.break_glass_minutes)
    allowed = (one.minutes for one in case.approvals if one.minutes is not None)
    return _within(min((wanted, *allowed)), case)


def ends_at(case: Case) -> datetime:
    """When it would be taken back; what stands is never shortened by a repeat."""
    end = case.now + timedelta(minutes=stands_minutes(case))
    if case.repeat is None:
        return end
    return _within_maximum(max(end, case.repeat.expires_at), case)


def as_it_stands(case: Case) -> datetime:
    """The end of what stands already, which has one ahead."""
    assert case.repeat is not None
    return _within_maximum(case.repeat.expires_at, case)


def most_minutes(case: Case) -> int:
    """The longest that anything stands."""
    return max(1, case.caps.max_minutes)


def _asked_for(case: Case) -> int | None:
    return None if case.request.alarm else case.request.minutes


def _within(wanted: int, case: Case) -> int:
    return max(1, min(wanted, most_minutes(case)))


def _within_maximum(end: datetime, case: Case) -> datetime:
    return min(end, case.now + timedelta(minutes=most_minutes(case)))


def _time(case: Case) -> str:
    return f"{ordinal(case.earlier + 1)} time within {minutes(case.caps.repeat_within_minutes)}"
