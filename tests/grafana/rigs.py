"""Homes with Grafana set: two tenants, a port each that was counted for an hour, one revision each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from netwb.inventory.ports.records import SeenPort
from netwb.metrics.records import Point, SeriesKey
from tests.benches import Rig, rig

PORTS = {"acme/edge1": "Gi0/0.100", "umbra/edge1": "a'b, 'c"}
TENANTS = {"acme": ("edge1",), "umbra": ("edge1",)}
BPS = 8_000.0  # in; out is half of it


@contextmanager
def grafana_rig(
    folder: Path,
    url: str = "",
    organizations: str = "acme=2; *=1",
    *,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Rig]:
    """Settings more than Grafana's may lead to another store, which nothing is counted in then."""
    own = {"NETWB_GRAFANA__URL": url, "NETWB_GRAFANA__ORGANIZATIONS": organizations}
    past = None if settings else counted
    with rig(folder, TENANTS, past=past, settings={**own, **(settings or {})}) as made:
        yield made


def counted(made: Rig) -> None:
    made.back_up()
    for device, name in PORTS.items():
        seen = SeenPort(name=name, if_index=1, alias="", if_type=6, speed_bps=10**9)
        made.bench._parts.ports.sighted({made.devices[device].id: [seen]})
        made.bench._parts.metrics.write(points(made, device, name))


def points(made: Rig, device: str, name: str) -> Iterator[Point]:
    tenant, hostname = device.split("/")
    end = int(made.clock().timestamp()) // 60 * 60
    for minute in range(61):
        octets = int(BPS / 8 * 60 * minute)
        yield Point(
            measurement="interface",
            key=SeriesKey(tenant=tenant, device_id=made.devices[device].id, name=name),
            site="fra1",
            device=hostname,
            at=end - 60 * (60 - minute),
            values={"ifHCInOctets": octets, "ifHCOutOctets": octets // 2},
        )
