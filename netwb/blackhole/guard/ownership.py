"""Whose the address is: own space, its port and mode, and what a tenant's own people may. Pure.

Another tenant's address and nobody's read the same to who asks with a narrower scope.
"""

from __future__ import annotations

from netwb.blackhole.guard.case import Case
from netwb.blackhole.guard.reasons import NOT_LOOKED_AT, allow, deny
from netwb.blackhole.guard.space import longest
from netwb.blackhole.guard.words import label
from netwb.blackhole.records import Reason


def own_space(case: Case) -> Reason:
    """A registered prefix holds it, of a tenant that who asks may see."""
    host = label(case.network)
    if case.prefix is not None:
        return allow("own_space", f"{host} is in {case.prefix.network} of {case.prefix.tenant}")
    if not case.sees_all:
        cure = "look at the address again, or have the prefix registered"
        return deny("own_space", f"{host} is in no prefix that you may act on; {cure}")
    if not case.policy.prefixes:
        cure = "register your own networks first"
        return deny("own_space", f"No prefix is registered, so nothing is blackholed; {cure}")
    found = longest(case.policy.prefixes, case.network)
    if found:
        owners = " and ".join(sorted({one.tenant for one in found}))
        text = f"{found[0].network} is registered for {owners}; leave it to one of them"
        return deny("own_space", text)
    return deny(
        "own_space", f"{host} is in no registered prefix; register its network if it is yours"
    )


def port(case: Case) -> Reason:
    """The port that the prefix is routed to, where one is named, is for the prefix's tenant."""
    if case.prefix is None:
        return allow("port", NOT_LOOKED_AT)
    network, routed = case.prefix.network, case.prefix.port
    if routed is None:
        return allow("port", f"{network} names no port that it is routed to")
    if not routed.tenant_id:
        text = f"{network} is routed to a port that the inventory has no more"
        return deny("port", f"{text}; name the one that it is routed to now")
    if routed.tenant_id != case.prefix.tenant_id:
        text = f"{network} of {case.prefix.tenant} is routed to {routed.label} of {routed.tenant}"
        return deny("port", f"{text}; set whom the port is for, or the prefix's port")
    return allow("port", f"{network} is routed to {routed.label}, which is for {routed.tenant} too")


def mode(case: Case) -> Reason:
    """The prefix is not one whose hosts are never blackholed."""
    if case.prefix is None:
        return allow("mode", NOT_LOOKED_AT)
    whose = f"{case.prefix.network} of {case.prefix.tenant}"
    if case.prefix.mode == "never":
        return deny(
            "mode", f"No host of {whose} is ever blackholed; change the prefix's mode first"
        )
    way = "at once" if case.prefix.mode == "auto" else "by approval"
    return allow("mode", f"Hosts of {whose} are blackholed {way}")


def customer(case: Case) -> Reason:
    """A tenant's own people ask only where its policy says so."""
    if not case.request.customer:
        return allow("customer", "Not asked for by a tenant's own people")
    if case.prefix is None:
        return allow("customer", NOT_LOOKED_AT)
    whose = f"in {case.prefix.network} the people of {case.prefix.tenant}"
    if not case.prefix.by_customer:
        return deny("customer", f"{whose[0].upper()}{whose[1:]} may not ask; tell your provider")
    return allow("customer", f"{whose[0].upper()}{whose[1:]} may ask themselves")
