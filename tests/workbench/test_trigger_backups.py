"""Backups of a trigger: blackholes come and go there, and nobody is said to have changed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from netwb.lab.fleet import Fleet
from netwb.lab.world import World
from netwb.workbench import Workbench
from tests.lab_homes import PASSWORD, lab_devices, lab_home

HOST, OTHER = ip_network("203.0.113.10/32"), ip_network("203.0.113.11/32")
NIGHT = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)


@dataclass
class Backed:
    fleet: Fleet
    bench: Workbench

    def status(self, device: str) -> str:
        (outcome,) = self.bench.where(hostname=device).back_up().outcomes
        return outcome.status

    def texts(self, device: str) -> int:
        return len(self.bench.history(device))


@pytest.fixture
def backed(tmp_path: Path) -> Iterator[Backed]:
    """r1, r2 and r3 of three platforms, all of them triggers but r1's neighbor r4."""
    world = World(lab_devices(4), seed="triggers", first_night=NIGHT)
    with Fleet(world) as fleet:
        lab_home(tmp_path / "home", fleet)
        bench = Workbench.open(tmp_path / "home", environment={"PASSWORD": PASSWORD})
        for number in (1, 2, 3):
            bench.add_trigger(f"acme/r{number}")
        assert {one.status for one in bench.back_up().outcomes} == {"changed"}
        yield Backed(fleet, bench)
        bench.close()


@pytest.mark.parametrize("device", ["r1", "r2", "r3"])
def test_blackhole_on_a_trigger_is_no_change_of_it(backed: Backed, device: str) -> None:
    before = backed.bench.show(device)
    backed.fleet.put_route(f"acme/{device}", HOST, 666)
    backed.fleet.put_route(f"acme/{device}", OTHER, 667)

    assert backed.status(device) == "unchanged"
    assert backed.texts(device) == 1
    assert backed.bench.show(device) == before


def test_restored_text_is_the_one_without_blackholes(backed: Backed) -> None:
    backed.fleet.put_route("acme/r3", HOST, 666)
    backed.fleet.put_route("acme/r3", OTHER, 100)
    assert backed.status("r3") == "changed"

    restored = backed.bench.restore("r3@latest", reason="drill").decode()

    running = backed.fleet.world.running("acme/r3", 0).partition("Current configuration:\n")[2]
    added = [line for line in restored.splitlines() if line not in running.splitlines()]
    assert added == ["ip route 203.0.113.11/32 Null0 tag 100"]
    assert restored.replace(f"{added[0]}\n", "").strip() == running.strip()


def test_same_route_on_a_device_that_is_no_trigger_is_a_change(backed: Backed) -> None:
    backed.fleet.put_route("acme/r4", HOST, 666)

    assert backed.status("r4") == "changed"
