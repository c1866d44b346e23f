"""How a port is and since when, and how its device answers pings, as the facade tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from netwb.errors import MetricsUnavailableError, UnknownNameError
from netwb.inventory.ports.records import Port
from netwb.inventory.records import EVERYWHERE
from netwb.metrics.records import Measurement, Point, SeriesKey
from netwb.roles import Role
from netwb.workbench import Workbench
from netwb.workbench.port_state_records import Since
from tests.benches import Rig, rig, with_parts
from tests.counted import give_ports
from tests.views.people import log_in

GBIT = 1_000


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",), "borealis": ("pe1",)}) as one:
        yield one


def port_of(made: Rig, device: str) -> Port:
    return give_ports(made.bench, made.devices[device], "xe-0/0/0")[0]


def measure(
    made: Rig, port: Port, minute: int, values: Mapping[str, float], what: Measurement = "interface"
) -> None:
    """So many minutes ago."""
    name = port.name if what == "interface" else ""
    key = SeriesKey(tenant=port.device_tenant, device_id=port.device_id, name=name)
    at = int(made.clock().timestamp()) - 60 * minute
    point = Point(
        measurement=what, key=key, site="fra1", device=port.hostname, at=at, values=values
    )
    made.bench._parts.metrics.write([point])


def state(made: Rig, port: Port, minute: int, *, oper: int = 1, speed: int = GBIT) -> None:
    counted = {"ifHCInOctets": 5, "ifAdminStatus": 1}
    measure(made, port, minute, {**counted, "ifOperStatus": oper, "ifHighSpeed": speed})


def ago(made: Rig, minutes: int) -> datetime:
    return datetime.fromtimestamp(int(made.clock().timestamp()) - 60 * minutes, UTC)


def test_a_state_stands_since_it_was_seen_to_change(made: Rig) -> None:
    port = port_of(made, "acme/edge1")
    for minute in range(120, -1, -1):
        state(made, port, minute, oper=2 if minute > 30 else 1, speed=100 if minute > 90 else GBIT)

    found = made.bench.port_state(port.id)

    assert found.state == "up"
    assert found.oper_since == Since(at=ago(made, 30), is_known=True)
    assert found.speed_since == Since(at=ago(made, 90), is_known=True)
    assert found.newest == ago(made, 0)


def test_a_state_that_was_never_seen_to_change_is_that_old_at_least(made: Rig) -> None:
    port = port_of(made, "acme/edge1")
    state(made, port, 10_000, oper=2)
    state(made, port, 0, oper=2)

    found = made.bench.port_state(port.id)

    assert found.state == "down"
    assert found.oper_since == Since(at=ago(made, 10_000), is_known=False)


@pytest.mark.parametrize("changed", [200, 10_000], ids=["changed before", "never changed"])
def test_a_state_stands_since_the_restart_of_its_device_at_least(made: Rig, changed: int) -> None:
    port = port_of(made, "acme/edge1")
    for minute in range(240, -1, -1):
        state(made, port, minute, oper=2 if minute > changed else 1)
        up = 100_000 + 60 * (240 - minute) if minute > 90 else 60 * (90 - minute)
        measure(made, port, minute, {"sysUpTime": 100 * up}, "device")

    found = made.bench.port_state(port.id)

    assert found.oper_since == Since(at=ago(made, 90), is_known=False, restarted=True)
    assert found.speed_since is not None
    assert not found.speed_since.restarted


def test_a_state_that_came_after_the_restart_stands_since_then(made: Rig) -> None:
    port = port_of(made, "acme/edge1")
    for minute in range(240, -1, -1):
        state(made, port, minute, oper=2 if minute > 80 else 1)
        up = 100_000 if minute > 90 else 60 * (90 - minute)
        measure(made, port, minute, {"sysUpTime": 100 * up}, "device")

    assert made.bench.port_state(port.id).oper_since == Since(at=ago(made, 80), is_known=True)


def test_a_port_that_was_never_read_has_no_time(made: Rig) -> None:
    found = made.bench.port_state(port_of(made, "acme/edge1").id)

    assert (found.state, found.newest) == ("never", None)
    assert (found.oper_since, found.speed_since) == (None, None)


def test_pings_stand_in_the_buckets_of_the_traffic_and_an_unanswered_one_has_no_delay(
    made: Rig,
) -> None:
    port = port_of(made, "acme/edge1")
    for minute in range(60, -1, -1):
        lost = 20 <= minute < 30  # a sample stands for the minute before it
        answered = {} if lost else {"average_response_ms": 12.5}
        loss = {"percent_packet_loss": 100.0 if lost else 0.0}
        measure(made, port, minute, {**loss, **answered}, "ping")
    now = made.clock()

    found = made.bench.port_pings(port.id, since=now - timedelta(hours=1), until=now, step_s=600)

    assert len(found.begin) == len(found.loss.mean) == 6
    assert found.loss.mean.tolist() == [0, 0, 0, 100, 0, 0]
    assert found.delay.mean[2] == pytest.approx(12.5)
    assert np.isnan(found.delay.mean[3])
    assert found.newest is not None


def test_a_device_that_nobody_pings_has_no_level(made: Rig) -> None:
    now = made.clock()
    found = made.bench.port_pings(
        port_of(made, "acme/edge1").id, since=now - timedelta(hours=1), until=now, step_s=600
    )

    assert found.newest is None
    assert np.isnan(found.loss.mean).all()


def test_how_old_the_counters_are_is_told_and_a_silent_store_is_an_answer(made: Rig) -> None:
    class Silent:
        def health(self) -> object:
            msg = "InfluxDB at http://192.0.2.7:8086 cannot be reached; start it"
            raise MetricsUnavailableError(msg)

    never = made.bench.counters_seen()
    state(made, port_of(made, "acme/edge1"), 0)
    fresh = made.bench.counters_seen()
    made.clock.advance(minutes=5)
    old = made.bench.counters_seen()
    parts = with_parts(made.bench._parts, metrics=Silent())
    silent = Workbench(parts, made.bench._who, EVERYWHERE).counters_seen()

    assert (never.newest, never.is_stale, never.answers) == (None, False, True)
    assert (fresh.newest, fresh.is_stale) == (ago(made, 5), False)
    assert (old.newest, old.is_stale) == (ago(made, 5), True)
    assert (silent.newest, silent.answers) == (None, False)


def test_a_customer_is_told_of_own_ports_alone_and_of_pings_since_they_were_his(made: Rig) -> None:
    port, foreign = port_of(made, "borealis/pe1"), port_of(made, "acme/edge1")
    pings = {"percent_packet_loss": 50.0}
    for minute in range(60, -1, -1):
        measure(made, port, minute, pings, "ping")
    later = made.clock.now
    made.clock.now -= timedelta(minutes=30)
    made.bench.set_port("borealis/pe1", "xe-0/0/0", tenant="acme")
    made.clock.now = later
    bob = log_in(made, "bob", Role.CUSTOMER, ("acme",))
    cut = {"since": later - timedelta(hours=1), "until": later, "step_s": 600}

    found = bob.port_pings(port.id, **cut)  # type: ignore[arg-type]

    assert np.isfinite(found.loss.mean).tolist() == [False] * 3 + [True] * 3
    eve = log_in(made, "eve", Role.CUSTOMER, ("borealis",))
    with pytest.raises(UnknownNameError):
        eve.port_state(foreign.id)
    with pytest.raises(UnknownNameError):
        eve.port_pings(foreign.id, **cut)  # type: ignore[arg-type]
