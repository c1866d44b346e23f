"""Samples grow old: polls become hours, hours days, days coarser ones, and those go.

Each step is one transaction that reads what is there, writes it packed, and takes away what it was
made of: whenever it is cut short, all is there once. What comes late, into a time that was packed
before, is packed into it by the same steps. How old something is goes by the newest sample that was
written, and never by a clock that runs ahead of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic

from netwb.metrics.records import FIELDS, Measurement
from netwb.metrics.sqlite.chunks import (
    COARSE_S,
    DAY_S,
    HOUR_S,
    Wanted,
    days,
    hours,
    put_days,
    put_hour,
)
from netwb.metrics.sqlite.matrix import joined, merged, strands
from netwb.metrics.sqlite.polls import forget_layouts, matrices, rows_between
from netwb.metrics.thinning import coarser

EVERY_S = 300  # of what is kept for long: the windows of a bill
POLLS_STAY_S = HOUR_S  # after their hour: for the newest of all, and for what comes a little late
HOURS_STAY_S = 26 * HOUR_S  # after their day: the busiest ports of a day are read from hours
_AT_ONCE = 500  # old rows that one transaction takes away


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long: each sample, and one of five minutes after that."""

    raw_days: int
    rollup_days: int


Transaction = Callable[[], AbstractContextManager[sqlite3.Connection]]
_Step = Callable[[sqlite3.Connection], None]  # does nothing where another process has done it


def keep_up(transaction: Transaction, keeping: Keeping, now: int, limit_s: float) -> bool:
    """Do the steps that are due, until that time is over; says whether all are done."""
    end = monotonic() + limit_s
    for due in (_hours_due, _days_due, _coarse_due, _gone_due):
        while steps := _listed(transaction, due, keeping, now):
            for step in steps:
                if monotonic() > end:
                    return False
                with transaction() as connection:
                    step(connection)
    return True


_Due = Callable[[sqlite3.Connection, Keeping, int], Iterator[_Step]]


def _listed(transaction: Transaction, due: _Due, keeping: Keeping, now: int) -> list[_Step]:
    with transaction() as connection:
        return list(due(connection, keeping, now))


def _hours_due(connection: sqlite3.Connection, keeping: Keeping, now: int) -> Iterator[_Step]:
    del keeping
    for device, measurement, oldest in connection.execute(
        "SELECT id, measurement, (SELECT min(at) FROM poll WHERE device = device.id) FROM device"
    ).fetchall():
        start = _begin(oldest, HOUR_S)
        if start is not None and start + HOUR_S + POLLS_STAY_S <= now:
            yield partial(_pack_hour, device=device, measurement=measurement, start=start)


def _days_due(connection: sqlite3.Connection, keeping: Keeping, now: int) -> Iterator[_Step]:
    del keeping
    for device, measurement, oldest in connection.execute(
        "SELECT id, measurement, (SELECT min(start) FROM hour WHERE device = device.id) FROM device"
    ).fetchall():
        start = _begin(oldest, DAY_S)
        if start is not None and start + DAY_S + HOURS_STAY_S <= now:
            yield partial(_pack_day, device=device, measurement=measurement, start=start)


def _coarse_due(connection: sqlite3.Connection, keeping: Keeping, now: int) -> Iterator[_Step]:
    """Only days whose whole row of `coarse` is over, so that each is made once."""
    edge = _begin(now - keeping.raw_days * DAY_S, COARSE_S)
    for device, measurement, start in connection.execute(
        "SELECT DISTINCT device.id, measurement, start / ? * ? FROM day JOIN device"
        " ON device.id = day.device WHERE start < ? ORDER BY start",
        (COARSE_S, COARSE_S, edge),
    ).fetchall():
        yield partial(_make_coarse, device=device, measurement=measurement, start=start)


def _gone_due(connection: sqlite3.Connection, keeping: Keeping, now: int) -> Iterator[_Step]:
    edge = now - (keeping.raw_days + keeping.rollup_days) * DAY_S - COARSE_S
    oldest = connection.execute("SELECT min(start) FROM coarse").fetchone()[0]
    if oldest is not None and oldest <= edge:
        yield partial(_let_go, edge=edge)


def _pack_hour(
    connection: sqlite3.Connection, *, device: int, measurement: Measurement, start: int
) -> None:
    """Polls of an hour become a part of it."""
    wanted = _all_of(device, measurement, start, start + HOUR_S)
    span = (device, start, start + HOUR_S)
    rows = rows_between(connection, *span)
    if not rows:
        return
    late = matrices(connection, measurement, rows, wanted.fields)
    there = list(hours(connection, _within(wanted, HOUR_S)))
    put_hour(connection, wanted, start, joined(measurement, [*there, *late]))
    connection.execute("DELETE FROM poll WHERE device = ? AND at >= ? AND at < ?", span)


def _pack_day(
    connection: sqlite3.Connection, *, device: int, measurement: Measurement, start: int
) -> None:
    """Hours of a day become days of its ports."""
    wanted = _all_of(device, measurement, start, start + DAY_S)
    each = list(hours(connection, _within(wanted, HOUR_S)))
    if not each:
        return
    for name, strand in strands(measurement, joined(measurement, each)).items():
        there = days(connection, "day", _within(wanted, DAY_S), name)
        put_days(connection, "day", wanted, name, start, merged(measurement, [*there, strand]))
    connection.execute(
        "DELETE FROM hour WHERE device = ? AND start >= ? AND start < ?",
        (device, start, start + DAY_S),
    )
    forget_layouts(connection, device)


def _make_coarse(
    connection: sqlite3.Connection, *, device: int, measurement: Measurement, start: int
) -> None:
    """Days of a device's ports become one row each of coarser ones."""
    wanted = _all_of(device, measurement, start, start + COARSE_S)
    names = connection.execute(
        "SELECT DISTINCT name FROM day WHERE start >= ? AND start < ? AND device = ?",
        (start, start + COARSE_S, device),
    ).fetchall()
    for (name,) in names:
        there = days(connection, "coarse", _within(wanted, COARSE_S), name)
        fine = days(connection, "day", _within(wanted, DAY_S), name)
        whole = coarser(measurement, merged(measurement, [*there, *fine]), EVERY_S)
        put_days(connection, "coarse", wanted, name, start, whole)
        connection.execute(
            "DELETE FROM day WHERE device = ? AND name = ? AND start >= ? AND start < ?",
            (device, name, start, start + COARSE_S),
        )


def _all_of(device: int, measurement: Measurement, since: int, until: int) -> Wanted:
    return Wanted(
        device=device,
        measurement=measurement,
        fields=FIELDS[measurement],
        since=since,
        until=until,
    )


def _within(wanted: Wanted, span_s: int) -> Wanted:
    """The same of those chunks alone that begin in the span: none reaches into it."""
    return replace(wanted, since=wanted.since + span_s - 1)


def _let_go(connection: sqlite3.Connection, *, edge: int) -> None:
    connection.execute(
        "DELETE FROM coarse WHERE (device, name, start) IN"
        " (SELECT device, name, start FROM coarse WHERE start <= ? LIMIT ?)",
        (edge, _AT_ONCE),
    )


def _begin(at: int | None, span_s: int) -> int | None:
    """Of the span that the moment lies in; spans are aligned to the epoch."""
    return None if at is None else at // span_s * span_s
