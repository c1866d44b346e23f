"""The whole loop, on real routers: flood, alarm, guard, route, silence; and back by netwb's own clock."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial

import pytest

from tests.real.blackhole.addresses import (
    BLACKHOLE,
    BYSTANDER,
    NO_EXPORT,
    TRANSIT_BLACKHOLE,
    TRIGGERS,
    VICTIM,
    VICTIM6,
)
from tests.real.blackhole.netwb_there import NetwbThere
from tests.real.waiting import until

pytestmark = pytest.mark.real

HOST = f"{VICTIM}/32"
HOST6 = f"{VICTIM6}/128"
EVERYWHERE = {
    "trigger trg1": "announced",
    "trigger trg2": "announced",
    "edge edge": "verified",
}
LATE = timedelta(seconds=30)


def test_a_flood_is_dropped_at_the_edge_and_let_through_when_its_time_is_up(
    there: NetwbThere,
) -> None:
    lab = there.lab
    traffic = lab.traffic()
    until(lambda: traffic.delivered(VICTIM), within_s=10, what="the victim is reached")
    lab.fastnetmon.start(notify=there.script, ban_time_s=600)

    flood = lab.fastnetmon.flood()
    lab.await_edge(VICTIM, "blackhole", within_s=15)
    dropped = time.monotonic()
    there.await_on(HOST, EVERYWHERE, within_s=15)
    heard = lab.edge_hears(HOST)
    flood.stop()
    lab.fastnetmon.kill()  # in the middle of its ban: no unban ever comes

    assert heard is not None
    assert heard.communities == {BLACKHOLE, NO_EXPORT}
    assert heard.peers == {"trg1", "trg2"}
    assert lab.upstream_hears(HOST) is None
    until(lambda: time.monotonic() > dropped + 2, within_s=5, what="it was silent for a while")
    assert traffic.delivered(VICTIM, since=dropped + 0.1) == []
    assert traffic.lost(BYSTANDER, since=flood.began_at) == []

    there.let_time_run_out(HOST)
    lab.await_edge(VICTIM, "via", within_s=LATE.total_seconds())
    again = time.monotonic()
    until(lambda: traffic.first_after(VICTIM, again), within_s=10, what="it flows")
    ended = there.await_state("expired", HOST, within_s=10)

    assert ended.ended_at is not None
    assert ended.expires_at is not None
    assert ended.ended_at - ended.expires_at <= LATE
    assert [*lab.trigger_routes("trg1"), *lab.trigger_routes("trg2")] == []
    assert traffic.lost(BYSTANDER, since=flood.began_at) == []


def test_a_flood_of_ipv6_is_dropped_at_the_edge_until_the_detector_takes_its_ban_back(
    there: NetwbThere,
) -> None:
    lab = there.lab
    traffic = lab.traffic()
    until(lambda: traffic.delivered(VICTIM6), within_s=10, what="the victim is reached")
    lab.fastnetmon.start(notify=there.script, ban_time_s=6)

    flood = lab.fastnetmon.flood(VICTIM6, by="sflow5")
    route = lab.await_edge(VICTIM6, "blackhole", within_s=15)
    dropped = time.monotonic()
    there.await_on(HOST6, EVERYWHERE, within_s=15)
    flood.stop()
    lab.await_edge(VICTIM6, "via", within_s=30)
    again = time.monotonic()

    assert route.prefix == HOST6
    assert traffic.delivered(VICTIM6, since=dropped + 0.1, until=again - 1) == []
    until(lambda: traffic.first_after(VICTIM6, again), within_s=10, what="it flows")
    ended = there.await_state("withdrawn", HOST6, within_s=10)
    assert ended.end_reason == "the detector says that the attack is over"
    assert traffic.lost(BYSTANDER, since=flood.began_at) == []


def test_an_upstream_hears_of_it_once_a_person_has_said_so(there: NetwbThere) -> None:
    lab, detector = there.lab, there.detector()
    both, upstream = "203.0.113.70/32", "203.0.113.130/32"

    for network in (both, upstream):
        detector.say("ban", network.partition("/")[0])
    held = [there.await_state("held", network, within_s=10) for network in (both, upstream)]
    before = [lab.upstream_hears(network) for network in (both, upstream)]
    for one in held:
        there.bench.approve(one.id)
    for network in (both, upstream):
        until(partial(lab.upstream_hears, network), within_s=15, what=f"{network} is heard")

    assert before == [None, None]
    for network in (both, upstream):
        heard = lab.upstream_hears(network)
        assert heard is not None
        assert heard.communities == {TRANSIT_BLACKHOLE}
        assert [one.tag for one in lab.trigger_routes("trg1") if one.prefix == network] == [667]
    there.await_on(both, EVERYWHERE, within_s=10)
    for one in held:
        detector.say("unban", str(one.network.network_address))
        there.await_state("withdrawn", str(one.network), within_s=10)
    until(lambda: not lab.upstream_hears(both), within_s=10, what="the upstream forgets it")


def test_where_one_trigger_is_dead_the_other_announces_and_the_dead_one_is_named(
    there: NetwbThere,
) -> None:
    lab, detector = there.lab, there.detector()
    lab.cut("office", "trg2")

    detector.say("ban", VICTIM)
    lab.await_edge(VICTIM, "blackhole", within_s=10)
    there.await_on(
        HOST,
        {"trigger trg1": "announced", "trigger trg2": "failed", "edge edge": "verified"},
        within_s=20,
    )

    one = there.await_state("announced", HOST, within_s=5)
    (said,) = [on.said for on in one.routers if on.router.hostname == "trg2"]
    assert said
    assert "trg2" in said
    lab.mend("office", "trg2")
    there.await_on(HOST, EVERYWHERE, within_s=30)


def test_what_a_rebooted_trigger_forgot_is_put_back(there: NetwbThere) -> None:
    lab, detector = there.lab, there.detector()
    detector.say("ban", VICTIM)
    there.await_on(HOST, EVERYWHERE, within_s=15)

    lab.routers["trg1"].reboot()
    forgotten = lab.trigger_routes("trg1")
    until(lambda: lab.trigger_routes("trg1"), within_s=30, what="trg1 has it again")

    assert forgotten == []
    assert lab.edge_route(VICTIM).kind == "blackhole"  # by the other trigger, all the time
    there.await_on(HOST, EVERYWHERE, within_s=30)


def test_an_edge_that_drops_no_more_is_named_until_it_does_again(there: NetwbThere) -> None:
    lab, detector = there.lab, there.detector()
    detector.say("ban", VICTIM)
    there.await_on(HOST, EVERYWHERE, within_s=15)

    for name in TRIGGERS:
        lab.routers[name].kill("bgpd")
    lab.await_edge(VICTIM, "via", within_s=10)
    there.await_on(HOST, {"edge edge": "failed"}, within_s=30)
    for name in TRIGGERS:
        lab.routers[name].start("bgpd")

    lab.await_edge(VICTIM, "blackhole", within_s=20)
    there.await_on(HOST, EVERYWHERE, within_s=30)


def test_killed_while_it_announces_and_withdraws_netwb_leaves_nothing_to_a_hand(
    there: NetwbThere,
) -> None:
    lab, detector = there.lab, there.detector()

    with lab.routers["trg1"].frozen("staticd"):
        told = detector.say("ban", VICTIM)
        lab.await_edge(VICTIM, "blackhole", within_s=10)  # by trg2; trg1 has not answered
        there.kill()
    detector.close()
    there.start()
    there.await_on(HOST, EVERYWHERE, within_s=30)

    assert told.status == 202
    assert [one.state for one in there.blackholes(HOST, states=["announced"])] == ["announced"]
    assert [one.prefix for one in lab.trigger_routes("trg1")] == [HOST]
    assert [one.prefix for one in lab.trigger_routes("trg2")] == [HOST]

    with lab.routers["trg1"].frozen("staticd"):
        detector.say("unban", VICTIM)
        until(lambda: not lab.trigger_routes("trg2"), within_s=10, what="trg2 lets go")
        there.kill()
    there.start("daemon")
    there.await_state("withdrawn", HOST, within_s=30)

    assert [*lab.trigger_routes("trg1"), *lab.trigger_routes("trg2")] == []
    lab.await_edge(VICTIM, "via", within_s=10)
    assert not there.bench.stray_routes()
    settled = {event.state for event in there.bench.attack_events(limit=1000)}
    assert settled == {"settled"}
