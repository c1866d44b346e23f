"""What the facade tells a wall, and to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from netwb.access.principals import Fixed
from netwb.errors import MetricsUnavailableError, NotAuthenticatedError, NotPermittedError
from netwb.inventory.ports.records import SeenPort
from netwb.inventory.records import EVERYWHERE
from netwb.metrics.records import Point, SeriesKey
from netwb.notify.records import Severity
from netwb.roles import ALL_TENANTS, Actor, Permission, Role, Scope
from netwb.store.models import PortRow
from netwb.workbench import Workbench
from netwb.workbench.wall_records import WallNews
from tests.benches import Rig, rig, with_parts
from tests.blackhole.ledger.ground import begin
from tests.stores import EACH_STORE
from tests.views.people import log_in

pytestmark = EACH_STORE
HOSTS = {"acme": ("edge1", "edge2"), "borealis": ("pe1", "pe2", "pe3")}
EVERY = tuple(f"{tenant}/{host}" for tenant, hosts in HOSTS.items() for host in hosts)
PORT = "xe-0/0/0"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS) as one:
        ids = [one.devices[name].id for name in EVERY]
        seen = SeenPort(name=PORT, if_index=1, alias="", if_type=6, speed_bps=10**9)
        one.bench._parts.ports.sighted({key: [seen] for key in ids})
        with one.bench._parts.database.writing(ALL_TENANTS) as session:
            for row in session.scalars(select(PortRow)):
                row.watched = True
        yield one


def wrong(made: Rig, kind: str, name: str = "", severity: Severity = "warning") -> None:
    """That stands wrong from now on, of that device or of netwb itself."""
    device = made.devices.get(name)
    made.bench._parts.notices.stands(
        kind,
        tenant_id=device.tenant_id if device else "",
        subject=device.id if device else "home",
        label=name or "home",
        is_wrong=True,
        severity=severity,
        message=f"{name} is not as it should be",
    )


def answer(made: Rig, *names: str, ping: float = 0.0, oper: int = 1, octets: int = 0) -> None:
    """These devices answer now, with one port; or they lost so many per cent of the pings."""
    at = int(made.clock().timestamp())
    points = []
    for name in names:
        tenant, hostname = name.split("/")
        key = SeriesKey(tenant=tenant, device_id=made.devices[name].id)
        port = SeriesKey(tenant=tenant, device_id=key.device_id, name=PORT)
        more: dict[str, Any] = {"site": "fra1", "device": hostname, "at": at}
        values = {"percent_packet_loss": ping}
        points.append(Point(measurement="ping", key=key, values=values, **more))
        if ping < 100:
            states = {"ifOperStatus": oper, "ifAdminStatus": 1}
            counters = {"ifHCInOctets": octets, "ifHCOutOctets": octets}
            points.append(Point(measurement="device", key=key, values={"sysUpTime": 9}, **more))
            points.append(
                Point(measurement="interface", key=port, values={**states, **counters}, **more)
            )
    made.bench._parts.metrics.write(points)


def flow(made: Rig) -> None:
    """Something went through each port for half an hour."""
    for number in range(30):
        answer(made, *EVERY, octets=number * 10**9)
        made.clock.advance(seconds=60)


def told(news: WallNews) -> list[tuple[str, str]]:
    return [(f"{one.tenant}/{one.site}", one.status) for one in news.sites]


def test_sites_stand_worst_first_and_say_why_and_since_when(made: Rig) -> None:
    answer(made, *EVERY)
    begun = made.clock()
    made.clock.advance(seconds=300)
    answer(made, *(name for name in EVERY if name != "borealis/pe2"))
    answer(made, "borealis/pe2", ping=100.0)

    news = made.bench.wall()

    assert told(news) == [("borealis/fra1", "down"), ("acme/fra1", "up")]
    assert news.sites[0].reason == "pe2: answers neither SNMP nor ICMP"
    assert (news.sites[0].since, news.sites[0].up, news.sites[0].devices) == (begun, 2, 3)
    assert news.newest == made.clock()


def test_a_port_that_is_down_is_so_since_it_was_first_seen_down(made: Rig) -> None:
    answer(made, *EVERY)
    made.clock.advance(seconds=60)
    down_at = made.clock()
    for _ in range(3):
        answer(made, *EVERY[1:])
        answer(made, EVERY[0], oper=2)
        made.clock.advance(seconds=60)

    site = made.bench.wall().sites[0]

    assert (site.status, site.reason) == ("degraded", f"edge1: {PORT} down")
    assert (site.since, site.since_before) == (down_at, False)


def test_a_port_that_was_never_seen_up_is_down_for_longer_than_that(made: Rig) -> None:
    answer(made, EVERY[0], oper=2)

    assert made.bench.wall().sites[0].since_before


def test_the_busiest_ports_are_there_and_no_more_than_three(made: Rig) -> None:
    flow(made)

    ports = made.bench.wall().ports

    assert len(ports) == 3
    assert {one.port.name for one in ports} == {PORT}


def test_a_customer_gets_nothing_of_others_from_what_was_read_for_all(made: Rig) -> None:
    noc = log_in(made, "noc", Role.CUSTOMER, ("acme",))
    flow(made)
    whole = made.bench.wall()

    own = noc.wall()

    assert {one.tenant for one in whole.sites} == {"acme", "borealis"}
    assert {one.tenant for one in own.sites} == {"acme"}
    assert {one.port.tenant for one in own.ports} == {"acme"}
    assert {one.tenant for one in made.bench.where(tenant="borealis").wall().sites} == {"borealis"}


def test_a_link_that_is_full_is_told_since_it_is(made: Rig) -> None:
    for number in range(40):
        octets = number * 300_000_000 * 60 // 8
        full = sum(60 * (970_000_000 if n > 20 else 300_000_000) // 8 for n in range(number + 1))
        answer(made, *EVERY[1:], octets=octets)
        answer(made, EVERY[0], octets=full)
        made.clock.advance(seconds=60)

    worst, other = made.bench.wall().sites

    assert (worst.tenant, worst.status, worst.up) == ("acme", "degraded", 1)
    assert worst.reason == f"edge1: {PORT} at 97 % of 1 Gbit/s"
    assert worst.since is not None
    assert 15 <= (made.clock() - worst.since).total_seconds() / 60 <= 21
    assert not worst.since_before
    assert other.status == "up"


def test_what_stands_wrong_is_counted_and_no_customer_hears_of_others(made: Rig) -> None:
    noc = log_in(made, "noc", Role.CUSTOMER, ("acme",))
    wrong(made, "device.stale", "acme/edge1")
    wrong(made, "device.stale", "borealis/pe1")
    wrong(made, "disk.space", severity="critical")

    whole, own = made.bench.wall().alarms, noc.wall().alarms

    assert [(one.kind, one.many) for one in whole] == [("disk.space", 1), ("device.stale", 2)]
    assert [(one.kind, one.many) for one in own] == [("device.stale", 1)]


def test_who_may_see_the_same_shares_one_reading_for_an_interval(made: Rig) -> None:
    ada = log_in(made, "ada", Role.CUSTOMER, ("acme",))
    ben = log_in(made, "ben", Role.ENGINEER, ("acme",))

    first = ada.wall()

    assert ben.wall() is first
    made.clock.advance(seconds=60)
    assert ben.wall() is not first


def test_a_right_that_was_taken_opens_no_shared_reading(made: Rig) -> None:
    ada = log_in(made, "ada", Role.CUSTOMER, ("acme",))
    ada.wall()

    made.bench.retire_user("ada")

    with pytest.raises(NotAuthenticatedError):
        ada.wall()


def test_without_traffic_there_are_no_ports_and_without_monitoring_nothing(made: Rig) -> None:
    flow(made)

    def holding(*rights: Permission) -> Workbench:
        actor = Actor(name="scraper", role=Role.VIEWER, scope=ALL_TENANTS, only=frozenset(rights))
        return Workbench(made.bench._parts, Fixed(actor), EVERYWHERE)

    assert made.bench.wall().ports
    assert holding(Permission.MONITORING_VIEW).wall().ports == ()
    with pytest.raises(NotPermittedError, match=r"monitoring\.view"):
        holding(Permission.TRAFFIC_VIEW).wall()


def test_a_store_that_does_not_answer_is_a_sentence(made: Rig) -> None:
    class Silent:
        def newest(self, *_: object) -> object:
            msg = "the metrics store does not answer; start it"
            raise MetricsUnavailableError(msg)

    parts = with_parts(made.bench._parts, metrics=Silent())
    news = Workbench(parts, made.bench._who, EVERYWHERE).wall()

    assert news.fault == "the metrics store does not answer; start it"
    assert news.sites == ()


def test_a_tenants_wall_has_a_number_in_the_place_of_the_cause(
    made: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    class Silent:
        def newest(self, *_: object) -> object:
            msg = "InfluxDB 127.0.0.1:18086 cannot be reached; correct metrics.url"
            raise MetricsUnavailableError(msg)

    parts = with_parts(made.bench._parts, metrics=Silent())
    scope = Scope(frozenset({made.devices["acme/edge1"].tenant_id}))
    screen = Actor(name="wall", role=Role.VIEWER, scope=scope)

    said = Workbench(parts, Fixed(screen), EVERYWHERE).wall().fault

    assert "127.0.0.1" not in said
    assert "metrics.url" not in said
    (reference,) = re.findall("the reference ([0-9a-f]{8})", said)
    assert f"reference {reference}: InfluxDB 127.0.0.1:18086" in caplog.text


def test_attacks_on_charts_are_those_of_the_scope_that_routers_were_sent(made: Rig) -> None:
    ledger = made.bench._parts.attacks.ledger
    asked = [
        begin(made, f"203.0.113.{last}/32", tenant=tenant)
        for last, tenant in ((10, "acme"), (20, "borealis"))
    ]
    begin(made, "203.0.113.30/32", "hold")
    announced = [ledger.move(one, "announced") for one in asked]
    made.clock.advance(minutes=4)
    for one in filter(None, announced[:1]):
        gone = ledger.move(one, "withdrawing")
        assert gone is not None
        ledger.move(gone, "withdrawn")
    noc = log_in(made, "noc", Role.CUSTOMER, ("acme",))

    whole, own = made.bench.wall().attacks, noc.wall().attacks

    (ours,) = own
    lasted = None if ours.until is None else ours.until - ours.since
    assert ours.tenant_id == made.bench.tenant("acme").id
    assert lasted == timedelta(minutes=4)
    assert ours in whole
    assert sorted(one.until is None for one in whole) == [False, True]


def test_blackholes_are_those_of_the_scope_and_what_waits_is_first(made: Rig) -> None:
    bench = made.bench
    bench.add_prefix("acme", "203.0.113.0/25", mode="approve")
    bench.add_prefix("borealis", "203.0.113.128/25", mode="approve")
    bench.add_trigger("borealis/pe1", max_routes=20)
    bench.blackhole("203.0.113.10", reason="flood", wait_s=0)
    made.clock.advance(seconds=5)
    bench.blackhole("203.0.113.200", reason="flood", wait_s=0)
    noc = log_in(made, "noc", Role.CUSTOMER, ("acme",))

    whole, own = bench.wall().blackholes, noc.wall().blackholes

    assert (whole.held, whole.standing) == (2, 0)
    assert [one.network for one in whole.first] == ["203.0.113.10", "203.0.113.200"]
    assert [(one.network, one.tenant, one.state) for one in own.first] == [
        ("203.0.113.10", "acme", "held")
    ]
    assert own.held == 1
