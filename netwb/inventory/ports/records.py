"""Words of ports: frozen records that travel between floors. No I/O, no database.

A port is (device id, ifName), never an ifIndex (design D11, D12): it keeps its history when its
device numbers its interfaces anew, and under its former names when it was renamed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One port as the inventory knows it. `id` is opaque, stable and never reused."""

    id: str
    device_id: str
    device_tenant: str  # slug; samples are tagged with it
    site: str  # slug of the device's
    hostname: str  # of the device
    name: str  # ifName
    former_names: tuple[str, ...]  # newest first
    tenant_id: str
    tenant: str  # slug of whom it is for: traffic, bills and status follow it
    tenant_since_at: datetime | None  # None: from the first; what was before is another's
    alias: str  # ifAlias, as the device last said it
    if_type: int | None  # IANAifType
    if_index: int | None
    speed_bps: int | None  # as the device says it; None or 0: it does not
    speed_override_bps: int | None  # as the contract says it
    circuit_ref: str | None
    watched: bool  # whether its being down degrades its device
    first_seen_at: datetime | None
    last_seen_at: datetime | None  # None: never, it was only given

    @property
    def label(self) -> str:
        """`acme/edge1 xe-0/0/0`."""
        return f"{self.device_tenant}/{self.hostname} {self.name}"

    @property
    def limit_bps(self) -> int | None:
        """What 100 % is."""
        return self.speed_override_bps or self.speed_bps or None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortName:
    """A name under which samples of a port lie, and in which time they are its own.

    since, until   None: from the first, or until now; a name that it bore twice is there twice,
                   as another port of the device may have borne it meanwhile
    """

    name: str  # ifName
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortTime:
    """A time in which a port was for one tenant, or in a group; None: from the first, or until now."""

    since: datetime | None = None
    until: datetime | None = None


def in_both(some: Sequence[PortTime], others: Sequence[PortTime]) -> tuple[PortTime, ...]:
    """What lies in a time of each; oldest first, as those are."""
    pairs = ((one, other) for one in some for other in others)
    shared = (
        PortTime(
            since=max((at for at in (one.since, other.since) if at), default=None),
            until=min((at for at in (one.until, other.until) if at), default=None),
        )
        for one, other in pairs
    )
    return tuple(
        time
        for time in shared
        if time.since is None or time.until is None or time.since < time.until
    )


def names_in(names: Sequence[PortName], times: Sequence[PortTime]) -> tuple[PortName, ...]:
    """Names as they were borne in these times alone; what was shown at the end of one is in it."""
    pairs = ((name, time) for name in names for time in times)
    cut = (
        PortName(
            name=name.name,
            since=max((at for at in (name.since, time.since) if at), default=None),
            until=min((at for at in (name.until, _shown_until(time)) if at), default=None),
        )
        for name, time in pairs
    )
    return tuple(
        name for name in cut if name.since is None or name.until is None or name.since < name.until
    )


def _shown_until(time: PortTime) -> datetime | None:
    return time.until + _SECOND if time.until is not None else None


def joined_times(times: Sequence[PortTime]) -> tuple[PortTime, ...]:
    """Those that follow at once on one another are one; given and told oldest first."""
    found: list[PortTime] = []
    for time in times:
        last = found[-1] if found else None
        if last is not None and last.until is not None and time.since == last.until:
            found[-1] = PortTime(since=last.since, until=time.until)
        else:
            found.append(time)
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPort:
    """A port as a poll found it; its texts are clean (`inventory.ports.text`).

    None: the device did not say, and what is known stays.
    """

    name: str
    if_index: int
    alias: str | None
    if_type: int | None
    speed_bps: int | None


class PortChanges(TypedDict, total=False):
    """What `set` may change of a port; None clears, for `tenant` back to the device's."""

    tenant: str | None
    circuit_ref: str | None
    speed_override_bps: int | None
    watched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WherePort:
    """Which ports are meant; None asks nothing.

    find    part of name, ifAlias, circuit reference or hostname, without case
    """

    device: str | None = None  # hostname, tenant/hostname or id
    tenant: str | None = None  # whom it is for, slug
    site: str | None = None
    name: str | None = None
    circuit_ref: str | None = None
    find: str | None = None
    watched: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpLogin:
    """How one device is asked by SNMP. Lives in memory for a poll, never in a log or a repr.

    community      v2c; else the words of v3 (RFC 3414, 3826)
    """

    credential: str  # "tenant/name", for messages
    community: str | None = field(default=None, repr=False)
    user: str | None = None
    auth_protocol: str | None = None
    auth_key: str | None = field(default=None, repr=False)
    priv_protocol: str | None = None
    priv_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpTarget:
    """All that a poller needs to know about one device, resolved and inherited."""

    device_id: str
    tenant_id: str
    tenant: str  # slug
    site: str  # slug
    hostname: str
    address: str
    port: int
    login: SnmpLogin | None
    no_login: str = ""  # why there is none, with the cure
    unread: bool = False  # there should be one: a secret of its credential cannot be read now
