"""Questions as InfluxQL: a statement and its bound values. Pure.

Every statement filters one tenant, named devices and named ports; no word of a person or of a device
is ever part of its text: names of the database's own things are quoted here, all else is bound.
Source: InfluxDB 1.8, "InfluxQL reference" and "/query: Bind parameters"; facts-telegraf section 8.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netwb.metrics.influx.conditions import Words, condition
from netwb.metrics.influx.keys import SERIES, TagKey, batches, kept_in, own_keys
from netwb.metrics.records import FIELDS, Measurement
from netwb.metrics.schema_map import MeasurementNames, SchemaMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One statement, and the values that `$name` in it stands for."""

    text: str
    values: Mapping[str, str]


def quoted(name: str) -> str:
    r"""A name of the database's own: of a measurement, tag or field.

    >>> print(quoted('a "b" \\ c'))
    "a \"b\" \\ c"
    """
    escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


_WORDS = Words(
    equals=lambda name, parameter: f"{quoted(name)} = ${parameter}", both="AND", either="OR"
)


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
    at_once: int,
) -> Iterator[Asked]:
    """All samples of a span of time, series by series; of so many series in a statement at most."""
    own = names.of(measurement)
    columns = [own.fields[field] for field in fields]
    tags = ", ".join(map(quoted, _tags(measurement, names)))
    for terms, values in _conditions(own_keys(keys, measurement), names, at_once):
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
    for terms, values in _conditions(own_keys(keys, measurement), names):
        yield Asked(
            text=f"{selecting(columns, own)} WHERE {terms} AND time >= {since}s",
            values=values,
        )


def deleting(
    keys: Collection[TagKey], names: SchemaMap, *, since: int, until: int
) -> Iterator[Asked]:
    """Statements that take samples of those series away, a device's with those of its ports."""
    span = f" AND time >= {since}s AND time < {until}s"
    for measurement in FIELDS:
        source = quoted(names.of(measurement).measurement)
        for terms, values in _conditions(kept_in(keys, measurement), names):
            yield Asked(text=f"DELETE FROM {source} WHERE {terms}{span}", values=values)  # noqa: S608 - quoted, bound


def ends(own: MeasurementNames, field: str) -> Iterator[Asked]:
    """The first and the last sample of a measurement, by a field that each poll answers."""
    for which in ("first", "last"):
        column = f"{which}({quoted(own.fields[field])})"
        text = f"SELECT {column} FROM {quoted(own.measurement)}"  # noqa: S608 - each is quoted
        yield Asked(text=text, values={})


def _tags(measurement: Measurement, names: SchemaMap) -> list[str]:
    port = names.port if measurement == "interface" else ""
    return [name for name in (names.tenant, names.device, port) if name]


def _conditions(
    keys: Iterable[TagKey], names: SchemaMap, at_once: int = SERIES
) -> Iterator[tuple[str, dict[str, str]]]:
    """Conditions that those series meet and no other one, of one tenant each."""
    for tenant, groups in batches(keys, at_once):
        yield condition(tenant, groups, names, _WORDS)
