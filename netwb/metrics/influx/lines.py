r"""InfluxDB's line protocol: points as text. Pure.

What cannot stand in a tag is written as Telegraf writes it, so that both name one series: control
characters as two letters (a line feed as `\n`), and no backslash at the end.
Source: InfluxDB 1.8, "Line protocol reference"; Telegraf's serializer `influx`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from netwb.metrics.points import REAL
from netwb.metrics.records import Point
from netwb.metrics.schema_map import SchemaMap

_CONTROL = str.maketrans({"\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r"})
_SPECIAL = str.maketrans({",": r"\,", " ": r"\ ", "=": r"\="})
_HALF, _WHOLE = 2**63, 2**64


def tag_value(text: str) -> str:
    r"""The text as it stands in the database.

    >>> tag_value("two\nlines\\")
    'two\\nlines'
    """
    return text.translate(_CONTROL).rstrip("\\")


def lines(points: Sequence[Point], names: SchemaMap) -> Iterator[str]:
    """A line a point; none for one without values."""
    for point in points:
        if point.values:
            yield f"{_tags(point, names)} {_fields(point, names)} {point.at}"


def _tags(point: Point, names: SchemaMap) -> str:
    own = names.of(point.measurement)
    tags = (
        (names.device, point.key.device_id),
        ("device", point.device),
        (names.port, point.key.name),
        ("site", point.site),
        (names.tenant, point.key.tenant),
    )
    return _escaped(own.measurement) + "".join(
        f",{_escaped(name)}={_escaped(tag_value(value))}" for name, value in tags if value and name
    )


def _fields(point: Point, names: SchemaMap) -> str:
    own: Mapping[str, str] = names.of(point.measurement).fields
    if point.measurement in REAL:
        return ",".join(f"{_escaped(own[f])}={float(v)!r}" for f, v in point.values.items())
    return ",".join(
        # The bits of a counter in its upper half, as a signed number: there is no other one.
        f"{_escaped(own[f])}={v if v < _HALF else v - _WHOLE}i"
        for f, v in point.values.items()
    )


@lru_cache(maxsize=100_000)
def _escaped(text: str) -> str:
    return text.translate(_SPECIAL)
