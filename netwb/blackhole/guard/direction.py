"""Which way an attack goes: only one against an own host ends with a blackhole. Pure."""

from __future__ import annotations

from netwb.blackhole.attack_records import AttackEvent
from netwb.blackhole.guard.case import Case
from netwb.blackhole.guard.reasons import allow, hold
from netwb.blackhole.records import Reason


def direction(case: Case) -> Reason:
    """An alarm of an attack that comes in; a ban by hand waits, whatever its prefix's mode.

    A detector's own exceptions do not bind who bans by hand there, and nothing says who that was.
    """
    request = case.request
    if not request.alarm:
        return allow("direction", "A person asks")
    if request.manual:
        return hold("direction", "Banned by hand at the detector; another person must say so")
    if request.direction == "other":
        text = "The detector does not say whether the attack comes in; a person must say so"
        return hold("direction", text)
    if request.direction == "outgoing":
        text = "The attack goes out from this host; a blackhole takes away only what comes to it"
        return hold("direction", text)
    return allow("direction", "The attack comes in")


def why_no_request(event: AttackEvent) -> str | None:
    """Why nothing can be asked for by such an event; None: its address can be."""
    if event.address is not None:
        return None
    if event.hostgroup is not None:
        return (
            f"The alarm is of the host group {event.hostgroup[:60]!r}, which has no single address;"
            " alarms of single hosts are needed"
        )
    return "The alarm names no address, so there is nothing to blackhole"
