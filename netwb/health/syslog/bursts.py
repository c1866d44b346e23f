"""When is a device backed up after the messages that it was changed? Pure: time is an argument.

A burst ends `wait_s` after its last message, at the latest `most_s` after its first one, and at once
where the device says that the change is complete. What comes after begins another burst, so that
a commit and its rollback are two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from netwb.health.syslog.records import MOST_NAMES, Burst, Said


class Bursts:
    """What waits: for each device a burst, and while that is over and not filed the one after it.

    However much is heard of a device, it has no more than these two: a backup that did not begin
    yet answers all that was heard before it.

    new_id    gives each burst its name
    """

    def __init__(self, *, wait_s: float, most_s: float, new_id: Callable[[], str]) -> None:
        self._wait = timedelta(seconds=wait_s)
        self._most = timedelta(seconds=most_s)
        self._new_id = new_id
        self._first: dict[str, Burst] = {}
        self._second: dict[str, Burst] = {}
        self._unkept: dict[str, Burst] = {}
        self._own: dict[str, datetime] = {}  # when netwb's own login changed a device last

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    def restore(self, bursts: Iterable[Burst]) -> None:
        """Go on from what was kept."""
        for burst in sorted(bursts, key=lambda burst: burst.first_at):
            if burst.device_id in self._first:
                self._second[burst.device_id] = burst  # a third one is filed with it
            else:
                self._first[burst.device_id] = burst

    def hear(
        self, device_id: str, tenant_id: str, said: Said, *, now: datetime, complete: bool
    ) -> bool:
        """One more message about a device, which came now; False where it ends netwb's own change."""
        first = self._first.get(device_id)
        is_over = first is not None and now >= self.due_at(first)
        own_at = self._own.pop(device_id, None)
        ends_own = complete and not said.by and own_at and now - own_at <= self._wait
        if ends_own and (first is None or is_over):
            return False
        held = self._second if is_over else self._first
        old = held.get(device_id) or Burst(
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
            complete=old.complete or complete,
        )
        held[device_id] = self._unkept[burst.id] = burst
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
        due = [burst for burst in self._first.values() if self.due_at(burst) <= now]
        return tuple(sorted(due, key=self.due_at))

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
        waiting = {burst.id for burst in (*self._first.values(), *self._second.values())}
        for burst in bursts:
            if burst.id in waiting:
                self._unkept.setdefault(burst.id, burst)

    def done(self, bursts: Iterable[Burst]) -> None:
        """Those are answered, by a job that is filed or by a backup that came first."""
        for burst in bursts:
            self._unkept.pop(burst.id, None)
            if self._first.get(burst.device_id, burst).id == burst.id:
                self._first.pop(burst.device_id, None)
                if burst.device_id in self._second:
                    self._first[burst.device_id] = self._second.pop(burst.device_id)


def _with(said: tuple[Said, ...], new: Said) -> tuple[Said, ...]:
    """Each person once, by the last message; a message without a name takes no person's place."""
    others = tuple(one for one in said if (one.by, one.note) != (new.by, new.note))
    return (*others, new)[-MOST_NAMES:]
