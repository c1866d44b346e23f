"""Traffic of many ports, as the facade tells it to each person: whole, bounded, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from netwb.errors import InputError, UnknownNameError
from netwb.inventory.ports.records import Port, SeenPort, WherePort
from netwb.metrics.records import Measurement, Point, SeriesKey
from netwb.roles import Role
from netwb.workbench.traffic_many_records import PortNumbers, TrafficOverview
from netwb.workbench.traffic_parts import read_every_s
from tests.benches import Rig, rig
from tests.stores import EACH_STORE
from tests.views.people import log_in

pytestmark = EACH_STORE
EVERY_S = 60
QUOTED = 'Gi "0/1"\'; <b>'


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "borealis": ("pe1",)}) as one:
        yield one


def see(made: Rig, device: str, *names: str, speed_bps: int = 10**9) -> list[Port]:
    seen = [
        SeenPort(name=name, if_index=place, alias="", if_type=6, speed_bps=speed_bps)
        for place, name in enumerate(names, start=1)
    ]
    made.bench._parts.ports.sighted({made.devices[device].id: seen})
    return list(made.bench.ports(WherePort(device=made.devices[device].id)))


def write(made: Rig, device: str, name: str, at: int, **values: int) -> None:
    tenant, hostname = device.split("/")
    measurement: Measurement = "interface" if name else "device"
    key = SeriesKey(tenant=tenant, device_id=made.devices[device].id, name=name)
    point = Point(
        measurement=measurement, key=key, site="fra1", device=hostname, at=at, values=values
    )
    made.bench._parts.metrics.write([point])


def count(made: Rig, device: str, name: str, bps: float, **more: Any) -> None:
    """A steady rate in of the last hour, half of it out; its device answers too."""
    minutes, states = more.get("minutes", 60), {"ifOperStatus": 1, "ifAdminStatus": 1}
    end = int(made.clock().timestamp()) // EVERY_S * EVERY_S - EVERY_S * more.get("ago", 0)
    for minute in range(minutes + 1):
        if minute in more.get("without", ()):
            continue
        octets = {
            "ifHCInOctets": int(bps / 8 * EVERY_S * minute),
            "ifHCOutOctets": int(bps / 16 * EVERY_S * minute),
        }
        at = end - EVERY_S * (minutes - minute)
        write(made, device, name, at, **{**octets, **states, **more.get("states", {})})
    answer(made, device)


def answer(made: Rig, device: str) -> None:
    write(made, device, "", int(made.clock().timestamp()) // EVERY_S * EVERY_S, sysUpTime=9)


def named(found: TrafficOverview) -> dict[str, PortNumbers]:
    return {one.port.name: one for one in found.ports}


def test_each_port_has_its_numbers_and_the_busiest_stand_first(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0", "xe-1", "xe-2")
    count(made, "acme/edge1", "xe-0", 100e6)
    count(made, "acme/edge1", "xe-1", 700e6)

    found = made.bench.traffic_overview(hours=1)

    assert [one.port.name for one in found.ports] == ["xe-1", "xe-0", "xe-2"]
    first = found.ports[0]
    assert (first.in_least, first.in_mean, first.in_p95, first.in_most) == pytest.approx(
        (700e6,) * 4
    )
    assert (first.out_p95, first.percent) == pytest.approx((350e6, 70))
    assert first.in_octets == 700e6 / 8 * 3_600
    assert found.ports[2].in_mean is None
    assert next(iter(found.ports.frame()["port"])) == "acme/edge1 xe-1"
    assert "acme/edge1 xe-1" in (found._repr_html_() or "")


@pytest.mark.parametrize("hours", [1, 8.51, 24 * 10])
def test_a_port_has_the_same_figures_in_the_list_as_by_itself_also_beside_a_gap(
    made: Rig, hours: float
) -> None:
    see(made, "acme/edge1", "xe-0")
    gone = {*range(7, 29), *range(301, 303), *range(411, 450)}
    for minute in range(500):
        if minute not in gone:
            at = int(made.clock().timestamp()) // 60 * 60 - 23 - 61 * (500 - minute)
            octets = 1_000_003 * minute * minute
            write(made, "acme/edge1", "xe-0", at, ifHCInOctets=octets, ifHCOutOctets=7 * octets)

    flows = made.bench.traffic("acme/edge1", "xe-0", hours=hours).flows
    found = made.bench.traffic_overview(hours=hours)

    (one,) = found.ports
    end = made.clock()
    (busy,) = made.bench.busiest(since=end - timedelta(hours=hours), until=end)
    assert (found.every_s, busy.every_s) == (0, 0)
    assert (busy.p95_in, busy.p95_out) == (one.in_p95, one.out_p95)
    for side in ("in", "out"):
        flow, total = flows["bits", side], found.sum.flows[side]
        assert flow.percentile == total.percentile
        assert (flow.percentile.value, flow.total) == (
            getattr(one, f"{side}_p95"),
            getattr(one, f"{side}_octets"),
        )
        assert (flow.least, flow.most, flow.total) == (
            getattr(one, f"{side}_least"),
            getattr(one, f"{side}_most"),
            total.total,
        )


def test_figures_of_five_minutes_are_said_to_be(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0")

    assert made.bench.traffic_overview(hours=33 * 24).every_s == 300


def test_a_day_is_read_whole_and_says_the_same(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0")
    count(made, "acme/edge1", "xe-0", 400e6, minutes=600)

    found = made.bench.traffic_overview(hours=10)

    one = found.ports[0]
    assert (one.in_p95, one.in_mean, one.in_most) == pytest.approx((400e6,) * 3)
    assert one.in_octets == pytest.approx(400e6 / 8 * 36_000, rel=0.01)
    assert found.sum.step_s == 60


@pytest.mark.parametrize("hours", [1, 10], ids=["an hour", "ten hours"])
def test_a_counter_that_leaps_by_more_than_its_port_carries_is_counted_nowhere(
    made: Rig, hours: int
) -> None:
    see(made, "acme/edge1", "xe-0")
    end = int(made.clock().timestamp()) // 300 * 300
    for minute in range(60 * hours + 1):
        octets = 60 * minute * 50_000_000 + (10**13 if minute > 32 else 0)
        at = end - 60 * (60 * hours - minute)
        write(made, "acme/edge1", "xe-0", at, ifHCInOctets=octets, ifHCOutOctets=0)

    one = made.bench.traffic("acme/edge1", "xe-0", hours=hours)
    (found,) = made.bench.traffic_overview(hours=hours).ports
    (busy,) = made.bench.busiest(since=one.since, until=one.until)

    flow = one.flows["bits", "in"]
    assert (flow.average, flow.most, found.in_mean, found.in_most) == pytest.approx((400e6,) * 4)
    assert (found.in_p95, busy.p95_in) == pytest.approx((400e6, 400e6))
    assert [event.kind for event in one.events] == ["absurd"]
    assert len(one.gaps) == 1


@pytest.mark.parametrize("minutes", [60, 20, 10, 5])
def test_samples_that_come_seldomer_than_is_asked_are_data_in_every_view(
    made: Rig, minutes: int
) -> None:
    see(made, "acme/edge1", "xe-0")
    end = int(made.clock().timestamp())
    for place in range(37):
        octets = place * 300 * 50_000_000
        at = end - 40 - 300 * (36 - place)
        write(made, "acme/edge1", "xe-0", at, ifHCInOctets=octets, ifHCOutOctets=octets)
    until = made.clock() - timedelta(minutes=60)

    one = made.bench.traffic(
        "acme/edge1", "xe-0", since=until - timedelta(minutes=minutes), until=until
    )
    (found,) = made.bench.traffic_overview(since=one.since, until=until).ports

    flow = one.flows["bits", "in"]
    assert (flow.average, flow.most, found.in_mean, found.in_most) == pytest.approx((400e6,) * 4)
    assert np.isfinite(flow.mean).all()
    assert (one.gaps, one.usual_s, one.interval_s) == ((), 300, 60)
    now = made.bench.traffic("acme/edge1", "xe-0", hours=1)
    assert (now.gaps, now.is_stale) == ((), False)


@pytest.mark.parametrize("hours", [1, 10], ids=["an hour", "ten hours"])
def test_a_sum_of_samples_that_come_seldomer_than_is_asked_lacks_none_at_its_young_end(
    made: Rig, hours: int
) -> None:
    see(made, "acme/edge1", "xe-0", "xe-1")
    end = int(made.clock().timestamp())
    for name, age_s in (("xe-0", 20), ("xe-1", 280)):
        for place in range(12 * hours + 2):
            octets = place * 300 * 50_000_000
            at = end - age_s - 300 * (12 * hours + 1 - place)
            more = {"ifOperStatus": 1, "ifAdminStatus": 1}
            write(made, "acme/edge1", name, at, ifHCInOctets=octets, ifHCOutOctets=octets, **more)
    write(made, "acme/edge1", "", end - 280, sysUpTime=9)

    found = made.bench.traffic_overview(hours=hours)

    assert (found.sum.short, found.sum.gaps, found.sum.usual_s) == ((), (), 300)
    assert {one.state for one in found.ports} == {"up"}


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ({}, "up"),
        ({"ifOperStatus": 2}, "down"),
        ({"ifOperStatus": 2, "ifAdminStatus": 2}, "off"),
    ],
)
def test_a_port_is_said_to_be_as_it_last_answered(
    made: Rig, states: dict[str, int], state: str
) -> None:
    see(made, "acme/edge1", "xe-0")
    count(made, "acme/edge1", "xe-0", 1e6, states=states, minutes=3)

    assert made.bench.traffic_overview(hours=1).ports[0].state == state


def test_what_gives_no_numbers_is_marked_with_why(made: Rig) -> None:
    """Twice of one name, without counters of 64 bits, silent with its device, never heard of."""
    see(made, "acme/edge1", "twice", "old")
    see(made, "acme/edge2", "late")
    see(made, "borealis/pe1", "new")
    count(made, "acme/edge2", "late", 1e6, minutes=10, ago=20)
    made.clock.advance(minutes=5)
    now = int(made.clock().timestamp()) // EVERY_S * EVERY_S
    write(made, "acme/edge1", "old", now, ifOperStatus=1, ifAdminStatus=1)
    answer(made, "acme/edge1")

    found = named(made.bench.traffic_overview(hours=1))

    states = {name: one.state for name, one in found.items()}
    assert states == {"twice": "silent", "old": "uncounted", "late": "stale", "new": "never"}
    assert found["late"].newest is not None
    assert found["old"].in_mean is None


def test_a_name_with_quotes_and_newlines_is_one_like_any_other(made: Rig) -> None:
    see(made, "acme/edge1", QUOTED)
    count(made, "acme/edge1", QUOTED, 5e6, minutes=10)

    found = made.bench.traffic_overview(hours=1)

    assert named(found)[QUOTED].in_p95 == pytest.approx(5e6)
    assert "<b>" not in (found._repr_html_() or "")


def test_a_sum_says_of_how_many_ports_it_is_and_where_one_is_missing(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0", "xe-1", "xe-2")
    count(made, "acme/edge1", "xe-0", 100e6)
    count(made, "acme/edge1", "xe-1", 300e6, without=range(20, 31))

    total = made.bench.traffic_overview(hours=1).sum

    assert (total.known, total.asked, total.is_whole) == (2, 3, False)
    assert total.flows["in"].most == pytest.approx(400e6)
    (short,) = total.short
    assert short.of == 2
    assert (short.until - short.since, short.ports) == (12 * 60, 1)
    assert total.flows["in"].least == pytest.approx(400e6)  # fewer ports are no low
    assert total.gaps == ()
    assert "2 of 3" in repr(total)
    assert set(total.frame()["ports"]) == {1, 2}


def test_the_busiest_and_all_others_are_the_sum(made: Rig) -> None:
    names = [f"xe-{number}" for number in range(11)]
    see(made, "acme/edge1", *names)
    for place, name in enumerate(names):
        count(made, "acme/edge1", name, (place + 1) * 8e6, minutes=20)

    found = made.bench.traffic_overview(hours=1)

    shares = found.shares
    assert [line.port.name for line in shares.lines] == names[:2:-1]
    assert shares.others == 3
    frame = shares.frame()
    summed = np.nansum(frame.xs("in", axis=1, level=1).to_numpy(), axis=1)
    assert np.allclose(summed, np.nan_to_num(found.sum.flows["in"].mean))


def test_hours_of_a_heat_map_begin_as_clocks_do(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0")
    count(made, "acme/edge1", "xe-0", 250e6, minutes=120)

    heat = made.bench.traffic_overview(hours=2, zone=ZoneInfo("Asia/Kolkata")).heat

    assert {int(edge) % 3_600 for edge in heat.edges} == {1_800}
    (row,) = heat.rows
    assert np.nanmax(row.percent) == pytest.approx(25)
    assert list(heat.frame()) == ["acme/edge1 xe-0"]


def test_a_customer_sees_its_ports_on_whosever_device_and_nothing_of_others(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0")
    see(made, "borealis/pe1", "cust", "core")
    count(made, "acme/edge1", "xe-0", 100e6)
    made.bench.set_port("borealis/pe1", "cust", tenant="acme")
    made.clock.advance(minutes=30)
    for name, bps in (("cust", 300e6), ("core", 900e6)):
        count(made, "borealis/pe1", name, bps)
    noc = log_in(made, "noc", Role.CUSTOMER, ("acme",))

    found = noc.traffic_overview(hours=1)

    assert set(named(found)) == {"xe-0", "cust"}
    assert found.sum.asked == 2
    assert {line.port.name for line in found.shares.lines} == {"xe-0", "cust"}
    assert {row.port.name for row in found.heat.rows} == {"xe-0", "cust"}
    assert found.shares.others == 0
    assert named(found)["cust"].in_octets == pytest.approx(300e6 / 8 * 1_800, rel=0.04)
    assert {one.port.name for one in noc.port_trends()} == {"xe-0", "cust"}
    (core,) = made.bench.ports(WherePort(name="core"))
    with pytest.raises(UnknownNameError):
        noc.port_trends(ports=[core.id])


def test_what_was_measured_before_a_port_was_its_tenants_is_not_theirs(made: Rig) -> None:
    see(made, "borealis/pe1", "cust")
    count(made, "borealis/pe1", "cust", 300e6)
    made.bench.set_port("borealis/pe1", "cust", tenant="acme")
    noc = log_in(made, "noc", Role.CUSTOMER, ("acme",))
    now = made.clock()

    assert noc.traffic_overview(hours=1).sum.flows["in"].average is None
    assert len(noc.busiest(since=now - timedelta(hours=1), until=now)) == 0
    assert made.bench.traffic_overview(hours=1).sum.flows["in"].average == pytest.approx(300e6)


def test_sums_are_of_a_site_or_a_tenant_where_these_are_asked_for(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0")
    see(made, "borealis/pe1", "xe-9")
    count(made, "acme/edge1", "xe-0", 100e6, minutes=10)
    count(made, "borealis/pe1", "xe-9", 900e6, minutes=10)

    one = made.bench.traffic_overview(hours=1, where=WherePort(tenant="borealis")).sum

    assert one.flows["in"].most == pytest.approx(900e6)
    for nowhere in (WherePort(site="acme/fra9"), WherePort(tenant="nobody")):
        with pytest.raises(UnknownNameError):
            made.bench.traffic_overview(hours=1, where=nowhere)


def test_a_site_that_is_asked_for_does_not_widen_the_one_that_is_meant(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0")
    see(made, "borealis/pe1", "xe-9")

    meant = made.bench.where(site="borealis/fra1")

    assert [port.name for port in meant.ports()] == ["xe-9"]
    assert [port.name for port in meant.ports(WherePort(site="fra1"))] == ["xe-9"]
    assert list(meant.ports(WherePort(site="acme/fra1"))) == []


def test_a_question_of_ten_million_points_is_refused_before_it_is_asked(made: Rig) -> None:
    see(made, "acme/edge1", *(f"xe-{number}" for number in range(100)))

    with pytest.raises(
        InputError, match=r"100 ports over that time are 12 million samples .* 8,333 hours at most"
    ):
        made.bench.traffic_overview(hours=24 * 400)


@pytest.mark.parametrize(
    ("ports", "hours", "every_s"),
    [
        *((1_000, 6, 0), (1_000, 7, 300), (48_000, 1, 0), (48_000, 6, 300)),
        *((250, 24, 0), (25, 240, 0), (50, 240, 300), (1, 32 * 24, 0), (1, 33 * 24, 300)),
    ],
)
def test_of_too_many_ports_the_rollup_answers_where_each_poll_would_be_too_much(
    ports: int, hours: int, every_s: int
) -> None:
    assert read_every_s(ports, timedelta(hours=hours), 60) == every_s


def test_reading_is_told_as_it_goes_on_and_may_be_stopped(made: Rig) -> None:
    see(made, "acme/edge1", "xe-0")
    see(made, "acme/edge2", "xe-0", "xe-1")
    told: list[tuple[int, int]] = []

    def stop(*now: int) -> None:
        told.append((now[0], now[1]))
        raise InputError("enough")

    made.bench.traffic_overview(hours=1, on_ports=lambda *now: told.append(now))
    with pytest.raises(InputError, match="enough"):
        made.bench.traffic_overview(hours=24 * 1_100, on_ports=stop)

    assert told == [(3, 3), (1, 3)]


def test_a_port_that_grows_says_when_it_is_full_and_a_young_one_that_nobody_knows(
    made: Rig,
) -> None:
    see(made, "acme/edge1", "young", "grows")
    count(made, "acme/edge1", "young", 1e6, minutes=10)
    now = int(made.clock().timestamp()) // 300 * 300
    octets, points = 0, []
    device = made.devices["acme/edge1"]
    for number in range(45 * 288):
        day = number / 288
        octets += int((300e6 + 10e6 * day) / 8 * 300)
        points.append(
            Point(
                measurement="interface",
                key=SeriesKey(tenant="acme", device_id=device.id, name="grows"),
                site="fra1",
                device="edge1",
                at=now - 300 * (45 * 288 - number),
                values={"ifHCInOctets": octets, "ifHCOutOctets": octets // 9},
            )
        )
    made.bench._parts.metrics.write(points)

    grows, young = made.bench.port_trends(where=WherePort(device="acme/edge1"))

    assert (grows.port.name, grows.side, grows.verdict) == ("grows", "in", "filling")
    assert grows.days == pytest.approx(25, abs=2)
    assert young.said == "no trend: 0 days have data, 28 are needed"
    assert len(made.bench.port_trends().frame()) == 2


def hand_over(made: Rig, tenant: str, minutes_ago: int) -> None:
    since = made.clock() - timedelta(minutes=minutes_ago)
    made.bench.set_port("borealis/pe1", "cust", tenant=tenant, since=since)


def octets_of(found: TrafficOverview) -> dict[str, int | None]:
    return {"sum": found.sum.flows["in"].total} | {
        name: one.in_octets for name, one in named(found).items()
    }


def test_a_port_is_in_the_sum_of_each_tenant_for_its_own_time_whoever_looks(made: Rig) -> None:
    see(made, "borealis/pe1", "cust")
    count(made, "borealis/pe1", "cust", 300e6)
    hand_over(made, "acme", 20)
    noc = log_in(made, "noc", Role.CUSTOMER, ("acme",))
    old = log_in(made, "old", Role.CUSTOMER, ("borealis",))
    minute = 300e6 / 8 * 60

    for tenant, theirs, minutes in (("acme", noc, 20), ("borealis", old, 40)):
        seen = theirs.traffic_overview(hours=1)
        assert seen.sum.short == ()

        assert octets_of(seen)["cust"] == pytest.approx(minutes * minute, abs=minute)
        assert octets_of(seen)["sum"] == octets_of(seen)["cust"]
        where = WherePort(tenant=tenant)
        for found in (
            made.bench.traffic_overview(hours=1, where=where),
            made.bench.where(tenant=tenant).traffic_overview(hours=1),
            theirs.traffic_overview(hours=1, where=where),
        ):
            assert octets_of(found) == octets_of(seen)
            heat, same = (one.heat.rows[0].percent for one in (found, seen))
            assert np.array_equal(heat, same, equal_nan=True)
            (drawn,), (alike,) = found.shares.lines, seen.shares.lines
            assert np.array_equal(drawn.mean["in"], alike.mean["in"], equal_nan=True)
            assert [one.state for one in found.ports] == [one.state for one in seen.ports]
    assert octets_of(made.bench.traffic_overview(hours=1))["cust"] == pytest.approx(60 * minute)


def test_of_a_port_that_is_anothers_by_now_its_tenant_learns_nothing_that_came_since(
    made: Rig,
) -> None:
    see(made, "borealis/pe1", "cust")
    count(made, "borealis/pe1", "cust", 300e6)
    made.bench.set_port("borealis/pe1", "cust", speed_override_bps=10**8)
    hand_over(made, "acme", 20)
    made.bench.set_port("borealis/pe1", "cust", circuit_ref="ACME-7", watched=True)
    old = log_in(made, "old", Role.CUSTOMER, ("borealis",))
    now = made.clock()

    (one,) = old.traffic_overview(hours=1).ports

    assert (one.port.tenant, one.port.circuit_ref, one.port.watched) == ("borealis", None, False)
    assert (one.port.limit_bps, one.state) == (10**9, "gone")
    assert one.newest is not None
    assert one.newest <= now - timedelta(minutes=20)
    for asked in (
        WherePort(find="acme-7"),
        WherePort(circuit_ref="ACME-7"),
        WherePort(watched=True),
        WherePort(site="borealis/nowhere9"),
    ):
        try:
            assert len(old.traffic_overview(hours=1, where=asked).ports) == 0
        except UnknownNameError:
            assert asked.site
    assert len(old.traffic_overview(hours=1, where=WherePort(find="CUS")).ports) == 1
    assert len(old.traffic_overview(since=now - timedelta(minutes=10)).ports) == 0
    assert len(old.ports()) == len(old.port_trends()) == 0
    with pytest.raises(UnknownNameError):
        old.port_traffic(one.port.id, since=now - timedelta(hours=1), until=now)


def test_a_port_that_came_back_is_theirs_in_both_times(made: Rig) -> None:
    see(made, "borealis/pe1", "cust")
    count(made, "borealis/pe1", "cust", 300e6)
    hand_over(made, "acme", 50)
    hand_over(made, "borealis", 40)
    hand_over(made, "acme", 20)
    noc = log_in(made, "noc", Role.CUSTOMER, ("acme",))
    minute = 300e6 / 8 * 60

    found = noc.traffic_overview(hours=1)

    assert octets_of(found)["sum"] == pytest.approx(30 * minute, abs=2 * minute)
    alone = noc.traffic("borealis/pe1", "cust", hours=1).flows["bits", "in"]
    assert alone.total == octets_of(found)["cust"]
    end = made.clock()
    (busy,) = made.bench.busiest(
        since=end - timedelta(hours=1), until=end, where=WherePort(tenant="acme")
    )
    assert busy.p95_in == alone.percentile.value


def test_a_port_that_came_or_went_meanwhile_is_not_missed_in_the_sum_of_a_tenant(
    made: Rig,
) -> None:
    see(made, "borealis/pe1", "cust", "core")
    count(made, "borealis/pe1", "cust", 300e6)
    count(made, "borealis/pe1", "core", 900e6)
    hand_over(made, "acme", 20)

    found = made.bench.traffic_overview(hours=1, where=WherePort(tenant="borealis")).sum

    assert (found.short, found.gaps, found.known) == ((), (), 2)
    assert set(found.counted[:-1].tolist()) == {1, 2}
    assert found.is_whole
