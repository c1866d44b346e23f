"""Bills on the facade: port groups, what they come to in a month, and what was frozen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack

from netwb.billing.records import BillExclusion, BillVersion, GroupChanges, PortGroup, TenantBill
from netwb.errors import InputError, UnknownNameError
from netwb.inventory.fields import check_text, quoted
from netwb.inventory.records import Tenant
from netwb.loading import lazy
from netwb.metrics.billing.records import BilledPort, Exclusion, GroupBill, Month, Terms
from netwb.roles import Permission
from netwb.workbench.face import Face
from netwb.workbench.moments import parse_moment
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.inventory.ports.records import Port
    from netwb.metrics.billing import months as _months
    from netwb.metrics.billing import reckoning as _reckoning
    from netwb.metrics.billing import table as _table
    from netwb.metrics.billing.reckoning import Counted
else:
    _months = lazy("netwb.metrics.billing.months")
    _reckoning = lazy("netwb.metrics.billing.reckoning")
    _table = lazy("netwb.metrics.billing.table")

_PORTS = frozenset({"add_ports", "remove_ports"})


class BillingFace(Face):
    """`port_groups`, `add_port_group`, `set_port_group`; `bill`, `bill_csv`, `freeze_bill`, ..."""

    def port_groups(self) -> Records[PortGroup]:
        """Groups of the tenants that this Workbench means."""
        self._require(Permission.BILLING_VIEW)
        return records_of(self._parts.port_groups.list(self._meant_scope), PortGroup)

    def add_port_group(self, tenant: str, name: str, **changes: Unpack[GroupChanges]) -> PortGroup:
        """Ports that are billed as one: by `higher` of both directions, of zone UTC, if not said."""
        self._require(Permission.BILLING_EDIT)
        ports = self._named_ports(changes.get("add_ports", ()))
        fields = _fields(changes)
        made = self._parts.port_groups.add(self._meant_scope, tenant, name, fields, ports)
        self._audit_group("port_group.add", made, fields, ports)
        return made

    def set_port_group(self, tenant: str, name: str, **changes: Unpack[GroupChanges]) -> PortGroup:
        """Change a group; what is not given stays. Frozen bills stay as they are."""
        self._require(Permission.BILLING_EDIT)
        put = self._named_ports(changes.get("add_ports", ()))
        gone = self._named_ports(changes.get("remove_ports", ()))
        fields = _fields(changes)
        made = self._parts.port_groups.set(self._meant_scope, tenant, name, fields, put, gone)
        self._audit_group("port_group.set", made, fields, [*put, *gone])
        return made

    def bill(self, tenant: str, month: str = "", *, version: int | None = None) -> TenantBill:
        """A tenant's bill: the frozen one where one is in force, else reckoned now.

        month     2026-11; "": the one that it is
        version   of those that were frozen, also one that was reopened
        Raises UnknownNameError, InputError, MetricsError where the store does not answer.
        """
        self._require(Permission.BILLING_VIEW)
        owner = self._billed(tenant)
        name = self._month(month)
        versions = self._parts.bills.versions(self._meant_scope, owner.id, name)
        frozen = _chosen(versions, version, name)
        return TenantBill(
            tenant_id=owner.id,
            tenant=owner.slug,
            month=name,
            frozen=frozen,
            versions=versions,
            groups=self._figures(owner, name, frozen),
        )

    def bill_csv(
        self, tenant: str, month: str = "", *, group: str = "", version: int | None = None
    ) -> str:
        """The windows of one group as CSV, from which anybody gets the same figure.

        group   may be left out where the tenant has one
        """
        self._require(Permission.BILLING_VIEW)
        owner = self._billed(tenant)
        name = self._month(month)
        versions = self._parts.bills.versions(self._meant_scope, owner.id, name)
        frozen = _chosen(versions, version, name)
        if frozen is None:
            found = {one.terms.group: one for one in self._count(owner, name)}
        else:
            kept = self._parts.bills.counted
            found = dict(kept(self._meant_scope, owner.id, name, frozen.version))
        text: str = _table.csv_of(_one_of(found, group, owner.slug))
        return text

    def freeze_bill(self, tenant: str, month: str) -> BillVersion:
        """Keep a month's figures and windows as they are now, as a new version.

        Raises InputError where the month is not over, or a version is in force.
        """
        self._require(Permission.BILLING_EDIT)
        owner = self._billed(tenant)
        name = self._month(month)
        counted = self._count(owner, name)
        reckoned = [(_reckoning.reckon(one), one) for one in counted]
        _refuse_unfinished([bill for bill, _ in reckoned], owner.slug, name)
        made = self._parts.bills.freeze(
            self._meant_scope, owner.id, name, reckoned, by=self._actor.name
        )
        digests = {bill.terms.group: bill.digest for bill, _ in reckoned}
        detail = {"version": made.version, "digests": digests}
        self._audit("billing.freeze", f"{owner.slug} {name}", tenant_id=owner.id, detail=detail)
        return made

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

    def exclude_from_bill(
        self,
        tenant: str,
        *,
        since: datetime | str,
        until: datetime | str,
        reason: str,
        group: str = "",
    ) -> BillExclusion:
        """Leave a time out of bills that are not frozen; without a group, of all of the tenant's."""
        self._require(Permission.BILLING_EDIT)
        owner, now = self._billed(tenant), self._parts.clock()
        said = Exclusion(
            since=parse_moment(since, now), until=parse_moment(until, now), reason=reason
        )
        groups = self._parts.port_groups
        chosen = groups.get(self._meant_scope, owner.id, group) if group else None
        done = groups.exclude(
            self._meant_scope, owner.id, chosen.id if chosen else None, said, by=self._actor.name
        )
        detail = {
            "since": done.said.since.isoformat(),
            "until": done.said.until.isoformat(),
            "reason": done.said.reason,
        }
        target = f"{owner.slug} {group}".rstrip()
        self._audit("billing.exclude", target, tenant_id=owner.id, detail=detail)
        return done

    def _billed(self, tenant: str) -> Tenant:
        return self._parts.places.tenant(self._meant_scope, tenant)

    def _month(self, text: str) -> str:
        """Its name, once it is one; that of now, by UTC, where none is said."""
        said = _months.parse_month(text, "UTC") if text else None
        month = said or _months.month_of(self._parts.clock(), "UTC")
        return month.name

    def _figures(
        self, owner: Tenant, month: str, frozen: BillVersion | None
    ) -> tuple[GroupBill, ...]:
        if frozen is not None:
            kept = self._parts.bills.groups
            return kept(self._meant_scope, owner.id, month, frozen.version)
        return tuple(_reckoning.reckon(one) for one in self._count(owner, month))

    def _count(self, owner: Tenant, month: str) -> tuple[Counted, ...]:
        """Of each group of the tenant, in its own zone."""
        groups = [
            one
            for one in self._parts.port_groups.list(self._meant_scope)
            if one.tenant_id == owner.id
        ]
        exclusions = self._parts.port_groups.exclusions(self._meant_scope, owner.id)
        return tuple(self._count_group(one, month, exclusions) for one in groups)

    def _count_group(
        self, group: PortGroup, name: str, exclusions: Sequence[BillExclusion]
    ) -> Counted:
        month, now = _months.parse_month(name, group.time_zone), self._parts.clock()
        if now.timestamp() < month.since:
            msg = f"{name} has not begun; there is nothing to bill yet"
            raise InputError(msg)
        ports = [
            port
            for port in self._parts.ports.by_id(self._meant_scope, group.port_ids)
            if port.tenant_id == group.tenant_id
        ]
        volumes = self._parts.counting.count(group.tenant_id, ports, month, now)
        return _reckoning.Counted(
            terms=Terms(group=group.name, method=group.method, commit_bps=group.commit_bps),
            month=month,
            ports=tuple(_billed_port(port) for port in ports),
            volumes=volumes,
            exclusions=_touching(exclusions, group, month),
        )

    def _named_ports(self, named: Sequence[tuple[str, str]]) -> list[Port]:
        return [self._parts.ports.get(self._meant_scope, device, name) for device, name in named]

    def _audit_group(
        self, action: str, group: PortGroup, fields: dict[str, Any], ports: Sequence[Port]
    ) -> None:
        detail = {**fields, "ports": [f"{port.hostname} {port.name}" for port in ports]}
        target = f"{group.tenant}/{group.name}"
        self._audit(action, target, tenant_id=group.tenant_id, detail=detail)


def _fields(changes: GroupChanges) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if name not in _PORTS}


def _billed_port(port: Port) -> BilledPort:
    device = f"{port.device_tenant}/{port.hostname}"
    return BilledPort(id=port.id, device=device, name=port.name, circuit_ref=port.circuit_ref)


def _touching(
    exclusions: Sequence[BillExclusion], group: PortGroup, month: Month
) -> tuple[Exclusion, ...]:
    """Those of the group, and of all groups, that touch the month."""
    return tuple(
        sorted(
            one.said
            for one in exclusions
            if one.group_id in {None, group.id}
            and one.said.since.timestamp() < month.until
            and one.said.until.timestamp() > month.since
        )
    )


def _chosen(versions: Sequence[BillVersion], version: int | None, month: str) -> BillVersion | None:
    if version is None:
        newest = versions[-1] if versions else None
        return newest if newest and newest.reopened_at is None else None
    for one in versions:
        if one.version == version:
            return one
    msg = f"the bill of {month} has no version {version}; there are {len(versions)}"
    raise InputError(msg)


def _one_of(found: dict[str, Counted], group: str, tenant: str) -> Counted:
    if group in found:
        return found[group]
    if len(found) == 1 and not group:
        return next(iter(found.values()))
    if not found:
        msg = f"tenant {tenant} has no windows to write: no port group, or they are past their time"
        raise InputError(msg)
    names = ", ".join(quoted(name) for name in found)
    if not group:
        msg = f"tenant {tenant} has {len(found)} port groups; choose one: {names}"
        raise InputError(msg)
    msg = f"port group {quoted(group)} is not on this bill; these are: {names}"
    raise UnknownNameError(msg, thing="port group", wanted=group, among=tuple(found))


def _refuse_unfinished(bills: Sequence[GroupBill], tenant: str, month: str) -> None:
    if not bills:
        msg = f"tenant {tenant} has no port group; `netwb port-group add` makes one"
        raise InputError(msg)
    if not all(bill.is_over for bill in bills):
        msg = f"{month} is not over; freeze it once all of its windows are"
        raise InputError(msg)
