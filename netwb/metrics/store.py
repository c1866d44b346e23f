"""What every metrics store does: SQLite, InfluxDB by InfluxQL, InfluxDB by Flux.

They give the same numbers for the same questions; `tests/metrics/contract.py` holds them to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from netwb.metrics.records import (
    FOREVER,
    Measurement,
    Newest,
    Point,
    Question,
    SeriesKey,
    StoreHealth,
)
from netwb.metrics.samples import Samples


class MetricsStore(Protocol):
    """Writes points, reads samples of the series that it is given keys of.

    All raise MetricsUnavailableError where the store does not answer, MetricsRefusedError where it
    answers that it will not. An empty answer always means that nothing was measured.
    """

    def write(self, points: Iterable[Point]) -> None:
        """Keep a poll's points, all or none; one that is there already is written over."""
        ...

    def read(self, keys: Sequence[SeriesKey], question: Question) -> Mapping[SeriesKey, Samples]:
        """Samples by series; one without any is left out."""
        ...

    def newest(
        self, keys: Sequence[SeriesKey], measurement: Measurement, fields: Sequence[str], since: int
    ) -> Mapping[SeriesKey, Newest]:
        """The newest sample of each series since then, in one question for all of them."""
        ...

    def delete(self, keys: Sequence[SeriesKey], since: int = 0, until: int = FOREVER) -> None:
        """Take the samples of these series in that time away for good; cut short, say it again.

        A device's key takes those of its ports along.
        """
        ...

    def health(self) -> StoreHealth:
        """What it is, and from when to when it has samples."""
        ...

    def close(self) -> None:
        """Let go of what is open; the next use opens it again."""
        ...
