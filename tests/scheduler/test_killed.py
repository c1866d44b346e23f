"""A real daemon that is killed at random moments of its night: the next start needs no hand."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from netwb.lab.edits import Edit
from netwb.lab.fleet import Fleet
from netwb.lab.world import World
from netwb.workbench import Workbench
from tests.conftest import FULL
from tests.forked import Forked
from tests.lab_homes import lab_devices, lab_home
from tests.scheduler.processes import awaited, daemon, file_now, firing

POINTS = 50 if FULL else 3
DEVICES = 6
FIRST_NIGHT = datetime(2026, 9, 1, 2, tzinfo=UTC)
SETTINGS = (
    "[collect]\nlogins_per_s = 12.0\n[archive]\nbatch_devices = 2\n[scheduler]\nlease_s = 3.0\n"
)


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    devices = [one for one in lab_devices(DEVICES) if one.platform != "frr"]
    edits = [
        Edit(
            key=device.key,
            night=night,
            at=FIRST_NIGHT.replace(hour=1),
            by="ana",
            kind="rotate_snmp",
            seed=f"{device.key}{night}",
        )
        for device in devices
        for night in range(1, POINTS + 2)
    ]
    with Fleet(World(devices, edits, seed="daemon", first_night=FIRST_NIGHT)) as made:
        yield made


def test_a_daemon_killed_in_its_nights_does_each_of_them_once_and_loses_nothing(
    tmp_path: Path, fleet: Fleet, dice: Random
) -> None:
    home = tmp_path / "home"
    lab_home(home, fleet, settings=SETTINGS)
    bench = Workbench.open(home)
    with daemon(home) as first:
        began, due = monotonic(), file_now(bench)
        awaited(lambda: firing(bench, due).status == "done")
        whole_s = monotonic() - began
        first.kill()

    for point in range(1, POINTS + 1):
        fleet.set_night(point)
        due = file_now(bench)
        with daemon(home) as killed:
            assert killed.says("leads")
            with_patience(killed.process, dice.uniform(0.0, 1.2) * whole_s)
            killed.kill()
        with daemon(home):
            awaited(partial(is_done, bench, due))

        done = firing(bench, due)
        assert done.tries <= 2
        assert done.result["devices"] <= len(fleet.world.devices)
        assert_every_device_has_one_revision_a_night(bench, fleet, point)
    bench.close()


def is_done(bench: Workbench, due: datetime) -> bool:
    return firing(bench, due).status == "done"


def with_patience(process: subprocess.Popen[str] | Forked, seconds: float) -> None:
    """So long, or until it ends by itself, which it must not."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
    raise AssertionError("the daemon ended by itself")


def assert_every_device_has_one_revision_a_night(
    bench: Workbench, fleet: Fleet, night: int
) -> None:
    for device in fleet.world.devices:
        revisions = list(bench.history(device.hostname, limit=500))
        assert len(revisions) == 1 + night, device.hostname
