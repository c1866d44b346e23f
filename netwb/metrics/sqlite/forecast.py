"""What the embedded store will take on the disk, once it is as old as it may become."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from netwb.metrics.sqlite.chunks import COARSE_S, DAY_S
from netwb.metrics.sqlite.upkeep import HOURS_STAY_S, POLLS_STAY_S, Keeping

_SAMPLE = 500  # rows whose sizes are looked at
# Of a busy port that is read every minute, measured: bytes a day, while nothing was packed yet.
_RAW_A_DAY, _COARSE_A_DAY = 13_000, 6_000
_POLL_BYTES = 100  # of a port, once
_PAGES = 1.15  # a row's last page is half empty, and an index stands beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskForecast:
    """Of all series that were answered lately, if they go on as they do.

    series              ports, and devices themselves
    raw_a_day           bytes of one series' day, each sample kept
    coarse_a_day        bytes of its day later on, one sample of five minutes kept
    whole_bytes         of the file in the end
    """

    series: int
    raw_a_day: int
    coarse_a_day: int
    whole_bytes: int


def forecast(connection: sqlite3.Connection, keeping: Keeping, interval_s: int) -> DiskForecast:
    """From the rows that are there; where none is packed yet, from those of a busy network."""
    series = _series(connection)
    raw = _mean(connection, "day") or _RAW_A_DAY * 60 // interval_s
    coarse = _mean(connection, "coarse") * DAY_S // COARSE_S or _COARSE_A_DAY
    recent = series * (POLLS_STAY_S + 1800) // interval_s * _POLL_BYTES
    # Hours are as large as days are, and until its row is over a coarse day is one of samples.
    raw_days = keeping.raw_days + (HOURS_STAY_S + COARSE_S) // DAY_S
    packed = series * (raw * raw_days + coarse * keeping.rollup_days)
    return DiskForecast(
        series=series,
        raw_a_day=raw,
        coarse_a_day=coarse,
        whole_bytes=int((recent + packed) * _PAGES),
    )


def _series(connection: sqlite3.Connection) -> int:
    """Of the newest poll of each device that was polled lately."""
    found = connection.execute(
        "SELECT coalesce(sum(json_array_length(names)), 0) FROM layout JOIN ("
        " SELECT layout AS newest, max(at) FROM poll GROUP BY device) ON layout.id = newest"
    ).fetchone()
    return int(found[0])


def _mean(connection: sqlite3.Connection, table: str) -> int:
    sizes = {
        "day": "SELECT avg(length(data)) FROM (SELECT data FROM day LIMIT ?)",
        "coarse": "SELECT avg(length(data)) FROM (SELECT data FROM coarse LIMIT ?)",
    }
    return int(connection.execute(sizes[table], (_SAMPLE,)).fetchone()[0] or 0)
