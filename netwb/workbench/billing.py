"""Bills on the facade: what port groups come to in a month, and what was frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from netwb.billing.records import BillVersion, TenantBill
from netwb.billing.sentences import seams_of
from netwb.errors import InputError, UnknownNameError
from netwb.inventory.fields import check_text, quoted
from netwb.loading import lazy
from netwb.metrics.billing.records import GroupBill
from netwb.roles import ALL_TENANTS, Permission
from netwb.workbench.bill_counting import DAY_S, absent_of
from netwb.workbench.billing_records import BillsFrozen, ShownBill
from netwb.workbench.port_groups import PortGroupsFace

if TYPE_CHECKING:
    from netwb.billing import bills as _bills
    from netwb.billing import paper as _paper
    from netwb.inventory.records import Tenant
    from netwb.metrics.billing import months as _months
    from netwb.metrics.billing import reckoning as _reckoning
    from netwb.metrics.billing import table as _table
    from netwb.metrics.billing.reckoning import Counted
else:
    _bills = lazy("netwb.billing.bills")
    _paper = lazy("netwb.billing.paper")
    _months = lazy("netwb.metrics.billing.months")
    _reckoning = lazy("netwb.metrics.billing.reckoning")
    _table = lazy("netwb.metrics.billing.table")

_EARLY_S = 2 * DAY_S  # before counters go: a daemon that stood still for a day comes in time
_SETTLED_S = 3_600  # after the last window: what comes late is in


class BillingFace(PortGroupsFace):
    """`bill`, `shown_bill`, `bill_csv`, `bill_pdf`, `freeze_bill`, `reopen_bill`, ..."""

    def bill(
        self, tenant: str, month: str = "", *, version: int | None = None, group: str = ""
    ) -> TenantBill:
        """A tenant's bill: the frozen one where one is in force, else reckoned now.

        month     2026-11; "": the one that it is
        group     only what is on it of this one
        version   of those that were frozen, also one that was reopened
        Raises UnknownNameError, InputError, MetricsError where the store does not answer.
        """
        self._require(Permission.BILLING_VIEW)
        owner, name = self._billed(tenant), self._month(month)
        said = self._standing(owner, name, version)
        if said.frozen is None:
            groups = tuple(_reckoning.reckon(one) for one in self._count(owner, name))
        else:
            groups = self._parts.bills.groups(
                self._meant_scope, owner.id, name, said.frozen.version
            )
        return self._filled(said, _named_groups(groups, group, owner.slug) if group else groups)

    def bill_stamp(self, tenant: str, month: str = "", *, version: int | None = None) -> str:
        """What a frozen bill is known by before anything of it is read; "" where none is frozen.

        Raises as `bill`.
        """
        self._require(Permission.BILLING_VIEW)
        owner, name = self._billed(tenant), self._month(month)
        said = self._standing(owner, name, version)
        if said.frozen is None:
            return ""
        bills: str = self._parts.bills.stamp(self._meant_scope, owner.id)
        return f"{said.frozen.version} {bills}"

    def _filled(self, said: TenantBill, groups: Sequence[GroupBill]) -> TenantBill:
        """With its figures, and what is to be said of the bills beside it."""
        beside = [
            self._parts.bills.months_in_force(self._meant_scope, said.tenant_id, name)
            for name in _months.neighbours(said.month)
        ]
        notes = [
            note
            for one in groups
            for note in seams_of(
                one.month,
                one.terms.group,
                (months[one.terms.group] for months in beside if one.terms.group in months),
            )
        ]
        if said.frozen is None:
            bare = {one.terms.group for one in groups if one.state == "no_ports"}
            notes += [
                absent_of(one, said.tenant, said.month)
                for one in self._parts.port_groups.list(self._meant_scope)
                if one.tenant_id == said.tenant_id and one.name in bare and one.members
            ]
        return replace(said, groups=tuple(groups), notes=tuple(notes))

    def shown_bill(self, tenant: str, month: str = "", *, version: int | None = None) -> ShownBill:
        """The same with its windows, and the figures of each version that was frozen."""
        self._require(Permission.BILLING_VIEW)
        owner, name = self._billed(tenant), self._month(month)
        said = self._standing(owner, name, version)
        counted = self._windows(owner, said)
        kept = {
            one.version: self._parts.bills.groups(self._meant_scope, owner.id, name, one.version)
            for one in said.versions
        }
        if said.frozen is None:
            groups = tuple(_reckoning.reckon(one) for one in counted.values())
        else:
            groups = kept[said.frozen.version]
        return ShownBill(
            bill=self._filled(said, groups),
            windows={group: _reckoning.sum_up(one) for group, one in counted.items()},
            versions=kept,
            exclusions=tuple(self.bill_exclusions(owner.id)) if said.frozen is None else (),
            kept_until=self._kept_until(groups) if said.frozen is None else None,
        )

    def _kept_until(self, groups: Sequence[GroupBill]) -> datetime | None:
        """Until when all counters of the month are there; another database's own rules are its own."""
        settings = self._parts.settings.metrics
        if settings.url or not groups:
            return None
        first = min(one.month.since for one in groups)
        return datetime.fromtimestamp(first, UTC) + timedelta(days=settings.raw_days)

    def bill_csv(
        self, tenant: str, month: str = "", *, group: str = "", version: int | None = None
    ) -> str:
        """The windows of one group as CSV, from which anybody gets the same figure.

        group   may be left out where the tenant has one
        """
        self._require(Permission.BILLING_VIEW)
        owner, name = self._billed(tenant), self._month(month)
        said = self._standing(owner, name, version)
        text: str = _table.csv_of(_one_of(self._windows(owner, said), group, owner.slug))
        return text

    def bill_pdf(
        self, tenant: str, month: str = "", *, group: str = "", version: int | None = None
    ) -> bytes:
        """The bill on paper: a page a group, or the one of that group."""
        self._require(Permission.BILLING_VIEW)
        owner, name = self._billed(tenant), self._month(month)
        said = self._standing(owner, name, version)
        counted = self._windows(owner, said)
        if said.frozen is None:
            found = [_reckoning.reckon(one) for one in counted.values()]
        else:
            kept = self._parts.bills.groups
            found = list(kept(self._meant_scope, owner.id, name, said.frozen.version))
        chosen = _named_groups(found, group, owner.slug)
        content: bytes = _paper.pdf_of(self._filled(said, found), chosen, counted)
        return content

    def plan_freeze(
        self, tenant: str, month: str, *, no_data: Literal["refuse", "freeze"] = "refuse"
    ) -> TenantBill:
        """What `freeze_bill` would keep; nothing is written. Raises what that would."""
        self._require(Permission.BILLING_EDIT)
        owner, name = self._billed(tenant), self._month(month)
        said = self._standing(owner, name, None)
        if said.frozen is not None:
            raise _bills.in_force(name)
        groups = tuple(bill for bill, _ in self._reckoned(owner, name))
        _refuse_unfinished(groups, owner.slug, name)
        if no_data == "refuse" and _lack_data(groups):
            raise self._no_data(owner.slug, name)
        return self._filled(said, groups)

    def freeze_bill(
        self, tenant: str, month: str, *, no_data: Literal["refuse", "freeze"] = "refuse"
    ) -> BillVersion:
        """Keep a month's figures and windows as they are now, as a new version.

        no_data   what becomes of a month in which no port has any
        Raises InputError where the month is not over, has no data, or a version is in force.
        """
        self._require(Permission.BILLING_EDIT)
        owner = self._billed(tenant)
        name = self._month(month)
        reckoned = self._reckoned(owner, name)
        groups = [bill for bill, _ in reckoned]
        _refuse_unfinished(groups, owner.slug, name)
        if no_data == "refuse" and _lack_data(groups):
            raise self._no_data(owner.slug, name)
        return self._freeze(owner, name, reckoned)

    def _reckoned(self, owner: Tenant, month: str) -> list[tuple[GroupBill, Counted]]:
        return [(_reckoning.reckon(one), one) for one in self._count(owner, month)]

    def _freeze(
        self, owner: Tenant, month: str, reckoned: Sequence[tuple[GroupBill, Counted]]
    ) -> BillVersion:
        made = self._parts.bills.freeze(
            self._meant_scope, owner.id, month, reckoned, by=self._actor.name
        )
        digests = {bill.terms.group: bill.digest for bill, _ in reckoned}
        detail = {"version": made.version, "digests": digests}
        self._audit("billing.freeze", f"{owner.slug} {month}", tenant_id=owner.id, detail=detail)
        return made

    def _no_data(self, tenant: str, month: str) -> InputError:
        settings = self._parts.settings.metrics
        where, cure = "netwb's own metrics", "metrics.url to the database that has them"
        if settings.url:
            where = f"database {quoted(settings.database)}"
            cure = "metrics.database to the right one"
        msg = (
            f"{where} has no counters of {tenant}'s ports in {month}; set {cure}, or freeze the month "
            "with --without-data"
        )
        return InputError(msg)

    def freeze_due_bills(self) -> BillsFrozen:
        """Freeze the month before, of each tenant, before its first counters are let go.

        Only where nobody did: who reopened it decides. A database elsewhere has rules of its own.
        """
        self._require(Permission.BILLING_EDIT)
        self._require_everywhere("the bills of all tenants")
        tenants = sorted({one.tenant for one in self._parts.port_groups.list(ALL_TENANTS)})
        frozen = [tenant for tenant in tenants if self._freeze_if_due(tenant)]
        return BillsFrozen(tenants=len(tenants), frozen=len(frozen))

    def _freeze_if_due(self, tenant: str) -> bool:
        owner, settings = self._billed(tenant), self._parts.settings.metrics
        now = self._parts.clock()
        name = _months.month_before(now)
        versions = self._parts.bills.versions(self._meant_scope, owner.id, name)
        if settings.url or versions:
            return False
        own = [one for one in self._parts.port_groups.list(ALL_TENANTS) if one.tenant == tenant]
        months = [_months.parse_month(name, one.time_zone) for one in own]
        let_go = min(month.since for month in months) + settings.raw_days * DAY_S
        over = max(month.until for month in months) + _SETTLED_S
        if now.timestamp() < max(over, let_go - _EARLY_S):
            return False
        pairs = zip(own, months, strict=True)
        if not any(self._billed_times(group, month) for group, month in pairs):
            return False
        reckoned = self._reckoned(owner, name)
        if _lack_data(bill for bill, _ in reckoned):
            return False  # no counters, so none that could be let go
        self._freeze(owner, name, reckoned)
        return True

    def reopen_bill(self, tenant: str, month: str, *, reason: str) -> BillVersion:
        """Let a frozen month be corrected; the version stays, and another is frozen beside it."""
        self._require(Permission.BILLING_EDIT)
        owner = self._billed(tenant)
        name, said = self._month(month), check_text("reason", reason)
        done = self._parts.bills.reopen(
            self._meant_scope, owner.id, name, by=self._actor.name, reason=said
        )
        detail = {"version": done.version, "reason": said}
        self._audit("billing.reopen", f"{owner.slug} {name}", tenant_id=owner.id, detail=detail)
        return done


def _one_of(found: Mapping[str, Counted], group: str, tenant: str) -> Counted:
    if group in found:
        return found[group]
    if len(found) == 1 and not group:
        return next(iter(found.values()))
    if not found:
        msg = f"tenant {tenant} has no windows to write: no port group, or they are past their time"
        raise InputError(msg)
    if not group:
        names = ", ".join(quoted(name) for name in found)
        msg = f"tenant {tenant} has {len(found)} port groups; choose one: {names}"
        raise InputError(msg)
    raise _no_such_group(group, tuple(found))


def _named_groups(found: Sequence[GroupBill], group: str, tenant: str) -> Sequence[GroupBill]:
    """All, or the one of that name."""
    chosen = [one for one in found if group in {"", one.terms.group}]
    if not found:
        raise _no_group(tenant)
    if not chosen:
        raise _no_such_group(group, tuple(one.terms.group for one in found))
    return chosen


def _no_such_group(group: str, among: tuple[str, ...]) -> UnknownNameError:
    names = ", ".join(quoted(name) for name in among)
    msg = f"port group {quoted(group)} is not on this bill; these are: {names}"
    return UnknownNameError(msg, thing="port group", wanted=group, among=among)


def _no_group(tenant: str) -> InputError:
    return InputError(f"tenant {tenant} has no port group; `netwb port-group add` makes one")


def _lack_data(bills: Iterable[GroupBill]) -> bool:
    """Whether there are ports, and no window of any has data."""
    states = {bill.state for bill in bills if bill.state != "no_ports"}
    return states == {"no_data"}


def _refuse_unfinished(bills: Sequence[GroupBill], tenant: str, month: str) -> None:
    if not bills:
        raise _no_group(tenant)
    if not all(bill.is_over for bill in bills):
        msg = f"{month} is not over; freeze it once all of its windows are"
        raise InputError(msg)
    if all(bill.state == "no_ports" for bill in bills):
        msg = (
            f"no port was {tenant}'s and in a group in {month}, and there is nothing to freeze; `netwb "
            "port set` and `netwb port-group set` date that back with --since"
        )
        raise InputError(msg)
