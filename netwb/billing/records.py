"""Words of billing between floors: groups of ports as people keep them, and a tenant's bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from netwb.metrics.billing.records import Exclusion, GroupBill, Method


@dataclass(frozen=True, slots=True, kw_only=True)
class PortGroup:
    """Ports that are billed as one; `time_zone` is the contract's."""

    id: str
    tenant_id: str
    tenant: str  # slug
    name: str
    method: Method
    commit_bps: int | None
    time_zone: str
    port_ids: tuple[str, ...]


class GroupChanges(TypedDict, total=False):
    """What `add` and `set` may give; None clears a commit."""

    method: str
    commit_bps: int | str | None
    time_zone: str
    add_ports: Sequence[tuple[str, str]]  # device, ifName
    remove_ports: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BillExclusion:
    """A time that is not billed; `group` is its name, None: all groups of the tenant."""

    id: str
    group_id: str | None
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
    """

    tenant_id: str
    tenant: str  # slug
    month: str
    frozen: BillVersion | None
    versions: tuple[BillVersion, ...]
    groups: tuple[GroupBill, ...]
