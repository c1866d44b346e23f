"""One reading for all who may see the same: fifty walls on one process ask the stores once.

What may be seen is part of the key that the caller makes; nothing here knows who asks. A reading is
made in the caller's thread, and whoever asks for the same meanwhile waits for it.
Source: facts-platform D6 (what is kept for a process must have the tenant as an argument).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from threading import Lock
from typing import Generic, Protocol, TypeVar

MOST = 200  # readings kept at once; each is some hundred kB at most


class Reading(Protocol):
    """What is kept: it says itself until when it holds."""

    @property
    def as_of(self) -> datetime:
        """When it was read."""

    @property
    def next_at(self) -> datetime:
        """When it is to be read anew."""


R = TypeVar("R", bound=Reading)


class Shared(Generic[R]):
    """Readings by what their readers may see. For threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._locks: dict[Hashable, Lock] = {}
        self._kept: dict[Hashable, R] = {}

    def get(self, key: Hashable, now: datetime, read: Callable[[], R]) -> R:
        """The reading of that key, made anew where it is over; what `read` raises is not kept."""
        with self._lock:
            own = self._locks.setdefault(key, Lock())
        with own:
            kept = self._kept.get(key)
            if kept is None or not kept.as_of <= now < kept.next_at:
                kept = read()
                self._keep(key, kept, now)
            return kept

    def _keep(self, key: Hashable, reading: R, now: datetime) -> None:
        """And forget those that nobody asked for again."""
        with self._lock:
            self._kept[key] = reading
            for other in [one for one, kept in self._kept.items() if kept.next_at < now]:
                self._forget(other)
            while len(self._kept) > MOST:
                self._forget(next(iter(self._kept)))

    def _forget(self, key: Hashable) -> None:
        del self._kept[key]
        if not self._locks[key].locked():
            del self._locks[key]
