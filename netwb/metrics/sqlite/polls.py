"""Polls as rows: what one device answered at one moment, as bytes, and back to arrays.

A row of the matrix is a port, a column a field, 8 bytes each; an hour of 48,000 ports is 60 rows a
device of some kilobytes. So a poll is written as one row a device, and the newest values of all its
ports are one row too.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.points import PollKey, Values
from netwb.metrics.records import FIELDS, Measurement
from netwb.metrics.sqlite.file import unreadable
from netwb.metrics.sqlite.matrix import Matrix, joined, kind, missing

Row = tuple[int, int, bytes]  # at, layout, sample
_HALF, _WHOLE = 2**63, 2**64
_BETWEEN = "SELECT at, layout, sample FROM poll WHERE device = ? AND at >= ? AND at < ? ORDER BY at"


def put(connection: sqlite3.Connection, key: PollKey, names: Mapping[str, Values]) -> None:
    """Write a poll, within a transaction; what is there of the same moment and not in it stays."""
    device = _device(connection, key)
    found = connection.execute(
        "SELECT at, layout, sample FROM poll WHERE device = ? AND at = ?", (device, key.at)
    ).fetchall()
    places: Mapping[str, int] = {name: row for row, name in enumerate(names)}
    sample = _sample(key.measurement, names)
    if found:
        places, sample = _over(connection, key, found, places, sample)
    connection.execute(
        "INSERT OR REPLACE INTO poll VALUES (?, ?, ?, ?)",
        (device, key.at, layout_of(connection, device, places), sample.tobytes()),
    )


def put_polls(
    connection: sqlite3.Connection, measurement: Measurement, device: int, matrix: Matrix
) -> None:
    """Write polls that hold all fields, where none is of their moments."""
    cube = np.stack([matrix.columns[field] for field in FIELDS[measurement]], axis=-1)
    layout = layout_of(connection, device, matrix.places)
    connection.executemany(
        "INSERT INTO poll VALUES (?, ?, ?, ?)",
        [(device, at, layout, cube[:, n].tobytes()) for n, at in enumerate(matrix.at.tolist())],
    )


def rows_between(
    connection: sqlite3.Connection, device: int, since: int, until: int
) -> Sequence[Row]:
    """A device's polls of that time, in order of time."""
    return connection.execute(_BETWEEN, (device, since, until)).fetchall()


def matrices(
    connection: sqlite3.Connection,
    measurement: Measurement,
    rows: Sequence[Row],
    fields: Sequence[str],
) -> list[Matrix]:
    """Rows of one device in order of time; neighbours of the same layout become one."""
    return [
        _matrix(measurement, places_of(connection, layout), list(those), fields)
        for layout, those in groupby(rows, key=itemgetter(1))
    ]


def find_device(
    connection: sqlite3.Connection, measurement: Measurement, tenant: str, device_id: str
) -> int | None:
    """The number of a device in this file, if anything of it was ever written."""
    found = connection.execute(
        "SELECT id FROM device WHERE measurement = ? AND tenant = ? AND device_id = ?",
        (measurement, tenant, device_id),
    ).fetchone()
    return int(found[0]) if found else None


def all_devices(
    connection: sqlite3.Connection, measurement: Measurement
) -> Mapping[tuple[str, str], int]:
    """The same of all devices, by tenant and id."""
    rows = connection.execute(
        "SELECT tenant, device_id, id FROM device WHERE measurement = ?", (measurement,)
    )
    return {(tenant, device_id): number for tenant, device_id, number in rows}


def layout_of(connection: sqlite3.Connection, device: int, names: Iterable[str]) -> int:
    """The number of these names in this order; made where it is not there."""
    own = (device, json.dumps(list(names), ensure_ascii=False))
    found = connection.execute(
        "SELECT id FROM layout WHERE device = ? AND names = ?", own
    ).fetchone()
    if found:
        return int(found[0])
    return _number(connection.execute("INSERT INTO layout (device, names) VALUES (?, ?)", own))


def forget_layouts(connection: sqlite3.Connection, device: int) -> None:
    """Of ports that a device had for a while."""
    connection.execute(
        "DELETE FROM layout WHERE device = ?1 AND id NOT IN"
        " (SELECT layout FROM poll WHERE device = ?1 UNION"
        " SELECT layout FROM hour WHERE device = ?1)",
        (device,),
    )


def names_of(connection: sqlite3.Connection, device: int) -> frozenset[str]:
    """Of everything that is kept of a device; "" is itself."""
    found = connection.execute(
        "SELECT value FROM layout, json_each(names) WHERE device = ?1 UNION"
        " SELECT name FROM day WHERE device = ?1 UNION SELECT name FROM coarse WHERE device = ?1",
        (device,),
    )
    return frozenset(name for (name,) in found)


def places_of(connection: sqlite3.Connection, layout: int) -> Mapping[str, int]:
    """The row of each name in it."""
    found = connection.execute("SELECT names FROM layout WHERE id = ?", (layout,)).fetchone()
    if found is None:
        raise unreadable()
    return places_in(found[0])


@lru_cache(maxsize=4096)
def places_in(names: str) -> Mapping[str, int]:
    """The same of a layout's own text."""
    return {name: row for row, name in enumerate(json.loads(names))}


def _matrix(
    measurement: Measurement, places: Mapping[str, int], rows: Sequence[Row], fields: Sequence[str]
) -> Matrix:
    whole = FIELDS[measurement]
    try:
        flat = np.frombuffer(b"".join(row[2] for row in rows), dtype=kind(measurement))
        cube = flat.reshape(len(rows), len(places), len(whole))
    except (TypeError, ValueError) as error:
        raise unreadable() from error
    return Matrix(
        at=np.array([row[0] for row in rows], dtype=np.int64),
        places=places,
        columns={field: cube[:, :, whole.index(field)].T for field in fields},
    )


def _over(
    connection: sqlite3.Connection,
    key: PollKey,
    before: Sequence[Row],
    places: Mapping[str, int],
    sample: NDArray[Any],
) -> tuple[Mapping[str, int], NDArray[Any]]:
    """The later write of one moment over the earlier one, field by field."""
    fields = FIELDS[key.measurement]
    later = Matrix(
        at=np.array([key.at], dtype=np.int64),
        places=places,
        columns={field: sample[:, [place]] for place, field in enumerate(fields)},
    )
    earlier = matrices(connection, key.measurement, before, fields)
    whole = joined(key.measurement, [*earlier, later])
    return whole.places, np.concatenate([whole.columns[field] for field in fields], axis=1)


def _sample(measurement: Measurement, names: Mapping[str, Values]) -> NDArray[Any]:
    absent, fields = missing(measurement), FIELDS[measurement]
    flat = [values.get(field, absent) for values in names.values() for field in fields]
    try:
        array = np.array(flat, dtype=kind(measurement))
    except OverflowError:  # a counter in its upper half: the same bits, as a negative number
        array = np.array([v - _WHOLE if v >= _HALF else v for v in flat], dtype=np.int64)
    return array.reshape(len(names), len(fields))


def _device(connection: sqlite3.Connection, key: PollKey) -> int:
    found = find_device(connection, key.measurement, key.tenant, key.device_id)
    if found is not None:
        return found
    made = connection.execute(
        "INSERT INTO device (measurement, tenant, device_id) VALUES (?, ?, ?)",
        (key.measurement, key.tenant, key.device_id),
    )
    return _number(made)


def _number(made: sqlite3.Cursor) -> int:
    assert made.lastrowid is not None
    return made.lastrowid
