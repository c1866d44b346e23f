"""The metrics store in a bucket of an InfluxDB 2.x, asked by Flux through influxdb-client.

For whom InfluxQL's route is closed there; it is slower for many series at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.dialect import Dialect
from influxdb_client.rest import ApiException
from numpy.typing import NDArray
from urllib3.exceptions import HTTPError

from netwb.errors import MetricsError, MetricsUnavailableError
from netwb.metrics.flux.asking import Script, deleting, ends, newest, samples
from netwb.metrics.flux.tables import seconds, values
from netwb.metrics.influx.faults import no_answer, refusal
from netwb.metrics.influx.keys import TagKey
from netwb.metrics.influx.source import Source
from netwb.metrics.points import REAL
from netwb.metrics.records import (
    FOREVER,
    Measurement,
    Newest,
    Point,
    Question,
    SeriesKey,
    StoreHealth,
)
from netwb.metrics.samples import MISSING, Samples, last_of
from netwb.metrics.thinning import Strand, answering

_CSV = Dialect(  # type: ignore[no-untyped-call]  # its constructor has no types
    header=True, delimiter=",", comment_prefix="#", annotations=["datatype"]
)
Column = tuple[list[int], list[str]]  # times, numbers


class FluxStore:
    """A `MetricsStore` in one bucket; each request has a connection of its own."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._server = source.server
        self._bucket = source.database
        self._names = source.names

    def write(self, points: Iterable[Point]) -> None:
        """Keep a poll's points; a batch that failed is whole after the next try, as none doubles."""
        for batch in self._source.written(points):
            with self._client() as client, client.write_api(write_options=SYNCHRONOUS) as api:
                api.write(bucket=self._bucket, record=batch, write_precision="s")

    def read(self, keys: Sequence[SeriesKey], question: Question) -> Mapping[SeriesKey, Samples]:
        """Samples by series; one without any is left out."""
        tags = self._source.asked(keys, question)
        scripts = samples(
            self._bucket,
            list(tags),
            question.measurement,
            question.fields,
            self._names,
            since=question.since - question.edge_s,
            until=question.until + question.edge_s,
        )
        return self._answered(tags, question, scripts)

    def newest(
        self, keys: Sequence[SeriesKey], measurement: Measurement, fields: Sequence[str], since: int
    ) -> Mapping[SeriesKey, Newest]:
        """The newest sample of each series since then; what is older of a field is not of it."""
        tags = self._source.tags(keys)
        scripts = newest(self._bucket, list(tags), measurement, fields, self._names, since=since)
        whole = Question(
            measurement=measurement,
            fields=tuple(fields),
            since=since,
            until=FOREVER,
            every_s=FOREVER,
        )
        found = self._answered(tags, whole, scripts)
        return {key: last_of(one) for key, one in found.items()}

    def delete(self, keys: Sequence[SeriesKey], since: int = 0, until: int = FOREVER) -> None:
        """Take the samples of these series in that time away, a request a series."""
        going = self._source.leaving(keys)
        # The end that the API is given is the latest moment that goes.
        latest = datetime.fromtimestamp(until, UTC) - timedelta(microseconds=1)
        span = (datetime.fromtimestamp(since, UTC), latest)
        with self._client() as client:
            for predicate in deleting(going, self._names):
                client.delete_api().delete(*span, predicate, self._bucket)

    def health(self) -> StoreHealth:
        """What it is, and from when to when it has samples."""
        name = self._server.name
        with self._client() as client:
            version = client.version()
            rows = values(
                name, client.query_api().query_csv(ends(self._bucket, self._names), dialect=_CSV)
            )
            times = [seconds(name, row.get("_time", "")) for row in rows]
        return StoreHealth(
            name="InfluxDB",
            version=version,
            oldest=min(times, default=None),
            newest=max(times, default=None),
        )

    def close(self) -> None:
        """Nothing is held between two requests."""

    def _answered(
        self, tags: Mapping[TagKey, SeriesKey], question: Question, scripts: Iterator[Script]
    ) -> dict[SeriesKey, Samples]:
        found: dict[SeriesKey, Samples] = {}
        for own, columns in self._columns(question, scripts).items():
            one = answering(question, _strand(self._server.name, question, columns))
            if one is not None and own in tags:
                found[tags[own]] = one
        return found

    def _columns(
        self, question: Question, scripts: Iterator[Script]
    ) -> Mapping[TagKey, Mapping[str, Column]]:
        """Times and numbers of each field of each series, as they come."""
        own = self._names.of(question.measurement)
        fields = {own.fields[field]: field for field in question.fields}
        name = self._server.name
        found: dict[TagKey, dict[str, Column]] = {}
        for script in scripts:
            with self._client() as client:
                rows = client.query_api().query_csv(
                    script.text, dialect=_CSV, params=dict(script.values)
                )
                for row in values(name, rows):
                    key = self._source.tag_key(question.measurement, row)
                    field = fields.get(row.get("_field", ""))
                    if field is None or "_time" not in row or "_value" not in row:
                        raise no_answer(name)
                    at, numbers = found.setdefault(key, {}).setdefault(field, ([], []))
                    at.append(seconds(name, row["_time"]))
                    numbers.append(row["_value"])
        return found

    @contextmanager
    def _client(self) -> Iterator[InfluxDBClient]:
        server = self._server
        with (
            self._faults(),
            InfluxDBClient(
                server.url.geturl(),
                token=server.secret,
                org=self._source.organization,
                timeout=int(server.answer_s * 1000),
                ssl_ca_cert=server.ca_file or None,
            ) as client,
        ):
            yield client

    @contextmanager
    def _faults(self) -> Iterator[None]:
        name = self._server.name
        try:
            yield
        except ApiException as error:
            body = error.body if isinstance(error.body, bytes) else str(error.body or "").encode()
            raise self._hiding(refusal(name, error.status or 0, body)) from None
        except MetricsError as error:
            raise self._hiding(error) from None
        except (HTTPError, OSError) as error:
            msg = (
                f"{name} cannot be reached, or breaks off ({type(error).__name__}); start it,"
                " correct metrics.url, or raise metrics.answer_s"
            )
            raise MetricsUnavailableError(msg) from error

    def _hiding(self, error: MetricsError) -> MetricsError:
        """Its words may be those of the server."""
        secret = self._server.secret
        return type(error)(str(error).replace(secret, "(hidden)")) if secret else error


def _strand(server: str, question: Question, columns: Mapping[str, Column]) -> Strand:
    """Fields that came each for itself, by their moments."""
    times = {field: np.array(at, dtype=np.int64) for field, (at, _) in columns.items()}
    at = np.unique(np.concatenate(list(times.values())))
    real = question.measurement in REAL
    absent, kind = (np.nan, np.float64) if real else (MISSING, np.int64)
    whole: dict[str, NDArray[Any]] = {}
    for field in question.fields:
        whole[field] = np.full(len(at), absent, dtype=kind)
        if field in columns:
            numbers = _numbers(server, columns[field][1], real=real)
            whole[field][np.searchsorted(at, times[field])] = numbers
    return Strand(at=at, columns=whole)


def _numbers(server: str, texts: Sequence[str], *, real: bool) -> list[Any]:
    """Counters keep every bit; one that was written as a real number is made whole."""
    try:
        if real:
            return [float(text) for text in texts]
        return [int(text) if text.lstrip("-").isdigit() else round(float(text)) for text in texts]
    except (ValueError, OverflowError):
        raise no_answer(server) from None
