"""The daemon keeps each tenant's status: who leads does, each minute; and nothing is up once it is dead."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from netwb.loading import shared
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import ALL_TENANTS
from netwb.store.models import ErpEventRow
from netwb.workbench import Workbench
from netwb.workbench.planning import Start
from tests.benches import Rig, rig
from tests.scheduler.nights import ended, pass_until, statuses, with_jobs
from tests.stores import EACH_STORE

pytestmark = EACH_STORE
HOSTS = {"acme": ("edge1", "edge2"), "umbra": ("core1",)}
JOBS = tuple(job for job in shared("scheduler.jobs").JOBS if job.name.startswith("erp-"))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS) as one:
        with_jobs(one, JOBS)
        yield one


def poll(made: Rig) -> None:
    """Every device answers now."""
    at = int(made.clock().timestamp())
    made.bench._parts.metrics.write(
        Point(
            measurement="device",
            key=SeriesKey(tenant=one.tenant, device_id=one.id),
            site=one.site,
            device=one.hostname,
            at=at,
            values={"sysUpTime": 9},
        )
        for one in made.devices.values()
    )


def told(made: Rig) -> int:
    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        return len(
            session.scalars(
                select(ErpEventRow.id).where(ErpEventRow.kind == "status.changed")
            ).all()
        )


def pass_minutes(made: Rig, minutes: int) -> None:
    """A daemon leads so long, and everything answers each time before it looks."""
    leader = made.bench.lead()
    leader.begin()

    def do(start: Start) -> None:
        poll(made)
        leader.run(start)

    pass_until(made, leader, made.clock() + timedelta(minutes=minutes), do=do)
    leader.leave()


def test_a_daemon_judges_each_minute_and_works_percentiles_out_more_seldom(made: Rig) -> None:
    pass_minutes(made, 60)

    kept = made.bench.erp_status("acme")
    assert 58 <= statuses(ended(made, "erp-status"))["done"] <= 61
    assert 3 <= statuses(ended(made, "erp-p95"))["done"] <= 5
    assert (kept.overall, kept.stale) == ("up", False)
    assert kept.percentiles is not None
    assert kept.percentiles.as_of is None, "without a port group there is nothing to work out"


def test_a_daemon_that_is_dead_for_hours_leaves_no_up_and_tells_nothing_once_it_is_back(
    made: Rig,
) -> None:
    pass_minutes(made, 10)
    made.clock.advance(hours=3)
    dead = made.bench.erp_status("acme")
    pass_minutes(made, 10)

    assert (dead.overall, dead.stale) == ("unknown", True)
    assert {one.status for one in dead.devices} == {"unknown"}
    assert made.bench.erp_status("acme").overall == "up"
    assert told(made) == 0


def test_a_daemon_that_stands_by_judges_nothing(made: Rig) -> None:
    leader = made.bench.lead()
    leader.begin()
    other = Workbench.open(made.bench.home, environment=made.variables, clock=made.clock)
    with closing(other):
        beside = other.lead()
        beside.begin()
        made.clock.advance(seconds=90)
        leader.beat()
        beside.beat()

        assert (leader.leads, beside.leads) == (True, False)
        assert list(beside.due()) == []


def test_the_log_has_a_line_of_what_changed_and_none_each_minute(
    made: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="netwb")
    pass_minutes(made, 5)

    assert [one for one in caplog.messages if one.startswith("erp-status")] == []
