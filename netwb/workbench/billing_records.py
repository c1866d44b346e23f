"""What the facade gives of a bill to be looked at: figures, windows, and the versions before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from netwb.billing.records import BillExclusion, TenantBill
from netwb.metrics.billing.records import GroupBill

if TYPE_CHECKING:
    from netwb.metrics.billing.reckoning import Summed


@dataclass(frozen=True, slots=True, kw_only=True)
class BillsFrozen:
    """How many tenants are billed, and of how many the month was frozen now."""

    tenants: int
    frozen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBill:
    """A tenant's bill with all that a page draws of it.

    windows     by group; a frozen one that is too old has its figures alone
    versions    figures of each version that was frozen, by its number
    exclusions  all of the tenant's, which can be taken back; none of figures that are frozen
    kept_until  when the first counters of the month are let go; None where that is not known, or
                the figures are frozen
    """

    bill: TenantBill
    windows: Mapping[str, Summed]
    versions: Mapping[int, tuple[GroupBill, ...]]
    exclusions: tuple[BillExclusion, ...]
    kept_until: datetime | None
