"""`metrics.language = "memory"`: a store that keeps everything in this process, and nothing after it.

The smallest that keeps the contract. It is put into a folder `memory` beside those in `netwb/metrics`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from netwb.metrics.influx.source import Source
from netwb.metrics.points import REAL, polls
from netwb.metrics.records import (
    FOREVER,
    Measurement,
    Newest,
    Point,
    Question,
    SeriesKey,
    StoreHealth,
)
from netwb.metrics.samples import MISSING, Samples
from netwb.metrics.size import check_size
from netwb.metrics.store import MetricsStore
from netwb.metrics.thinning import Strand, answering
from netwb.settings import MetricsSettings

Values = Mapping[str, int | float]


def opened(settings: MetricsSettings, source: Source) -> MetricsStore:
    """The store; a server would be taken from `source`."""
    del source
    return MemoryStore(settings.interval_s)


class MemoryStore:
    """A `MetricsStore`: samples by time, of each measurement and series."""

    def __init__(self, interval_s: int) -> None:
        self._interval_s = interval_s
        self._kept: dict[tuple[Measurement, SeriesKey], dict[int, Values]] = {}

    def write(self, points: Iterable[Point]) -> None:
        """Keep a poll's points, all or none; one that is there already is written over."""
        for poll, names in polls(points).items():
            for name, values in names.items():
                key = SeriesKey(tenant=poll.tenant, device_id=poll.device_id, name=name)
                kept = self._kept.setdefault((poll.measurement, key), {})
                kept[poll.at] = {**kept.get(poll.at, {}), **values}

    def read(self, keys: Sequence[SeriesKey], question: Question) -> Mapping[SeriesKey, Samples]:
        """Samples by series; one without any is left out."""
        between_s = max(question.every_s, self._interval_s)
        check_size("this process", len(keys), question, between_s)
        found = {key: answering(question, self._strand(key, question)) for key in keys}
        return {key: samples for key, samples in found.items() if samples is not None}

    def newest(
        self, keys: Sequence[SeriesKey], measurement: Measurement, fields: Sequence[str], since: int
    ) -> Mapping[SeriesKey, Newest]:
        """The newest sample of each series since then that has any of the fields."""
        found = {}
        for key in keys:
            kept = self._kept.get((measurement, key), {})
            told = {
                at: {field: _signed(values[field]) for field in fields if field in values}
                for at, values in kept.items()
                if at >= since
            }
            if last := max((at for at, values in told.items() if values), default=0):
                found[key] = Newest(last, told[last])
        return found

    def delete(self, keys: Sequence[SeriesKey], since: int = 0, until: int = FOREVER) -> None:
        """Take these series away in that time; a device's own key takes its ports along."""
        for (_, key), kept in self._kept.items():
            if not {key, key._replace(name="")}.isdisjoint(keys):
                for at in [at for at in kept if since <= at < until]:
                    del kept[at]

    def health(self) -> StoreHealth:
        """From when to when there are samples."""
        times = [at for kept in self._kept.values() for at in kept]
        oldest, newest = min(times, default=None), max(times, default=None)
        return StoreHealth(name="memory", version="1", oldest=oldest, newest=newest)

    def close(self) -> None:
        """Nothing is open."""

    def _strand(self, key: SeriesKey, question: Question) -> Strand:
        since, until = question.since - question.edge_s, question.until + question.edge_s
        kept = self._kept.get((question.measurement, key), {})
        times = sorted(at for at in kept if since <= at < until)
        real = question.measurement in REAL
        columns: dict[str, Any] = {
            field: np.array(
                [_signed(kept[at].get(field, np.nan if real else MISSING)) for at in times],
                dtype=np.float64 if real else np.int64,
            )
            for field in question.fields
        }
        return Strand(at=np.array(times, dtype=np.int64), columns=columns, highest={})


def _signed(value: float) -> int | float:
    """A counter of 64 bits as the samples have it: above its half it is negative."""
    return value - 2**64 if isinstance(value, int) and value >= 2**63 else value
