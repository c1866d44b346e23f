"""The metrics store in an InfluxDB, asked by InfluxQL over HTTP: 1.x, 2.x and 3 alike.

Samples are read as they are and thinned here: InfluxQL's windows give a window's start in place of
the time of their last sample, and rates need that time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from netwb.loading import part
from netwb.metrics.influx.faults import no_answer, refusal
from netwb.metrics.influx.keys import TagKey
from netwb.metrics.influx.source import Source
from netwb.metrics.influxql.answers import Piece, pieces
from netwb.metrics.influxql.asking import Asked, by_series, deleting, ends, flat
from netwb.metrics.influxql.http import exchange
from netwb.metrics.points import REAL
from netwb.metrics.records import (
    FIELDS,
    FOREVER,
    Measurement,
    Newest,
    Point,
    Question,
    SeriesKey,
    StoreHealth,
)
from netwb.metrics.samples import MISSING, Samples, Times, last_of
from netwb.metrics.thinning import Strand, answering

CHUNK = 10_000  # rows of one piece of an answer
AT_ONCE = 400_000  # rows of one statement: several are asked for beside each other ..
CONNECTIONS = 2  # .. but never so many that a server has no time for whoever writes


class InfluxqlStore:
    """A `MetricsStore` in a database of an InfluxDB 1.x, or in a bucket of 2.x or 3.

    Without an organization a 2.x is written to by its route for writers of 1.x.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._server = source.server

    def write(self, points: Iterable[Point]) -> None:
        """Keep a poll's points; a batch that failed is whole after the next try, as none doubles."""
        for batch in self._source.written(points):
            self._write(batch.encode())

    def read(self, keys: Sequence[SeriesKey], question: Question) -> Mapping[SeriesKey, Samples]:
        """Samples by series; one without any is left out."""
        tags = self._source.asked(keys, question)
        samples_of_one = (question.until - question.since) // self._source.interval_s + 1
        each = by_series(
            list(tags),
            question.measurement,
            question.fields,
            self._source.names,
            since=question.since - question.edge_s,
            until=question.until + question.edge_s,
            at_once=max(1, AT_ONCE // samples_of_one),
        )
        found: dict[SeriesKey, Samples] = {}
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for answered in pool.map(partial(self._read, question), each):
                found |= {tags[own]: samples for own, samples in answered.items()}
        return found

    def newest(
        self, keys: Sequence[SeriesKey], measurement: Measurement, fields: Sequence[str], since: int
    ) -> Mapping[SeriesKey, Newest]:
        """The newest sample of each series since then, by flat selects."""
        tags = self._source.tags(keys)
        each = flat(list(tags), measurement, fields, self._source.names, since=since)
        newest: dict[TagKey, Sequence[Any]] = {}
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for found in pool.map(partial(self._last, measurement, 1 + len(fields)), each):
                newest |= found
        question = Question(
            measurement=measurement, fields=tuple(fields), since=since, until=FOREVER
        )
        answers = {
            tags[own]: _answered(question, self._table(measurement, [row], 1 + len(fields)).T)
            for own, row in newest.items()
        }
        return {key: last_of(samples) for key, samples in answers.items() if samples is not None}

    def delete(self, keys: Sequence[SeriesKey], since: int = 0, until: int = FOREVER) -> None:
        """Take the samples of these series in that time away; InfluxDB 3 cannot, and says so."""
        going = self._source.leaving(keys)
        for asked in deleting(going, self._source.names, since=since, until=until):
            for _ in self._ask(asked):
                pass

    def health(self) -> StoreHealth:
        """What it is, and from when to when it has samples."""
        times = [at for measurement in FIELDS for at in self._ends(measurement)]
        return StoreHealth(
            name="InfluxDB",
            version=self._version,
            oldest=min(times, default=None),
            newest=max(times, default=None),
        )

    def close(self) -> None:
        """Nothing is held between two requests."""

    def _read(self, question: Question, asked: Asked) -> Mapping[TagKey, Samples]:
        each = (
            (own, _answered(question, columns)) for own, columns in self._series(asked, question)
        )
        return {own: samples for own, samples in each if samples is not None}

    def _last(
        self, measurement: Measurement, width: int, asked: Asked
    ) -> Mapping[TagKey, Sequence[Any]]:
        """The newest row of each series, without its tags: so many columns."""
        newest: dict[tuple[Any, ...], Sequence[Any]] = {}  # by the values of its tags
        tags: Sequence[str] = ()
        for piece in self._ask(asked):
            tags = piece.columns[width:]
            for row in piece.rows:
                own = tuple(row[width:])
                if own not in newest or row[0] >= newest[own][0]:
                    newest[own] = row[:width]
        return {
            self._source.tag_key(measurement, dict(zip(tags, own, strict=True))): row
            for own, row in newest.items()
        }

    @part
    def _version(self) -> str:
        """As the server says it in each answer: `1.6.7~rc0`, `v2.9.1`."""
        with exchange(self._server, "/ping", query={}) as answer:
            if answer.status not in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}:
                raise refusal(self._server.name, answer.status, answer.body())
            version = answer.headers.get("x-influxdb-version", "")
        if not version:
            raise no_answer(self._server.name)
        return version

    def _write(self, body: bytes) -> None:
        path, query = "/write", {"db": self._source.database, "precision": "s"}
        if self._source.organization and not self._version.startswith("1."):
            path = "/api/v2/write"
            query = {
                "bucket": self._source.database,
                "org": self._source.organization,
                "precision": "s",
            }
        with exchange(self._server, path, query=query, body=body) as answer:
            if answer.status not in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}:
                raise refusal(self._server.name, answer.status, answer.body())

    def _ask(self, asked: Asked) -> Iterator[Piece]:
        form = {
            "db": self._source.database,
            "epoch": "s",
            "chunked": "true",
            "chunk_size": str(CHUNK),
            "q": asked.text,
            "params": json.dumps(asked.values),
        }
        body = urlencode(form).encode()
        with exchange(self._server, "/query", query={}, body=body) as answer:
            if answer.status != HTTPStatus.OK:
                raise refusal(self._server.name, answer.status, answer.body())
            yield from pieces(self._server.name, answer.chunks)

    def _series(self, asked: Asked, question: Question) -> Iterator[tuple[TagKey, NDArray[Any]]]:
        """Columns of one series after the other, which may come in several pieces."""
        measurement, width = question.measurement, 1 + len(question.fields)
        tables = (
            (
                self._source.tag_key(measurement, piece.tags),
                self._table(measurement, piece.rows, width),
            )
            for piece in self._ask(asked)
            if len(piece.rows)
        )
        for own, parts in groupby(tables, key=itemgetter(0)):
            yield own, np.concatenate([table for _, table in parts]).T

    def _table(
        self,
        measurement: Measurement,
        rows: Sequence[Sequence[Any]] | NDArray[np.int64],
        width: int,
    ) -> NDArray[Any]:
        try:
            table = _numbers(measurement, rows)
        except (TypeError, ValueError):
            table = np.empty(0)
        if table.shape != (len(rows), width):
            raise no_answer(self._server.name)
        return table

    def _ends(self, measurement: Measurement) -> Iterator[int]:
        for asked in ends(self._source.names.of(measurement), FIELDS[measurement][0]):
            for piece in self._ask(asked):
                yield from (int(row[0]) for row in piece.rows)


def _answered(question: Question, columns: NDArray[Any]) -> Samples | None:
    """Of time and fields; of several in one second the last one counts."""
    at: Times = columns[0].astype(np.int64)
    alone = np.append(at[1:] != at[:-1], True)
    values = {
        field: column[alone] for field, column in zip(question.fields, columns[1:], strict=True)
    }
    return answering(question, Strand(at=at[alone], columns=values))


def _numbers(
    measurement: Measurement, rows: Sequence[Sequence[Any]] | NDArray[np.int64]
) -> NDArray[Any]:
    """`null` is what was not answered; a counter may be written as a real number."""
    real = measurement in REAL
    absent, kind = (np.nan, np.float64) if real else (MISSING, np.int64)
    try:
        return np.array(rows, dtype=kind)
    except TypeError:
        whole = [[absent if value is None else value for value in row] for row in rows]
        return np.array(whole, dtype=kind)
