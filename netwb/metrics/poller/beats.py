"""When a poll is due: at whole intervals since the epoch, as Telegraf's rounded ones are. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """The next moment to poll at, epoch seconds, and how many were missed since the one before."""

    at: int
    missed: int


def next_beat(now: float, interval_s: int, *, after: int | None = None) -> Beat:
    """The first beat that is not before `now`.

    after   the beat that was polled last; None: this is the first
    """
    at = -int(-now // interval_s) * interval_s
    if after is None:
        return Beat(at=at, missed=0)
    at = max(at, after + interval_s)
    return Beat(at=at, missed=(at - after) // interval_s - 1)
