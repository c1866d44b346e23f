"""The life of a blackhole: which state may follow which. Pure."""

from __future__ import annotations

from netwb.blackhole.records import STANDING, State

OPEN: frozenset[State] = STANDING | {"held"}
ENDED: frozenset[State] = frozenset({"denied", "withdrawn", "expired", "failed", "shadow"})

# One that is withdrawn while the attack begins again goes back to intended.
FOLLOWS: dict[State, frozenset[State]] = {
    "held": frozenset({"held", "intended", "denied", "shadow", "withdrawn"}),
    "intended": frozenset({"intended", "held", "denied", "announced", "withdrawing", "failed"}),
    "announced": frozenset({"announced", "withdrawing"}),
    "withdrawing": frozenset({"withdrawing", "withdrawn", "expired", "failed", "intended"}),
    **dict.fromkeys(ENDED, frozenset()),
}
