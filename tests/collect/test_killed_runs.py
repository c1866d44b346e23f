"""`kill -9` at a random moment of a whole run: the next run repairs everything by itself."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from netwb.lab.edits import Edit
from netwb.lab.fleet import Fleet
from netwb.lab.world import World
from netwb.workbench import Workbench
from tests.conftest import FULL
from tests.lab_homes import lab_devices, lab_home
from tests.postgresql import Cluster
from tests.stores import KINDS

POINTS = 60 if FULL else 5
DEVICES = 6
FIRST_NIGHT = datetime(2026, 9, 1, 2, tzinfo=UTC)
FAST = "[collect]\nlogins_per_s = 500.0\nper_site = 50\n[archive]\nbatch_devices = 2\n"
VOLATILE = (
    "ntp clock-period",
    "! Last",
    "! NVRAM",
    "Building",
    "Current",
    "! Command",
    "! Startup",
    "! device",
)


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    devices = lab_devices(DEVICES)
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
        if device.platform != "frr"
        for night in range(1, POINTS + 2)
    ]
    with Fleet(World(devices, edits, seed="killed", first_night=FIRST_NIGHT)) as made:
        yield made


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> str:
    """The section of the settings that names the database."""
    if request.param == "sqlite":
        return ""
    cluster: Cluster = request.getfixturevalue("postgresql")
    return f'[store]\nurl = "{cluster.new_database()}"\n'


def start(home: Path) -> subprocess.Popen[bytes]:
    """`netwb backup` in a process group of its own, so that its Git children die with it."""
    return subprocess.Popen(
        [sys.executable, "-m", "netwb", "backup", "--home", str(home)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def test_nothing_is_lost_or_doubled_when_a_run_is_killed(
    tmp_path: Path, fleet: Fleet, dice: random.Random, store: str
) -> None:
    home = tmp_path / "home"
    lab_home(home, fleet, settings=FAST + store)
    began = time.monotonic()
    assert start(home).wait() == 0
    whole_s = time.monotonic() - began
    bench = Workbench.open(home)
    for point in range(1, POINTS + 1):
        fleet.set_night(point)

        killed = start(home)
        try:
            killed.wait(timeout=dice.uniform(0.3, 1.0) * whole_s)
        except subprocess.TimeoutExpired:
            os.killpg(killed.pid, signal.SIGKILL)
            killed.wait()
        report = bench.back_up(on_outcome=lambda _: None)

        bad = report.with_status("failed", "rejected")
        assert not bad, (point, [str(outcome.cause) for outcome in bad])
        assert_archive_is_whole(bench, fleet, point)
    bench.close()


def assert_archive_is_whole(bench: Workbench, fleet: Fleet, night: int) -> None:
    repository = bench.home / "archive" / "acme.git"
    fsck = ["git", "-C", str(repository), "fsck", "--strict", "--no-dangling"]
    assert subprocess.check_output(fsck, stderr=subprocess.STDOUT) == b""
    for device in fleet.world.devices:
        revisions = list(bench.history(device.hostname, limit=500))
        assert [r.number for r in revisions] == list(range(len(revisions), 0, -1))
        blobs = [revision.blob for revision in revisions]
        assert all(a != b for a, b in pairwise(blobs)), "doubled"
        assert len(revisions) == 1 + (night if device.platform != "frr" else 0), "lost"
        assert_newest_is_what_the_device_has(bench, fleet, device.key, night)


def assert_newest_is_what_the_device_has(
    bench: Workbench, fleet: Fleet, key: str, night: int
) -> None:
    stored = bench.restore(f"{key}@latest", reason="test").decode().splitlines()
    printed = fleet.world.running(key, night).splitlines()
    assert [line for line in printed if line and not line.startswith(VOLATILE)] == [
        line for line in stored if line and not line.startswith(VOLATILE)
    ]
