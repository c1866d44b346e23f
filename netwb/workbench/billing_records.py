"""What the facade gives of a bill to be looked at: figures, windows, and the versions before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from netwb.billing.records import BillExclusion, TenantBill
from netwb.metrics.billing.records import GroupBill
from netwb.workbench.framed import BilledRow, Framed
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.metrics.billing.reckoning import Summed


@dataclass(frozen=True, slots=True, kw_only=True)
class BillsFrozen:
    """How many tenants are billed, and of how many the month was frozen now."""

    tenants: int
    frozen: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ShownBill(Framed):
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

    def rows(self) -> Records[BilledRow]:
        """The groups."""
        return records_of(map(_billed_row, self.bill.groups), BilledRow)

    def said(self) -> str:
        """Whose bill it is, and of which version its figures are."""
        bill = self.bill
        frozen = "not frozen" if bill.frozen is None else f"frozen as version {bill.frozen.version}"
        return f"{bill.tenant} {bill.month}, {frozen}"


def _billed_row(one: GroupBill) -> BilledRow:
    billed = one.billed
    return BilledRow(
        group=one.terms.group,
        method=one.terms.method,
        state=one.state,
        billed_bps=billed.bps if billed is not None else None,
        rank=billed.rank if billed is not None else None,
        commit_bps=one.terms.commit_bps,
        overage_bps=one.overage_bps,
        octets_in=one.octets_in,
        octets_out=one.octets_out,
        windows=one.windows,
        due_windows=one.due,
        present_windows=one.present,
    )
