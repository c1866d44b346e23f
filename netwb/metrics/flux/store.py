"""The metrics store in a bucket of an InfluxDB 2.x, asked by Flux through influxdb-client.

For whom InfluxQL's route is closed there; it is slower for many series at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.dialect import Dialect
from influxdb_client.rest import ApiException
from numpy.typing import NDArray
from urllib3.exceptions import HTTPError

from netwb.errors import MetricsError, MetricsUnavailableError
from netwb.metrics.flux.asking import Script, ends, newest, samples
from netwb.metrics.flux.tables import seconds, values
from netwb.metrics.influxql.answers import no_answer, refusal
from netwb.metrics.influxql.asking import TagKey
from netwb.metrics.influxql.http import Server
from netwb.metrics.influxql.lines import checked, lines
from netwb.metrics.influxql.tags import tag_key, tag_keys
from netwb.metrics.points import REAL
from netwb.metrics.records import Measurement, Point, Question, SeriesKey, StoreHealth
from netwb.metrics.samples import MISSING, Samples
from netwb.metrics.schema_map import OWN, Labels, SchemaMap, by_id
from netwb.metrics.size import check_size
from netwb.metrics.thinning import Strand, answering

BATCH = 5000  # lines of one request
_CSV = Dialect(  # type: ignore[no-untyped-call]  # its constructor has no types
    header=True, delimiter=",", comment_prefix="#", annotations=["datatype"]
)
_NEVER = 4_000_000_000  # epoch seconds; later than any sample
Column = tuple[list[int], list[str]]  # times, numbers


class FluxStore:
    """A `MetricsStore` in one bucket; each request has a connection of its own."""

    def __init__(  # noqa: PLR0913 - what the settings say of it
        self,
        server: Server,
        *,
        bucket: str,
        organization: str,
        interval_s: int = 60,
        names: SchemaMap = OWN,
        labels: Labels = by_id,
    ) -> None:
        self._server = server
        self._bucket = bucket
        self._organization = organization
        self._interval_s = interval_s
        self._names = names
        self._labels = labels

    def write(self, points: Iterable[Point]) -> None:
        """Keep a poll's points; a batch that failed is whole after the next try, as none doubles."""
        given = checked(self._server.name, points, self._names)
        each = lines(given, self._names)
        while batch := list(islice(each, BATCH)):
            with self._client() as client, client.write_api(write_options=SYNCHRONOUS) as api:
                api.write(bucket=self._bucket, record="\n".join(batch), write_precision="s")

    def read(self, keys: Sequence[SeriesKey], question: Question) -> Mapping[SeriesKey, Samples]:
        """Samples by series; one without any is left out."""
        check_size(self._server.name, len(keys), question, self._interval_s)
        tags = tag_keys(self._server.name, keys, self._names, self._labels)
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
    ) -> Mapping[SeriesKey, Samples]:
        """The newest sample of each series since then; what is older of a field is not of it."""
        tags = tag_keys(self._server.name, keys, self._names, self._labels)
        scripts = newest(self._bucket, list(tags), measurement, fields, self._names, since=since)
        whole = Question(
            measurement=measurement,
            fields=tuple(fields),
            since=since,
            until=_NEVER,
            every_s=_NEVER,
        )
        found = self._answered(tags, whole, scripts)
        return {key: Samples(at=one.at, values=one.values) for key, one in found.items()}

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
                    key = tag_key(name, question.measurement, row, self._names)
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
                org=self._organization,
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
