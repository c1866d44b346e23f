"""When another person must say so, and what one person may do alone in an emergency. Pure.

A prefix of mode `approve` asks for another person, and so does everything that an upstream hears.
Breaking the glass skips that person and nothing else; whether somebody may is asked elsewhere.
"""

from __future__ import annotations

from netwb.blackhole.guard.case import Case
from netwb.blackhole.guard.reasons import allow, deny, hold
from netwb.blackhole.guard.words import minutes
from netwb.blackhole.records import Reason, Request

BREAK_GLASS = "break_glass"


def approval(case: Case) -> Reason:
    """Nobody else need say so."""
    if case.needs is None:
        return allow("approval", "Nobody else need approve it")
    if case.request.break_glass:
        return allow("approval", f"{case.needs}; the glass was broken instead")
    return hold("approval", f"{case.needs}; {_whose(case.request)} must approve it")


def break_glass(case: Case) -> Reason:
    """A person breaks it, says why, and for a short time."""
    request, most = case.request, case.caps.break_glass_minutes
    if not request.break_glass:
        return allow(BREAK_GLASS, "The glass was not broken")
    if request.alarm or request.machine or not request.person:
        return deny(BREAK_GLASS, "Only a person breaks the glass; log in yourself and ask again")
    if not request.reason.strip():
        return deny(BREAK_GLASS, "Who breaks the glass says why; give a reason")
    if request.minutes is not None and request.minutes > most:
        text = f"Who breaks the glass has {minutes(most)} at most, and asked for {request.minutes}"
        return deny(BREAK_GLASS, f"{text}; ask for fewer")
    return allow(BREAK_GLASS, "The glass was broken: nobody else is asked, and every admin is told")


def _whose(request: Request) -> str:
    if request.alarm:  # a detector has no owner
        return "a person"
    if request.machine:
        return "another person than the owner of what asked"
    return "a person" if request.person is None else "another person than who asked"
