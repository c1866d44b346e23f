"""Spread what is due at one time over a while, each scope always at the same place in it. Pure.

By the digest of its name and not by chance: a person can tell when theirs begins, and every daemon
says the same.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

_PLACES = 1 << 32


def jitter(name: str, *, most_s: int) -> timedelta:
    """Whole seconds below `most_s`, the same for the same name.

    >>> jitter("nightly/t1", most_s=0)
    datetime.timedelta(0)
    """
    place = int.from_bytes(sha256(name.encode()).digest()[:4])
    return timedelta(seconds=place * most_s // _PLACES)
