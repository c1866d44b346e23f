"""Words of change windows: what devices said of their state at one time, and what differs. Pure.

Only getters whose answers hold no secret are kept: `config` has its archive, and what `users`,
`snmp_information` or `bgp_config` say is nobody's to keep in clear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DEFAULT_GETTERS = ("interfaces", "bgp_neighbors", "arp_table")
GETTERS = (  # NAPALM's, without those that hold secrets and those that need arguments
    *DEFAULT_GETTERS,
    "bgp_neighbors_detail",
    "environment",
    "facts",
    "interfaces_counters",
    "interfaces_ip",
    "ipv6_neighbors_table",
    "lldp_neighbors",
    "lldp_neighbors_detail",
    "mac_address_table",
    "network_instances",
    "ntp_peers",
    "ntp_servers",
    "ntp_stats",
    "optics",
    "vlans",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """What one device said.

    state           by getter, as NAPALM's models have it, as JSON
    missing         by getter: why there is no answer, in a sentence
    cause_kind      class of the error that ended it before any answer; "" where none did
    """

    device_id: str
    tenant_id: str
    tenant: str
    hostname: str
    state: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    cause_kind: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotHead:
    """One snapshot, without its answers. `devices` of them were asked, `failed` gave none."""

    id: str
    name: str
    taken_at: datetime
    taken_by: str
    getters: tuple[str, ...]
    devices: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that is another one. None: it is not there, which `before` or `after` of it is.

    path   from outside in: `GigabitEthernet0/1 > is_up`
    """

    tenant: str
    hostname: str
    getter: str
    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCompared:
    """A device's getter of which one side has no answer, and why."""

    tenant: str
    hostname: str
    getter: str
    reason: str
