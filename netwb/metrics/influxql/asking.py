"""Questions as InfluxQL: a statement and its bound values. Pure.

Every statement filters one tenant, named devices and named ports; no word of a person or of a device
is ever part of its text: names of the database's own things are quoted here, all else is bound.
Source: InfluxDB 1.8, "InfluxQL reference" and "/query: Bind parameters"; facts-telegraf section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netwb.metrics.records import Measurement
from netwb.metrics.schema_map import MeasurementNames, SchemaMap

TERMS = 1500  # comparisons of one statement: two queries of 750 take as long as one of 1,500


Group = tuple[Sequence[str], Sequence[str]]  # devices, and the ports that each of them has


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TagKey:
    """A series, as its tags have it; `port` is empty for the device itself."""

    tenant: str
    device: str
    port: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One statement, and the values that `$name` in it stands for."""

    text: str
    values: Mapping[str, str | int]


def quoted(name: str) -> str:
    r"""A name of the database's own: of a measurement, tag or field.

    >>> print(quoted('a "b" \\ c'))
    "a \"b\" \\ c"
    """
    escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def selecting(columns: Sequence[str], own: MeasurementNames) -> str:
    """The beginning of a statement."""
    said = ", ".join(map(quoted, columns))
    return f"SELECT {said} FROM {quoted(own.measurement)}"  # noqa: S608 - each is quoted


def by_series(  # noqa: PLR0913 - each is a part of the statement
    keys: Sequence[TagKey],
    measurement: Measurement,
    fields: Sequence[str],
    names: SchemaMap,
    *,
    since: int,
    until: int,
) -> Iterator[Asked]:
    """All samples of a span of time, series by series."""
    own = names.of(measurement)
    columns = [own.fields[field] for field in fields]
    tags = ", ".join(map(quoted, _tags(measurement, names)))
    for terms, values in _conditions(keys, measurement, names):
        yield Asked(
            text=f"{selecting(columns, own)} WHERE {terms}"
            f" AND time >= {since}s AND time < {until}s GROUP BY {tags}",
            values=values,
        )


def flat(
    keys: Sequence[TagKey],
    measurement: Measurement,
    fields: Sequence[str],
    names: SchemaMap,
    *,
    since: int,
) -> Iterator[Asked]:
    """All samples since then in one table, its tags as columns: ten times as quick for many series."""
    own = names.of(measurement)
    tags = _tags(measurement, names)
    columns = [*(own.fields[field] for field in fields), *tags]
    for terms, values in _conditions(keys, measurement, names):
        yield Asked(
            text=f"{selecting(columns, own)} WHERE {terms} AND time >= {since}s",
            values=values,
        )


def ends(own: MeasurementNames, field: str) -> Iterator[Asked]:
    """The first and the last sample of a measurement, by a field that each poll answers."""
    for which in ("first", "last"):
        column = f"{which}({quoted(own.fields[field])})"
        text = f"SELECT {column} FROM {quoted(own.measurement)}"  # noqa: S608 - each is quoted
        yield Asked(text=text, values={})


def _tags(measurement: Measurement, names: SchemaMap) -> list[str]:
    port = names.port if measurement == "interface" else ""
    return [name for name in (names.tenant, names.device, port) if name]


def batches(keys: Iterable[TagKey], measurement: Measurement) -> Iterator[tuple[str, list[Group]]]:
    """A tenant, and devices with ports of it that one statement can name; together they are all keys."""
    for tenant, groups in _grouped(keys, measurement).items():
        batch: list[Group] = []
        size = 0
        for devices, ports in groups:
            if batch and size + len(devices) + len(ports) > TERMS:
                yield tenant, batch
                batch, size = [], 0
            batch.append((devices, ports))
            size += len(devices) + len(ports)
        if batch:
            yield tenant, batch


def _conditions(
    keys: Iterable[TagKey], measurement: Measurement, names: SchemaMap
) -> Iterator[tuple[str, dict[str, str | int]]]:
    """Conditions that those series meet and no other one, of one tenant each."""
    for tenant, groups in batches(keys, measurement):
        yield _condition(tenant, groups, names)


def _grouped(keys: Iterable[TagKey], measurement: Measurement) -> Mapping[str, Iterator[Group]]:
    """By tenant: devices that share their ports, at most so many at once, and those ports."""
    ports: dict[tuple[str, str], list[str]] = {}
    for key in keys:
        if bool(key.port) == (measurement == "interface"):
            ports.setdefault((key.tenant, key.device), []).append(key.port)
    shared: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for (tenant, device), own in ports.items():
        shared.setdefault(tenant, {}).setdefault(tuple(sorted(set(own))), []).append(device)
    return {tenant: _split(groups) for tenant, groups in shared.items()}


def _split(
    groups: Mapping[tuple[str, ...], Sequence[str]],
) -> Iterator[Group]:
    half = TERMS // 2
    for ports, devices in groups.items():
        for first in range(0, len(devices), half):
            for port in range(0, len(ports), half):
                yield list(devices[first : first + half]), ports[port : port + half]


def _condition(
    tenant: str, groups: Sequence[Group], names: SchemaMap
) -> tuple[str, dict[str, str | int]]:
    values: dict[str, str | int] = {}

    def bound(name: str, value: str) -> str:
        parameter = f"v{len(values)}"
        values[parameter] = value
        return f"{quoted(name)} = ${parameter}"

    def any_of(name: str, these: Sequence[str]) -> str:
        return f"({' OR '.join(bound(name, value) for value in these)})"

    each = [
        any_of(names.device, devices)
        if list(ports) == [""]
        else f"({any_of(names.device, devices)} AND {any_of(names.port, ports)})"
        for devices, ports in groups
    ]
    whole = f"({' OR '.join(each)})"
    return (f"{bound(names.tenant, tenant)} AND {whole}" if names.tenant else whole), values
