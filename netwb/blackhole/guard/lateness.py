"""Whether an alarm is of now: one that was spooled for long may be over. Pure."""

from __future__ import annotations

from datetime import timedelta

from netwb.blackhole.guard.case import Case
from netwb.blackhole.guard.clocks import SKEW
from netwb.blackhole.guard.reasons import allow, hold
from netwb.blackhole.guard.words import minutes
from netwb.blackhole.records import Reason


def lateness(case: Case) -> Reason:
    """The detector saw it within `late_minutes`; one that says no time saw it just now."""
    if not case.request.alarm:
        return allow("lateness", "A person asks now")
    seen_at = case.request.observed_at
    if seen_at is None:
        return allow("lateness", "The detector gave no time, so it counts as now")
    if seen_at > case.now + SKEW:
        ahead = minutes((seen_at - case.now) // timedelta(minutes=1))
        text = f"The alarm is {ahead} ahead of netwb's clock; set the clocks right, or approve it"
        return hold("lateness", text)
    age = case.now - seen_at
    if age > timedelta(minutes=case.caps.late_minutes):
        late = minutes(age // timedelta(minutes=1))
        return hold("lateness", f"The alarm is {late} old, and the attack may be over")
    return allow("lateness", "The alarm is of now")
