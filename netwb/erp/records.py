"""What an ERP is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

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


class ErpPort(NamedTuple):
    """A port that is for the tenant. A page holds thousands of them, made from rows as they are.

    speed_bps      what 100 % is: what a person set, else what the device says
    version        counts up with each change of it, or of the device that it is shown with; 0: pending
    hostname       of its device
    device_tenant  slug, where the device is another tenant's
    at             when it changed last, where it stands for itself; None within a device
    """

    id: str
    device_id: str
    name: str
    alias: str
    speed_bps: int | None
    circuit_ref: str | None
    watched: bool
    version: int
    hostname: str
    device_tenant: str = ""
    at: datetime | None = None

    @property
    def tag(self) -> str:
        """Another one once anything that is shown of it is: of its content, where it has no version."""
        if self.device_tenant:
            return str(self.version)
        port_id, device_id, name, alias, speed, circuit, watched, _, hostname, _, _ = self
        shown = (
            f"{port_id}\0{device_id}\0{name}\0{alias}\0{speed}\0{circuit!r}\0{watched}\0{hostname}"
        )
        return blake2b(shown.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class ErpDevice(NamedTuple):
    """A device of the tenant.

    address   None: the caller may not see it
    version   counts up with each change of it or of its ports; 0: a change waits for its number
    ports     those on it that are for the tenant too
    """

    id: str
    hostname: str
    address: str | None
    site: str
    role: str | None
    platform: str
    model: str | None
    serial: str | None
    os_version: str | None
    contract_ref: str | None
    status: str
    at: datetime
    version: int
    ports: list[ErpPort]

    @property
    def tag(self) -> str:
        """Another one once anything that is shown of it is."""
        return str(self.version)


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
