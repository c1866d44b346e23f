"""A bill is the same from whichever store its counters come: SQLite, a real InfluxDB, and by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from netwb.billing.counting import Counting
from netwb.inventory.ports.records import Port
from netwb.metrics.billing.reckoning import Counted, reckon
from netwb.metrics.billing.records import GroupBill, Month, Terms
from netwb.metrics.influx.server import Server
from netwb.metrics.influx.source import Source
from netwb.metrics.influxql.store import InfluxqlStore
from netwb.metrics.records import Point, SeriesKey
from netwb.metrics.series.windows import IN, OUT
from netwb.metrics.store import MetricsStore
from tests.benches import Rig, rig
from tests.benchmarks.month_store import counters
from tests.counted import give_ports
from tests.influx import ADMIN, ADMIN_PASSWORD, Influx
from tests.metrics.billing.counted import NOVEMBER, ports
from tests.metrics.billing.slow_bill import Counter, slow_bill

pytestmark = pytest.mark.real
DAY = Month(name="2026-11", time_zone="UTC", since=NOVEMBER.since, until=NOVEMBER.since + 86_400)
PORTS, INTERVAL_S, GAP_S = 4, 60, 150
MISSED = range(600, 640)  # minutes of the day that one port was not polled in


def shown(number: int) -> dict[int, tuple[int, int]]:
    """What a port showed, by epoch second: a day, and an hour on either side."""
    at, columns = counters(number + 1, DAY.since - 3600, DAY.until + 3600)
    pairs = zip(columns[IN].tolist(), columns[OUT].tolist(), strict=True)
    return {
        moment: pair
        for moment, pair in zip(at.tolist(), pairs, strict=True)
        if number or (moment - DAY.since) // 60 not in MISSED
    }


def points(port: Port, number: int) -> Iterator[Point]:
    key = SeriesKey(tenant=port.device_tenant, device_id=port.device_id, name=port.name)
    for at, (into, out) in shown(number).items():
        values = {IN: into, OUT: out}
        yield Point(
            measurement="interface",
            key=key,
            site="fra1",
            device=port.hostname,
            at=at,
            values=values,
        )


def billed(made: Rig, store: MetricsStore, found: Sequence[Port]) -> GroupBill:
    counting = Counting(ports=made.bench._parts.ports, store=store, interval_s=INTERVAL_S)
    times = made.bench._parts.ports.times_of(found[0].tenant_id, found)
    now = datetime.fromtimestamp(DAY.until + 3600, UTC)
    return reckon(
        Counted(
            terms=Terms(group="transit", method="higher", commit_bps=None),
            month=DAY,
            ports=ports(len(found)),
            volumes=counting.count(found, times, DAY, now),
        )
    )


def test_each_store_gives_the_bill_that_is_reckoned_by_hand(tmp_path: Path, influx: Influx) -> None:
    server = Server(url=urlsplit(influx.url), username=ADMIN, secret=ADMIN_PASSWORD)
    elsewhere = InfluxqlStore(Source(server=server, database=influx.new_database()))
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        names = [f"xe-0/0/{number}" for number in range(PORTS)]
        found = give_ports(made.bench, made.devices["acme/edge1"], *names)
        each = [point for number, port in enumerate(found) for point in points(port, number)]
        stores = (made.bench._parts.metrics, elsewhere)
        for store in stores:
            store.write(each)
        sqlite, influxdb = (billed(made, store, found) for store in stores)

    counted: list[tuple[Counter, Counter]] = [
        (
            {at: into for at, (into, _) in shown(number).items()},
            {at: out for at, (_, out) in shown(number).items()},
        )
        for number in range(PORTS)
    ]
    slow = slow_bill(counted, DAY.since, DAY.until, GAP_S)
    assert sqlite == influxdb
    assert {one.direction: one.bps for one in sqlite.percentiles} == {
        name: slow.bps[name] for name in ("in", "out")
    }
    assert (sqlite.octets_in, sqlite.octets_out) == (slow.octets_in, slow.octets_out)
    assert sum(one.windows for one in sqlite.partial) == slow.partial > 0
