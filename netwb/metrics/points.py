"""Points of a write, by poll, and what no store takes. Pure.

A poll is what one device answered at one moment: all its ports, or the device itself. Every store
refuses the same points, so that what one has kept another would have kept too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

from netwb.errors import MetricsRefusedError
from netwb.metrics.records import FIELDS, Measurement, Point

Values = Mapping[str, int | float]

_KNOWN = {measurement: frozenset(fields) for measurement, fields in FIELDS.items()}
_MOST = 2**64  # counters have 64 bits
REAL: frozenset[Measurement] = frozenset({"ping"})  # its fields are no whole numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class PollKey:
    """Whose answer it is, and when: epoch seconds."""

    measurement: Measurement
    tenant: str
    device_id: str
    at: int


def polls(points: Iterable[Point]) -> Mapping[PollKey, Mapping[str, Values]]:
    """Values by name, "" of the device itself, by poll; of one given twice the later one counts.

    Raises MetricsRefusedError.
    """
    found: dict[tuple[Measurement, str, str, int], dict[str, Values]] = {}
    for point in points:
        check(point)
        if not point.values:
            continue
        key = point.key
        names = found.setdefault((point.measurement, key.tenant, key.device_id, point.at), {})
        before = names.get(key.name)
        names[key.name] = point.values if before is None else {**before, **point.values}
    return {
        PollKey(measurement=measurement, tenant=tenant, device_id=device_id, at=at): names
        for (measurement, tenant, device_id, at), names in found.items()
    }


def check(point: Point) -> None:
    """Raise MetricsRefusedError for what would be lost, or read as another thing."""
    if not point.values.keys() <= _KNOWN[point.measurement]:
        strange = sorted(point.values.keys() - _KNOWN[point.measurement])
        raise _refused(point, f"{point.measurement} has no field {strange[0]!r}")
    if (point.measurement == "interface") != bool(point.key.name):
        raise _refused(point, f"{point.measurement} and a name of {point.key.name!r} do not match")
    if point.at < 0:
        raise _refused(point, f"its time {point.at} lies before 1970")
    whole = point.measurement not in REAL
    for field, value in point.values.items():
        if whole and (type(value) is not int or not 0 <= value < _MOST):
            raise _refused(point, f"{field} is {value!r}, which no counter of 64 bits shows")
        if not whole and not isfinite(value):
            raise _refused(point, f"{field} is {value!r}, which is no number")


def _refused(point: Point, why: str) -> MetricsRefusedError:
    whose = f"{point.key.device_id} {point.key.name}".rstrip()
    return MetricsRefusedError(f"a sample of {whose} is refused: {why}; nothing was written")
