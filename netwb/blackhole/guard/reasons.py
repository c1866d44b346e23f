"""How a guard answers: a sentence for people, with the cure behind a semicolon. Pure.

A reason is kept and shown at every edge, so it names no command.
"""

from __future__ import annotations

from netwb.blackhole.records import Reason

NOT_LOOKED_AT = "Not looked at, as no prefix holds it that you may act on"


def allow(guard: str, text: str) -> Reason:
    """It does not object."""
    return Reason(guard=guard, answer="allow", text=text)


def hold(guard: str, text: str) -> Reason:
    """It waits: for another person, or for what netwb cannot do now."""
    return Reason(guard=guard, answer="hold", text=text)


def deny(guard: str, text: str) -> Reason:
    """It is refused, and nobody's word changes that."""
    return Reason(guard=guard, answer="deny", text=text)
