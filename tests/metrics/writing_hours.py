"""A process that writes hour after hour into an embedded store, and packs what is old."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from netwb.metrics.sqlite.chunks import COARSE_S, HOUR_S
from tests.forked import forking
from tests.metrics.files import opened
from tests.metrics.points import NOON, octets

HOURS = 6 * 24
MIDNIGHT = NOON // COARSE_S * COARSE_S  # of a day that begins a row of coarse ones


@contextmanager
def writing(folder: Path, first: int) -> Iterator[tuple[BaseProcess, Iterator[int]]]:
    """That process, and each hour that it tells of when it is written; it has ended with the block."""
    context = forking()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=write_hours, args=(theirs, folder, first))
    process.start()
    theirs.close()
    with ours:
        yield process, _told(ours)
        process.join()


def _told(hours: Connection) -> Iterator[int]:
    while True:
        try:
            yield hours.recv()
        except EOFError:
            return


def write_hours(hours: Connection, folder: Path, first: int) -> None:
    store = opened(folder, raw_days=1)
    for hour in range(first, HOURS):
        start = MIDNIGHT + hour * HOUR_S
        store.write([octets(at, at) for at in range(start, start + HOUR_S, 60)])
        hours.send(hour + 1)
        store.keep_up()
