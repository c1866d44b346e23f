"""Ports with counters: a rig's devices get some, and a store gets their samples of each minute."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

from netwb.inventory.ports.records import Port, SeenPort, WherePort
from netwb.inventory.records import Device
from netwb.metrics.records import Measurement, Point, SeriesKey
from netwb.workbench import Workbench

EVERY_S = 60
MBIT = 1_000_000


def give_ports(bench: Workbench, device: Device, *names: str, alias: str = "") -> tuple[Port, ...]:
    """As a poll finds them; each says 1 Gbit/s and the same of itself."""
    seen = [
        SeenPort(name=name, if_index=index, alias=alias, if_type=6, speed_bps=1_000 * MBIT)
        for index, name in enumerate(names, start=1)
    ]
    bench._parts.ports.sighted({device.id: seen})
    return tuple(bench.ports(WherePort(device=device.id)))


def count(
    bench: Workbench, port: Port, *, until: datetime, minutes: int, bps: float = 100 * MBIT
) -> None:
    """A port's counters, and its device's uptime, of so many minutes: a wave of an hour around `bps`."""
    bench._parts.metrics.write(points(port, until=until, minutes=minutes, bps=bps))


def points(port: Port, *, until: datetime, minutes: int, bps: float) -> Iterator[Point]:
    """In from `bps` on upwards, out a third of it."""
    end = int(until.timestamp()) // EVERY_S * EVERY_S
    octets = 0
    for minute in range(minutes + 1):
        at = end - EVERY_S * (minutes - minute)
        octets += int(bps * (1.2 + 0.2 * math.sin(at / 3_600 * math.tau)) / 8 * EVERY_S)
        interface = {
            "ifHCInOctets": octets,
            "ifHCOutOctets": octets // 3,
            "ifHCInUcastPkts": octets // 700,
            "ifHCOutUcastPkts": octets // 2_100,
            "ifInErrors": minute // 60,
            "ifOutErrors": 0,
            "ifInDiscards": 0,
            "ifOutDiscards": minute // 30,
            "ifHighSpeed": 1_000,
            "ifAdminStatus": 1,
            "ifOperStatus": 1,
            "ifCounterDiscontinuityTime": 0,
        }
        device = {
            "sysUpTime": minute * EVERY_S * 100,
            "snmpEngineBoots": 1,
            "snmpEngineTime": minute * EVERY_S,
        }
        yield _point("interface", port, port.name, at, interface)
        yield _point("device", port, "", at, device)


def _point(
    measurement: Measurement, port: Port, name: str, at: int, values: dict[str, int]
) -> Point:
    key = SeriesKey(tenant=port.device_tenant, device_id=port.device_id, name=name)
    return Point(
        measurement=measurement,
        key=key,
        site=port.site,
        device=port.hostname,
        at=at,
        values=values,
    )
