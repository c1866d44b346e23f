"""Ports on the facade: interfaces, whom they are for, and what people call them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Unpack

from netwb.errors import InputError
from netwb.inventory.ports.records import Port, PortChanges, WherePort
from netwb.inventory.records import EVERYWHERE, Device
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import ALL_TENANTS, Permission
from netwb.workbench.face import Face
from netwb.workbench.import_files import read_text
from netwb.workbench.moments import parse_moment
from netwb.workbench.places import Changed
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.inventory.ports.importing import PortPlan

_REFERENCES = frozenset({"circuit_ref"})  # what the ERP's right is enough for


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedPorts:
    """What a device's ports had counted at a moment.

    counters   by ifName and by the MIB's own name: `ifHCInOctets`
    """

    at: datetime
    counters: Mapping[str, Mapping[str, int]]


class PortsFace(Face):
    """`ports`, `port`, `set_port`, `keep_counters`, `plan_port_import`, `apply_port_import`."""

    def ports(self, where: WherePort | None = None) -> Records[Port]:
        """Ports for the tenants that this Workbench means, on whosever device they are.

        where   which of them; further criteria of this Workbench narrow by their devices
        """
        self._require(Permission.TRAFFIC_VIEW)
        return records_of(self._meant_ports(where or WherePort()), Port)

    def port(self, device: str, name: str) -> Port:
        """One port, by its device and its ifName of now or before; UnknownNameError."""
        self._require(Permission.TRAFFIC_VIEW)
        return self._parts.ports.get(self._meant_scope, device, name)

    def set_port(
        self,
        device: str,
        name: str,
        *,
        since: datetime | str = "",
        **changes: Unpack[PortChanges],
    ) -> Changed:
        """Change whom a port is for and what is known of it; None clears. Gives what changed.

        since   from when on it is for another tenant; "": from now. A time that is past, not before
                it came to the tenant that it is for, and in no month that is frozen of either
        The right to references is enough for `circuit_ref`. Who sees a port on another tenant's
        device does not change it: NotPermittedError.
        """
        references = changes.keys() <= _REFERENCES
        asked = Permission.REFERENCE_EDIT if references else Permission.INVENTORY_EDIT
        self._require(asked)
        port = self._parts.ports.get(self._meant_scope, device, name)
        given_at = self._given_at(port, since, changes) if since else None
        with self._denials_audited(asked, port.label):
            was, changed = self._parts.ports.set(self._scope, port.id, changes, given_at)
        if changed:
            fields = [item.field for item in changed]
            target = f"{was.device_tenant}/{was.hostname} {was.name}"
            dated = {"since": given_at.isoformat()} if given_at else {}
            detail = {"fields": fields, **dated}
            self._audit("port.set", target, tenant_id=was.tenant_id, detail=detail)
        return changed

    def _given_at(self, port: Port, since: datetime | str, changes: PortChanges) -> datetime:
        now = self._parts.clock()
        given_at = parse_moment(since, now)
        if "tenant" not in changes:
            msg = "--since says from when on a port is for a tenant; give --tenant too"
            raise InputError(msg)
        if given_at > now:
            msg = f"{given_at:%Y-%m-%d %H:%M} UTC is not past; leave --since out, or name a time that is"
            raise InputError(msg)
        taker = self._parts.places.tenant(self._scope, changes["tenant"] or port.device_tenant)
        for tenant_id, slug in ((port.tenant_id, port.tenant), (taker.id, taker.slug)):
            frozen = self._parts.bills.frozen_within(ALL_TENANTS, tenant_id, given_at, now)
            if frozen:
                msg = (
                    f"the bill of {slug} for {frozen[-1]} is frozen, and {given_at:%Y-%m-%d %H:%M} UTC "
                    "is not after it; name a later time, or reopen it with `netwb billing reopen`"
                )
                raise InputError(msg)
        return given_at

    def keep_counters(self, device: str, counted: Iterable[CountedPorts]) -> None:
        """Counters that were read of a device without netwb: those of before it polled it.

        They count as its own do, also on bills that are not frozen. Raises InputError for what is to
        come, MetricsRefusedError where others fill the database or a counter is none.
        """
        self._require(Permission.BILLING_EDIT)
        owner, given = self._device(device), sorted(counted, key=lambda one: one.at)
        if not given:
            return
        since, until = given[0].at, given[-1].at
        if until > self._parts.clock():
            msg = f"{until:%Y-%m-%d %H:%M} UTC is not past; give what was counted until now"
            raise InputError(msg)
        self._parts.metrics.write(point for one in given for point in _points(owner, one))
        detail = {"since": since.isoformat(), "until": until.isoformat()}
        target = f"{owner.tenant}/{owner.hostname}"
        self._audit("counters.keep", target, tenant_id=owner.tenant_id, detail=detail)

    def plan_port_import(
        self, source: Path | str, ignored: frozenset[str] = frozenset()
    ) -> PortPlan:
        """What an import would do now; nothing is written.

        source   a file's path, for who may read files here, or the text of a CSV
        """
        self._require(Permission.INVENTORY_EDIT)
        return self._parts.ports.plan(self._scope, self._table(source), ignored)

    def apply_port_import(
        self,
        source: Path | str,
        ignored: frozenset[str] = frozenset(),
        *,
        bad_rows: Literal["refuse", "skip"] = "refuse",
    ) -> PortPlan:
        """Import in one transaction; ImportRefusedError, and nothing written, if rows are bad."""
        self._require(Permission.INVENTORY_EDIT)
        done = self._parts.ports.apply(self._scope, self._table(source), ignored, bad_rows=bad_rows)
        self._audit_port_import(done)
        return done

    def _table(self, source: Path | str) -> str:
        if isinstance(source, str):
            return source
        self._require_local("files")
        return read_text(source.expanduser())

    def _audit_port_import(self, done: PortPlan) -> None:
        """One event a tenant whose devices' ports were touched."""
        ids = {item.slug: item.id for item in self._parts.places.tenants(self._scope)}
        for tenant in sorted({item.device.tenant for item in done.ports}):
            actions = [item.action for item in done.ports if item.device.tenant == tenant]
            detail = {action: actions.count(action) for action in ("add", "update")}
            if any(detail.values()):
                self._audit("port.import", tenant, tenant_id=ids.get(tenant, ""), detail=detail)

    def _meant_ports(self, where: WherePort) -> Sequence[Port]:
        """Of the tenants and devices that this Workbench is narrowed to."""
        return self._on_meant(self._parts.ports.list(self._meant_scope, self._where_meant(where)))

    def _gone_ports(
        self, tenants: AbstractSet[str], where: WherePort, since: datetime, until: datetime
    ) -> Sequence[Port]:
        """The same of those that were for these tenants in that time, and are another's by now."""
        return self._on_meant(
            self._parts.ports.gone(tenants, self._where_meant(where), since, until)
        )

    def _where_meant(self, where: WherePort) -> WherePort:
        return replace(where, site=where.site or self._where.site)

    def _on_meant(self, found: Sequence[Port]) -> Sequence[Port]:
        tenant, _, site = (self._where.site or "").rpartition("/")
        if site:
            found = tuple(
                port for port in found if port.site == site and tenant in {"", port.device_tenant}
            )
        by_device = replace(self._where, tenant=None, site=None)
        if by_device == EVERYWHERE:
            return found
        meant = self._meant_ids()
        return tuple(port for port in found if port.device_id in meant)


def _points(device: Device, counted: CountedPorts) -> Iterable[Point]:
    at = int(counted.at.timestamp())
    for name, values in counted.counters.items():
        key = SeriesKey(tenant=device.tenant, device_id=device.id, name=name)
        yield Point(
            measurement="interface",
            key=key,
            site=device.site,
            device=device.hostname,
            at=at,
            values=values,
        )
