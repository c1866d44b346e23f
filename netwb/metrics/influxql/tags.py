"""Series and their tags in the database, either way. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from netwb.errors import MetricsRefusedError
from netwb.metrics.influxql.answers import no_answer
from netwb.metrics.influxql.asking import TagKey
from netwb.metrics.influxql.lines import tag_value
from netwb.metrics.records import Measurement, SeriesKey
from netwb.metrics.schema_map import Labels, SchemaMap


def tag_keys(
    server: str,
    keys: Collection[SeriesKey],
    names: SchemaMap,
    labels: Labels,
) -> dict[TagKey, SeriesKey]:
    """Each series by its tags; MetricsRefusedError where two of them have the same ones there.

    labels   gives what stands in the tag of a device; one without it has nothing there
    """
    devices = labels(names.device_holds, {key.device_id for key in keys})
    found: dict[TagKey, SeriesKey] = {}
    for key in keys:
        device = devices.get(key.device_id)
        if not device:
            continue
        own = TagKey(
            tenant=tag_value(key.tenant) if names.tenant else "",
            device=tag_value(device),
            port=tag_value(key.name),
        )
        if found.setdefault(own, key) != key:
            series = f"{device} {key.name}".rstrip()
            msg = f"{series} and another one bear one name in the database; ask for one of them"
            raise MetricsRefusedError(f"{server}: {msg}")
    return found


def tag_key(
    server: str, measurement: Measurement, tags: Mapping[str, str], names: SchemaMap
) -> TagKey:
    """The series that an answer's tags name."""
    try:
        return TagKey(
            tenant=tags[names.tenant] if names.tenant else "",
            device=tags[names.device],
            port=tags[names.port] if measurement == "interface" else "",
        )
    except KeyError:
        raise no_answer(server) from None
