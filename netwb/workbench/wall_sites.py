"""Sites of what is known of their devices, worst first. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from netwb.metrics.status import WORST_FIRST, overall
from netwb.workbench.monitoring import MonitoredDevice
from netwb.workbench.wall_links import FullLink, Since
from netwb.workbench.wall_records import SiteStatus, WallSite


def sites_of(
    devices: Sequence[MonitoredDevice],
    port_since: Mapping[str, Since],
    full: Mapping[str, FullLink],
) -> tuple[WallSite, ...]:
    """Each site of these devices.

    port_since   device id -> since when the first of its bad ports does not carry what it should
    full         device id -> the fullest of its links: a device that is up is degraded by it
    """
    links = {
        one.device.id: full[one.device.id]
        for one in devices
        if one.state.status == "up" and one.device.id in full
    }
    port_since = {**port_since, **{id_: link.since for id_, link in links.items() if link.since}}
    found: dict[tuple[str, str], list[MonitoredDevice]] = {}
    for one in (_with(one, links.get(one.device.id)) for one in devices):
        found.setdefault((one.device.tenant, one.device.site), []).append(one)
    sites = [_site(tenant, site, own, port_since) for (tenant, site), own in found.items()]
    return tuple(
        sorted(sites, key=lambda one: (WORST_FIRST.index(one.status), one.tenant, one.site))
    )


def _with(one: MonitoredDevice, link: FullLink | None) -> MonitoredDevice:
    if link is None:
        return one
    return replace(one, state=replace(one.state, status="degraded", reason=link.said))


def _site(
    tenant: str, site: str, devices: list[MonitoredDevice], port_since: Mapping[str, Since]
) -> WallSite:
    statuses = [one.state.status for one in devices]
    status: SiteStatus = (
        "maintenance" if set(statuses) == {"maintenance"} else cast("SiteStatus", overall(statuses))
    )
    so = sorted(
        ((_since(one, port_since), one) for one in devices if one.state.status == status),
        key=lambda pair: (pair[0] is None, pair[0] or (), pair[1].device.hostname),
    )
    since, first = so[0]
    return WallSite(
        tenant=tenant,
        site=site,
        status=status,
        reason="" if status == "up" else _reason(first, len(so) - 1),
        since=since[0] if since and status != "up" else None,
        since_before=bool(since and since[1]),
        observed_at=max((one.observed_at for one in devices if one.observed_at), default=None),
        devices=len(devices),
        up=statuses.count("up"),
    )


def _since(one: MonitoredDevice, port_since: Mapping[str, Since]) -> Since | None:
    """A silence began at the last answer."""
    if one.state.status == "degraded":
        return port_since.get(one.device.id)
    return (one.observed_at, False) if one.observed_at is not None else None


def _reason(one: MonitoredDevice, others: int) -> str:
    more = f", and {others} more {'device' if others == 1 else 'devices'}" if others else ""
    return f"{one.device.hostname}: {one.state.reason}{more}"
