"""Take samples out of the file for good: of a device or some of its ports, of all time or a span.

Polls and hours hold all ports of a device in one row, days many moments of one: where some of it
stays, that row is written anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from netwb.metrics.records import FIELDS, FOREVER, Measurement, SeriesKey
from netwb.metrics.sqlite.chunks import (
    HOUR_S,
    SPANS,
    Tier,
    Wanted,
    days,
    hours,
    put_days,
    put_hour,
)
from netwb.metrics.sqlite.matrix import without
from netwb.metrics.sqlite.polls import (
    find_device,
    forget_layouts,
    matrices,
    names_of,
    put_polls,
    rows_between,
)
from netwb.metrics.thinning import strand_of

_TIERS: tuple[Tier, ...] = ("day", "coarse")
_OF_DEVICE = ("poll", "hour", "day", "coarse", "layout")  # `layout` last: others refer to it


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What goes of one device. No names: its own samples, and those of all its ports."""

    tenant: str
    device_id: str
    names: frozenset[str]
    since: int
    until: int


def leaving(keys: Collection[SeriesKey], since: int, until: int) -> Iterator[Leaving]:
    """By device, each once."""
    names: dict[tuple[str, str], set[str]] = {}
    for key in keys:
        names.setdefault((key.tenant, key.device_id), set()).add(key.name)
    for (tenant, device_id), own in names.items():
        some = frozenset() if "" in own else frozenset(own)
        yield Leaving(tenant=tenant, device_id=device_id, names=some, since=since, until=until)


def remove(connection: sqlite3.Connection, going: Leaving) -> None:
    """All of it, within a transaction."""
    everything = not going.names and going.since <= 0 and going.until >= FOREVER
    measurements: tuple[Measurement, ...] = ("interface",) if going.names else tuple(FIELDS)
    for measurement in measurements:
        device = find_device(connection, measurement, going.tenant, going.device_id)
        if device is not None and everything:
            _remove_device(connection, device)
        elif device is not None:
            _remove_some(connection, measurement, device, going)


def _remove_device(connection: sqlite3.Connection, device: int) -> None:
    for table in _OF_DEVICE:
        connection.execute(f"DELETE FROM {table} WHERE device = ?", (device,))  # noqa: S608 - ours
    connection.execute("DELETE FROM device WHERE id = ?", (device,))


def _remove_some(
    connection: sqlite3.Connection, measurement: Measurement, device: int, going: Leaving
) -> None:
    wanted = Wanted(
        device=device,
        measurement=measurement,
        fields=FIELDS[measurement],
        since=going.since,
        until=going.until,
    )
    names = going.names or names_of(connection, device)
    for tier in _TIERS:
        for name in names:
            _cut_days(connection, tier, wanted, name)
    _cut_hours(connection, wanted, names)
    _cut_polls(connection, wanted, names)
    forget_layouts(connection, device)


def _cut_days(connection: sqlite3.Connection, tier: Tier, wanted: Wanted, name: str) -> None:
    whose = (wanted.device, name)
    within = (wanted.since, wanted.until - SPANS[tier])
    touched = list(days(connection, tier, wanted, name))
    connection.execute(
        f"DELETE FROM {tier} WHERE device = ? AND name = ? AND start >= ? AND start <= ?",  # noqa: S608 - ours
        (*whose, *within),
    )
    for strand in touched:
        start = int(strand.at[0]) // SPANS[tier] * SPANS[tier]
        if within[0] <= start <= within[1]:
            continue
        stays = np.flatnonzero((strand.at < wanted.since) | (strand.at >= wanted.until))
        connection.execute(
            f"DELETE FROM {tier} WHERE device = ? AND name = ? AND start = ?",  # noqa: S608 - ours
            (*whose, start),
        )
        if len(stays):
            put_days(connection, tier, wanted, name, start, strand_of(strand, stays))


def _cut_hours(connection: sqlite3.Connection, wanted: Wanted, names: Collection[str]) -> None:
    for old in list(hours(connection, wanted, names)):
        start = int(old.at[0]) // HOUR_S * HOUR_S
        left = without(wanted.measurement, old, names, wanted.since, wanted.until)
        connection.execute(
            "DELETE FROM hour WHERE device = ? AND start = ?", (wanted.device, start)
        )
        if left is not None:
            put_hour(connection, wanted, start, left)


def _cut_polls(connection: sqlite3.Connection, wanted: Wanted, names: Collection[str]) -> None:
    span = (wanted.device, wanted.since, wanted.until)
    rows = rows_between(connection, *span)
    connection.execute("DELETE FROM poll WHERE device = ? AND at >= ? AND at < ?", span)
    for old in matrices(connection, wanted.measurement, rows, wanted.fields):
        left = without(wanted.measurement, old, names, wanted.since, wanted.until)
        if left is not None:
            put_polls(connection, wanted.measurement, wanted.device, left)
