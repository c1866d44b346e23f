"""A database or bucket of an InfluxDB, and what things are called in it; whichever way it is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from netwb.errors import MetricsRefusedError
from netwb.metrics.influx.faults import no_answer
from netwb.metrics.influx.keys import TagKey
from netwb.metrics.influx.lines import lines, tag_value
from netwb.metrics.influx.server import Server
from netwb.metrics.points import check
from netwb.metrics.records import Measurement, Point, Question, SeriesKey
from netwb.metrics.schema_map import OWN, Labels, SchemaMap, by_id
from netwb.metrics.size import check_size

BATCH = 5000  # lines of one request


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """As the settings tell of it.

    database       of 2.x the bucket
    organization   2.x: the bucket's
    interval_s     between samples of one series: an answer's size is reckoned before it is asked for
    labels         gives what stands in the tag of a device; one without it has nothing there
    """

    server: Server
    database: str
    organization: str = ""
    interval_s: int = 60
    names: SchemaMap = OWN
    labels: Labels = by_id

    @property
    def name(self) -> str:
        """How a sentence calls it."""
        return self.server.name

    def tags(self, keys: Collection[SeriesKey]) -> dict[TagKey, SeriesKey]:
        """Each series by its tags; MetricsRefusedError where two of them have the same ones there."""
        devices = self.labels(self.names.device_holds, {key.device_id for key in keys})
        found: dict[TagKey, SeriesKey] = {}
        for key in keys:
            device = devices.get(key.device_id)
            if not device:
                continue
            own = TagKey(
                tenant=tag_value(key.tenant) if self.names.tenant else "",
                device=tag_value(device),
                port=tag_value(key.name),
            )
            if found.setdefault(own, key) != key:
                series = f"{device} {key.name}".rstrip()
                msg = f"{series} and another one bear one name in the database; ask for one of them"
                raise MetricsRefusedError(f"{self.name}: {msg}")
        return found

    def tag_key(self, measurement: Measurement, tags: Mapping[str, str]) -> TagKey:
        """The series that an answer's tags name."""
        names = self.names
        try:
            return TagKey(
                tenant=tags[names.tenant] if names.tenant else "",
                device=tags[names.device],
                port=tags[names.port] if measurement == "interface" else "",
            )
        except KeyError:
            raise no_answer(self.name) from None

    def asked(self, keys: Collection[SeriesKey], question: Question) -> dict[TagKey, SeriesKey]:
        """The same for a question; MetricsRefusedError where it asks for too much at once."""
        check_size(self.name, len(keys), question, self.interval_s)
        return self.tags(keys)

    def leaving(self, keys: Collection[SeriesKey]) -> list[TagKey]:
        """The same of series that are to be deleted."""
        self._refuse_foreign("let them delete it there")
        return list(self.tags(keys))

    def written(self, points: Iterable[Point]) -> Iterator[str]:
        """Lines for one request after the other; MetricsRefusedError before any of them is made."""
        self._refuse_foreign("let them poll, or give netwb a database of its own")
        given = list(points)
        for point in given:
            check(point)
        each = lines(given, self.names)
        return iter(lambda: "\n".join(islice(each, BATCH)), "")

    def _refuse_foreign(self, cure: str) -> None:
        if self.names != OWN:
            why = "is filled by others, by metrics.names_file, and netwb changes nothing in it"
            raise MetricsRefusedError(f"{self.name} {why}; {cure}")
