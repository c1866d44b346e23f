"""Port groups on the facade: which ports are billed as one, and which times are left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack

from netwb.billing.records import BillExclusion, GroupChanges, GroupPort, PortGroup, ShownGroup
from netwb.errors import InputError
from netwb.inventory.records import Tenant
from netwb.loading import lazy
from netwb.metrics.billing.records import Exclusion
from netwb.roles import ALL_TENANTS, Permission
from netwb.workbench.bill_counting import BillCountingFace
from netwb.workbench.moments import parse_moment
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.inventory.ports.records import Port
    from netwb.metrics.billing import months as _months
else:
    _months = lazy("netwb.metrics.billing.months")

_PORTS = frozenset({"add_ports", "remove_ports", "since"})


class PortGroupsFace(BillCountingFace):
    """`port_groups`, `add_port_group`, ...; `exclude_from_bill`, `include_in_bill`, ..."""

    def port_groups(self) -> Records[PortGroup]:
        """Groups of the tenants that this Workbench means."""
        self._require(Permission.BILLING_VIEW)
        return records_of(self._parts.port_groups.list(self._meant_scope), PortGroup)

    def add_port_group(self, tenant: str, name: str, **changes: Unpack[GroupChanges]) -> PortGroup:
        """Ports that are billed as one: by `higher` of both directions, of zone UTC, if not said.

        They are in it from the first, or since another group let them go, if `since` is not said.
        """
        self._require(Permission.BILLING_EDIT)
        ports, since = self._named_ports(changes.get("add_ports", ())), self._since(changes)
        fields = _fields(changes)
        made = self._parts.port_groups.add(self._meant_scope, tenant, name, fields, ports, since)
        self._audit_group("port_group.add", made, fields, ports, since)
        return made

    def set_port_group(self, tenant: str, name: str, **changes: Unpack[GroupChanges]) -> PortGroup:
        """Change a group; what is not given stays. Frozen bills stay as they are.

        Ports are put in and taken out from now on if `since` is not said; that of one which is in it
        already dates it anew.
        """
        self._require(Permission.BILLING_EDIT)
        put = self._named_ports(changes.get("add_ports", ()))
        gone = self._named_ports(changes.get("remove_ports", ()))
        fields, since = _fields(changes), self._since(changes)
        if since is not None and not put and not gone:
            msg = "since when is said of ports that are put in or taken out; name them, or leave it out"
            raise InputError(msg)
        groups = self._parts.port_groups
        made = groups.set(self._meant_scope, tenant, name, fields, put, gone, since)
        self._audit_group("port_group.set", made, fields, [*put, *gone], since)
        return made

    def port_group(self, tenant: str, name: str) -> ShownGroup:
        """One group with its ports by name, also those that are another's by now, or were in it."""
        self._require(Permission.BILLING_VIEW)
        group = self._parts.port_groups.get(self._meant_scope, tenant, name)
        ids = list({one.port_id for one in group.members})
        seen = {port.id for port in self._parts.ports.by_id(self._meant_scope, ids)}
        ports = (
            GroupPort(
                device=f"{port.device_tenant}/{port.hostname}",
                name=port.name,
                tenant=port.tenant if port.id in seen else "",
                since=one.since,
                until=one.until,
            )
            for port in self._parts.ports.by_id(ALL_TENANTS, ids)
            for one in group.members
            if one.port_id == port.id
        )
        return ShownGroup(group=group, ports=tuple(ports))

    def rename_port_group(self, tenant: str, name: str, new_name: str) -> PortGroup:
        """Call a group otherwise; frozen bills keep the name that it had."""
        self._require(Permission.BILLING_EDIT)
        made = self._parts.port_groups.rename(self._meant_scope, tenant, name, new_name)
        self._audit_group("port_group.rename", made, {"was": name}, [])
        return made

    def retire_port_group(self, tenant: str, name: str) -> PortGroup:
        """Take a group off bills that are not frozen; those that are keep it."""
        self._require(Permission.BILLING_EDIT)
        gone = self._parts.port_groups.retire(self._meant_scope, tenant, name)
        ports = self._parts.ports.by_id(ALL_TENANTS, gone.port_ids)
        self._audit_group("port_group.retire", gone, {}, ports)
        return gone

    def frozen_months(
        self, tenant: str, *, since: datetime | str, until: datetime | str
    ) -> tuple[str, ...]:
        """Months of the tenant that are frozen and touch a time, oldest first."""
        self._require(Permission.BILLING_VIEW)
        owner, now = self._billed(tenant), self._parts.clock()
        begin, end = parse_moment(since, now), parse_moment(until, now)
        return self._parts.bills.frozen_within(self._meant_scope, owner.id, begin, end)

    def unfrozen_months(self, tenant: str) -> tuple[str, ...]:
        """Months that are billed by the groups as they are now, from their first window on.

        The last one and this one, unless they are frozen, and whatever was reopened; oldest first.
        """
        self._require(Permission.BILLING_VIEW)
        owner, now = self._billed(tenant), self._parts.clock()
        bills, this = self._parts.bills, _months.month_of(now, "UTC").name
        young = [
            month
            for month in (_months.month_before(now), this)
            if not bills.versions(self._meant_scope, owner.id, month)
        ]
        return tuple(sorted({*bills.reopened(self._meant_scope, owner.id), *young}))

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
        self._audit_exclusion("billing.exclude", owner, done)
        return done

    def bill_exclusions(self, tenant: str) -> Records[BillExclusion]:
        """Times that are left out of the tenant's bills that are not frozen, oldest first."""
        self._require(Permission.BILLING_VIEW)
        owner = self._billed(tenant)
        found = self._parts.port_groups.exclusions(self._meant_scope, owner.id)
        return records_of(found, BillExclusion)

    def include_in_bill(self, tenant: str, exclusion_id: str) -> BillExclusion:
        """Take an exclusion back: that time counts again, but in months that are frozen.

        Raises UnknownNameError.
        """
        self._require(Permission.BILLING_EDIT)
        owner = self._billed(tenant)
        done = self._parts.port_groups.include(self._meant_scope, owner.id, exclusion_id)
        self._audit_exclusion("billing.include", owner, done)
        return done

    def _audit_exclusion(self, action: str, owner: Tenant, done: BillExclusion) -> None:
        detail = {
            "since": done.said.since.isoformat(),
            "until": done.said.until.isoformat(),
            "reason": done.said.reason,
        }
        target = f"{owner.slug} {done.group or ''}".rstrip()
        self._audit(action, target, tenant_id=owner.id, detail=detail)

    def _named_ports(self, named: Sequence[tuple[str, str]]) -> list[Port]:
        return [self._parts.ports.get(self._meant_scope, device, name) for device, name in named]

    def _since(self, changes: GroupChanges) -> datetime | None:
        """From when on; what is to come is nobody's yet."""
        said, now = changes.get("since"), self._parts.clock()
        since = parse_moment(said, now) if said else None
        if since is not None and since > now:
            msg = (
                f"{since:%Y-%m-%d %H:%M} UTC is not past; leave --since out, or name a time that is"
            )
            raise InputError(msg)
        return since

    def _audit_group(
        self,
        action: str,
        group: PortGroup,
        fields: dict[str, Any],
        ports: Sequence[Port],
        since: datetime | None = None,
    ) -> None:
        detail = {**fields, "ports": [f"{port.hostname} {port.name}" for port in ports]}
        if since is not None:
            detail["since"] = since.isoformat()
        target = f"{group.tenant}/{group.name}"
        self._audit(action, target, tenant_id=group.tenant_id, detail=detail)


def _fields(changes: GroupChanges) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if name not in _PORTS}
