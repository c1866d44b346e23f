"""What was read in this very second, for who asks for the same again: many clients are one reading.

What may be seen is part of the key that the caller makes. In the next second all of it is forgotten;
what could not be read is not kept.
"""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

R = TypeVar("R")


class Lately(Generic[R]):
    """Readings of one second, by what their readers may see. For threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._second = 0
        self._kept: dict[Hashable, R] = {}

    def find(self, key: Hashable, second: int) -> R | None:
        """The one of that key, if it was read in that second."""
        with self._lock:
            return self._kept.get(key) if second == self._second else None

    def keep(self, key: Hashable, second: int, reading: R) -> R:
        """The same reading, kept."""
        with self._lock:
            if second != self._second:
                self._second = second
                self._kept = {}
            self._kept[key] = reading
        return reading
