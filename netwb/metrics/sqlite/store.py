"""The metrics store of a home without an InfluxDB: `metrics.db`, read and written by any process.

Each answer is of one moment: what another process packs meanwhile is neither missing nor there twice.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from threading import Lock
from time import monotonic

import numpy as np

from netwb.errors import MetricsError
from netwb.metrics.points import polls
from netwb.metrics.records import (
    FOREVER,
    Measurement,
    Newest,
    Point,
    Question,
    SeriesKey,
    StoreHealth,
)
from netwb.metrics.samples import Samples, known
from netwb.metrics.size import check_size
from netwb.metrics.sqlite.chunks import Tier, Wanted, days, days_in_a_row, hours
from netwb.metrics.sqlite.file import MetricsFile
from netwb.metrics.sqlite.forecast import DiskForecast, forecast
from netwb.metrics.sqlite.last import last_polled
from netwb.metrics.sqlite.matrix import Matrix, merged, run_together, strand_in
from netwb.metrics.sqlite.polls import all_devices, find_device, matrices, put, rows_between
from netwb.metrics.sqlite.removal import leaving, remove
from netwb.metrics.sqlite.upkeep import Keeping, keep_up
from netwb.metrics.thinning import (
    Strand,
    answered,
    answering,
    end_to_end,
    is_answered,
)

Found = dict[SeriesKey, Newest]
logger = logging.getLogger(__name__)

UPKEEP_S = 0.5  # of one write; what is left waits for the next one
LOOK_S = 20  # between two looks for what has grown old
_NEWEST = (
    "SELECT at, layout, sample FROM poll WHERE device = ? AND at >= ? ORDER BY at DESC LIMIT ?"
)
_ENDS = """
SELECT coalesce((SELECT min(first) FROM coarse WHERE start = (SELECT min(start) FROM coarse)),
                (SELECT min(first) FROM day WHERE start = (SELECT min(start) FROM day))),
       (SELECT min((SELECT min(start) FROM hour WHERE device = device.id)) FROM device),
       (SELECT min((SELECT min(at) FROM poll WHERE device = device.id)) FROM device),
       (SELECT max((SELECT max(at) FROM poll WHERE device = device.id)) FROM device)
"""
_OLD: tuple[Tier, ...] = ("coarse", "day")
_A_FEW = 4  # polls; a port that is not in the newest one was left out of it, or is no more
_MANY = 100  # devices; so many are looked up by one statement


def _now() -> datetime:
    return datetime.now(UTC)


class SqliteStore:
    """A `MetricsStore` in one file; safe between threads.

    interval_s   between samples of one series: how large an answer and the file are is reckoned by it
    It keeps itself up: whoever writes packs some of what has grown old, and lets go what is too old.
    """

    def __init__(
        self,
        path: Path,
        *,
        keeping: Keeping,
        interval_s: int = 60,
        clock: Callable[[], datetime] = _now,
        busy_timeout_s: float = 10.0,
    ) -> None:
        self._file = MetricsFile(path, busy_timeout_s=busy_timeout_s)
        self._keeping = keeping
        self._interval_s = interval_s
        self._clock = clock
        self._next_look = -inf
        self._looking = Lock()

    def write(self, points: Iterable[Point]) -> None:
        """Keep a poll's points, all or none; one that is there already is written over."""
        each = polls(points)
        with self._file.writing() as connection:
            for key, names in each.items():
                put(connection, key, names)
        self._keep_up_a_little()

    def read(self, keys: Sequence[SeriesKey], question: Question) -> Mapping[SeriesKey, Samples]:
        """Samples by series; one without any is left out."""
        between_s = max(question.every_s, self._interval_s)
        check_size(self._file.path.name, len(keys), question, between_s)
        found: dict[SeriesKey, Samples] = {}
        with self._file.reading() as connection:
            for device, own in _by_device(connection, keys, question.measurement):
                reader = _Reader(connection, device, question, {key.name for key in own})
                for key in own:
                    if (samples := reader.samples(key.name)) is not None:
                        found[key] = samples
        return found

    def newest(
        self, keys: Sequence[SeriesKey], measurement: Measurement, fields: Sequence[str], since: int
    ) -> Mapping[SeriesKey, Newest]:
        """The newest sample of each series since then."""
        found: Found = {}
        with self._file.reading() as connection:
            left = dict(_by_device(connection, keys, measurement))
            if len(left) >= _MANY:
                found, left = last_polled(connection, measurement, fields, since, left)
            for device, own in left.items():
                wanted = Wanted(
                    device=device,
                    measurement=measurement,
                    fields=fields,
                    since=since,
                    until=FOREVER,
                )
                older = _newest_polled(connection, wanted, own, found)
                _newest_packed(connection, wanted, older, found)
        return found

    def delete(self, keys: Sequence[SeriesKey], since: int = 0, until: int = FOREVER) -> None:
        """Take the samples of these series in that time out of the file, a transaction a device."""
        if not self._file.path.exists():
            return
        for going in leaving(keys, since, until):
            with self._file.wiping() as connection:
                remove(connection, going)

    def health(self) -> StoreHealth:
        """What it is, and from when to when it has samples."""
        with self._file.reading() as connection:
            *oldest, newest = connection.execute(_ENDS).fetchone()
        return StoreHealth(
            name="SQLite",
            version=sqlite3.sqlite_version,
            oldest=min((at for at in oldest if at is not None), default=None),
            newest=newest,
            size_bytes=self._file.size_bytes(),
        )

    def keep_up(self, limit_s: float = inf) -> bool:
        """Pack and let go what has grown old, for so long; says whether all is done.

        Every write does some of it.
        """
        with self._file.reading() as connection:
            newest = connection.execute(_ENDS).fetchone()[-1]
        if newest is None:
            return True
        now = min(newest, int(self._clock().timestamp()))
        return keep_up(self._file.writing, self._keeping, now, limit_s)

    def forecast(self) -> DiskForecast:
        """What the file will take in the end."""
        with self._file.reading() as connection:
            return forecast(connection, self._keeping, self._interval_s)

    def close(self) -> None:
        """Close the idle connections."""
        self._file.close()

    def _keep_up_a_little(self) -> None:
        """What is written is written, whatever becomes of that."""
        if monotonic() < self._next_look or not self._looking.acquire(blocking=False):
            return
        try:
            done = self.keep_up(UPKEEP_S)
            self._next_look = monotonic() + (LOOK_S if done else 0)
        except MetricsError as error:
            logger.warning("old samples wait to be packed: %s", error)
            self._next_look = monotonic() + LOOK_S
        finally:
            self._looking.release()


class _Reader:
    """Samples of one device's ports for one question, wherever they are kept."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        device: int,
        question: Question,
        names: Collection[str],
    ) -> None:
        self._connection = connection
        self._question = question
        wanted = self._wanted = Wanted(
            device=device,
            measurement=question.measurement,
            fields=question.fields,
            since=question.since - question.edge_s,
            until=question.until + question.edge_s,
        )
        rows = rows_between(connection, device, wanted.since, wanted.until)
        polled = matrices(connection, wanted.measurement, rows, wanted.fields)
        self._matrices = run_together([*hours(connection, wanted, names), *polled])
        self._alike = self._answered_alike()

    def samples(self, name: str) -> Samples | None:
        """What one port answers."""
        old = list(days(self._connection, "coarse", self._wanted, name))
        recent = days_in_a_row(self._connection, self._wanted, name)
        old += [recent] if recent is not None else []
        if self._alike is not None and not old:
            return _row(self._alike, self._matrices[0].places.get(name))
        strand = self._strand(old, name)
        return answering(self._question, strand) if strand else None

    def _strand(self, old: Sequence[Strand], name: str) -> Strand | None:
        recent = (strand_in(matrix, name) for matrix in self._matrices)
        parts = [*old, *(strand for strand in recent if strand)]
        if not parts:
            return None
        whole = parts[0] if len(parts) == 1 else end_to_end(parts)
        if (whole.at[1:] > whole.at[:-1]).all():
            return whole
        return merged(self._wanted.measurement, parts)  # something came late, and is not packed yet

    def _answered_alike(self) -> Samples | None:
        """Of all ports at once, where each has answered at each moment: a hundred times as quick."""
        if len(self._matrices) != 1:
            return None
        matrix = self._matrices[0]
        if not is_answered(self._wanted.measurement, matrix.columns).all():
            return None
        return answering(self._question, Strand(at=matrix.at, columns=matrix.columns))


def _row(samples: Samples, place: int | None) -> Samples | None:
    if place is None:
        return None
    return Samples(
        at=samples.at,
        values={field: column[place] for field, column in samples.values.items()},
        highest={f: rates[place] for f, rates in (samples.highest or {}).items()} or None,
    )


def _by_device(
    connection: sqlite3.Connection, keys: Sequence[SeriesKey], measurement: Measurement
) -> Iterator[tuple[int, list[SeriesKey]]]:
    """The keys of each device that something was written of."""
    groups: dict[tuple[str, str], list[SeriesKey]] = {}
    for key in keys:
        groups.setdefault((key.tenant, key.device_id), []).append(key)
    if len(groups) >= _MANY:
        known = all_devices(connection, measurement)
        yield from ((known[whose], own) for whose, own in groups.items() if whose in known)
        return
    for (tenant, device_id), own in groups.items():
        device = find_device(connection, measurement, tenant, device_id)
        if device is not None:
            yield device, own


def _newest_polled(
    connection: sqlite3.Connection, wanted: Wanted, keys: list[SeriesKey], found: Found
) -> list[SeriesKey]:
    """Put the newest polled sample of each key into `found`; gives the keys that have none."""
    left, limit, whole = keys, 1, False
    while left and not whole:
        rows = connection.execute(_NEWEST, (wanted.device, wanted.since, limit)).fetchall()
        parts = matrices(connection, wanted.measurement, rows[::-1], wanted.fields)
        for part in reversed(parts):
            left = _newest_in(wanted, part, left, found)
        limit, whole = limit * _A_FEW, len(rows) < limit
    return left


def _newest_packed(
    connection: sqlite3.Connection, wanted: Wanted, keys: list[SeriesKey], found: Found
) -> None:
    """The same of what was packed: of ports that have not answered for some time."""
    left = keys
    for part in hours(connection, wanted, {key.name for key in left}, "DESC") if left else ():
        left = _newest_in(wanted, part, left, found)
        if not left:
            break
    for key in left:
        for tier in reversed(_OLD):
            for strand in days(connection, tier, wanted, key.name, "DESC"):
                one = answered(wanted.measurement, strand)
                if len(one.at) and one.at[-1] >= wanted.since and key not in found:
                    found[key] = _newest_of(one)


def _newest_in(
    wanted: Wanted, part: Matrix, keys: list[SeriesKey], found: Found
) -> list[SeriesKey]:
    """Keys that have no sample in it; the newest one of each other is put into `found`."""
    said = is_answered(wanted.measurement, part.columns) & (part.at >= wanted.since)
    some = set(np.flatnonzero(said.any(axis=1)).tolist())
    last: list[int] = (len(part.at) - 1 - said[:, ::-1].argmax(axis=1)).tolist()
    left = []
    for key in keys:
        place = part.places.get(key.name)
        if place is None or place not in some:
            left.append(key)
        else:
            columns = {field: column[place] for field, column in part.columns.items()}
            found[key] = _newest_of(Strand(at=part.at, columns=columns), last[place])
    return left


def _newest_of(strand: Strand, place: int = -1) -> Newest:
    values = {field: column[place].item() for field, column in strand.columns.items()}
    return Newest(int(strand.at[place]), known(values))
