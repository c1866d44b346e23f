"""Words of a poll: how devices are asked, and what each gave. Frozen records, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
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
    """

    timeout_s: float = 2.0
    retries: int = 1
    deadline_s: float = 20.0
    at_once: int = 100
    pings: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePoll:
    """What one device gave in one poll.

    partial   it answered, but not for all that belongs together: `missing` says for what
    notes     what it cannot give until somebody changes it
    cause     why it is not answered whole
    ports     None: its ports were not learnt, and what is known of them stays
    """

    target: SnmpTarget
    status: PollStatus
    points: tuple[Point, ...] = ()
    ports: tuple[SeenPort, ...] | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cause: NetwbError | None = None
    took_s: float = 0.0
