"""Words of a poll: how devices are asked, and what each gave. Frozen records, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from netwb.errors import NetwbError
from netwb.inventory.ports.records import SeenPort, SnmpTarget
from netwb.metrics.records import Point

PollStatus = Literal["answered", "partial", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRules:
    """How devices are asked.

    timeout_s    longest wait for one answer; so long again for each of `retries`
    deadline_s   longest time for all of one device
    at_once      devices; one request in flight to each
    pings        echo requests a device; 0: none
    asks         ports: which there are, and nothing that they count
    """

    timeout_s: float = 2.0
    retries: int = 1
    deadline_s: float = 20.0
    at_once: int = 100
    pings: int = 3
    asks: Literal["counters", "ports"] = "counters"


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePoll:
    """What one device gave in one poll.

    partial   it answered, but not for all that belongs together: `missing` says for what
    notes     what it cannot give until somebody changes it
    cause     why it is not answered whole
    ports     None: its ports were not learnt, and what is known of them stays
    read_at   when the counters of its ports were read, epoch seconds; 0: they were not
    """

    target: SnmpTarget
    status: PollStatus
    points: tuple[Point, ...] = ()
    ports: tuple[SeenPort, ...] | None = None
    read_at: int = 0
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cause: NetwbError | None = None
    took_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """What became of one device in one poll, without what it gave."""

    device_id: str
    tenant: str  # slug
    hostname: str
    status: PollStatus
    points: int
    ports: int | None  # None: they were not learnt
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    cause: NetwbError | None
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """One poll of some devices.

    renamed    (tenant/hostname, old name, new name) of ports that kept their history
    no_pings   why none were sent; empty: they were, or none are wanted
    elsewhere  devices that were meant, and that another poller has
    """

    started_at: datetime
    ended_at: datetime
    outcomes: tuple[PollOutcome, ...]
    new_ports: int
    renamed: tuple[tuple[str, str, str], ...]
    no_pings: str
    elsewhere: int = 0

    def count(self, status: PollStatus) -> int:
        """Devices of that status."""
        return sum(outcome.status == status for outcome in self.outcomes)
