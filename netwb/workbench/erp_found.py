"""What was judged of devices, as summaries of each tenant: its own devices, and its ports anywhere. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from netwb.erp.status import (
    IN_MAINTENANCE,
    OF_PORT_IN_MAINTENANCE,
    degraded_words,
)
from netwb.erp.status_records import Host, KeptDevice, KeptPort, Numbered, PortState, Summary
from netwb.metrics.records import Newest, SeriesKey
from netwb.metrics.status import OPER_WORDS, UP, MonitoringStatus

if TYPE_CHECKING:
    from netwb.erp.status_rows import ShownPort
    from netwb.inventory.records import NamedDevice, Tenant
    from netwb.workbench.monitoring import Judged, MonitoredDevice

SILENT = "its device answers neither SNMP nor ICMP"
NO_SAMPLE = "no newer sample"
_HOSTS: Mapping[MonitoringStatus, Host] = {"down": "down", "maintenance": "maintenance"}


def summaries(  # noqa: PLR0913 - what a status is made of, read once for all tenants
    judged: Judged,
    tenants: Sequence[Tenant],
    ports: Sequence[ShownPort],
    backups: Mapping[str, int],
    stands: Mapping[str, Numbered],
    *,
    interval_s: int,
) -> list[Summary]:
    """One a tenant, also of one that has nothing.

    stands   how far each tenant's changes were numbered before any of this was read
    """
    hosts: dict[str, Host] = {
        one.device.id: host
        for one in judged.devices
        if (host := _HOSTS.get(one.state.status)) is not None
    }
    here, elsewhere = _ports_by_place(
        (port, _port(port, judged.ports, hosts.get(port.device_id, ""))) for port in ports
    )
    devices: dict[str, list[KeptDevice]] = {}
    for one in judged.devices:
        own = here.get(one.device.id, ())
        kept = _device(one, own, backups.get(one.device.id))
        devices.setdefault(one.device.tenant, []).append(kept)
    return [
        Summary(
            tenant_id=tenant.id,
            tenant=tenant.slug,
            as_of=int(judged.as_of.timestamp()),
            interval_s=interval_s,
            stand=stands.get(tenant.id),
            devices=tuple(devices.get(tenant.slug, ())),
            ports=tuple(elsewhere.get(tenant.id, ())),
        )
        for tenant in tenants
    ]


def unjudged(  # noqa: PLR0913 - what the inventory says of one tenant
    tenant: Tenant,
    devices: Sequence[NamedDevice],
    ports: Sequence[ShownPort],
    backups: Mapping[str, int],
    *,
    interval_s: int,
    reason: str,
) -> Summary:
    """Of a tenant that nobody has judged yet: what its inventory says, and why no more is known."""
    here, elsewhere = _ports_by_place((port, _unknown(port, reason)) for port in ports)
    return Summary(
        tenant_id=tenant.id,
        tenant=tenant.slug,
        as_of=None,
        interval_s=interval_s,
        devices=tuple(
            KeptDevice(
                id=one.id,
                hostname=one.hostname,
                site=one.site,
                status="maintenance" if one.status == "maintenance" else "unknown",
                reason=IN_MAINTENANCE if one.status == "maintenance" else reason,
                maintenance=one.status == "maintenance",
                backup_at=backups.get(one.id),
                ports=tuple(here.get(one.id, ())),
            )
            for one in devices
        ),
        ports=tuple(elsewhere.get(tenant.id, ())),
    )


_Placed = dict[str, list[KeptPort]]


def _ports_by_place(
    ports: Iterable[tuple[ShownPort, KeptPort]],
) -> tuple[_Placed, _Placed]:
    """Those on devices of their own tenant, by device; and the others, by whose they are."""
    here: _Placed = {}
    elsewhere: _Placed = {}
    for shown, kept in ports:
        placed, key = (
            (elsewhere, shown.tenant_id) if shown.is_elsewhere else (here, shown.device_id)
        )
        placed.setdefault(key, []).append(kept)
    return here, elsewhere


def _device(one: MonitoredDevice, ports: Sequence[KeptPort], backup_at: int | None) -> KeptDevice:
    return KeptDevice(
        id=one.device.id,
        hostname=one.device.hostname,
        site=one.device.site,
        status=one.state.status,
        reason=_reason(one, ports),
        maintenance=one.device.status == "maintenance",
        observed_at=one.state.observed_at,
        backup_at=backup_at,
        ports=tuple(ports),
    )


def _reason(one: MonitoredDevice, ports: Sequence[KeptPort]) -> str:
    """Names of ports are for whom these are."""
    if not one.state.bad_ports:
        return one.state.reason
    names = {port.name for port in ports}
    own = [name for name in one.state.bad_ports if name in names]
    others = len(own) < len(one.state.bad_ports)
    return degraded_words(own, others=others)


def _port(port: ShownPort, newest: Mapping[SeriesKey, Newest], host: Host) -> KeptPort:
    found = newest.get(SeriesKey(port.device_tenant, port.device_id, port.name))
    state, reason = _state(found, host)
    return KeptPort(
        id=port.id,
        name=port.name,
        watched=port.watched,
        device=_place(port),
        device_id=port.device_id if port.is_elsewhere else "",
        state=state,
        reason=reason,
        host=host,
        observed_at=None if found is None else found.at,
    )


def _state(found: Newest | None, host: Host) -> tuple[PortState, str]:
    if host == "down":
        return "down", SILENT
    oper = None if found is None else found.values.get("ifOperStatus")
    if found is None or oper is None:
        return "unknown", OF_PORT_IN_MAINTENANCE if host == "maintenance" else NO_SAMPLE
    if oper == UP:
        return "up", ""
    if found.values.get("ifAdminStatus", UP) != UP:
        return "off", "ifAdminStatus is down: somebody has switched it off"
    return "down", f"ifOperStatus is {OPER_WORDS.get(int(oper), str(oper))}"


def _unknown(port: ShownPort, reason: str) -> KeptPort:
    quiet = port.device_status == "maintenance"
    return KeptPort(
        id=port.id,
        name=port.name,
        watched=port.watched,
        device=_place(port),
        device_id=port.device_id if port.is_elsewhere else "",
        state="unknown",
        reason=OF_PORT_IN_MAINTENANCE if quiet else reason,
        host="maintenance" if quiet else "",
    )


def _place(port: ShownPort) -> str:
    """As bills name the device of a port that is another tenant's; of one's own it is said already."""
    return f"{port.device_tenant}/{port.hostname}" if port.is_elsewhere else ""
