"""What becomes of a blackhole that is held: who is called, and how it ends. Pure.

On-call is called at once and every 2 minutes. After `hold_minutes` the prefix's mode says what
follows: an `auto` prefix has the guard asked once more, and what it allows by then is announced;
all else is denied. So nothing that needs a person is ever announced because nobody answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from netwb.blackhole.guard.words import minutes
from netwb.blackhole.records import Mode

CALL_EVERY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to do with it now.

    action   wait; call on-call; ask the guard for the last time, and deny what it does not allow;
             or deny
    next_at  when to look again; of no meaning where it ends
    why      in words, for who reads of it
    """

    action: Literal["wait", "call", "ask", "deny"]
    next_at: datetime
    why: str


def next_step(
    *,
    held_at: datetime,
    called_at: datetime | None,
    now: datetime,
    hold_minutes: int,
    mode: Mode | None,
) -> Step:
    """What follows for one that is held since `held_at`.

    called_at   when on-call was called last; None: not yet
    mode        its prefix's as it is now; None: there is none any more

    A clock that was put back by more than `hold_minutes` ends it too: nothing is held for ever.
    """
    end = held_at + timedelta(minutes=hold_minutes)
    if abs(now - held_at) >= timedelta(minutes=hold_minutes):
        return _ended(now, hold_minutes, mode)
    if called_at is None or not timedelta(0) <= now - called_at < CALL_EVERY:
        return Step(action="call", next_at=min(now + CALL_EVERY, end), why="A person must answer")
    due = min(called_at + CALL_EVERY, end)
    return Step(action="wait", next_at=due, why="On-call was called, and has not answered yet")


def _ended(now: datetime, hold_minutes: int, mode: Mode | None) -> Step:
    unanswered = f"Nobody answered within {minutes(hold_minutes)}"
    if mode == "auto":
        text = f"{unanswered}; the guard is asked for the last time"
        return Step(action="ask", next_at=now, why=text)
    return Step(action="deny", next_at=now, why=f"{unanswered}; ask for it anew if it is needed")
