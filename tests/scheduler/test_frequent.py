"""Jobs that are due all day leave a day of rows, and all that is asked about them stays true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netwb.errors import StoreUnavailableError
from netwb.loading import shared
from netwb.schedules.records import JobSpec, Place
from tests.benches import Rig, rig
from tests.scheduler.nights import ended, pass_until, statuses, with_jobs

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
EACH = timedelta(minutes=20)  # in place of each minute: virtual time is quick, not free
A_DAY = 72
BROKEN = BEGIN + timedelta(hours=1)
NOW = BEGIN + timedelta(hours=30)
TRIGGERS = {"nightly": "off", "push": "every 20m", "notify": "every 20m"}
JOBS = tuple(
    replace(job, trigger=TRIGGERS[job.name])
    for job in shared("scheduler.jobs").JOBS
    if job.name in TRIGGERS
)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setattr("netwb.store.firings.MOST_KEPT", 10)
    with rig(tmp_path, {}) as one:
        one.clock.now = BEGIN
        with_jobs(one, JOBS)
        yield one


def test_jobs_that_are_due_all_day_leave_a_day_of_rows_and_the_last_good_one(made: Rig) -> None:
    def call(spec: JobSpec, place: Place) -> object:
        del place
        if spec.name == "push" and made.clock.now > BROKEN:
            msg = "the disk is full; make room"
            raise StoreUnavailableError(msg)
        return {"sent": 0}

    leader = made.bench.lead()
    leader._call = call
    pass_until(made, leader, NOW)

    assert A_DAY <= statuses(ended(made, "notify"))["done"] <= A_DAY + 6
    assert A_DAY <= statuses(ended(made, "push"))["failed"] <= A_DAY + 6
    assert statuses(ended(made, "push"))["done"] == 1

    _, push, notify = made.bench.daemon().jobs
    assert (notify.last_at, notify.last_status, notify.next_at) == (NOW - EACH, "done", NOW)
    assert (push.last_at, push.last_status, push.next_at) == (NOW - EACH, "failed", NOW)
    machine = made.bench.figures().machine
    assert machine is not None
    assert machine.firings == {("notify", "done"): A_DAY, ("push", "failed"): A_DAY}
    assert machine.done == {"notify": NOW - EACH, "push": BROKEN}
