"""How often a token, a login and a tenant may ask REST, and what they are told of it.

Each has a bucket of one minute's worth that fills at its rate. The counts are this process's own:
nobody asks a database for them, and each further process of a home lets as many through again.
Header fields: draft-ietf-httpapi-ratelimit-headers-11, whose form no RFC has fixed yet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Literal

from netwb.web.buckets import Allowed, Buckets

MINUTE_S = 60
Of = Literal["token", "tenant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is left of one bucket after a request.

    quota    requests a minute
    left     that may follow at once
    more_s   in how many seconds there is one more than that
    waits_s  0: this one is let through
    """

    of: Of
    quota: int
    left: int
    more_s: int
    waits_s: int


class Rates:
    """Of one process; 0 a minute is no limit. Safe between threads."""

    def __init__(
        self, *, per_token: int, per_tenant: int, clock: Callable[[], float] = monotonic
    ) -> None:
        self._lock = threading.Lock()
        self._quotas: dict[Of, int] = {"token": per_token, "tenant": per_tenant}
        self._buckets = {
            of: Buckets(Allowed(burst=quota, a_second=quota / MINUTE_S), clock=clock)
            for of, quota in self._quotas.items()
            if quota
        }

    def take(self, of: Of, name: str) -> tuple[Taken, ...]:
        """Count one request of that token or tenant; nothing where it has no limit."""
        if of not in self._buckets:
            return ()
        quota, buckets = self._quotas[of], self._buckets[of]
        with self._lock:
            waits_s, left = buckets.take(name), buckets.left(name)
        whole = int(left)
        more_s = max(1, ceil((whole + 1 - left) * MINUTE_S / quota))
        return (Taken(of=of, quota=quota, left=whole, more_s=more_s, waits_s=waits_s),)

    def give_back(self, of: Of, name: str) -> None:
        """A request that was counted and then refused by another bucket is none."""
        if of in self._buckets:
            with self._lock:
                self._buckets[of].give_back(name)


def policy(taken: Sequence[Taken]) -> str:
    """`RateLimit-Policy`: what holds, always the same.

    >>> policy([Taken(of="token", quota=600, left=599, more_s=1, waits_s=0)])
    '"token";q=600;w=60'
    """
    return ", ".join(f'"{one.of}";q={one.quota};w={MINUTE_S}' for one in taken)


def standing(taken: Sequence[Taken]) -> str:
    """`RateLimit`: what is left, and for how long no more than that.

    >>> standing([Taken(of="token", quota=600, left=599, more_s=1, waits_s=0)])
    '"token";r=599;t=1'
    """
    return ", ".join(f'"{one.of}";r={one.left};t={one.more_s}' for one in taken)
