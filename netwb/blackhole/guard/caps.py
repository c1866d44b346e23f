"""How much netwb does before it asks: in all, for a tenant, in a minute. Pure.

Another person's approval goes beyond these; what routers carry (`routers.room`) nobody goes beyond.
What they say over all tenants, `telling` takes out for who does not see all.
"""

from __future__ import annotations

from datetime import timedelta

from netwb.blackhole.guard.case import Case
from netwb.blackhole.guard.reasons import NOT_LOOKED_AT, allow, hold
from netwb.blackhole.records import Reason

MINUTE = timedelta(minutes=1)
REPEATED = "It stands already and does not count twice"


def in_all(case: Case) -> Reason:
    """Less than the cap stand."""
    if case.repeat is not None:
        return allow("cap", REPEATED)
    count, most = len(case.standing), case.caps.active
    told = f"{count} of at most {most} stand"
    return hold("cap", f"{told} without asking") if count >= most else allow("cap", told)


def of_tenant(case: Case) -> Reason:
    """Less than the cap stand for its tenant."""
    if case.repeat is not None:
        return allow("cap_of_tenant", REPEATED)
    if case.prefix is None:
        return allow("cap_of_tenant", NOT_LOOKED_AT)
    count = sum(one.tenant_id == case.prefix.tenant_id for one in case.standing)
    told = f"{count} of at most {case.caps.active_per_tenant} stand for {case.prefix.tenant}"
    if count >= case.caps.active_per_tenant:
        return hold("cap_of_tenant", f"{told} without asking")
    return allow("cap_of_tenant", told)


def in_a_minute(case: Case) -> Reason:
    """Less than the cap were announced in the last minute.

    What lies ahead of the clock counts too: a clock that was put back must not open the gate.
    """
    if case.repeat is not None:
        return allow("cap_in_a_minute", REPEATED)
    since, most = case.now - MINUTE, case.caps.per_minute
    count = sum(one.announced_at > since for one in case.active)
    told = f"{count} of at most {most} are of the last minute"
    if count >= most:
        return hold("cap_in_a_minute", f"{told} without asking")
    return allow("cap_in_a_minute", told)
