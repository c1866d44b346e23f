"""Polls as rows: what one device answered at one moment, as bytes, and back to arrays.

A row of the matrix is a port, a column a field, 8 bytes each; an hour of 48,000 ports is 60 rows a
device of some kilobytes. So a poll is written as one row a device, and the newest values of all its
ports are one row too.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.points import REAL, PollKey, Values
from netwb.metrics.records import FIELDS, Measurement
from netwb.metrics.samples import MISSING, Times
from netwb.metrics.sqlite.file import unreadable

Row = tuple[int, int, bytes]  # at, layout, sample
_HALF, _WHOLE = 2**63, 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Polls of one device, with the same ports.

    at       rising
    places   the row of each name
    sample   shape (polls, names, fields), in the order of `records.FIELDS`
    """

    at: Times
    places: Mapping[str, int]
    sample: NDArray[Any]


def kind(measurement: Measurement) -> type[np.int64 | np.float64]:
    """Of its fields."""
    return np.float64 if measurement in REAL else np.int64


def missing(measurement: Measurement) -> Any:
    """What stands for a field that was not answered."""
    return np.nan if measurement in REAL else MISSING


def put(connection: sqlite3.Connection, key: PollKey, names: Mapping[str, Values]) -> None:
    """Write a poll, within a transaction; what is there of the same moment and not in it stays."""
    device = _device(connection, key)
    found = connection.execute(
        "SELECT at, layout, sample FROM poll WHERE device = ? AND at = ?", (device, key.at)
    ).fetchall()
    sample = _sample(key.measurement, names)
    places = {name: place for place, name in enumerate(names)}
    if found:
        before = matrices(connection, key.measurement, found)[0]
        places, sample = _merged(key.measurement, before, places, sample)
    layout = _layout(connection, device, list(places))
    connection.execute(
        "INSERT OR REPLACE INTO poll VALUES (?, ?, ?, ?)",
        (device, key.at, layout, sample.tobytes()),
    )


def matrices(
    connection: sqlite3.Connection, measurement: Measurement, rows: Sequence[Row]
) -> list[Matrix]:
    """Rows of one device in order of time; neighbours of the same layout become one."""
    return [
        _matrix(measurement, _names(connection, layout), list(those))
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


def _matrix(measurement: Measurement, names: Sequence[str], rows: Sequence[Row]) -> Matrix:
    try:
        flat = np.frombuffer(b"".join(row[2] for row in rows), dtype=kind(measurement))
        sample = flat.reshape(len(rows), len(names), len(FIELDS[measurement]))
    except (TypeError, ValueError) as error:
        raise unreadable() from error
    return Matrix(
        at=np.array([row[0] for row in rows], dtype=np.int64),
        places={name: place for place, name in enumerate(names)},
        sample=sample,
    )


def _sample(measurement: Measurement, names: Mapping[str, Values]) -> NDArray[Any]:
    absent, fields = missing(measurement), FIELDS[measurement]
    flat = [values.get(field, absent) for values in names.values() for field in fields]
    try:
        array = np.array(flat, dtype=kind(measurement))
    except OverflowError:  # a counter in its upper half: the same bits, as a negative number
        array = np.array([v - _WHOLE if v >= _HALF else v for v in flat], dtype=np.int64)
    return array.reshape(len(names), len(fields))


def _merged(
    measurement: Measurement, before: Matrix, places: Mapping[str, int], sample: NDArray[Any]
) -> tuple[dict[str, int], NDArray[Any]]:
    """The earlier write of one moment with the later one over it, field by field."""
    names = {name: place for place, name in enumerate({**before.places, **places})}
    whole = np.full((len(names), sample.shape[1]), missing(measurement), dtype=kind(measurement))
    whole[: len(before.places)] = before.sample[0]
    rows = [names[name] for name in places]
    given = ~np.isnan(sample) if measurement in REAL else sample != MISSING
    whole[rows] = np.where(given, sample, whole[rows])
    return names, whole


def _device(connection: sqlite3.Connection, key: PollKey) -> int:
    found = find_device(connection, key.measurement, key.tenant, key.device_id)
    if found is not None:
        return found
    made = connection.execute(
        "INSERT INTO device (measurement, tenant, device_id) VALUES (?, ?, ?)",
        (key.measurement, key.tenant, key.device_id),
    )
    return _number(made)


def _layout(connection: sqlite3.Connection, device: int, names: Sequence[str]) -> int:
    own = (device, json.dumps(names, ensure_ascii=False))
    found = connection.execute(
        "SELECT id FROM layout WHERE device = ? AND names = ?", own
    ).fetchone()
    if found:
        return int(found[0])
    return _number(connection.execute("INSERT INTO layout (device, names) VALUES (?, ?)", own))


def _names(connection: sqlite3.Connection, layout: int) -> list[str]:
    found = connection.execute("SELECT names FROM layout WHERE id = ?", (layout,)).fetchone()
    names: list[str] = json.loads(found[0])
    return names


def _number(made: sqlite3.Cursor) -> int:
    assert made.lastrowid is not None
    return made.lastrowid
