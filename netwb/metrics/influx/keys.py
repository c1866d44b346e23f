"""Series by their tags, and how many of them one question names. Pure; either language asks by these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netwb.metrics.records import Measurement

SERIES = 1_000_000  # of one statement, where their number is no matter
TERMS = 1500  # comparisons of one statement: two queries of 750 take as long as one of 1,500

Group = tuple[Sequence[str], Sequence[str]]  # devices, and the ports that each of them has


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TagKey:
    """A series, as its tags have it; `port` is empty for the device itself."""

    tenant: str
    device: str
    port: str


def own_keys(keys: Iterable[TagKey], measurement: Measurement) -> list[TagKey]:
    """Those that the measurement has: its series are ports, or devices."""
    return [key for key in keys if bool(key.port) == (measurement == "interface")]


def kept_in(keys: Collection[TagKey], measurement: Measurement) -> list[TagKey]:
    """What of series that go is kept there: of a device that goes all its ports."""
    devices = [key for key in keys if not key.port]
    if measurement != "interface":
        return devices
    whole = {(key.tenant, key.device) for key in devices}
    return [*devices, *(key for key in keys if (key.tenant, key.device) not in whole)]


def batches(keys: Iterable[TagKey], at_once: int = SERIES) -> Iterator[tuple[str, list[Group]]]:
    """A tenant, and devices with ports of it that one statement can name; together they are all keys.

    at_once   series of one statement, at most
    """
    for tenant, groups in _grouped(keys, at_once).items():
        batch: list[Group] = []
        terms = series = 0
        for devices, ports in groups:
            terms += len(devices) + len(ports)
            series += len(devices) * len(ports)
            if batch and (terms > TERMS or series > at_once):
                yield tenant, batch
                batch, terms = [], len(devices) + len(ports)
                series = len(devices) * len(ports)
            batch.append((devices, ports))
        if batch:
            yield tenant, batch


def _grouped(keys: Iterable[TagKey], at_once: int) -> Mapping[str, Iterator[Group]]:
    """By tenant: devices that share their ports, at most so many at once, and those ports."""
    ports: dict[tuple[str, str], list[str]] = {}
    for key in keys:
        ports.setdefault((key.tenant, key.device), []).append(key.port)
    shared: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for (tenant, device), own in ports.items():
        shared.setdefault(tenant, {}).setdefault(tuple(sorted(set(own))), []).append(device)
    return {tenant: _split(groups, at_once) for tenant, groups in shared.items()}


def _split(groups: Mapping[tuple[str, ...], Sequence[str]], at_once: int) -> Iterator[Group]:
    half = TERMS // 2
    for ports, devices in groups.items():
        width = min(len(ports), half, at_once)
        height = min(half, max(1, at_once // width))
        for first in range(0, len(devices), height):
            for port in range(0, len(ports), width):
                yield list(devices[first : first + height]), ports[port : port + width]
