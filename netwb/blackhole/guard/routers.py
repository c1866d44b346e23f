"""Whether a router would announce it, and has room. Pure.

Beyond its `maximum-prefix` an edge drops the session and all blackholes with it, so no approval goes
beyond `max_routes`.
"""

from __future__ import annotations

from netwb.blackhole.guard.caps import REPEATED
from netwb.blackhole.guard.case import Case
from netwb.blackhole.guard.reasons import allow, deny, hold
from netwb.blackhole.records import Reason


def trigger(case: Case) -> Reason:
    """Some trigger router is registered."""
    if not case.policy.triggers:
        text = "No trigger router is registered, so nothing would announce it; register one first"
        return deny("trigger", text)
    return allow("trigger", "A trigger router is registered")


def room(case: Case) -> Reason:
    """Each trigger has room for one more route of ours."""
    if case.repeat is not None:
        return allow("room", REPEATED)
    count = len(case.standing)
    full = sorted(
        (one.max_routes, one.label) for one in case.policy.triggers if one.max_routes <= count
    )
    if not full:
        return allow("room", "The trigger routers have room for it")
    most, name = full[0]
    text = f"{name} carries {count} of ours, and {most} at most; it waits until one that stands has ended"
    return hold("room", text)
