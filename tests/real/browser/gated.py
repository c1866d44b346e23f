"""A store of metrics that answers once it may: a server's process waits while a test holds a file."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from netwb.metrics.records import Question, SeriesKey
from netwb.metrics.samples import Samples
from netwb.metrics.sqlite.store import SqliteStore


def gate(path: str) -> None:
    """From now on each reading of this process waits for that file."""
    read = SqliteStore.read

    def waits(
        self: SqliteStore, keys: Sequence[SeriesKey], question: Question
    ) -> Mapping[SeriesKey, Samples]:
        with Path(path).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
        return read(self, keys, question)

    SqliteStore.read = waits  # type: ignore[method-assign]  # in the process of a server alone


def gating(path: Path) -> str:
    """What a server runs before all else, so that it waits for that file."""
    path.touch()
    return f"from tests.real.browser.gated import gate; gate({str(path)!r})"


@contextmanager
def closed(path: Path) -> Iterator[None]:
    """Nothing is answered meanwhile."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
