"""When is a device backed up after the messages that it was changed? Pure: time is an argument.

A burst ends `wait_s` after its last message, at the latest `most_s` after its first one, and at once
where the device says that the change is complete. What comes after begins another burst, so that
a commit and its rollback are two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from netwb.health.syslog.records import MOST_NAMES, Burst, Said


class Bursts:
    """What waits: at most one open burst a device, and those that ended and are not filed yet.

    new_id    gives each burst its name
    """

    def __init__(self, *, wait_s: float, most_s: float, new_id: Callable[[], str]) -> None:
        self._wait = timedelta(seconds=wait_s)
        self._most = timedelta(seconds=most_s)
        self._new_id = new_id
        self._open: dict[str, Burst] = {}
        self._ended: dict[str, Burst] = {}
        self._unkept: dict[str, Burst] = {}
        self._own: dict[str, datetime] = {}  # when netwb's own login changed a device last

    def __len__(self) -> int:
        return len(self._open) + len(self._ended)

    def restore(self, bursts: Iterable[Burst]) -> None:
        """Go on from what was kept."""
        for burst in sorted(bursts, key=lambda burst: burst.first_at):
            before = self._open.get(burst.device_id)
            if before is not None:
                self._end(before)
            self._settle(burst)

    def hear(
        self, device_id: str, tenant_id: str, said: Said, *, now: datetime, complete: bool
    ) -> bool:
        """One more message about a device, which came now; False where it ends netwb's own change."""
        old = self._open.get(device_id)
        if old is not None and now >= self.due_at(old):
            self._end(old)  # it was over before this one came
            old = None
        own_at = self._own.pop(device_id, None)
        if old is None and complete and not said.by and own_at and now - own_at <= self._wait:
            return False
        if old is None:
            old = Burst(
                id=self._new_id(),
                device_id=device_id,
                tenant_id=tenant_id,
                first_at=now,
                last_at=now,
                said=(),
            )
        burst = replace(
            old,
            last_at=max(old.last_at, now),
            said=_with(old.said, said),
            complete=complete,
        )
        self._unkept[burst.id] = burst
        self._settle(burst)
        return True

    def hear_own(self, device_id: str, *, now: datetime) -> None:
        """A change by netwb's own login; the message that it is complete names nobody."""
        self._own[device_id] = now

    def due_at(self, burst: Burst) -> datetime:
        """When that burst is answered."""
        if burst.complete:
            return burst.last_at
        return min(burst.last_at + self._wait, burst.first_at + self._most)

    def due(self, now: datetime) -> tuple[Burst, ...]:
        """What is to be answered now, the one that waited longest first."""
        for burst in [burst for burst in self._open.values() if self.due_at(burst) <= now]:
            self._end(burst)
        return tuple(sorted(self._ended.values(), key=self.due_at))

    @property
    def has_unkept(self) -> bool:
        """Whether something changed since it was last asked for."""
        return bool(self._unkept)

    def unkept(self) -> tuple[Burst, ...]:
        """What changed since it was last asked; each of them is told once."""
        changed, self._unkept = self._unkept, {}
        return tuple(changed.values())

    def keep_again(self, bursts: Iterable[Burst]) -> None:
        """They could not be kept; they are told again, unless they changed meanwhile."""
        for burst in bursts:
            if burst.id in self._ended or self._is_open(burst):
                self._unkept.setdefault(burst.id, burst)

    def done(self, ids: Collection[str]) -> None:
        """Those are answered, by a job that is filed or by a backup that came first."""
        for identifier in ids:
            self._ended.pop(identifier, None)
            self._unkept.pop(identifier, None)

    def _is_open(self, burst: Burst) -> bool:
        held = self._open.get(burst.device_id)
        return held is not None and held.id == burst.id

    def _settle(self, burst: Burst) -> None:
        self._open[burst.device_id] = burst
        if burst.complete:
            self._end(burst)

    def _end(self, burst: Burst) -> None:
        del self._open[burst.device_id]
        self._ended[burst.id] = burst


def _with(said: tuple[Said, ...], new: Said) -> tuple[Said, ...]:
    """Each person once, by the last message; a message without a name takes no person's place."""
    others = tuple(one for one in said if (one.by, one.note) != (new.by, new.note))
    return (*others, new)[-MOST_NAMES:]
