"""Two daemons on one database: one leads, and the other takes over when it dies, hangs or ends.

The lease is 3 s here where it is 30 s by default; nothing else is shorter.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import select

from netwb.roles import ALL_TENANTS
from netwb.store.models import BackupRunRow
from netwb.workbench import Workbench
from tests.benches import rig
from tests.conftest import FULL
from tests.scheduler.processes import (
    LEASE_S,
    Running,
    SilentDevice,
    awaited,
    daemon,
    file_now,
    firing,
    silent_device,
)
from tests.stores import KINDS, cluster_of

ENDS_S = 30  # after SIGTERM, whatever runs
SLOW = "[collect]\nconnect_timeout_s = 300.0\ntotal_deadline_s = 300.0\nretries = 0\n"
BETWEEN_S = (
    LEASE_S + 2 * LEASE_S / 3 + 5
)  # it ends, a beat sees that, a look follows; and busy cores


@dataclass
class Place:
    """A home with one device that is silent until it hangs up: what happens before is in its night."""

    home: Path
    bench: Workbench
    environment: Mapping[str, str]
    device: SilentDevice


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with (
        silent_device() as device,
        rig(tmp_path, {"acme": ("edge1",)}, cluster=cluster_of(request)) as made,
    ):
        made.bench.set_device("edge1", address=device.address, port=device.port)
        home = tmp_path / "home"
        (home / "netwb.toml").write_text(SLOW)
        bench = Workbench.open(home, environment=made.variables)
        yield Place(home, bench, made.variables, device)
        bench.close()


def status(bench: Workbench, due: datetime, *wanted: str) -> bool:
    return firing(bench, due).status in wanted


def leads(bench: Workbench, pid: int) -> bool:
    leader = bench.daemon().leader
    return leader is not None and leader.pid == pid


def run_begun(bench: Workbench) -> bool:
    return bench._parts.runs.under_way([bench.devices()[0].id])


def started_first(place: Place, first: Running) -> datetime:
    """The first one leads, and has begun a night."""
    assert first.says("this daemon leads")
    due = file_now(place.bench)
    awaited(partial(status, place.bench, due, "running"))
    awaited(partial(run_begun, place.bench))
    return due


def test_the_other_takes_over_when_the_leader_is_killed(place: Place) -> None:
    with daemon(place.home, **place.environment) as first:
        due = started_first(place, first)
        with daemon(place.home, **place.environment) as second:
            assert second.says("stands by")
            first.kill()
            began = monotonic()
            awaited(partial(leads, place.bench, second.process.pid))
            awaited(lambda: firing(place.bench, due).tries == 2)

            assert monotonic() - began < BETWEEN_S
            assert second.says("nightly was interrupted")


def test_one_that_was_stopped_does_nothing_more_when_it_wakes(place: Place) -> None:
    with daemon(place.home, **place.environment) as first:
        due = started_first(place, first)
        with daemon(place.home, **place.environment) as second:
            assert second.says("stands by")
            first.send(signal.SIGSTOP)
            began = monotonic()
            awaited(partial(leads, place.bench, second.process.pid))
            awaited(lambda: firing(place.bench, due).tries == 2)
            assert monotonic() - began < BETWEEN_S

            first.send(signal.SIGCONT)

            assert first.says("begins anew")
            assert first.says("another daemon leads; this one stands by")
            assert first.process.poll() is None
            place.device.hang_up()
            awaited(partial(status, place.bench, due, "done"))
            done = firing(place.bench, due)
            assert (done.tries, done.result["failed"]) == (2, 1)
            assert leads(place.bench, second.process.pid)
            assert len(run_ids(place.bench)) == 2  # one that was stopped, one that was done


def run_ids(bench: Workbench) -> list[str]:

    with bench._parts.database.reading(ALL_TENANTS) as session:
        return sorted(session.scalars(select(BackupRunRow.id)))


@pytest.mark.parametrize("told", ["twice", "once"] if FULL else ["twice"])
def test_what_runs_when_the_daemon_is_told_to_end_is_done_by_the_next(
    place: Place, told: str
) -> None:
    """Told twice it hands back at once, else after as long as it may wait for a night to end."""
    with daemon(place.home, **place.environment) as first:
        due = started_first(place, first)
        with daemon(place.home, **place.environment) as second:
            assert second.says("stands by")
            ended = monotonic()
            first.send(signal.SIGTERM)
            assert first.says("the daemon ends when nightly has ended")
            if told == "twice":
                first.send(signal.SIGTERM)

            assert first.process.wait(ENDS_S) == 0
            assert told == "twice" or monotonic() - ended > 20
            assert first.says("handed back: nightly")
            began = monotonic()
            awaited(lambda: firing(place.bench, due).tries == 2)
            assert monotonic() - began < BETWEEN_S
            assert not any("Traceback" in line for line in (*first.said, *second.said))


def test_a_daemon_with_nothing_to_do_ends_at_once(place: Place) -> None:
    with daemon(place.home, **place.environment) as only:
        assert only.says("this daemon leads")
        began = monotonic()
        only.send(signal.SIGTERM)

        assert only.process.wait(30) == 0
        assert monotonic() - began < 20
        assert not place.bench.daemon().alive
