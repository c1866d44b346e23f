"""The metrics store of a home without an InfluxDB: `metrics.db`, read and written by any process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from netwb.metrics.points import polls
from netwb.metrics.records import FIELDS, Measurement, Point, Question, SeriesKey, StoreHealth
from netwb.metrics.samples import Samples
from netwb.metrics.sqlite.file import MetricsFile
from netwb.metrics.sqlite.polls import Matrix, find_device, matrices, put
from netwb.metrics.thinning import answering, answers

_POLLS = "SELECT at, layout, sample FROM poll WHERE device = ? AND at >= ? AND at < ? ORDER BY at"
_NEWEST = (
    "SELECT at, layout, sample FROM poll WHERE device = ? AND at >= ? ORDER BY at DESC LIMIT ?"
)
_SPAN = """
SELECT min((SELECT min(at) FROM poll WHERE device = device.id)),
       max((SELECT max(at) FROM poll WHERE device = device.id)) FROM device
"""
_A_FEW = 4  # polls; a port that is not in the newest one was left out of it, or is no more


class SqliteStore:
    """A `MetricsStore` in one file; safe between threads."""

    def __init__(self, path: Path, *, busy_timeout_s: float = 10.0) -> None:
        self._file = MetricsFile(path, busy_timeout_s=busy_timeout_s)

    def write(self, points: Iterable[Point]) -> None:
        """Keep a poll's points, all or none; one that is there already is written over."""
        given = polls(points)
        with self._file.writing() as connection:
            for key, names in given.items():
                put(connection, key, names)

    def read(self, keys: Sequence[SeriesKey], question: Question) -> Mapping[SeriesKey, Samples]:
        """Samples by series; one without any is left out."""
        since, until = question.since - question.edge_s, question.until + question.edge_s
        found: dict[SeriesKey, Samples] = {}
        with self._file.reading() as connection:
            for device, own in _by_device(connection, keys, question.measurement):
                rows = connection.execute(_POLLS, (device, since, until)).fetchall()
                parts = matrices(connection, question.measurement, rows)
                for key in own:
                    samples = _of_port(question, parts, key.name)
                    if samples is not None:
                        found[key] = samples
        return found

    def newest(
        self, keys: Sequence[SeriesKey], measurement: Measurement, fields: Sequence[str], since: int
    ) -> Mapping[SeriesKey, Samples]:
        """The newest sample of each series since then."""
        found: dict[SeriesKey, Samples] = {}
        with self._file.reading() as connection:
            for device, own in _by_device(connection, keys, measurement):
                left, limit, whole = own, 1, False
                while left and not whole:
                    rows = connection.execute(_NEWEST, (device, since, limit)).fetchall()
                    parts = matrices(connection, measurement, rows[::-1])
                    left = _newest(left, measurement, fields, parts, found)
                    limit, whole = limit * _A_FEW, len(rows) < limit
        return found

    def health(self) -> StoreHealth:
        """What it is, and from when to when it has samples."""
        with self._file.reading() as connection:
            oldest, newest = connection.execute(_SPAN).fetchone()
        return StoreHealth(
            name="SQLite",
            version=sqlite3.sqlite_version,
            oldest=oldest,
            newest=newest,
            size_bytes=self._file.size_bytes(),
        )

    def close(self) -> None:
        """Close the idle connections."""
        self._file.close()


def _by_device(
    connection: sqlite3.Connection, keys: Sequence[SeriesKey], measurement: Measurement
) -> Iterator[tuple[int, list[SeriesKey]]]:
    """The keys of each device that something was written of."""
    groups: dict[tuple[str, str], list[SeriesKey]] = {}
    for key in keys:
        groups.setdefault((key.tenant, key.device_id), []).append(key)
    for (tenant, device_id), own in groups.items():
        device = find_device(connection, measurement, tenant, device_id)
        if device is not None:
            yield device, own


def _of_port(question: Question, parts: Sequence[Matrix], name: str) -> Samples | None:
    """What one port's samples in the polls answer."""
    places = [(part, part.places[name]) for part in parts if name in part.places]
    if not places:
        return None
    at = np.concatenate([part.at for part, _ in places])
    fields = FIELDS[question.measurement]
    columns = {
        field: np.concatenate(
            [part.sample[:, place, fields.index(field)] for part, place in places]
        )
        for field in question.fields
    }
    return answering(question, at, columns)


def _newest(
    keys: Sequence[SeriesKey],
    measurement: Measurement,
    fields: Sequence[str],
    parts: Sequence[Matrix],
    found: dict[SeriesKey, Samples],
) -> list[SeriesKey]:
    """Put the newest sample of each key into `found`; gives the keys that have none in the polls."""
    columns = [FIELDS[measurement].index(field) for field in fields]
    left = list(keys)
    for part in reversed(parts):
        sample = part.sample[:, :, columns]
        answered = answers(measurement, sample)
        for key in left:
            place = part.places.get(key.name)
            if place is None:
                continue
            rows = np.flatnonzero(answered[:, place])
            if len(rows):
                own = slice(rows[-1], rows[-1] + 1)
                values = {f: sample[own, place, i] for i, f in enumerate(fields)}
                found[key] = Samples(at=part.at[own], values=values)
        left = [key for key in left if key not in found]
    return left
