"""What becomes of a job that is due: it begins, waits, or is left out; and what was missed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from netwb.schedules.records import JobSpec, Place, Schedule
from netwb.schedules.times import due_after, latest_due
from netwb.schedules.triggers import After, Off, Trigger

LATE_S = 900  # a start so long behind its time is late: somebody should know
Holds = Callable[[datetime], datetime | None]
MOST_COUNTED = 1000  # missed times that are counted; more are "many" to anybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When a job is due at one place.

    jitter   so long behind its due time it begins
    ended    when the job that it follows ended last there, for `after`
    """

    trigger: Trigger
    zone: tzinfo
    jitter: timedelta
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do with the open firing of a job at a place.

    answer   `start` or `skip` for `due_at`, or `wait`
    due_at   the time that counts: the newest one that is due, where others were missed before it
    missed   how many those were
    late     it begins so late that somebody should know
    why      in words, for who reads the list
    """

    answer: Literal["start", "skip", "wait"]
    due_at: datetime
    missed: int = 0
    late: bool = False
    why: str = ""


def next_due(timing: Timing, after: datetime) -> datetime | None:
    """The first due time behind `after`."""
    if isinstance(timing.trigger, After):
        return next((at for at in _times(timing) if at > after), None)
    return due_after(timing.trigger, timing.zone, after)


def decide(  # noqa: PLR0913 - what a decision is made of
    spec: JobSpec,
    timing: Timing,
    due_at: datetime,
    now: datetime,
    *,
    holds: Holds,
    runs: bool,
) -> Verdict:
    """What becomes of the open firing that is due at `due_at`.

    holds   until when black-outs hold a moment back; None: they do not
    runs    the job still runs at that place
    """
    if due_at + timing.jitter > now:
        return Verdict(answer="wait", due_at=due_at)
    newest, missed = _newest(timing, due_at, now - timing.jitter, holds)
    if runs:
        if spec.overlap == "skip":
            return Verdict(answer="skip", due_at=newest, missed=missed, why="it was running still")
        return Verdict(answer="wait", due_at=due_at)
    if holds(now) is not None:
        return Verdict(answer="wait", due_at=due_at)
    begins = newest + timing.jitter
    behind_s = (now - (holds(begins) or begins)).total_seconds()
    late = behind_s > LATE_S
    if behind_s > spec.grace_s or (late and spec.missed == "skip"):
        why = "nobody was there in time"
        return Verdict(answer="skip", due_at=newest, missed=missed, late=True, why=why)
    return Verdict(answer="start", due_at=newest, missed=missed, late=late or missed > 0)


def begins_at(timing: Timing, due_at: datetime, holds: Holds) -> datetime:
    """When the firing that is due at `due_at` begins, as it looks now."""
    begins = due_at + timing.jitter
    return holds(begins) or begins


def place_schedule(schedules: Sequence[Schedule], place: Place) -> Schedule | None:
    """The schedule in force there: its own, else its tenant's, else that of all."""
    holding = [one for one in schedules if one.place.holds(place)]
    return max(holding, key=lambda one: one.place, default=None)


def is_off(timing: Timing) -> bool:
    """Whether a person wants it never."""
    return isinstance(timing.trigger, Off)


def _newest(
    timing: Timing, due_at: datetime, until: datetime, holds: Holds
) -> tuple[datetime, int]:
    """The newest due time up to then, and how many were missed before it, the open one among them.

    What a black-out held back was not missed.
    """
    newest, missed, at = due_at, 0, due_at
    if isinstance(timing.trigger, After):
        newest = max([due_at, *(one for one in _times(timing) if one <= until)])
    else:
        newest = latest_due(timing.trigger, timing.zone, after=due_at, until=until) or due_at
    while at < newest and missed < MOST_COUNTED:
        missed += holds(at + timing.jitter) is None
        at = next_due(timing, at) or newest
    return newest, missed


def _times(timing: Timing) -> tuple[datetime, ...]:
    """Due times of a trigger that follows another job."""
    if timing.ended is None or not isinstance(timing.trigger, After):
        return ()
    return tuple(timing.ended + timedelta(seconds=delay) for delay in timing.trigger.delays_s)
