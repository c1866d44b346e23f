"""A trigger whose operator wants it saved: real FRR keeps what stands, and nothing where that is not safe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest

from tests.real.blackhole.addresses import VICTIM, Trigger
from tests.real.blackhole.netwb_there import CLEARS_S, NetwbThere
from tests.real.waiting import until

pytestmark = pytest.mark.real

HOST = f"{VICTIM}/32"
ROUTE = f"ip route {HOST} Null0 tag 666"
BOTH = {"trigger trg1": "announced", "trigger trg2": "announced"}


@pytest.fixture
def keeping(there: NetwbThere) -> Iterator[NetwbThere]:
    """trg1 is saved after each change of netwb's, and its login may; trg2 is not."""
    there.lab.routers["trg1"].let_login_save()
    there.bench.set_trigger("acme/trg1", saves=True)
    yield there
    there.bench.withdraw_all(reason="the test is over", wait_s=CLEARS_S)
    there.bench.set_trigger("acme/trg1", saves=False)


def saved(there: NetwbThere, name: Trigger = "trg1") -> str:
    """What the router starts with after a reboot."""
    return (there.lab.routers[name].folder / "etc/frr/frr.conf").read_text()


def await_saved(there: NetwbThere, wanted: Literal["with", "without"]) -> None:
    """trg1's file has the route, or not, and is whole: FRR empties it before it writes it."""

    def is_saved() -> bool:
        text = saved(there)
        return "router bgp" in text and (ROUTE in text) == (wanted == "with")

    until(is_saved, within_s=30, what=f"trg1 has saved {wanted} the route")


def why_not_saved(there: NetwbThere) -> str:
    """What on-call is told of it; "": nothing."""
    told = [one.message for one in there.bench.standing() if one.subject.endswith("/saved")]
    return "".join(told)


def await_told(there: NetwbThere, why: str) -> None:
    until(
        lambda: why in why_not_saved(there), within_s=20, what=f"it is told not to be saved: {why}"
    )


def test_what_stands_is_in_the_saved_configuration_until_it_is_withdrawn(
    keeping: NetwbThere,
) -> None:
    detector = keeping.detector()

    detector.say("ban", VICTIM)
    await_saved(keeping, "with")
    keeping.await_on(HOST, BOTH, within_s=15)
    elsewhere = saved(keeping, "trg2")
    keeping.lab.routers["trg1"].reboot()
    kept = [one.prefix for one in keeping.lab.trigger_routes("trg1")]
    detector.say("unban", VICTIM)
    await_saved(keeping, "without")

    assert ROUTE not in elsewhere
    assert kept == [HOST]
    assert why_not_saved(keeping) == ""
    keeping.await_state("withdrawn", HOST, within_s=10)


def test_nothing_is_saved_while_a_daemon_is_dead_and_what_it_ran_stays_saved(
    keeping: NetwbThere,
) -> None:
    router, before = keeping.lab.routers["trg1"], saved(keeping)
    router.kill("bgpd")
    detector = keeping.detector()

    detector.say("ban", VICTIM)
    await_told(keeping, "not every daemon answers")
    running, after = router.vtysh("show running-config"), saved(keeping)
    router.start("bgpd")
    detector.say("ban", "203.0.113.11")
    await_saved(keeping, "with")

    assert ROUTE in running
    assert after == before
    assert "router bgp" in before
    until(lambda: not why_not_saved(keeping), within_s=10, what="it is told to be over")


def test_a_login_that_may_not_save_is_told_and_the_route_stands(keeping: NetwbThere) -> None:
    router = keeping.lab.routers["trg1"]
    (router.folder / "etc/frr").chmod(0o755)
    before = saved(keeping)

    keeping.detector().say("ban", VICTIM)
    await_told(keeping, "Permission denied")

    assert saved(keeping) == before
    assert [one.prefix for one in keeping.lab.trigger_routes("trg1")] == [HOST]
