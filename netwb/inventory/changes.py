"""Words of what changes in the inventory: what may be set, and what a field was before.

An absent key of what is set leaves what is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from netwb.inventory.records import DeviceStatus, Transport


class TenantChanges(TypedDict, total=False):
    """What `set` may change of a tenant; None clears."""

    name: str
    credential: str | None
    snmp_credential: str | None
    jump: str | None
    jump_credential: str | None
    jump_host_key: str | None


class SiteChanges(TypedDict, total=False):
    """What `set` may change of a site; None clears."""

    name: str
    credential: str | None
    snmp_credential: str | None
    jump: str | None
    jump_credential: str | None
    jump_host_key: str | None
    max_sessions: int | None
    shadow: bool


class DeviceChanges(TypedDict, total=False):
    """What `set` may change of a device; None clears."""

    site: str
    address: str
    port: int
    snmp_port: int
    platform: str
    status: DeviceStatus
    role: str | None
    transport: Transport
    credential: str | None
    snmp_credential: str | None
    jump: str | None
    jump_credential: str | None
    jump_host_key: str | None
    sysname: str | None
    syslog_source: str | None
    model: str | None
    serial: str | None
    contract_ref: str | None
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of one record, and what it was."""

    field: str
    old: str | None
    new: str | None
