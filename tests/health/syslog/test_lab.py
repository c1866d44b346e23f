"""From a message to the revision of a device that is logged in to over SSH, with the clock running."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwb.lab.edits import Edit
from netwb.lab.fleet import Fleet
from netwb.lab.world import World
from netwb.workbench import Workbench
from tests.health.syslog.listening import ears, eventually, working
from tests.lab_homes import lab_devices, lab_home

WAIT_S = 1.0
AFTER_S = 5.0  # the issue's: a revision stands so long after the wait, at the latest
FIRST_NIGHT = datetime(2026, 9, 1, 2, tzinfo=UTC)
SAID = {
    "cisco_ios": "<189>7: %SYS-5-CONFIG_I: Configured from console by {} on vty0 (192.0.2.7)",
    "arista_eos": "<189>Nov 28 15:00:00 r2 ConfigAgent: %SYS-5-CONFIG_I: Configured from console "
    "by {} on vty3 (192.0.2.7)",
}


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    edits = [
        Edit(
            key=f"acme/r{number}",
            night=night,
            at=FIRST_NIGHT.replace(day=night, hour=1),
            by="bo",
            kind="describe_port",
            seed=f"{number}{night}",
            saved=False,
        )
        for number in (1, 2)
        for night in (1, 2)
    ]
    with Fleet(World(lab_devices(2), edits, seed="heard", first_night=FIRST_NIGHT)) as made:
        yield made


@pytest.mark.parametrize("number", [1, 2], ids=["IOS names the person itself", "EOS does not"])
def test_a_message_becomes_a_revision_by_its_author_in_time(
    tmp_path: Path, fleet: Fleet, number: int
) -> None:
    lab_home(tmp_path / "home", fleet, settings="[collect]\nlogins_per_s = 500.0\n")
    bench = Workbench.open(tmp_path / "home")
    bench.back_up(on_outcome=lambda _: None)
    key, name = f"acme/r{number}", f"r{number}"
    with ears(bench, wait_s=WAIT_S) as listener, working(bench):
        fleet.set_night(1)
        began, sent_at = time.monotonic(), datetime.now(UTC)
        message = SAID[fleet.world.device(key).platform].format("bo")
        listener.send(message, address=fleet.address(key))
        newest = eventually(lambda: [r for r in bench.history(name) if r.number == 2])[0]
        took_s = time.monotonic() - began

    assert newest.author == "bo"
    assert took_s >= WAIT_S
    assert (newest.stored_at - sent_at).total_seconds() <= WAIT_S + AFTER_S
    bench.close()
