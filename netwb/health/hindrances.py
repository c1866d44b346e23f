"""What keeps a working daemon from its work: black-outs that hold, targets that take no message. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwb.ages import age
from netwb.health.diagnosis import Diagnosis, advice, ok, wrong
from netwb.notify.records import Target

LONG = timedelta(days=2)  # two nights are left out
NAMED = 5  # of each, told by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A black-out that holds now; `place` is "" for all."""

    place: str
    start: datetime
    end: datetime
    reason: str


def judge_blackouts(held: Sequence[Held]) -> Iterator[Diagnosis]:
    """Each that holds, the one that ends last first; one over several nights hides their lack."""
    if not held:
        yield ok("black-outs", "none holds")
    for one in sorted(held, key=lambda one: one.end, reverse=True)[:NAMED]:
        judged = wrong if one.end - one.start > LONG else advice
        yield judged(
            "black-outs",
            f"{one.place or 'all'} is backed up by nothing until {one.end:%Y-%m-%d %H:%M} UTC:"
            f" {one.reason}",
            "`netwb blackout list` shows it, `netwb blackout end ID` ends it",
        )
    if len(held) > NAMED:
        yield advice(
            "black-outs", f"{len(held) - NAMED} more hold", "`netwb blackout list` shows them"
        )


def judge_targets(targets: Sequence[Target], *, now: datetime) -> Iterator[Diagnosis]:
    """Each target at which nothing arrives, the longest first."""
    failing = [
        (one.failing_since, one)
        for one in targets
        if one.status == "active" and one.failing_since is not None
    ]
    if not failing:
        yield ok("notifications", f"of {len(targets)} targets none refuses")
    for since, one in sorted(failing, key=lambda pair: pair[0])[:NAMED]:
        said, _, cure = one.last_error.partition("; ")
        yield wrong(
            "notifications",
            f"nothing arrives at {one.label} for {age(since, now)}{f': {said}' if said else ''}",
            cure or f"`netwb notify test {one.label}` tries it now",
        )
    if len(failing) > NAMED:
        yield wrong(
            "notifications",
            f"nothing arrives at {len(failing) - NAMED} more targets",
            "`netwb notify target list` shows all",
        )
