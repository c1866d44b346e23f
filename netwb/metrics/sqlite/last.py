"""The last poll of many devices: whether a thousand are up is asked each minute.

A statement a device takes half the time of one for all of them, which would look for each device's
last moment first and for its poll after.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.records import FIELDS, Measurement, Newest, SeriesKey
from netwb.metrics.samples import known
from netwb.metrics.sqlite.file import unreadable
from netwb.metrics.sqlite.matrix import kind
from netwb.metrics.sqlite.polls import places_in
from netwb.metrics.thinning import given

Keys = Mapping[int, Sequence[SeriesKey]]  # by the number of their device in the file
Row = tuple[int, int, bytes, str]  # device, at, sample, names
_LAST = """
SELECT device, at, sample, (SELECT names FROM layout WHERE layout.id = poll.layout)
FROM poll WHERE device = ? AND at >= ? ORDER BY at DESC LIMIT 1
"""


def last_polled(
    connection: sqlite3.Connection,
    measurement: Measurement,
    fields: Sequence[str],
    since: int,
    keys: Keys,
) -> tuple[dict[SeriesKey, Newest], dict[int, list[SeriesKey]]]:
    """What the last poll of each device answered; and the keys that it did not answer, by device."""
    rows: dict[int, list[Row]] = {}
    for row in _last_rows(connection, keys, since):
        rows.setdefault(len(row[2]), []).append(row)
    found: dict[SeriesKey, Newest] = {}
    left = {device: list(own) for device, own in keys.items()}
    for alike in rows.values():
        left |= _answers(measurement, fields, alike, keys, found)
    return found, {device: own for device, own in left.items() if own}


def _last_rows(connection: sqlite3.Connection, keys: Keys, since: int) -> Iterator[Row]:
    for asked in zip(sorted(keys), repeat(since)):  # as they lie in the file
        yield from connection.execute(_LAST, asked)


def _answers(
    measurement: Measurement,
    fields: Sequence[str],
    rows: Sequence[Row],
    keys: Keys,
    found: dict[SeriesKey, Newest],
) -> dict[int, list[SeriesKey]]:
    """Of polls of one length, put into `found`; gives those that have none, by device."""
    cube = _cube(measurement, fields, rows)
    answered = given(measurement, cube)
    some, each = (flat.ravel().tolist() for flat in (answered.any(axis=2), answered.all(axis=2)))
    columns = [cube[:, :, place].ravel().tolist() for place in range(len(fields))]
    silent = {}
    for number, (device, at, _, names) in enumerate(rows):
        places, first, none = places_in(names), number * cube.shape[1], []
        for key in keys[device]:
            place = places.get(key.name)
            if place is None or not some[first + place]:
                none.append(key)
                continue
            own = first + place
            values = dict(zip(fields, [column[own] for column in columns], strict=True))
            found[key] = Newest(at, values if each[own] else known(values))
        silent[device] = none
    return silent


def _cube(
    measurement: Measurement, fields: Sequence[str], rows: Sequence[Row]
) -> NDArray[np.generic]:
    """Shape (rows, names, fields)."""
    whole = FIELDS[measurement]
    try:
        flat = np.frombuffer(b"".join(row[2] for row in rows), dtype=kind(measurement))
        cube = flat.reshape(len(rows), -1, len(whole))
        fits = all(len(places_in(row[3])) == cube.shape[1] for row in rows)
    except (TypeError, ValueError) as error:
        raise unreadable() from error
    if not fits:
        raise unreadable()
    return cube[:, :, [whole.index(field) for field in fields]]
