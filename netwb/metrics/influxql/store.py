"""The metrics store in an InfluxDB, asked by InfluxQL over HTTP: 1.x, 2.x and 3 alike.

Samples are read as they are and thinned here: InfluxQL's windows give a window's start in place of
the time of their last sample, and rates need that time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from netwb.loading import part
from netwb.metrics.influxql.answers import Piece, no_answer, pieces, refusal
from netwb.metrics.influxql.asking import Asked, TagKey, by_series, ends, flat
from netwb.metrics.influxql.http import Server, exchange
from netwb.metrics.influxql.lines import checked, lines
from netwb.metrics.influxql.tags import tag_key, tag_keys
from netwb.metrics.points import REAL
from netwb.metrics.records import (
    FIELDS,
    Measurement,
    Point,
    Question,
    SeriesKey,
    StoreHealth,
)
from netwb.metrics.samples import MISSING, Samples, Times
from netwb.metrics.schema_map import OWN, Labels, SchemaMap, by_id
from netwb.metrics.size import check_size
from netwb.metrics.thinning import Strand, answering

BATCH = 5000  # lines of one request
CHUNK = 10_000  # rows of one piece of an answer
_NEVER = 4_000_000_000  # epoch seconds; later than any sample


class InfluxqlStore:
    """A `MetricsStore` in a database of an InfluxDB 1.x, or in a bucket of 2.x or 3.

    organization   2.x: the bucket's; without it its route for writers of 1.x is used
    interval_s     between samples of one series: an answer's size is reckoned before it is asked for
    """

    def __init__(  # noqa: PLR0913 - what the settings say of it
        self,
        server: Server,
        *,
        database: str,
        organization: str = "",
        interval_s: int = 60,
        names: SchemaMap = OWN,
        labels: Labels = by_id,
    ) -> None:
        self._server = server
        self._database = database
        self._organization = organization
        self._interval_s = interval_s
        self._names = names
        self._labels = labels

    def write(self, points: Iterable[Point]) -> None:
        """Keep a poll's points; a batch that failed is whole after the next try, as none doubles."""
        given = checked(self._server.name, points, self._names)
        each = lines(given, self._names)
        while batch := list(islice(each, BATCH)):
            self._write("\n".join(batch).encode())

    def read(self, keys: Sequence[SeriesKey], question: Question) -> Mapping[SeriesKey, Samples]:
        """Samples by series; one without any is left out."""
        check_size(self._server.name, len(keys), question, self._interval_s)
        tags = tag_keys(self._server.name, keys, self._names, self._labels)
        found: dict[SeriesKey, Samples] = {}
        for asked in by_series(
            list(tags),
            question.measurement,
            question.fields,
            self._names,
            since=question.since - question.edge_s,
            until=question.until + question.edge_s,
        ):
            for own, rows in self._series(asked, question.measurement):
                samples = _answered(question, rows)
                if samples is not None:
                    found[tags[own]] = samples
        return found

    def newest(
        self, keys: Sequence[SeriesKey], measurement: Measurement, fields: Sequence[str], since: int
    ) -> Mapping[SeriesKey, Samples]:
        """The newest sample of each series since then, by flat selects."""
        tags = tag_keys(self._server.name, keys, self._names, self._labels)
        newest: dict[TagKey, Sequence[Any]] = {}
        for asked in flat(list(tags), measurement, fields, self._names, since=since):
            for piece in self._ask(asked):
                for row in piece.rows:
                    tagged = dict(zip(piece.columns, row, strict=True))
                    own = tag_key(self._server.name, measurement, tagged, self._names)
                    if own not in newest or row[0] >= newest[own][0]:
                        newest[own] = row[: 1 + len(fields)]
        question = Question(
            measurement=measurement, fields=tuple(fields), since=since, until=_NEVER
        )
        answers = {tags[own]: _answered(question, [row]) for own, row in newest.items()}
        return {key: samples for key, samples in answers.items() if samples is not None}

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
        path, query = "/write", {"db": self._database, "precision": "s"}
        if self._organization and not self._version.startswith("1."):
            path = "/api/v2/write"
            query = {"bucket": self._database, "org": self._organization, "precision": "s"}
        with exchange(self._server, path, query=query, body=body) as answer:
            if answer.status not in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}:
                raise refusal(self._server.name, answer.status, answer.body())

    def _ask(self, asked: Asked) -> Iterator[Piece]:
        form = {
            "db": self._database,
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

    def _series(
        self, asked: Asked, measurement: Measurement
    ) -> Iterator[tuple[TagKey, list[Sequence[Any]]]]:
        """Rows of one series after the other, which may come in several pieces."""
        rows: list[Sequence[Any]] = []
        now: TagKey | None = None
        for piece in self._ask(asked):
            own = tag_key(self._server.name, measurement, piece.tags, self._names)
            if now is not None and own != now:
                yield now, rows
                rows = []
            now = own
            rows.extend(piece.rows)
        if now is not None:
            yield now, rows

    def _ends(self, measurement: Measurement) -> Iterator[int]:
        for asked in ends(self._names.of(measurement), FIELDS[measurement][0]):
            for piece in self._ask(asked):
                yield from (int(row[0]) for row in piece.rows)


def _answered(question: Question, rows: Sequence[Sequence[Any]]) -> Samples | None:
    """Rows of time and fields; of several in one second the last one counts."""
    columns = _columns(question.measurement, rows)
    at: Times = columns[0].astype(np.int64)
    alone = np.append(at[1:] != at[:-1], True)
    values = {
        field: column[alone] for field, column in zip(question.fields, columns[1:], strict=True)
    }
    return answering(question, Strand(at=at[alone], columns=values))


def _columns(measurement: Measurement, rows: Sequence[Sequence[Any]]) -> NDArray[Any]:
    """Column by column; `null` is what was not answered, a counter may be written as a real number."""
    real = measurement in REAL
    absent, kind = (np.nan, np.float64) if real else (MISSING, np.int64)
    try:
        table = np.array(rows, dtype=kind)
    except TypeError:
        whole = [[absent if value is None else value for value in row] for row in rows]
        table = np.array(whole, dtype=kind)
    return table.T
