"""What a bill is reckoned from, on the facade: whose month it is, its groups' windows, its ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import TYPE_CHECKING

from netwb.billing.records import BillExclusion, BillVersion, PortGroup, TenantBill
from netwb.errors import InputError
from netwb.inventory.fields import quoted
from netwb.inventory.ports.records import PortTime, in_both
from netwb.inventory.records import Tenant
from netwb.loading import lazy
from netwb.metrics.billing.records import BilledPort, Exclusion, Month, Terms
from netwb.roles import ALL_TENANTS
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from netwb.inventory.ports.records import Port
    from netwb.metrics.billing import months as _months
    from netwb.metrics.billing import reckoning as _reckoning
    from netwb.metrics.billing.reckoning import Counted
else:
    _months = lazy("netwb.metrics.billing.months")
    _reckoning = lazy("netwb.metrics.billing.reckoning")

DAY_S = 86_400


class BillCountingFace(Face):
    """What `port_groups` and `billing` share."""

    def _billed(self, tenant: str) -> Tenant:
        return self._parts.places.tenant(self._meant_scope, tenant)

    def _month(self, text: str) -> str:
        """Its name, once it is one; that of now, by UTC, where none is said."""
        said = _months.parse_month(text, "UTC") if text else None
        month = said or _months.month_of(self._parts.clock(), "UTC")
        return month.name

    def _standing(self, owner: Tenant, month: str, version: int | None) -> TenantBill:
        """Which version is meant, and which there are; without a figure yet."""
        versions = self._parts.bills.versions(self._meant_scope, owner.id, month)
        return TenantBill(
            tenant_id=owner.id,
            tenant=owner.slug,
            month=month,
            frozen=_chosen(versions, version, month),
            versions=versions,
            groups=(),
        )

    def _windows(self, owner: Tenant, said: TenantBill) -> dict[str, Counted]:
        """What each group is reckoned from; of a frozen one what is kept of it."""
        if said.frozen is None:
            return {one.terms.group: one for one in self._count(owner, said.month)}
        kept = self._parts.bills.counted
        return dict(kept(self._meant_scope, owner.id, said.month, said.frozen.version))

    def _count(self, owner: Tenant, month: str) -> tuple[Counted, ...]:
        """Of each group of the tenant, in its own zone."""
        groups = [
            one
            for one in self._parts.port_groups.list(self._meant_scope)
            if one.tenant_id == owner.id
        ]
        exclusions = self._parts.port_groups.exclusions(self._meant_scope, owner.id)
        kept = self._frozen_windows(owner, groups, month)
        names = {one.name for one in groups}
        return tuple(
            self._count_group(one, month, exclusions, _kept_of(one, kept, names)) for one in groups
        )

    def _frozen_windows(
        self, owner: Tenant, groups: Sequence[PortGroup], name: str
    ) -> Mapping[str, Counted]:
        """Those of the newest version, where the store has let counters of the month go."""
        versions = self._parts.bills.versions(self._meant_scope, owner.id, name)
        if not versions or not groups:
            return {}
        first = min(_months.parse_month(name, group.time_zone).since for group in groups)
        if not self._has_let_go(first):
            return {}
        kept = self._parts.bills.counted
        found: Mapping[str, Counted] = kept(self._meant_scope, owner.id, name, versions[-1].version)
        return found

    def _has_let_go(self, since: int) -> bool:
        """Whether counters of that time are kept whole no more; epoch seconds."""
        settings = self._parts.settings.metrics
        if not settings.url:
            return self._parts.clock().timestamp() > since + settings.raw_days * DAY_S
        oldest = self._parts.metrics.health().oldest
        return oldest is None or oldest > since

    def _count_group(
        self,
        group: PortGroup,
        name: str,
        exclusions: Sequence[BillExclusion],
        kept: Counted | None,
    ) -> Counted:
        month, now = _months.parse_month(name, group.time_zone), self._parts.clock()
        if now.timestamp() < month.since:
            msg = f"{name} has not begun; there is nothing to bill yet"
            raise InputError(msg)
        times = self._billed_times(group, month)
        ports = list(times)
        spans = {port.id: own for port, own in times.items()}
        called = self._parts.ports.circuits_of(group.tenant_id, ports)
        counting = self._parts.counting
        volumes = counting.count(ports, spans, month, now)
        if kept is not None:
            volumes = counting.filled_up(volumes, ports, spans, kept)
        return _reckoning.Counted(
            terms=Terms(group=group.name, method=group.method, commit_bps=group.commit_bps),
            month=month,
            ports=tuple(
                _billed_port(port, own, _circuit(called[port.id], own, month), month)
                for port, own in times.items()
            ),
            volumes=volumes,
            exclusions=_touching(exclusions, group, month),
        )

    def _billed_times(self, group: PortGroup, month: Month) -> Mapping[Port, Sequence[PortTime]]:
        """Its ports that were the tenant's and in it in any of the month, and in which times.

        Others may have them by now, or none.
        """
        inside: dict[str, list[PortTime]] = {}
        for one in group.members:
            time = PortTime(since=one.since, until=one.until)
            inside.setdefault(one.port_id, []).append(time)
        found = self._parts.ports.by_id(ALL_TENANTS, list(inside))
        theirs = self._parts.ports.times_of(group.tenant_id, found)
        each = ((port, in_both(theirs[port.id], inside[port.id])) for port in found)
        return {
            port: own
            for port, times in each
            if (own := [time for time in times if _touches(time, month)])
        }


def _kept_of(
    group: PortGroup, kept: Mapping[str, Counted], names: AbstractSet[str]
) -> Counted | None:
    """By its name, or by its ports where it was called otherwise then."""
    if group.name in kept:
        return kept[group.name]
    own = {one.port_id for one in group.members}
    for name, counted in kept.items():
        if name not in names and any(port.id in own for port in counted.ports):
            return counted
    return None


def _touches(time: PortTime, month: Month) -> bool:
    since = time.since is None or time.since.timestamp() < month.until
    return since and (time.until is None or time.until.timestamp() > month.since)


def _circuit(
    called: Sequence[tuple[PortTime, str | None]], own: Sequence[PortTime], month: Month
) -> str | None:
    """What the tenant itself called it last in these times of the month; not what others do."""
    said = (
        circuit
        for time, circuit in reversed(called)
        if circuit and any(_touches(one, month) for one in in_both(own, [time]))
    )
    return next(said, None)


def _billed_port(
    port: Port, times: Sequence[PortTime], circuit_ref: str | None, month: Month
) -> BilledPort:
    """Of one that is another's by now nothing is told that came since."""
    since, until = times[0].since, times[-1].until
    pairs = ((one.until, other.since) for one, other in pairwise(times))
    away = tuple((gone, back) for gone, back in pairs if gone and back and gone < back)
    return BilledPort(
        id=port.id,
        device=f"{port.device_tenant}/{port.hostname}",
        name=port.name,
        circuit_ref=circuit_ref,
        since=since if since and since.timestamp() > month.since else None,
        until=until if until and until.timestamp() < month.until else None,
        away=away,
    )


def absent_of(group: PortGroup, tenant: str, month: str) -> str:
    """Why a group that has ports, or had, has none on the bill of a month."""
    number = len({one.port_id for one in group.members})
    return (
        f"{group.name}: its {number} port{'' if number == 1 else 's'} came into it, or became "
        f"{tenant}'s, after {month}, or had gone before; `netwb port-group set {tenant} "
        f"{quoted(group.name)} --port DEVICE IFNAME --since TIME` and `netwb port set DEVICE IFNAME "
        f"--tenant {tenant} --since TIME` date that back"
    )


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
