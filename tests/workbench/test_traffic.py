"""What went through ports, as the facade tells it to each person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netwb.errors import InputError, UnknownDeviceError, UnknownNameError
from netwb.inventory.ports.records import SeenPort
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import Role
from tests.benches import Rig, rig
from tests.stores import EACH_STORE, KINDS_IN_FULL
from tests.views.people import log_in

pytestmark = EACH_STORE
EVERY_S = 60


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",), "borealis": ("pe1",)}) as one:
        yield one


def see(made: Rig, device: str, *names: str, speed_bps: int = 10**9) -> None:
    ports = [
        SeenPort(name=name, if_index=place, alias="", if_type=6, speed_bps=speed_bps)
        for place, name in enumerate(names, start=1)
    ]
    made.bench._parts.ports.sighted({made.devices[device].id: ports})


def count(made: Rig, device: str, name: str, bps: float, *, minutes: int = 60, **more: Any) -> None:
    """So many minutes of a steady rate in, half of it out, up to now."""
    tenant, hostname = device.split("/")
    key = SeriesKey(tenant=tenant, device_id=made.devices[device].id, name=name)
    end = int(made.clock().timestamp()) // EVERY_S * EVERY_S
    without = more.get("without", range(0))
    made.bench._parts.metrics.write(
        Point(
            measurement="interface",
            key=key,
            site="fra1",
            device=hostname,
            at=end - EVERY_S * (minutes - minute),
            values={
                "ifHCInOctets": int(bps / 8 * EVERY_S * minute),
                "ifHCOutOctets": int(bps / 16 * EVERY_S * minute),
            },
        )
        for minute in range(minutes + 1)
        if minute not in without
    )


def test_a_port_has_its_rates_in_buckets_and_numbers(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    count(made, "acme/edge1", "xe-0/0/0", 400e6)

    found = made.bench.traffic("acme/edge1", "xe-0/0/0", hours=1)

    flow = found.flows["bits", "in"]
    assert (flow.least, flow.average, flow.most) == pytest.approx((400e6, 400e6, 400e6))
    assert flow.percentile.value == pytest.approx(400e6)
    assert flow.total == 400e6 / 8 * 3_600
    assert found.flows["bits", "out"].average == pytest.approx(200e6)
    assert (found.step_s, len(found.begin)) == (60, 60)
    assert found.gaps == ()
    assert not found.is_stale


def test_a_poll_that_was_missed_too_often_is_a_gap(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    count(made, "acme/edge1", "xe-0/0/0", 400e6, without=range(20, 30))

    found = made.bench.traffic("acme/edge1", "xe-0/0/0", hours=1)

    ((begin, end),) = found.gaps
    assert end - begin == 11 * 60
    assert np.isfinite(found.flows["bits", "in"].mean).sum() == 49
    assert found.flows["bits", "in"].average == pytest.approx(400e6)


@pytest.mark.parametrize(("interval_s", "gaps"), [(60, 0), (300, 1)])
def test_one_missed_poll_is_bridged_unless_it_is_a_whole_window(
    tmp_path: Path, interval_s: int, gaps: int
) -> None:
    settings = {"NETWB_METRICS__INTERVAL_S": str(interval_s)}
    with rig(tmp_path, {"acme": ("edge1",)}, settings=settings) as made:
        see(made, "acme/edge1", "xe-0/0/0")
        step = interval_s // EVERY_S
        polled = {minute for minute in range(0, 121, step) if minute != 60}
        missing = set(range(121)) - polled
        count(made, "acme/edge1", "xe-0/0/0", 400e6, minutes=120, without=missing)

        found = made.bench.traffic("acme/edge1", "xe-0/0/0", hours=2)

    assert len(found.gaps) == gaps


def test_a_port_that_was_never_measured_is_one_gap(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0/0/0")

    found = made.bench.traffic("acme/edge1", "xe-0/0/0", hours=1)

    assert found.newest is None
    assert found.is_stale
    assert len(found.gaps) == 1
    assert found.flows["bits", "in"].percentile.value is None


def test_a_renamed_port_keeps_what_was_measured_under_its_old_name(made: Rig) -> None:
    device = made.devices["acme/edge1"].id
    old = SeenPort(name="xe-0/0/0", if_index=7, alias="to transit", if_type=6, speed_bps=10**9)
    made.bench._parts.ports.sighted({device: [old]})
    count(made, "acme/edge1", "xe-0/0/0", 400e6)
    new = SeenPort(name="et-0/0/0", if_index=7, alias="to transit", if_type=6, speed_bps=10**9)
    made.bench._parts.ports.sighted({device: [new]})
    made.clock.advance(hours=1)
    count(made, "acme/edge1", "et-0/0/0", 800e6)

    found = made.bench.traffic("acme/edge1", "et-0/0/0", hours=2)

    mean = found.flows["bits", "in"].mean
    assert mean[5] == pytest.approx(400e6)
    assert mean[-5] == pytest.approx(800e6)
    assert [event.kind for event in found.events] == ["reindex"], "it may be another's counter"


def test_a_gap_is_told_to_the_second_however_long_a_bucket_is(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    count(made, "acme/edge1", "xe-0/0/0", 400e6, minutes=600, without=range(200, 210))
    now, (port,) = made.clock.now, made.bench.ports()

    found = made.bench.port_traffic(
        port.id, since=now - timedelta(hours=9), until=now, step_s=7_200
    )

    ((begin, end),) = found.gaps
    assert (end - begin, end % 60) == (11 * 60, 0)


def sixteen_days(made: Rig) -> None:
    """Of a steady rate, up to two days before now."""
    see(made, "acme/edge1", "xe-0/0/0")
    now = made.clock.now
    made.clock.now -= timedelta(days=2)
    count(made, "acme/edge1", "xe-0/0/0", 400e6, minutes=16 * 24 * 60)
    made.clock.now = now


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",)}, past=sixteen_days) as one:
        yield one


@pytest.mark.parametrize("each_store", KINDS_IN_FULL, indirect=True)  # counters are elsewhere
@pytest.mark.parametrize("step_s", [300, 86_400, 2 * 86_400], ids=["5 min", "1 d", "2 d"])
@pytest.mark.parametrize("days", [1, 9], ids=["apart", "overlapping"])
def test_what_was_a_week_before_stands_in_the_buckets_of_now(
    counted: Rig, step_s: int, days: int
) -> None:
    made, now = counted, counted.clock.now
    (port,) = made.bench.ports()

    found = made.bench.port_traffic(
        port.id,
        since=now - timedelta(days=days),
        until=now,
        step_s=step_s,
        kinds=("bits",),
        earlier=timedelta(days=7),
    )

    before = found.before["bits", "in"]
    assert len(before.mean) == len(found.begin)
    assert np.isfinite(before.mean).all()
    assert before.mean == pytest.approx(400e6)
    assert before.percentile.value == pytest.approx(400e6)
    assert found.before["bits", "out"].mean == pytest.approx(200e6)
    assert found.newest is None or found.newest == now - timedelta(days=2)


def test_a_frame_has_a_row_a_bucket_in_utc(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    count(made, "acme/edge1", "xe-0/0/0", 400e6)

    frame = made.bench.traffic("acme/edge1", "xe-0/0/0", hours=1).frame()

    assert list(frame.columns)[:2] == ["in_mean_bps", "in_max_bps"]
    assert str(frame.index.dtype).endswith(", UTC]")
    assert len(frame) == 60


def test_the_busiest_stand_first_by_their_busier_direction(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0/0/0", "xe-0/0/1", "xe-0/0/2")
    count(made, "acme/edge1", "xe-0/0/0", 100e6)
    count(made, "acme/edge1", "xe-0/0/1", 700e6)

    now = made.clock()
    found = made.bench.busiest(since=now - timedelta(hours=1), until=now)

    assert [one.port.name for one in found] == ["xe-0/0/1", "xe-0/0/0"]
    assert found[0].p95 == pytest.approx(700e6)
    assert found[0].share == pytest.approx(70)


def test_a_customer_sees_its_own_ports_and_no_trace_of_others(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    see(made, "borealis/pe1", "xe-9/0/0")
    count(made, "acme/edge1", "xe-0/0/0", 100e6)
    count(made, "borealis/pe1", "xe-9/0/0", 900e6)
    noc = log_in(made, "noc", Role.CUSTOMER, ("acme",))
    (foreign,) = made.bench.where(tenant="borealis").ports()
    now = made.clock()
    hour: dict[str, Any] = {"since": now - timedelta(hours=1), "until": now}

    assert [one.port.name for one in noc.busiest(**hour)] == ["xe-0/0/0"]
    with pytest.raises(UnknownDeviceError):
        noc.traffic("pe1", "xe-9/0/0")
    with pytest.raises(UnknownNameError) as of_a_foreign_one:
        noc.port_traffic(foreign.id, **hour)
    with pytest.raises(UnknownNameError) as of_none:
        noc.port_traffic("01ARZ3NDEKTSV4RRFFQ69G5FAV", **hour)
    assert str(of_a_foreign_one.value).replace(foreign.id, "X") == str(of_none.value).replace(
        "01ARZ3NDEKTSV4RRFFQ69G5FAV", "X"
    )


def test_a_customers_port_on_a_providers_device_is_the_customers(made: Rig) -> None:
    see(made, "borealis/pe1", "xe-9/0/0", "xe-9/0/1")
    made.bench.set_port("borealis/pe1", "xe-9/0/0", tenant="acme")
    made.clock.advance(hours=1)
    count(made, "borealis/pe1", "xe-9/0/0", 300e6, minutes=30)
    count(made, "borealis/pe1", "xe-9/0/1", 500e6, minutes=30)
    noc = log_in(made, "noc", Role.CUSTOMER, ("acme",))

    (own,) = noc.ports()
    now = made.clock()
    found = noc.port_traffic(own.id, since=now - timedelta(minutes=30), until=now)

    assert found.flows["bits", "in"].average == pytest.approx(300e6)
    assert [one.port.name for one in noc.busiest(since=now - timedelta(hours=1), until=now)] == [
        "xe-9/0/0"
    ]


@pytest.mark.parametrize(("hours", "word"), [(-1, "future"), (24 * 2_000, "shorter")])
def test_a_time_that_cannot_be_looked_at_is_refused(made: Rig, hours: float, word: str) -> None:
    see(made, "acme/edge1", "xe-0/0/0")

    with pytest.raises(InputError, match=word):
        made.bench.traffic("acme/edge1", "xe-0/0/0", hours=hours)
