"""Words of a tenant's status as its ERP is told it. No I/O, no clock.

Times that are kept for thousands of devices are epoch seconds; None: never, or nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

DeviceState = Literal["up", "degraded", "down", "unknown", "maintenance"]
Overall = Literal["up", "degraded", "down", "unknown"]
PortState = Literal["up", "down", "off", "unknown"]
Host = Literal["", "down", "maintenance"]
Numbered = tuple[str, int]  # epoch and number of a tenant's changes


def is_old(at: int | None, now: int, limit_s: int) -> bool:
    """Whether what was seen then says nothing of now; so far ahead it says nothing either."""
    return at is None or abs(now - at) >= limit_s


class KeptPort(NamedTuple):
    """A port of the tenant as it was found last; a tuple, as a hundred thousand are made each minute.

    device        `TENANT/HOSTNAME` of one on another tenant's device, else ""
    device_id     of that device, else ""
    host          its device is down, so that the port is; or is in maintenance, so that it is not judged
    observed_at   its newest sample
    since         when it was first seen to be so; None: it was so when it was judged first
    """

    id: str
    name: str
    watched: bool
    state: PortState
    reason: str = ""
    device: str = ""
    device_id: str = ""
    host: Host = ""
    observed_at: int | None = None
    since: int | None = None


class KeptDevice(NamedTuple):
    """A device of the tenant as it was found last.

    observed_at   its newest answer
    since         when it was first seen to be so; None: it was so when it was judged first
    told          the status that an event told last; the first one counts as told
    backup_at     when its newest good configuration was last seen to be what it has
    ports         watched ones on it that are for the tenant
    """

    id: str
    hostname: str
    site: str
    status: DeviceState
    reason: str = ""
    maintenance: bool = False
    observed_at: int | None = None
    since: int | None = None
    told: DeviceState = "unknown"
    backup_at: int | None = None
    ports: tuple[KeptPort, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How a tenant's devices and ports were found at one moment.

    tenant       slug
    as_of        epoch seconds; None: nobody ever judged them
    interval_s   how often devices are asked
    resumed_at   since when they were judged without a pause
    stand        how far the tenant's changes were numbered before its inventory was read; None: nowhere
    ports        those on others' devices
    """

    tenant_id: str
    tenant: str
    as_of: int | None
    interval_s: int
    stand: Numbered | None = None
    resumed_at: int | None = None
    version: int = 0
    devices: tuple[KeptDevice, ...] = ()
    ports: tuple[KeptPort, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A device's status that is another one now than what was told of it last."""

    tenant_id: str
    device_id: str
    hostname: str
    old: DeviceState
    new: DeviceState
    observed_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBlackhole:
    """One that is held, on its way, or announced.

    expires_at   when it is withdrawn; None of one that is held: its time begins with an answer
    held_until   when a hold lapses that nobody answered; None of one that is not held
    """

    id: str
    prefix: str
    state: str
    reach: str
    requested_at: datetime
    announced_at: datetime | None
    expires_at: datetime | None
    held_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPercentile:
    """What a port group came to in its month so far; `state` says why where there is no figure."""

    name: str
    period: str
    time_zone: str
    method: str
    state: str
    direction: str | None
    p95_bps: int | None
    commit_bps: int | None
    overage_bps: int | None
    windows: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """Of all port groups of a tenant, as they were worked out last; `as_of` None: never."""

    as_of: datetime | None
    groups: tuple[GroupPercentile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A tenant's status as of the time of asking.

    now           of asking, epoch seconds
    holds_until   until then nothing of it is other but the ages; epoch seconds
    limit_s       what is so old, or older, says nothing of now
    stale         nobody judged it for that long: nothing of it is known
    notes         what is to be said of it, with the cure
    blackholes    None: the caller may not see them
    percentiles   None: the caller may not see them
    """

    summary: Summary
    now: int
    holds_until: int
    limit_s: int
    stale: bool
    overall: Overall
    counts: Mapping[DeviceState, int]
    notes: tuple[str, ...]
    devices: Sequence[KeptDevice]
    ports: Sequence[KeptPort]
    blackholes: Sequence[OpenBlackhole] | None
    percentiles: Percentiles | None

    def is_old(self, at: int | None) -> bool:
        """Whether what was seen then says nothing of now; what never was does not either."""
        return is_old(at, self.now, self.limit_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusHead:
    """All that a tenant's status depends on, for who may see so much; but for the time.

    version   of its summary; None: it was never judged
    stand     how far its changes are numbered
    """

    tenant_id: str
    version: int | None
    stand: Numbered
    blackholes: tuple[OpenBlackhole, ...] | None
    percentiles: Percentiles | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStatus:
    """What an edge made of a status, for who asks while that holds."""

    as_of: datetime
    next_at: datetime
    written: Any
