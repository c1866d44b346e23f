"""Whether devices are up, as the facade tells it to each person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from netwb.access.principals import Fixed
from netwb.errors import NotPermittedError
from netwb.inventory.ports.records import SeenPort
from netwb.inventory.records import EVERYWHERE
from netwb.metrics.records import Point, SeriesKey
from netwb.metrics.status import NO_INTERFACE
from netwb.roles import ALL_TENANTS, Actor, Permission, Role
from netwb.store.models import PortRow
from netwb.workbench import Workbench
from netwb.workbench.monitoring import Monitoring
from tests.benches import Rig, rig
from tests.stores import EACH_STORE
from tests.views.people import log_in

pytestmark = EACH_STORE
HOSTS = {"acme": ("edge1", "edge2"), "borealis": ("pe1", "pe2", "pe3")}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS) as one:
        yield one


def answer(made: Rig, *names: str, ping: float | None = None, oper: int | None = None) -> None:
    """These devices answer SNMP now; with `ping` they lost so many per cent of the pings."""
    at = int(made.clock().timestamp())
    points = []
    for name in names:
        tenant, hostname = name.split("/")
        key = SeriesKey(tenant=tenant, device_id=made.devices[name].id)
        more: dict[str, Any] = {"site": "fra1", "device": hostname, "at": at}
        if ping is None or ping < 100:
            points.append(Point(measurement="device", key=key, values={"sysUpTime": 9}, **more))
        if ping is not None:
            values = {"percent_packet_loss": ping}
            points.append(Point(measurement="ping", key=key, values=values, **more))
        if oper is not None:
            port = SeriesKey(tenant=tenant, device_id=key.device_id, name="xe-0/0/0")
            states = {"ifOperStatus": oper, "ifAdminStatus": 1}
            points.append(Point(measurement="interface", key=port, values=states, **more))
    made.bench._parts.metrics.write(points)


def states(found: Monitoring) -> dict[str, str]:
    return {f"{one.device.tenant}/{one.device.hostname}": one.state.status for one in found.devices}


def test_what_was_never_heard_of_is_unknown(made: Rig) -> None:
    found = made.bench.monitoring()

    assert set(states(found).values()) == {"unknown"}
    assert (found.overall, found.newest) == ("unknown", None)
    assert {one.state.reason for one in found.devices} == {"never heard of"}


def test_one_that_falls_silent_is_down_and_stands_first(made: Rig) -> None:
    every = [f"{tenant}/{host}" for tenant, hosts in HOSTS.items() for host in hosts]
    answer(made, *every, ping=0.0)
    made.clock.advance(seconds=300)
    answer(made, *(name for name in every if name != "acme/edge2"), ping=0.0)
    answer(made, "acme/edge2", ping=100.0)

    found = made.bench.monitoring()

    first = found.devices[0]
    assert (first.device.hostname, first.state.status) == ("edge2", "down")
    assert (first.age_s, found.overall) == (300, "down")
    assert found.counts["up"] == 4


def test_a_watched_port_that_is_down_degrades_its_device(made: Rig) -> None:
    edge1 = made.devices["acme/edge1"].id
    seen = SeenPort(name="xe-0/0/0", if_index=1, alias="", if_type=6, speed_bps=10**9)
    made.bench._parts.ports.sighted({edge1: [seen]})
    answer(made, "acme/edge1", "acme/edge2", oper=2)

    told = {one.device.hostname: one.state.reason for one in made.bench.monitoring().devices}
    assert (told["edge1"], told["edge2"]) == ("", NO_INTERFACE)
    assert states(made.bench.monitoring())["acme/edge1"] == "up"
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        session.scalars(select(PortRow)).one().watched = True
    assert states(made.bench.monitoring())["acme/edge1"] == "degraded"


def test_a_customer_is_told_of_its_own_devices_alone(made: Rig) -> None:
    noc = log_in(made, "noc", Role.CUSTOMER, ("acme",))
    answer(made, "acme/edge1")

    assert states(noc.monitoring()) == {"acme/edge1": "up", "acme/edge2": "unknown"}


def test_a_silence_is_judged_by_the_devices_of_others_too(made: Rig) -> None:
    """A customer with one device would never hear that it is down."""
    noc = log_in(made, "noc", Role.CUSTOMER, ("acme",))
    answer(made, "borealis/pe1", "borealis/pe2", "borealis/pe3", ping=0.0)
    answer(made, "acme/edge1", "acme/edge2", ping=100.0)

    assert set(states(noc.monitoring()).values()) == {"unknown"}
    made.clock.advance(seconds=-600)
    answer(made, "acme/edge1", ping=0.0)
    made.clock.advance(seconds=600)
    assert states(noc.monitoring())["acme/edge1"] == "down"


def test_a_silence_is_judged_by_those_that_the_same_shard_asks(made: Rig) -> None:
    """All that a shard asks are silent together where it is the shard that fails."""
    made.bench.add_shard("north", sites=["acme/fra1"])
    made.bench.add_shard("south", sites=["borealis/fra1"])
    every = [f"{tenant}/{host}" for tenant, hosts in HOSTS.items() for host in hosts]
    answer(made, *every, ping=0.0)
    made.clock.advance(seconds=300)
    answer(made, "borealis/pe1", "borealis/pe2", ping=0.0)
    answer(made, "acme/edge1", "acme/edge2", "borealis/pe3", ping=100.0)

    found = made.bench.monitoring()

    assert states(found) == {
        "acme/edge1": "unknown",
        "acme/edge2": "unknown",
        "borealis/pe1": "up",
        "borealis/pe2": "up",
        "borealis/pe3": "down",
    }
    collectors = {one.device.hostname: one.collector for one in found.devices}
    assert (collectors["edge1"], collectors["pe3"]) == ("north", "south")


def test_who_asks_is_the_poller_until_a_shard_does(made: Rig) -> None:
    by_nobody_else = {one.collector for one in made.bench.monitoring().devices}
    made.bench.add_shard("south", sites=["borealis/fra1"])
    of_acme = made.bench.where(tenant="acme").monitoring().devices

    assert by_nobody_else == {one.collector for one in of_acme} == {"poller"}


def test_maintenance_is_said_as_such_and_a_planned_device_is_not_awaited(made: Rig) -> None:
    made.bench.set_device("acme/edge1", status="maintenance")
    made.bench.set_device("acme/edge2", status="planned")

    assert states(made.bench.where(tenant="acme").monitoring()) == {"acme/edge1": "maintenance"}


def test_who_may_not_see_monitoring_is_told_why(made: Rig) -> None:
    may_read_texts = frozenset({Permission.CONFIG_VIEW})
    actor = Actor(name="scraper", role=Role.VIEWER, scope=ALL_TENANTS, only=may_read_texts)
    scraper = Workbench(made.bench._parts, Fixed(actor), EVERYWHERE)

    with pytest.raises(NotPermittedError, match=r"monitoring\.view"):
        scraper.monitoring()
