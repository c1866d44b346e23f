"""Where the samples of a tenant lie: under its devices, and under ports of others that it has.

A port on another tenant's device is told from its own time alone: what was measured before it was
given to it is the device's tenant's, or another one's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from netwb.inventory.ports.ports import Ports
from netwb.inventory.ports.rows import ports_by_id
from netwb.inventory.records import Tenant
from netwb.metrics.records import FOREVER, SeriesKey
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.models import DeviceRow, PortRow


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSamples:
    """Series by the time in which they are the tenant's, epoch seconds; a device has its ports along.

    devices, ports   how many of each lose their samples; ports are those on devices of others
    """

    series: Mapping[tuple[int, int], Sequence[SeriesKey]]
    devices: int
    ports: int


def own_samples(database: Database, ports: Ports, tenant: Tenant) -> OwnSamples:
    """Of living devices and retired ones."""
    with database.reading(ALL_TENANTS) as session:
        devices = session.scalars(select(DeviceRow.id).where(DeviceRow.tenant_id == tenant.id))
        series = {
            (0, FOREVER): [SeriesKey(tenant=tenant.slug, device_id=one) for one in devices],
        }
        elsewhere = session.scalars(
            select(PortRow.id)
            .join(DeviceRow, DeviceRow.id == PortRow.device_id)
            .where(PortRow.tenant_id == tenant.id, DeviceRow.tenant_id != tenant.id)
        ).all()
        found = ports_by_id(session, ALL_TENANTS, elsewhere)
    number = len(series[0, FOREVER])
    names = ports.names(Scope(frozenset({tenant.id})), found)
    for port in found:
        for name in names[port.id]:
            span = (_seconds(name.since, 0), _seconds(name.until, FOREVER))
            own = SeriesKey(tenant=port.device_tenant, device_id=port.device_id, name=name.name)
            series.setdefault(span, []).append(own)
    return OwnSamples(series=series, devices=number, ports=len(found))


def _seconds(at: datetime | None, instead: int) -> int:
    return instead if at is None else int(at.timestamp())
