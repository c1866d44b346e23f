"""Addresses that are never blackholed: routers, gateways, name servers, netwb itself. Pure."""

from __future__ import annotations

from netwb.blackhole.guard.case import Case
from netwb.blackhole.guard.reasons import NOT_LOOKED_AT, allow, deny
from netwb.blackhole.guard.words import label
from netwb.blackhole.records import Never, Reason


def never_list(case: Case) -> Reason:
    """No entry holds it; why it is on the list is told to who may see whose thing it is."""
    if not case.known:
        return allow("never_list", NOT_LOOKED_AT)
    found = _entries(case)
    if not found:
        return allow("never_list", "Not on the list of what is never blackholed")
    told = sorted({one.why for one in found if _may_read(case, one)})
    why = f": {', '.join(told)}" if told else ""
    text = f"{label(case.network)} is on the list of what is never blackholed{why}"
    return deny("never_list", text)


def _entries(case: Case) -> list[Never]:
    """Those that hold it; of what is wider than a host also those that it holds."""
    network, first = case.network, case.network.network_address
    found = [one for one in case.policy.never if first in one.network]
    if network.prefixlen < network.max_prefixlen:
        found += [one for one in case.policy.never if one.network.network_address in network]
    return found


def _may_read(case: Case, entry: Never) -> bool:
    tenants = case.request.tenants
    return tenants is None or entry.tenant_id in tenants
