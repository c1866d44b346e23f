"""All ports at once are the same from whichever store their counters come: SQLite, a real InfluxDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from netwb.inventory.ports.records import SeenPort
from netwb.metrics.influx.server import Server
from netwb.metrics.influx.source import Source
from netwb.metrics.influxql.store import InfluxqlStore
from netwb.metrics.records import Point, SeriesKey
from netwb.metrics.store import MetricsStore
from netwb.workbench import Workbench
from netwb.workbench.traffic_many_records import TrafficOverview
from tests.benches import Rig, rig, with_parts
from tests.influx import ADMIN, ADMIN_PASSWORD, Influx

pytestmark = pytest.mark.real
HOURS = 30
UNTIL = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
RENAMED_AT = UNTIL - timedelta(minutes=62)
SPANS = {"each poll": timedelta(hours=5), "one of five minutes": timedelta(hours=28)}
STEADY, MISSING, RESET, JUMPING, FORMER, BUSY = (f"xe-0/0/{number}" for number in range(6))
RENAMED = "et-0/0/4"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """Ports of every kind, one of which leaps; one got another name an hour ago."""
    with rig(tmp_path, {"acme": ("edge1",)}) as one:
        see(one, UNTIL - timedelta(hours=HOURS), STEADY, MISSING, RESET, JUMPING, FORMER, BUSY)
        see(one, RENAMED_AT, STEADY, MISSING, RESET, JUMPING, FORMER, BUSY)
        see(one, RENAMED_AT, STEADY, MISSING, RESET, JUMPING, RENAMED, BUSY)
        one.clock.now = UNTIL
        yield one


def see(made: Rig, at: datetime, *names: str) -> None:
    made.clock.now = at
    seen = [
        SeenPort(name=name, if_index=place, alias=f"to {place}", if_type=6, speed_bps=10**9)
        for place, name in enumerate(names)
    ]
    made.bench._parts.ports.sighted({made.devices["acme/edge1"].id: seen})


def shown(name: str, minute: int) -> int | None:
    """What a counter shows so many minutes after the first poll."""
    rounds, rest = divmod(minute, 97)
    octets = 3_000_000 * minute + 40_000 * (rounds * 97 * 96 + rest * (rest - 1)) // 2
    if name == MISSING and (minute % 400 in range(37, 60) or minute % 7 == 3):
        return None
    if name == RESET and minute >= 60 * HOURS - 200:
        return octets - 4 * 10**8 if octets > 4 * 10**8 else 0
    if name == JUMPING and minute >= 60 * HOURS - 90:
        return octets + 2**50
    return 3 * octets if name == BUSY else octets


def points(made: Rig) -> Iterator[Point]:
    begin = int(UNTIL.timestamp()) - 3_600 * HOURS
    renamed = int(RENAMED_AT.timestamp())
    for minute in range(60 * HOURS + 1):
        at = begin + 60 * minute
        for name in (STEADY, MISSING, RESET, JUMPING, RENAMED if at >= renamed else FORMER, BUSY):
            octets = shown(name, minute)
            if octets is not None:
                values = {"ifHCInOctets": octets, "ifHCOutOctets": octets // 2, "ifOperStatus": 1}
                yield point(made, name, at, values)
        yield point(made, "", at, {"sysUpTime": 6_000 * minute})


def point(made: Rig, name: str, at: int, values: Mapping[str, int]) -> Point:
    return Point(
        measurement="interface" if name else "device",
        key=SeriesKey(tenant="acme", device_id=made.devices["acme/edge1"].id, name=name),
        site="fra1",
        device="edge1",
        at=at,
        values=values,
    )


def reading(made: Rig, store: MetricsStore) -> Workbench:
    return type(made.bench)(
        with_parts(made.bench._parts, metrics=store), made.bench._who, made.bench._where
    )


def assert_same(one: TrafficOverview, other: TrafficOverview) -> None:
    assert list(one.ports) == list(other.ports)
    assert (one.since, one.until, one.sum.step_s) == (other.since, other.until, other.sum.step_s)
    assert (one.sum.known, one.sum.short, one.sum.gaps, one.sum.newest) == (
        other.sum.known,
        other.sum.short,
        other.sum.gaps,
        other.sum.newest,
    )
    for frames in ((one.sum, other.sum), (one.heat, other.heat), (one.shares, other.shares)):
        first, second = (each.frame() for each in frames)
        assert list(first.columns) == list(second.columns)
        np.testing.assert_array_equal(first.to_numpy(), second.to_numpy())


@pytest.mark.parametrize("span", list(SPANS.values()), ids=list(SPANS))
def test_each_store_gives_the_same_overview_busiest_and_chart(
    made: Rig, influx: Influx, span: timedelta
) -> None:
    server = Server(url=urlsplit(influx.url), username=ADMIN, secret=ADMIN_PASSWORD)
    elsewhere = InfluxqlStore(Source(server=server, database=influx.new_database()))
    each = list(points(made))
    for store in (made.bench._parts.metrics, elsewhere):
        store.write(each)
    other, since = reading(made, elsewhere), UNTIL - span

    here, there = (
        bench.traffic_overview(since=since, until=UNTIL, zone=ZoneInfo("Asia/Kolkata"))
        for bench in (made.bench, other)
    )

    assert_same(here, there)
    assert here.sum.known == 6
    assert here.ports[0].port.name == BUSY
    assert here.ports[0].state == "up"
    assert max(one.in_most or 0 for one in here.ports) < 10**8
    both = [list(bench.busiest(since=since, until=UNTIL)) for bench in (made.bench, other)]
    assert both[0] == both[1]
    assert list(made.bench.port_trends()) == list(other.port_trends())
