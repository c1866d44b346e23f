"""A port that got another name: chart, overview, wall and bill say the same, and no jump is a rate."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from netwb.inventory.ports.records import SeenPort
from netwb.metrics.records import Point, SeriesKey
from tests.benches import Rig, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE
MIDNIGHT = datetime(2026, 10, 1, tzinfo=UTC)
RENAMED_AT = MIDNIGHT + timedelta(minutes=62)
OTHER_CARD = 10**12  # what the counter shows more than the former one
UNTIL = MIDNIGHT + timedelta(hours=2)


def seen(name: str) -> SeenPort:
    return SeenPort(name=name, if_index=7, alias="to transit", if_type=6, speed_bps=10**9)


def minute(made: Rig, name: str, number: int, *, more: int = 0) -> Point:
    """Of 0.8 Mbit/s, a little more in each minute; out half of it."""
    octets = more + sum(6_000_000 + 1_000 * each for each in range(number))
    return Point(
        measurement="interface",
        key=SeriesKey(tenant="acme", device_id=made.devices["acme/edge1"].id, name=name),
        site="fra1",
        device="edge1",
        at=int(MIDNIGHT.timestamp()) + 60 * number,
        values={"ifHCInOctets": octets, "ifHCOutOctets": octets // 2},
    )


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """On 1 October at 02:10 UTC, of two hours in whose middle a port got another name."""
    with rig(tmp_path, {"acme": ("edge1",)}) as one:
        parts, device = one.bench._parts, one.devices["acme/edge1"].id
        one.clock.now = MIDNIGHT
        parts.ports.sighted({device: [seen("xe-0/0/0")]})
        one.clock.now = RENAMED_AT
        parts.ports.sighted({device: [seen("xe-0/0/0")]})
        parts.ports.sighted({device: [seen("et-0/0/0")]})
        parts.metrics.write(minute(one, "xe-0/0/0", number) for number in range(62))
        parts.metrics.write(
            minute(one, "et-0/0/0", number, more=OTHER_CARD) for number in range(62, 121)
        )
        one.clock.now = UNTIL + timedelta(minutes=10)
        yield one


def test_chart_overview_and_bill_say_the_same_of_a_port_that_got_another_name(made: Rig) -> None:
    made.bench.add_port_group("acme", "transit", add_ports=[("acme/edge1", "et-0/0/0")])
    (port,) = made.bench.ports()

    chart = made.bench.port_traffic(port.id, since=MIDNIGHT, until=UNTIL, step_s=300)
    (one,) = made.bench.traffic_overview(since=MIDNIGHT, until=UNTIL).ports
    (busy,) = made.bench.busiest(since=MIDNIGHT, until=UNTIL)
    (group,) = made.bench.bill("acme", "2026-10").groups
    rows = list(csv.DictReader(io.StringIO(made.bench.bill_csv("acme", "2026-10"))))

    flow = chart.flows["bits", "in"]
    assert flow.most is not None
    assert flow.most < 10**6
    assert (one.in_least, one.in_most, one.in_octets) == (flow.least, flow.most, flow.total)
    assert one.in_p95 == flow.percentile.value
    assert busy.p95_in == pytest.approx(flow.percentile.value, rel=0.01)
    billed = [int(row["in bit/s"] or -1) for row in rows[:24]]
    assert billed.count(-1) == 1
    assert billed[12] == -1, "the window in which it got another name"
    del billed[12]
    assert billed == np.delete(np.floor(flow.mean), 12).tolist()
    assert group.billed is not None
    assert group.billed.bps == sorted(billed)[-(-95 * 23 // 100) - 1]


def test_days_to_full_are_not_reckoned_from_a_jump(made: Rig) -> None:
    made.clock.now = MIDNIGHT + timedelta(days=1, hours=1)

    (found,) = made.bench.port_trends()

    assert found.known_days <= 1
    assert (found.level_bps or 0) < 10**6
