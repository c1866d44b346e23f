"""Whether texts wait for a person whom nobody told, or who forgot. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from netwb.health.counts import HeldTexts
from netwb.health.diagnosis import Diagnosis, advice, ok

LONG = timedelta(days=7)


def judge_held(held: Sequence[HeldTexts], *, now: datetime) -> Diagnosis:
    """By the texts in quarantine; a device whose text waits has no newer good backup."""
    texts = sum(one.texts for one in held)
    oldest = min((one.oldest for one in held if one.oldest is not None), default=None)
    if oldest is None or now - oldest <= LONG:
        return ok("quarantine", f"{texts} texts wait for a person, none of them for long")
    days = (now - oldest).days
    return advice(
        "quarantine",
        f"{texts} texts wait for a person, the oldest for {days} days",
        "`netwb quarantine list` shows them; accept or discard each",
    )
