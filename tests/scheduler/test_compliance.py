"""The daemon judges after each night and by day, and tells each tenant once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netwb.loading import shared
from tests.benches import Rig, a_night, ios, rig
from tests.compliance.keeping import BAD, HOSTS, ONLY_OURS, put_rules, told
from tests.scheduler.nights import ended, pass_until, statuses, with_jobs

BEGIN = datetime(2026, 11, 20, 12, tzinfo=UTC)
NIGHT = datetime(2026, 11, 21, 2, tzinfo=UTC)
JOBS = tuple(
    job
    for job in shared("scheduler.jobs").JOBS
    if job.name in {"nightly", "compliance", "compliance-changes"}
)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS, past=a_night, settings=ONLY_OURS) as one:
        one.clock.now = BEGIN
        put_rules(one)
        one.bench.check_night()
        with_jobs(one, JOBS)
        yield one


def test_what_the_night_brings_is_judged_behind_it_and_told_once(made: Rig) -> None:
    made.answer("acme/edge1", ios("edge1", ntp=BAD, by="ben", at=BEGIN))

    pass_until(made, made.bench.lead(), NIGHT + timedelta(hours=5))

    assert statuses(ended(made, "compliance")) == {"done": 1}
    assert set(statuses(ended(made, "compliance-changes"))) == {"done"}
    assert [(one.kind, one.message) for one in told(made)] == [
        ("compliance.broken", "edge1 breaks ntp-ours (ben)")
    ]


def test_what_is_backed_up_by_day_is_on_the_page_within_minutes(made: Rig) -> None:
    leader = made.bench.lead()
    made.answer("acme/edge1", ios("edge1", ntp=BAD, by="ben", at=BEGIN))
    made.back_up("acme/edge1")

    pass_until(made, leader, BEGIN + timedelta(minutes=11))

    (edge1,) = made.bench.compliance("acme/edge1").devices
    assert edge1.cells["ntp-ours"].state == "non_compliant"
    assert told(made) == []
