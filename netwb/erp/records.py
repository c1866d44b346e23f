"""What an ERP is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

EventKind = Literal[
    "configuration.changed",
    "device.added",
    "device.changed",
    "device.retired",
    "port.added",
    "port.changed",
    "port.retired",
    "status.changed",
    "blackhole.announced",
    "blackhole.ended",
]


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a tenant's changes and events are numbered.

    epoch   of another one, numbers mean nothing here: the database was put back
    """

    epoch: str
    changes: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpPort:
    """A port that is for the tenant.

    speed_bps   what 100 % is: what a person set, else what the device says
    at          when it changed last, where it stands for itself; None within a device
    version     counts up with each change of it, or of the device that it is shown with; 0: pending
    """

    id: str
    device_id: str
    device_tenant: str
    hostname: str
    name: str
    alias: str
    speed_bps: int | None
    circuit_ref: str | None
    watched: bool
    at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpDevice:
    """A device of the tenant. `ports`: those on it that are for the tenant too.

    version   counts up with each change of it or of these ports; 0: a change waits for its number
    """

    id: str
    hostname: str
    address: str | None  # None: the caller may not see it
    site: str
    role: str | None
    platform: str
    model: str | None
    serial: str | None
    os_version: str | None
    contract_ref: str | None
    status: str
    at: datetime
    version: int = 0
    ports: Sequence[ErpPort] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """What is not shown any more: it was retired, is another's, or is none of those asked for."""

    kind: Literal["device", "port"]
    id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpPage:
    """A page of the inventory. `last` is where the next one begins; None: there is none."""

    devices: Sequence[ErpDevice]
    ports: Sequence[ErpPort]
    gone: Sequence[Gone]
    last: Sequence[Any] | None
    total: int | None
