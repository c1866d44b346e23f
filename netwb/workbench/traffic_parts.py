"""How much of many ports is read at once, how finely, and how their time is cut. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import groupby

from netwb.errors import InputError
from netwb.inventory.ports.records import Port

RAW_S = 32 * 86_400  # of a port each sample is read up to so long, then one of five minutes
THIN_S = 300
TREND_DAYS = 120
MOST_SAMPLES = 10_000_000  # of one overview: some twenty seconds from a file
_FINE = timedelta(hours=6)  # so long each poll is read, however many they are
_FINE_POLLS = 400_000  # and in a longer time so many: a second
_AT_ONCE = 500_000  # samples in memory
_DEVICE = 4  # times that of one device: to unpack it again costs more
_MOST_CELLS = 200  # in a row of a heat map
_HOURS = (1, 2, 3, 4, 6, 12, 24)


def in_parts(ports: Sequence[Port], samples_each: int) -> Iterator[Sequence[Port]]:
    """Whole devices, as their ports are packed together, up to what memory holds at once.

    One with many more ports than that is read several times.
    """
    most = max(_AT_ONCE // max(samples_each, 1), 1)
    part: list[Port] = []
    for _, own in groupby(ports, key=lambda port: port.device_id):
        device = list(own)
        for first in range(0, len(device), most * _DEVICE):
            some = device[first : first + most * _DEVICE]
            if part and len(part) + len(some) > most:
                yield part
                part = []
            part += some
    if part:
        yield part


def read_every_s(ports: int, span: timedelta, interval_s: int) -> int:
    """0: each poll, as one port is read; of too many ports and too long a time one of five minutes.

    >>> read_every_s(20_000, timedelta(hours=6), 60), read_every_s(48_000, timedelta(hours=6), 60)
    (0, 300)
    >>> read_every_s(250, timedelta(hours=24), 60), read_every_s(1_000, timedelta(hours=24), 60)
    (0, 300)
    """
    polls = ports * int(span.total_seconds()) // interval_s
    most = MOST_SAMPLES if span <= _FINE else _FINE_POLLS
    return 0 if polls < most and span.total_seconds() <= RAW_S else THIN_S


def refuse_much(ports: int, span_s: int, between_s: int) -> None:
    """Raise InputError for what takes too long, with what would not."""
    samples = ports * span_s // between_s
    if samples >= MOST_SAMPLES:
        longest_h = MOST_SAMPLES * between_s // (ports * 3_600)
        msg = (
            f"{ports:,} ports over that time are {samples / 1e6:.0f} million samples at once; choose a"
            " site or a tenant, find fewer ports, or choose a shorter time: of so many"
            f" {longest_h:,} hours at most"
        )
        raise InputError(msg)


def cell_s_of(span_s: int) -> int:
    """Whole hours, a divisor of a day, or whole days."""
    found = next((h for h in _HOURS if span_s / 3_600 / h <= _MOST_CELLS), None)
    return 3_600 * found if found else 86_400 * -(-span_s // (86_400 * _MOST_CELLS))


def midnights(now: datetime, zone: tzinfo) -> list[int]:
    """Where each day begins there, and where the last whole one ends; epoch seconds."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return [int((today - timedelta(days=back)).timestamp()) for back in range(TREND_DAYS, -1, -1)]
