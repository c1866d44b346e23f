"""Two weeks of the demo through the whole of netwb: its history is what really happened.

One commit for each night in which somebody changed something and the device answered well, none
for any other night, by whom the device names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from netwb.cli.demo.building import PlayedClock, fill_inventory, pass_night, prepare_home
from netwb.lab.demo import DemoDevice, DemoPasswords, DemoPlan, demo_plan
from netwb.lab.faults import EFFECTS
from netwb.lab.fleet import Fleet
from netwb.lab.model import Model
from netwb.lab.world import BUILT_BY
from netwb.workbench import Workbench

PASSWORDS = DemoPasswords(login="demo-login-1", enable="demo-enable-1", jump="demo-jump-1")
SECRETS = {
    "LOGIN": PASSWORDS.login,
    "ENABLE": PASSWORDS.enable,
    "JUMP": PASSWORDS.jump,
    "COMMUNITY": "public",
}
PLAN = demo_plan(
    "truth", PASSWORDS, last_night=datetime(2026, 11, 14, 2, tzinfo=UTC), nights=14, devices=12
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    home = tmp_path_factory.mktemp("demo") / "home"
    prepare_home(home)
    clock = PlayedClock(PLAN.nights[0].at)
    workbench = Workbench.create(home, environment=SECRETS, clock=clock)
    with Fleet(PLAN.world, jumps=PLAN.jumps) as fleet:
        fill_inventory(workbench, PLAN, fleet, snmp_port=161)
        for night in PLAN.nights:
            clock.turn_to(night.at)
            pass_night(workbench, fleet, night, lambda _: None)
    yield workbench
    workbench.close()


def expected_nights(plan: DemoPlan, device: DemoDevice) -> list[int]:
    """Nights whose answer was good and differs from the last good one."""
    nights: list[int] = []
    last: Model | None = None
    for night in plan.nights:
        fault = night.faults.get(device.key)
        if fault is not None and EFFECTS[fault] != "harmless":
            continue
        model = plan.world.model(device.key, night.number)
        if model != last:
            nights.append(night.number)
            last = model
    return nights


@pytest.mark.parametrize("device", PLAN.devices, ids=lambda device: device.key)
def test_the_history_of_a_device_is_what_happened_to_it(
    bench: Workbench, device: DemoDevice
) -> None:
    revisions = tuple(reversed(bench.history(device.key)))

    nights = expected_nights(PLAN, device)
    assert len(revisions) == len(nights)
    if device.played.platform == "cisco_ios":
        moments = [PLAN.world.moment(device.key, night) for night in nights]
        assert [one.author for one in revisions] == [moment.changed_by for moment in moments]
        assert revisions[0].author == BUILT_BY


def test_the_weeks_had_edits_and_faults_to_tell() -> None:
    assert sum(len(expected_nights(PLAN, device)) for device in PLAN.devices) > 30
    assert len({fault for night in PLAN.nights for fault in night.faults.values()}) >= 6
