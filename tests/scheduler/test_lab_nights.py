"""Nights with the lab: a virtual clock, and real SSH to devices that people change and faults meet."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from netwb.lab.edits import Edit
from netwb.lab.fleet import Fleet
from netwb.lab.world import World
from netwb.workbench import Workbench
from netwb.workbench.planning import Start
from tests.benches import TestClock
from tests.conftest import FULL
from tests.lab_homes import PASSWORD, lab_devices, lab_home
from tests.scheduler.nights import Played, ended, pass_until, statuses, with_jobs

NIGHTS = 30 if FULL else 4
FIRST = datetime(2026, 9, 1, 2, tzinfo=UTC)
FAST = "[collect]\nlogins_per_s = 500.0\nper_site = 50\nconnect_timeout_s = 5.0\n"
EVERY = 3  # nights: then a device is away when the night begins, and answers at the retry


def test_each_night_brings_its_changes_and_a_retry_brings_what_was_away(tmp_path: Path) -> None:
    devices = [one for one in lab_devices(6) if one.platform != "frr"]
    edits = [
        Edit(
            key=one.key,
            night=night,
            at=FIRST + timedelta(days=night - 1, hours=-1),
            by="ana",
            kind="rotate_snmp",
            seed=f"{one.key}{night}",
        )
        for one in devices
        for night in range(2, NIGHTS + 1)
    ]
    clock = TestClock()
    clock.now = FIRST - timedelta(hours=2)
    with Fleet(World(devices, edits, seed="nights", first_night=FIRST)) as fleet:
        home = tmp_path / "home"
        lab_home(home, fleet, settings=FAST)
        environment = {**os.environ, "PASSWORD": PASSWORD}
        made = Played(Workbench.open(home, environment=environment, clock=clock), clock)
        with_jobs(made)
        leader = made.bench.lead()

        def run(start: Start) -> object:
            night = 1 + (clock.now - FIRST).days
            away = start.spec.name == "nightly" and night % EVERY == 0
            fleet.set_night(night)
            fleet.set_faults({devices[0].key: "port_closed"} if away else {})
            return leader.run(start)

        pass_until(made, leader, FIRST + timedelta(days=NIGHTS - 1, hours=6), do=run)

        assert statuses(ended(made, "nightly")) == {"done": NIGHTS}
        assert statuses(ended(made, "retry"))["done"] == NIGHTS // EVERY
        for one in devices:
            assert len(list(made.bench.history(one.hostname, limit=500))) == NIGHTS
        made.bench.close()
