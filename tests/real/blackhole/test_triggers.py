"""Triggers and the edge as netwb drives them: real FRR, real SSH, kept sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from netwb.blackhole.records import IPNetwork, OnRouter, Router
from netwb.blackhole.trigger import Keeper, Patience, Triggers
from netwb.errors import UnreachableError
from netwb.inventory.records import Login, Target
from netwb.platforms.record import Platform
from netwb.settings import CollectSettings
from tests.collect.ground import PLATFORMS
from tests.real.blackhole.addresses import MANAGEMENT, PASSWORD, VICTIM, VICTIM6
from tests.real.blackhole.lab import RtbhLab
from tests.real.frr_router import LOGIN

pytestmark = pytest.mark.real

HOST, HOST6 = ip_network(f"{VICTIM}/32"), ip_network(f"{VICTIM6}/128")
PATIENT = Patience(connect_s=10, answer_s=10, use_s=40, proof_s=5, idle_s=0, again_s=0)


def router(name: str) -> Router:
    return Router(
        device_id=name,
        tenant_id="t1",
        tenant="acme",
        hostname=name,
        platform="frr",
        role="edge" if name == "edge" else "trigger",
    )


TRG1, TRG2, EDGE = router("trg1"), router("trg2"), router("edge")


def target(device_id: str) -> Target:
    return Target(
        device_id=device_id,
        tenant_id="t1",
        tenant="acme",
        site="fra1",
        hostname=device_id,
        address=MANAGEMENT[device_id],
        port=22,
        platform="frr",
        logins=(Login(credential="acme/rig", username=LOGIN, password=PASSWORD),),
    )


def learn(target: Target, host_key: str) -> None:
    """Trust on first use: the lab's keys are made anew each time."""
    del target, host_key


@pytest.fixture
def triggers(rtbh_lab: RtbhLab) -> Iterator[Triggers]:
    """netwb's side, in the office's network: its thread is begun there."""
    platforms: dict[str, Platform] = dict(PLATFORMS)
    keeper = Keeper(
        targets=target,
        platforms=platforms,
        settings=CollectSettings(),
        on_new_host_key=learn,
        patience=PATIENT,
    )
    made = Triggers(keeper, clock=lambda: datetime.now(UTC))
    with rtbh_lab.entered():
        made.list_ours(TRG1)
        yield made
        made.close()


def states(outcomes: Mapping[IPNetwork, OnRouter]) -> list[str]:
    return [on.state for on in outcomes.values()]


def hosts(count: int) -> Sequence[IPNetwork]:
    return [ip_network(f"203.0.113.{number}/32") for number in range(100, 100 + count)]


def test_announced_host_is_discarded_by_the_edge_and_let_through_again(
    rtbh_lab: RtbhLab, triggers: Triggers
) -> None:
    announced = triggers.announce(TRG1, [HOST, HOST6], "edge")
    seen = triggers.verify(EDGE, [HOST, HOST6], within_s=20)

    assert states(announced) == ["announced", "announced"]
    assert [seen[one].kind for one in (HOST, HOST6)] == ["blackhole", "blackhole"]
    assert rtbh_lab.edge_route(VICTIM).kind == "blackhole"
    assert rtbh_lab.edge_route(VICTIM6).kind == "blackhole"

    assert states(triggers.withdraw(TRG1, [HOST, HOST6])) == ["withdrawn", "withdrawn"]
    rtbh_lab.await_edge(VICTIM, "via", within_s=20)
    assert triggers.verify(EDGE, [HOST])[HOST].kind == "absent"


def test_reach_decides_whether_the_upstream_hears(rtbh_lab: RtbhLab, triggers: Triggers) -> None:
    triggers.announce(TRG1, [HOST], "edge")
    rtbh_lab.await_edge(VICTIM, "blackhole", within_s=20)
    assert rtbh_lab.upstream_hears(f"{VICTIM}/32") is None

    assert states(triggers.announce(TRG1, [HOST], "both")) == ["announced"]

    assert [route.tag for route in triggers.list_ours(TRG1).values()] == [667]
    assert "tag 667" in rtbh_lab.routers["trg1"].vtysh("show running-config")


def test_each_of_many_announced_one_by_one_is_on_the_edge(triggers: Triggers) -> None:
    triggers.verify(EDGE, [HOST])
    for host in hosts(30):
        triggers.announce(TRG1, [host], "edge")
        assert triggers.verify(EDGE, [host], within_s=20)[host].kind == "blackhole"


def test_five_hundred_routes_are_listed_and_looked_for(triggers: Triggers) -> None:
    many = [ip_network(f"198.18.{number // 250}.{number % 250 + 1}/32") for number in range(500)]
    assert set(states(triggers.announce(TRG1, many, "edge"))) == {"announced"}
    triggers.verify(EDGE, [HOST])

    ours = triggers.list_ours(TRG1)
    seen = triggers.verify(EDGE, many)

    assert set(ours) == set(many)
    assert {route.kind for route in seen.values()} == {"absent"}  # no hosts of the customer's
    assert set(states(triggers.withdraw(TRG1, many))) == {"withdrawn"}


def test_what_others_made_is_left_alone(rtbh_lab: RtbhLab, triggers: Triggers) -> None:
    """A wrong tag would remove it: FRR takes `no ip route` with any."""
    trigger = rtbh_lab.routers["trg1"]
    lines = (
        f"ip route {VICTIM}/32 Null0 tag 100",
        "ip route 203.0.113.11/32 10.255.0.1 tag 666",
        "ip route 203.0.113.12/32 Null0 tag 666 250",
    )
    theirs = [ip_network(f"203.0.113.{number}/32") for number in (10, 11, 12)]
    trigger.configure(*lines)

    assert states(triggers.announce(TRG1, theirs, "edge")) == ["failed"] * 3
    assert states(triggers.withdraw(TRG1, theirs)) == ["failed"] * 3

    running = trigger.vtysh("show running-config")
    assert [line for line in lines if line in running] == [*lines]
    trigger.configure(*(f"no {line}" for line in lines))


def test_two_triggers_and_one_of_them_dead(rtbh_lab: RtbhLab, triggers: Triggers) -> None:
    triggers.announce(TRG1, [HOST], "edge")
    triggers.announce(TRG2, [HOST], "edge")
    rtbh_lab.routers["trg2"].stop()

    with pytest.raises(UnreachableError):
        triggers.withdraw(TRG2, [HOST])

    assert triggers.verify(EDGE, [HOST])[HOST].kind == "blackhole"


def test_rebooted_trigger_takes_the_routes_again_over_a_new_session(
    rtbh_lab: RtbhLab, triggers: Triggers
) -> None:
    triggers.announce(TRG1, [HOST], "edge")
    rtbh_lab.routers["trg1"].reboot()

    assert triggers.list_ours(TRG1) == {}
    assert states(triggers.announce(TRG1, [HOST], "edge")) == ["announced"]

    assert triggers.verify(EDGE, [HOST], within_s=30)[HOST].kind == "blackhole"


def test_dead_bgpd_shows_on_the_edge_and_forbids_saving(
    rtbh_lab: RtbhLab, triggers: Triggers
) -> None:
    trigger = rtbh_lab.routers["trg1"]
    trigger.let_login_save()
    assert triggers.save(TRG1).saved
    trigger.kill("bgpd")

    assert states(triggers.announce(TRG1, [HOST], "edge")) == ["announced"]
    assert triggers.verify(EDGE, [HOST])[HOST].kind == "absent"
    saved = triggers.save(TRG1)

    assert not saved.saved
    assert "not every daemon answers" in saved.why
    assert "router bgp" in (trigger.folder / "etc/frr/frr.conf").read_text()


def test_dead_staticd_is_told_in_the_routers_words(rtbh_lab: RtbhLab, triggers: Triggers) -> None:
    rtbh_lab.routers["trg1"].kill("staticd")

    outcomes = triggers.announce(TRG1, [HOST], "edge")

    assert states(outcomes) == ["failed"]
    assert "staticd" in (outcomes[HOST].said or "")


def test_login_that_may_not_save_is_told_so(triggers: Triggers) -> None:
    saved = triggers.save(TRG1)

    assert not saved.saved
    assert "Permission denied" in saved.why


def test_saved_route_outlives_a_reboot(rtbh_lab: RtbhLab, triggers: Triggers) -> None:
    rtbh_lab.routers["trg1"].let_login_save()
    triggers.announce(TRG1, [HOST], "edge")

    assert triggers.save(TRG1).saved

    rtbh_lab.routers["trg1"].reboot()
    assert set(triggers.list_ours(TRG1)) == {HOST}


def test_router_carries_no_more_than_it_may(triggers: Triggers) -> None:
    capped = replace(TRG1, max_routes=2)

    assert states(triggers.announce(capped, hosts(3), "edge")) == ["announced"] * 2 + ["failed"]
    assert len(triggers.list_ours(TRG1)) == 2
