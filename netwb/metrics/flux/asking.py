"""Questions as Flux: a script and its bound values. Pure.

As with InfluxQL every script filters one tenant, named devices and named ports, and no word of a person
or of a device is part of its text. Time windows are not asked for: what they give is thinned here, in
one way for every store.
Source: InfluxData, "Flux standard library"; influxdb-client's query parameters; facts-telegraf section 8.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netwb.metrics.influx.conditions import Words, condition
from netwb.metrics.influx.keys import TagKey, batches, kept_in, own_keys
from netwb.metrics.influxql.asking import quoted as in_influxql
from netwb.metrics.records import FIELDS, Measurement
from netwb.metrics.schema_map import SchemaMap

_DAWN = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Flux, and the values that its bare names `v0`, `v1` .. stand for."""

    text: str
    values: Mapping[str, str]


def samples(  # noqa: PLR0913 - each is a part of the script
    bucket: str,
    keys: Sequence[TagKey],
    measurement: Measurement,
    fields: Sequence[str],
    names: SchemaMap,
    *,
    since: int,
    until: int,
) -> Iterator[Script]:
    """All samples of a span of time."""
    yield from _selected(bucket, keys, measurement, fields, names, f"{since}, stop: {until}")


def newest(  # noqa: PLR0913 - each is a part of the script
    bucket: str,
    keys: Sequence[TagKey],
    measurement: Measurement,
    fields: Sequence[str],
    names: SchemaMap,
    *,
    since: int,
) -> Iterator[Script]:
    """The newest value of each field since then, at its own time."""
    for script in _selected(bucket, keys, measurement, fields, names, str(since)):
        yield Script(text=f"{script.text}\n|> last()", values=script.values)


def deleting(keys: Collection[TagKey], names: SchemaMap) -> Iterator[str]:
    """Predicates of `/api/v2/delete`, which knows no `or`: one for each series and measurement."""
    for measurement in FIELDS:
        for key in kept_in(keys, measurement):
            wanted = {
                "_measurement": names.of(measurement).measurement,
                names.tenant: key.tenant,
                names.device: key.device,
                names.port: key.port,
            }
            yield " AND ".join(
                f"{in_influxql(name)}={in_influxql(value)}"
                for name, value in wanted.items()
                if value
            )


def ends(bucket: str, names: SchemaMap) -> str:
    """The first and the last time of all that is kept."""
    wanted = " or ".join(
        f"r._measurement == {quoted(names.of(measurement).measurement)}" for measurement in FIELDS
    )
    source = (
        f"from(bucket: {quoted(bucket)}) |> range(start: {_DAWN}) |> filter(fn: (r) => {wanted})"
    )
    each = '|> keep(columns: ["_time"]) |> group()'
    return (
        f'{source} |> first() {each} |> min(column: "_time") |> yield(name: "first")\n'
        f'{source} |> last() {each} |> max(column: "_time") |> yield(name: "last")'
    )


def quoted(name: str) -> str:
    r"""A name of the database's own: of a bucket, measurement, tag or field; `${` would be looked up.

    >>> print(quoted('a "b" ${c}'))
    "a \"b\" \${c}"
    """
    return json.dumps(name, ensure_ascii=False).replace("${", r"\${")


_WORDS = Words(
    equals=lambda name, parameter: f"r[{quoted(name)}] == {parameter}", both="and", either="or"
)


def _selected(  # noqa: PLR0913, PLR0917 - each is a part of the script
    bucket: str,
    keys: Sequence[TagKey],
    measurement: Measurement,
    fields: Sequence[str],
    names: SchemaMap,
    span: str,
) -> Iterator[Script]:
    own = names.of(measurement)
    wanted = " or ".join(f"r._field == {quoted(own.fields[field])}" for field in fields)
    port = names.port if measurement == "interface" else ""
    tags = [quoted(name) for name in (names.tenant, names.device, port) if name]
    columns = ", ".join(['"_time"', '"_value"', '"_field"', *tags])
    for tenant, groups in batches(own_keys(keys, measurement)):
        series, values = condition(tenant, groups, names, _WORDS)
        text = (
            f"from(bucket: {quoted(bucket)})\n|> range(start: {span})\n"
            f"|> filter(fn: (r) => r._measurement == {quoted(own.measurement)} and ({wanted}))\n"
            f"|> filter(fn: (r) => {series})\n|> keep(columns: [{columns}])"
        )
        yield Script(text=text, values=values)
