"""Packed samples in their tables: an hour of a device, some days of a series."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.points import REAL
from netwb.metrics.records import COUNTER_FIELDS, FIELDS, Measurement
from netwb.metrics.samples import MISSING, Real, Times
from netwb.metrics.sqlite.file import unreadable
from netwb.metrics.sqlite.matrix import Matrix
from netwb.metrics.sqlite.packing import Numbers, pack, unpack, unpack_in_a_row
from netwb.metrics.sqlite.polls import layout_of, places_of
from netwb.metrics.thinning import Strand

Tier = Literal["day", "coarse"]
Order = Literal["ASC", "DESC"]
HOUR_S, DAY_S = 3600, 86_400
COARSE_S = 4 * DAY_S  # of one row, so that little of its last page is empty
SPANS: Mapping[Tier, int] = {"day": DAY_S, "coarse": COARSE_S}
_READ = {
    "day": "SELECT moments, data FROM day WHERE device = ? AND name = ? AND start > ? AND start < ?"
    " ORDER BY start",
    "coarse": "SELECT moments, data FROM coarse"
    " WHERE device = ? AND name = ? AND start > ? AND start < ? ORDER BY start",
    "hour": "SELECT layout, moments, data FROM hour"
    " WHERE device = ? AND start > ? AND start < ? ORDER BY start",
}
_WRITE = {
    "day": "INSERT OR REPLACE INTO day VALUES (?, ?, ?, ?, ?, ?)",
    "coarse": "INSERT OR REPLACE INTO coarse VALUES (?, ?, ?, ?, ?, ?)",
}
_FINE = 11  # lowest bits of a rate as float32 that are not kept: it is right to a 4,000th


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Fields of one device in a span of time; what touches the span is given whole."""

    device: int
    measurement: Measurement
    fields: Sequence[str]
    since: int
    until: int


def hours(
    connection: sqlite3.Connection,
    wanted: Wanted,
    names: Collection[str] | None = None,
    order: Order = "ASC",
) -> Iterator[Matrix]:
    """The packed hours of a device; those alone that hold one of these ports, where they are given."""
    rows = connection.execute(
        f"{_READ['hour']} {order}", (wanted.device, wanted.since - HOUR_S, wanted.until)
    )
    for layout, moments, data in rows:
        places = places_of(connection, layout)
        if names is None or any(name in places for name in names):
            at, columns = _unpacked(wanted, data, len(places), moments)
            yield Matrix(at=at, places=places, columns=columns)


def put_hour(connection: sqlite3.Connection, wanted: Wanted, start: int, matrix: Matrix) -> None:
    """Write an hour in the place of what was there of it; the fields are all that there are."""
    measurement = wanted.measurement
    columns = [_whole(measurement, matrix.columns[field]) for field in wanted.fields]
    layout = layout_of(connection, wanted.device, matrix.places)
    connection.execute(
        "INSERT OR REPLACE INTO hour VALUES (?, ?, ?, ?, ?)",
        (wanted.device, start, layout, len(matrix.at), pack([matrix.at[None, :], *columns])),
    )


def days(
    connection: sqlite3.Connection, tier: Tier, wanted: Wanted, name: str, order: Order = "ASC"
) -> Iterator[Strand]:
    """The packed days of one port, or coarser ones."""
    rows = connection.execute(
        f"{_READ[tier]} {order}", (wanted.device, name, wanted.since - SPANS[tier], wanted.until)
    )
    for moments, data in rows:
        at, columns = _unpacked(wanted, data, 1, moments)
        rates = _rates(wanted, data, moments) if tier == "coarse" else {}
        own = {field: column[0] for field, column in columns.items()}
        yield Strand(at=at, columns=own, highest=rates)


def days_in_a_row(connection: sqlite3.Connection, wanted: Wanted, name: str) -> Strand | None:
    """The packed days of one port end to end; None where there are none."""
    chunks = connection.execute(
        _READ["day"] + " ASC", (wanted.device, name, wanted.since - SPANS["day"], wanted.until)
    ).fetchall()
    if not chunks:
        return None
    whole = FIELDS[wanted.measurement]
    places = [1 + whole.index(field) for field in wanted.fields]
    try:
        at, columns = unpack_in_a_row(chunks, places)
    except (IndexError, TypeError, ValueError, struct.error, zlib.error) as error:
        raise unreadable() from error
    kinds = [_real(c) if wanted.measurement in REAL else c for c in columns]
    return Strand(at=at, columns=dict(zip(wanted.fields, kinds, strict=True)))


def put_days(  # noqa: PLR0913, PLR0917 - whose, of what, and when
    connection: sqlite3.Connection,
    tier: Tier,
    wanted: Wanted,
    name: str,
    start: int,
    strand: Strand,
) -> None:
    """Write days of a series in the place of what was there of them; the fields are all there are."""
    columns = [_whole(wanted.measurement, strand.columns[f][None, :]) for f in wanted.fields]
    if tier == "coarse" and wanted.measurement == "interface":
        unknown = np.full(len(strand.at), np.nan)
        columns += [_coded(strand.highest.get(field, unknown)) for field in COUNTER_FIELDS]
    data = pack([strand.at[None, :], *columns])
    own = (wanted.device, name, start, int(strand.at[0]), len(strand.at), data)
    connection.execute(_WRITE[tier], own)


def _unpacked(
    wanted: Wanted, data: bytes, series: int, moments: int
) -> tuple[Times, dict[str, NDArray[Any]]]:
    whole = FIELDS[wanted.measurement]
    places = [0, *(1 + whole.index(field) for field in wanted.fields)]
    at, *columns = _sense(data, places, series, moments)
    kinds = [_real(c) if wanted.measurement in REAL else c for c in columns]
    return at[0], dict(zip(wanted.fields, kinds, strict=True))


def _rates(wanted: Wanted, data: bytes, moments: int) -> dict[str, Real]:
    """The highest rates beside the counters among those fields."""
    counters = [field for field in wanted.fields if field in COUNTER_FIELDS]
    first = 1 + len(FIELDS[wanted.measurement])
    places = [first + COUNTER_FIELDS.index(field) for field in counters]
    columns = _sense(data, places, 1, moments)
    return {f: _decoded(c[0]) for f, c in zip(counters, columns, strict=True)}


def _sense(data: bytes, wanted: Sequence[int], series: int, moments: int) -> list[Numbers]:
    try:
        return unpack(data, wanted, series, moments)
    except (IndexError, TypeError, ValueError, struct.error, zlib.error) as error:
        raise unreadable() from error


def _whole(measurement: Measurement, column: NDArray[Any]) -> Numbers:
    """Of real numbers the bits."""
    return np.ascontiguousarray(column).view(np.int64) if measurement in REAL else column


def _real(column: Numbers) -> Real:
    return column.view(np.float64)


def _coded(rates: Real) -> Numbers:
    """Rates as whole numbers whose differences are small."""
    near = rates.astype(np.float32).view(np.int32).astype(np.int64)
    return np.where(np.isnan(rates), MISSING, (near + (1 << (_FINE - 1))) >> _FINE)[None, :]


def _decoded(codes: Numbers) -> Real:
    near = np.where(codes == MISSING, 0, codes << _FINE).astype(np.int32).view(np.float32)
    return np.where(codes == MISSING, np.nan, near.astype(np.float64))
