"""Who may answer a blackhole that is held, and which answers count. Pure.

Two persons are told apart by person: a token counts as its owner, so that nobody approves what their
own program asked for. Whether somebody has the right to approve at all is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from netwb.blackhole.guard.clocks import SKEW
from netwb.blackhole.guard.words import minutes
from netwb.blackhole.records import Approval, Blackhole, Reason

APPROVER = "approver"


def counting(
    approvals: Iterable[Approval], person: str | None, now: datetime, valid_minutes: int
) -> tuple[Approval, ...]:
    """Those of another person than who asked, and not too old."""
    since = now - timedelta(minutes=valid_minutes)
    return tuple(
        one
        for one in approvals
        if one.person and one.person != person and since < one.at <= now + SKEW
    )


def may_approve(
    held: Blackhole,
    *,
    person: str | None,
    tenants: frozenset[str] | None,
    now: datetime,
    hold_minutes: int,
) -> Reason:
    """Whether that person may approve it, and why.

    person    None: a machine that nobody owns
    tenants   ids that they may see; None: all
    """
    return _refused(held, person=person, tenants=tenants, now=now, hold_minutes=hold_minutes) or (
        _allow("You did not ask for it, so you may approve")
        if person != held.person
        else _deny("You asked for it, so another person must approve it")
    )


def may_deny(
    held: Blackhole,
    *,
    person: str | None,
    tenants: frozenset[str] | None,
    now: datetime,
    hold_minutes: int,
) -> Reason:
    """Whether that person may deny it: whoever asked may too, and takes it back by that."""
    return _refused(
        held, person=person, tenants=tenants, now=now, hold_minutes=hold_minutes
    ) or _allow("You may deny it")


def _refused(
    held: Blackhole,
    *,
    person: str | None,
    tenants: frozenset[str] | None,
    now: datetime,
    hold_minutes: int,
) -> Reason | None:
    if tenants is not None and held.tenant_id not in tenants:
        return _deny("No such blackhole is held among those that you may see")
    if held.state != "held":
        return _deny(f"It is not held any more but {held.state}; ask for it anew if it is needed")
    if abs(now - held.requested_at) >= timedelta(minutes=hold_minutes):
        waited = minutes(hold_minutes)
        return _deny(f"It was held for {waited} and has lapsed; ask for it anew if it is needed")
    if not person:
        return _deny("Only a person may answer it, and nobody is behind this login")
    return None


def _allow(text: str) -> Reason:
    return Reason(guard=APPROVER, answer="allow", text=text)


def _deny(text: str) -> Reason:
    return Reason(guard=APPROVER, answer="deny", text=text)
