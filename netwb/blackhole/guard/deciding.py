"""Decide whether a host may be blackholed. Pure: no clock, no database, no router.

Three answers: allow, hold (a person or a better moment is waited for), deny. Every guard answers, in
one order, and the worst answer wins. Questions are holds that another person's approval settles;
an approval lifts nothing else, and a denial never. An alarm about what stands already changes
nothing where a question is open: it is left as it stands, and nobody is called for each repeat.
Ask again at the moment of sending, with the approvals filled in.
Sources: RFC 5635 (trigger), RFC 6666, RFC 7999 (community), and what went wrong in operation
elsewhere: whole networks, gateways and other people's addresses announced, and never taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from netwb.blackhole.guard.approval import approval, break_glass
from netwb.blackhole.guard.caps import in_a_minute, in_all, of_tenant
from netwb.blackhole.guard.case import Case, look
from netwb.blackhole.guard.direction import direction
from netwb.blackhole.guard.expiry import as_it_stands, ends_at, expiry
from netwb.blackhole.guard.forms import ends, host, special
from netwb.blackhole.guard.lateness import lateness
from netwb.blackhole.guard.never_list import never_list
from netwb.blackhole.guard.ownership import customer, mode, own_space, port
from netwb.blackhole.guard.routers import room, trigger
from netwb.blackhole.guard.running import heartbeat, in_shadow, pause, shadow
from netwb.blackhole.guard.telling import for_asker
from netwb.blackhole.records import Answer, Policy, Reason, Request, Standing, Verdict

Guard = Callable[[Case], Reason]

FACTS: tuple[Guard, ...] = (
    *(own_space, port, mode, customer, host, special, ends, never_list),
    *(trigger, room, heartbeat, pause, expiry, break_glass, shadow),
)
QUESTIONS: tuple[Guard, ...] = (approval, direction, lateness, in_all, of_tenant, in_a_minute)
WORST: tuple[Answer, ...] = ("deny", "hold", "allow")


def decide(request: Request, policy: Policy, active: Sequence[Standing], now: datetime) -> Verdict:
    """What the guard answers; `active` is what stands, and what ended lately."""
    case = look(request, policy, active, now)
    asked = tuple(guard(case) for guard in QUESTIONS)
    left = _is_left(case, asked)
    reasons = (
        *(guard(case) for guard in FACTS),
        *(_settled(case, one, left=left) for one in asked),
    )
    if not case.sees_all:
        reasons = for_asker(reasons)
    answers = {one.answer for one in reasons}
    return Verdict(
        answer=next(one for one in WORST if one in answers),
        reasons=reasons,
        prefix=case.prefix,
        reach=case.reach,
        expires_at=as_it_stands(case) if left else ends_at(case),
        shadow=in_shadow(case),
    )


def _is_left(case: Case, asked: Sequence[Reason]) -> bool:
    """Whether it stands already, and an alarm that nobody approved would change it."""
    return (
        any(one.answer == "hold" for one in asked)
        and not case.approvals
        and case.request.alarm
        and case.repeat is not None
        and case.repeat.reach == case.reach
        and case.repeat.expires_at > case.now
    )


def _settled(case: Case, asked: Reason, *, left: bool) -> Reason:
    """A question as it is after what persons said."""
    if asked.answer != "hold":
        return asked
    if case.approvals:
        names = " and ".join(sorted({one.name for one in case.approvals}))
        return replace(asked, answer="allow", text=f"{asked.text}; {names} approved it")
    if left:
        text = f"{asked.text}; it stands already, and is left as it stands"
        return replace(asked, answer="allow", text=text)
    return asked
