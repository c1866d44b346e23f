"""A tenant's status as its ERP reads it, on the facade; and the jobs that keep it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from netwb.erp.status_records import (
    GroupPercentile,
    KeptStatus,
    Numbered,
    Status,
    StatusHead,
    Summary,
    is_old,
)
from netwb.inventory.records import EVERYWHERE
from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, Permission, Scope, allowed
from netwb.workbench.bill_counting import BillCountingFace
from netwb.workbench.monitoring import AWAITED, MonitoringFace

if TYPE_CHECKING:
    from netwb.billing.records import PortGroup
    from netwb.erp import numbers as _numbers
    from netwb.erp import percentile_rows as _percentile_rows
    from netwb.erp import status as _status
    from netwb.erp import status_rows as _rows
    from netwb.metrics.billing import months as _months
    from netwb.metrics.billing import reckoning as _reckoning
    from netwb.workbench import erp_found as _found
else:
    _numbers = lazy("netwb.erp.numbers")
    _percentile_rows = lazy("netwb.erp.percentile_rows")
    _status = lazy("netwb.erp.status")
    _rows = lazy("netwb.erp.status_rows")
    _months = lazy("netwb.metrics.billing.months")
    _reckoning = lazy("netwb.metrics.billing.reckoning")
    _found = lazy("netwb.workbench.erp_found")

Written = TypeVar("Written")
_SHOWN_BY = (Permission.BLACKHOLE_VIEW, Permission.BILLING_VIEW)  # parts of a status


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusesKept:
    """What the job found. `changed`: devices whose status is another one than was told last."""

    tenants: int
    devices: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentilesKept:
    """What the job worked out."""

    tenants: int
    groups: int


class ErpStatusFace(MonitoringFace, BillCountingFace):
    """`erp_status`, `erp_status_written`, `keep_statuses`, `keep_percentiles`."""

    def erp_status(self, tenant_id: str) -> Status:
        """How a tenant's devices and ports are, as the daemon found them last, aged to now.

        Which there are, whose, and what is in maintenance is as the inventory says in this second.

        Blackholes and the 95th percentile are in it for who may see them. UnknownNameError where the
        tenant is in no scope.
        """
        found, now = self.erp_status_written(tenant_id, _as_it_is)
        return replace(found, now=now)

    def erp_status_written(
        self, tenant_id: str, write: Callable[[Status], Written]
    ) -> tuple[Written, int]:
        """The same, as `write` made it once for all who ask while it holds; and the time of asking.

        Of what it was given nothing but `now` may be another one meanwhile.
        """
        self._require(Permission.MONITORING_VIEW)
        parts, now = self._parts, int(self._parts.clock().timestamp())
        head = self._head(tenant_id, now)

        def read() -> KeptStatus:
            found = _status.shown(
                self._summary(head, now),
                now,
                blackholes=head.blackholes,
                percentiles=head.percentiles,
            )
            return KeptStatus(
                as_of=_moment(now), next_at=_moment(found.holds_until), written=write(found)
            )

        written: Written = parts.erp_statuses.get((write, head), _moment(now), read).written
        return written, now

    def _head(self, tenant_id: str, now: int) -> StatusHead:
        """What it depends on, read once a second for all who may see the same."""
        actor, scope, database = self._actor, self._meant_scope, self._parts.database
        may = [allowed(actor, right) for right in _SHOWN_BY]
        key = (tenant_id, scope.tenants, *may)
        if (kept := self._parts.erp_heads.find(key, now)) is not None:
            return kept
        version = _rows.version_of(database, scope, tenant_id)
        if version is None:  # a slug, nobody's, or one that was never judged
            tenant_id = self._parts.places.tenant(scope, tenant_id).id
            version = _rows.version_of(database, scope, tenant_id)
        stand = self._stand(tenant_id)
        blackholes, percentiles = may
        hold = timedelta(minutes=self._parts.settings.blackhole.hold_minutes)
        head = StatusHead(
            tenant_id=tenant_id,
            version=version,
            stand=stand,
            blackholes=_rows.open_blackholes(database, scope, tenant_id, hold=hold)
            if blackholes
            else None,
            percentiles=_percentile_rows.find_percentiles(database, scope, tenant_id)
            if percentiles
            else None,
        )
        return self._parts.erp_heads.keep(key, now, head)

    def _stand(self, tenant_id: str) -> Numbered:
        """How far the changes of a tenant in scope are numbered."""
        database = self._parts.database
        found = _numbers.changes_of(database, tenant_id) or _numbers.stand_of(database, tenant_id)
        return (found.epoch, found.changes)

    def _summary(self, head: StatusHead, now: int) -> Summary:
        """The one that is kept, where it is new and its inventory is that of now.

        Else of all that is there now, with what is known of it.
        """
        parts, scope = self._parts, self._meant_scope
        kept: Summary | None = _rows.find_summary(parts.database, scope, head.tenant_id)
        if (
            kept is not None
            and kept.stand == head.stand
            and not is_old(kept.as_of, now, _status.limit_s(kept.interval_s))
        ):
            return kept
        owner = parts.places.tenant(scope, head.tenant_id)
        judged = kept is not None and kept.as_of is not None
        own = Scope(frozenset({owner.id}))
        devices = [one for one in parts.devices.named(own, EVERYWHERE) if one.status in AWAITED]
        found: Summary = _found.unjudged(
            owner,
            devices,
            _rows.read_ports(parts.database, owner.id),
            _rows.read_backups(parts.database, owner.id),
            interval_s=parts.settings.metrics.interval_s,
            reason=_status.NOT_JUDGED_YET if judged else _status.NOT_JUDGED,
        )
        if kept is None or not judged:
            return found
        degraded = any(one.status == "degraded" for one in kept.devices)
        others = _rows.watched_of_others(parts.database, owner.id) if degraded else {}
        known: Summary = _status.with_what_is_there(kept, found, others)
        return known

    def keep_statuses(self) -> StatusesKept:
        """Judge all devices once, keep each tenant's status, and tell what changed.

        Once an interval of the polls, where that is longer than the daemon's own minute.
        Raises MetricsError where the store does not say; what is kept then grows old by itself.
        """
        self._require(Permission.MONITORING_VIEW)
        self._require_everywhere("the status of all tenants")
        parts = self._parts
        if self._judged_lately():
            return StatusesKept(tenants=0, devices=0, changed=0)
        stands = _rows.read_stands(parts.database)  # before all of which it tells the number
        ports = _rows.read_ports(parts.database)
        beside = [(one.device_id, one.name) for one in ports if not one.watched]
        judged = self._judged_now(beside)
        tenants = [one for one in parts.places.tenants(ALL_TENANTS) if one.status == "active"]
        found = _found.summaries(
            judged,
            tenants,
            ports,
            _rows.read_backups(parts.database),
            stands,
            interval_s=parts.settings.metrics.interval_s,
        )
        former = _rows.read_summaries(parts.database)
        next_ones = [_status.followed(former.get(one.tenant_id), one) for one in found]
        written = _rows.write_summaries(parts.database, next_ones)
        return StatusesKept(
            tenants=written.tenants, devices=len(judged.devices), changed=len(written.changes)
        )

    def _judged_lately(self) -> bool:
        """Where devices are polled more seldom than the daemon looks, there is nothing new to judge."""
        interval_s = self._parts.settings.metrics.interval_s
        if interval_s <= _status.EVERY_S:
            return False
        newest = _rows.newest_at(self._parts.database)
        now = self._parts.clock().timestamp()
        return newest is not None and 0 <= now - newest < interval_s - _status.EVERY_S / 2

    # ---- the 95th percentile

    def keep_percentiles(self) -> PercentilesKept:
        """Work out what each port group comes to in its month so far, for those who ask often.

        Raises MetricsError where the store does not say; what was kept before stays, with its time.
        """
        self._require(Permission.BILLING_VIEW)
        self._require_everywhere("the port groups of all tenants")
        now = self._parts.clock()
        groups = self._parts.port_groups.list(ALL_TENANTS)
        found: dict[str, list[GroupPercentile]] = {}
        for one in groups:
            found.setdefault(one.tenant_id, []).append(self._percentile(one, now))
        _percentile_rows.write_percentiles(self._parts.database, found, now)
        return PercentilesKept(tenants=len(found), groups=len(groups))

    def _percentile(self, group: PortGroup, now: datetime) -> GroupPercentile:
        """Of the month that it is in the zone of its contract."""
        month = _months.month_of(now, group.time_zone)
        exclusions = self._parts.port_groups.exclusions(ALL_TENANTS, group.tenant_id)
        bill = _reckoning.reckon(self._count_group(group, month.name, exclusions, None))
        return GroupPercentile(
            name=group.name,
            period=month.name,
            time_zone=group.time_zone,
            method=group.method,
            state=bill.state,
            direction=bill.billed.direction if bill.billed else None,
            p95_bps=bill.billed.bps if bill.billed else None,
            commit_bps=group.commit_bps,
            overage_bps=bill.overage_bps,
            windows=bill.present,
            missing=sum(span.windows for span in bill.missing),
        )


def _as_it_is(found: Status) -> Status:
    return found


def _moment(epoch_s: int) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)
