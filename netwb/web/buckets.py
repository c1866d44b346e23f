"""How many of a thing somebody may have: so many at once, and so many a second from then on.

Nothing but memory: another process of the same home has buckets of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from time import monotonic

MOST_KEPT = 10_000  # whom it remembers


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """So many at once, and so many a second from then on."""

    burst: int
    a_second: float


class Buckets:
    """Who took how many lately. For one thread."""

    def __init__(self, allowed: Allowed, *, clock: Callable[[], float] = monotonic) -> None:
        self._allowed = allowed
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # name: how many, when

    def left(self, name: str) -> float:
        """How many it has now; a part of one is on its way."""
        return self._left_at(name, self._clock())

    def _left_at(self, name: str, now: float) -> float:
        most = self._allowed.burst
        left, at = self._left.get(name, (float(most), now))
        return min(most, left + (now - at) * self._allowed.a_second)

    def take(self, name: str) -> int:
        """0, and one is taken; else nothing is, and after so many seconds there is one again."""
        now = self._clock()
        left = self._left_at(name, now)
        self._left.pop(name, None)
        waits = 0 if left >= 1 else max(1, ceil((1 - left) / self._allowed.a_second))
        self._left[name] = (left if waits else left - 1, now)
        while len(self._left) > MOST_KEPT:
            self._left.popitem(last=False)
        return waits

    def give_back(self, name: str) -> None:
        """One that was taken, and then not used."""
        now = self._clock()
        self._left[name] = (min(self._allowed.burst, self._left_at(name, now) + 1), now)
