"""Whether netwb announces anything now: not while it is paused, nor while nothing would expire. Pure.

No approval changes these: who paused resumes, and an expirer that is back ends the other.
"""

from __future__ import annotations

from netwb.blackhole.guard.case import Case
from netwb.blackhole.guard.clocks import ALIVE
from netwb.blackhole.guard.reasons import NOT_LOOKED_AT, allow, hold
from netwb.blackhole.records import Reason


def pause(case: Case) -> Reason:
    """New ones are not paused; what stands may go on."""
    if case.policy.paused is None:
        return allow("pause", "New blackholes are not paused")
    if case.repeat is not None:
        return allow("pause", "New blackholes are paused, and this one stands already")
    at = case.policy.paused_at
    since = f" since {at:%Y-%m-%d %H:%M} UTC" if at is not None else ""
    why = f": {case.policy.paused}" if case.policy.paused else ""
    return hold("pause", f"New blackholes are paused{since}{why}; it waits until they are resumed")


def heartbeat(case: Case) -> Reason:
    """Whoever takes blackholes back was alive within the minute, by this clock."""
    at = case.policy.expirer_at
    if at is not None and abs(case.now - at) <= ALIVE:
        return allow("heartbeat", "It would be taken back in time")
    cure = "it waits until the scheduler runs"
    if at is None:
        return hold("heartbeat", f"Nothing is running that would take it back; {cure}")
    if at > case.now:
        cure = "it waits until the clocks agree"
        return hold(
            "heartbeat", f"What would take it back has a clock far ahead of netwb's; {cure}"
        )
    silent = int((case.now - at).total_seconds())
    return hold("heartbeat", f"What would take it back has been silent for {silent} s; {cure}")


def shadow(case: Case) -> Reason:
    """Whether it is only written down: at a site in shadow nothing is sent."""
    if case.prefix is None:
        return allow("shadow", NOT_LOOKED_AT)
    if in_shadow(case):
        name = case.prefix.site or case.prefix.site_id
        return allow("shadow", f"Site {name} is in shadow: it is written down, and nothing is sent")
    return allow("shadow", "Its site is not in shadow")


def in_shadow(case: Case) -> bool:
    """Whether the prefix is of such a site."""
    return case.prefix is not None and case.prefix.site_id in case.policy.shadow
