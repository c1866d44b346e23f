"""Words of billing between floors: groups of ports as people keep them, and a tenant's bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from netwb.metrics.billing.records import Exclusion, GroupBill, Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A time in which a port is in a group; None: from the first, or until now."""

    port_id: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortGroup:
    """Ports that are billed as one; `time_zone` is the contract's.

    port_ids   those that are in it now
    members    also those that were, each time by itself; by port, oldest first
    """

    id: str
    tenant_id: str
    tenant: str  # slug
    name: str
    method: Method
    commit_bps: int | None
    time_zone: str
    port_ids: tuple[str, ...]
    members: tuple[Membership, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPort:
    """A port of a group, as people call it; `tenant` is whom it is for now.

    since, until   in which time it is in the group; None: from the first, or until now
    """

    device: str  # tenant/hostname
    name: str  # ifName
    tenant: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGroup:
    """A group with its ports by name."""

    group: PortGroup
    ports: tuple[GroupPort, ...]


class GroupChanges(TypedDict, total=False):
    """What `add` and `set` may give; None clears a commit.

    since   from when on ports are put in or taken out
    """

    method: str
    commit_bps: int | str | None
    time_zone: str
    add_ports: Sequence[tuple[str, str]]  # device, ifName
    remove_ports: Sequence[tuple[str, str]]
    since: datetime | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillExclusion:
    """A time that is not billed; of one group, or of all of the tenant where there is none."""

    id: str
    group_id: str | None
    group: str | None  # its name
    said: Exclusion
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BillVersion:
    """A month that was frozen; `reopened_at` is set once it is not in force any more."""

    version: int
    frozen_at: datetime
    frozen_by: str
    reopened_at: datetime | None = None
    reopened_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantBill:
    """What a tenant's groups come to in a month.

    frozen     the version that the figures are of; None: they were reckoned now
    versions   all that were frozen, oldest first
    notes      sentences: where a bill beside this one was frozen in another zone, and time is on both
               or on none
    """

    tenant_id: str
    tenant: str  # slug
    month: str
    frozen: BillVersion | None
    versions: tuple[BillVersion, ...]
    groups: tuple[GroupBill, ...]
    notes: tuple[str, ...] = ()
