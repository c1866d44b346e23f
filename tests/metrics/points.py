"""Points, keys and questions of tests, in few words."""

from __future__ import annotations

from netwb.metrics.records import Measurement, Point, Question, SeriesKey

NOON = 1_790_000_100  # epoch seconds; a multiple of 300


def key(name: str = "eth0", *, device_id: str = "d1", tenant: str = "acme") -> SeriesKey:
    return SeriesKey(tenant=tenant, device_id=device_id, name=name)


def point(
    at: int, *, of: SeriesKey | None = None, measurement: Measurement = "interface", **values: float
) -> Point:
    """What a port, eth0 where nothing is said, answered at that moment."""
    return Point(
        measurement=measurement,
        key=of or key(),
        site="fra1",
        device="edge1",
        at=at,
        values=values,
    )


def octets(at: int, received: int, *, of: SeriesKey | None = None) -> Point:
    return point(at, of=of, ifHCInOctets=received)


def question(
    since: int,
    until: int,
    *fields: str,
    measurement: Measurement = "interface",
    every_s: int = 0,
    edge_s: int = 0,
) -> Question:
    return Question(
        measurement=measurement,
        fields=fields or ("ifHCInOctets",),
        since=since,
        until=until,
        every_s=every_s,
        edge_s=edge_s,
    )
