"""Bursts in SQL: kept, filed once, filed again where that came to nothing, gone when answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from netwb.health.syslog.records import Burst, Said
from netwb.roles import ALL_TENANTS
from netwb.store.bursts import KEPT, MOST_TRIES, RETRY_S, Filed, KeptBursts
from netwb.store.database import Database
from netwb.store.holders import holder_name
from netwb.store.jobs import Claim, Jobs
from netwb.store.models import JobRow
from tests.store.conftest import NOON, Clock
from tests.store.rows import new_tenant

DAEMON = "system:scheduler"


@pytest.fixture
def jobs(database: Database, clock: Clock) -> Jobs:
    return Jobs(database, holder_name("one"), clock, claim_s=60)


@pytest.fixture
def bursts(database: Database, jobs: Jobs, clock: Clock) -> KeptBursts:
    with database.writing(ALL_TENANTS) as session:
        session.add_all([new_tenant("t-acme"), new_tenant("t-zeta")])
    return KeptBursts(database, jobs, clock)


def burst(
    name: str = "b1",
    device: str = "d1",
    *,
    tenant: str = "t-acme",
    by: str = "ana",
    at_s: float = 0,
) -> Burst:
    at = NOON + timedelta(seconds=at_s)
    return Burst(
        id=name,
        device_id=device,
        tenant_id=tenant,
        first_at=at,
        last_at=at,
        said=(Said(by=by, at=at, note="n"),),
    )


def devices(filed: tuple[Filed, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.tenant_id, one.devices) for one in filed]


def end(jobs: Jobs, status: str = "failed") -> Claim:
    claim = jobs.claim({"backup"})
    assert claim is not None
    jobs.finish(claim, status, {})  # type: ignore[arg-type]
    return claim


def test_what_was_heard_is_there_after_a_restart(bursts: KeptBursts) -> None:
    first, other = burst(), burst("b2", "d2", tenant="t-zeta")
    bursts.keep([first, other])
    grown = replace(first, last_at=NOON + timedelta(seconds=9), complete=True, said=())
    bursts.keep([grown])
    bursts.keep([])

    assert set(bursts.waiting()) == {grown, other}


def test_a_job_is_filed_for_the_devices_of_each_tenant(bursts: KeptBursts, jobs: Jobs) -> None:
    bursts.keep([burst(), burst("b2", "d2"), burst("b3", "d3", tenant="t-zeta")])

    filed = bursts.file(["b1", "b2", "b3"], actor=DAEMON)

    assert devices(filed) == [("t-acme", ("d1", "d2")), ("t-zeta", ("d3",))]
    job = jobs.get(ALL_TENANTS, filed[0].job.id, actor=DAEMON)
    assert (job.kind, job.status, job.actor, job.tenant_id) == (
        "backup",
        "queued",
        DAEMON,
        "t-acme",
    )
    assert dict(job.params) == {
        "as": DAEMON,
        "devices": ["d1", "d2"],
        "note": "",
        "cause": "syslog",
    }
    assert bursts.waiting() == ()


def test_nothing_is_filed_twice_whoever_files(
    bursts: KeptBursts, database: Database, clock: Clock
) -> None:
    another = KeptBursts(database, Jobs(database, holder_name("two"), clock), clock)
    bursts.keep([burst()])

    assert devices(bursts.file(["b1"], actor=DAEMON)) == [("t-acme", ("d1",))]
    assert another.file(["b1"], actor=DAEMON) == ()
    assert bursts.file(["b1"], actor=DAEMON) == ()
    assert bursts.file([], actor=DAEMON) == ()


def test_a_thousand_are_filed_at_once(bursts: KeptBursts) -> None:
    many = [burst(f"b{number}", f"d{number}") for number in range(1_000)]
    bursts.keep(many)

    ((_, found),) = devices(bursts.file([one.id for one in many], actor=DAEMON))

    assert len(found) == 1_000


def test_what_a_backup_answered_is_gone(bursts: KeptBursts) -> None:
    bursts.keep([burst(), burst("b2", "d1", at_s=20), burst("b3", "d2")])

    bursts.answered(["d1"], before=NOON + timedelta(seconds=10))

    assert {one.id for one in bursts.waiting()} == {"b2", "b3"}
    assert devices(bursts.file(["b1", "b2"], actor=DAEMON)) == [("t-acme", ("d1",))]


def test_what_was_said_of_a_device_is_told_until_it_is_answered(bursts: KeptBursts) -> None:
    bursts.keep([burst("b2", by="bo", at_s=60), burst(), burst("b3", "d2", by="cy")])
    bursts.file(["b1"], actor=DAEMON)

    assert {
        device: [(one.by, one.at) for one in said]
        for device, said in bursts.of(["d1", "d2", "d9"]).items()
    } == {
        "d1": [("ana", NOON), ("bo", NOON + timedelta(seconds=60))],
        "d2": [("cy", NOON)],
    }
    assert bursts.of([]) == {}


@pytest.mark.parametrize("status", ["done", "failed"])
def test_a_job_that_came_to_nothing_is_filed_again_later_and_later(
    bursts: KeptBursts, jobs: Jobs, clock: Clock, status: str
) -> None:
    bursts.keep([burst()])
    bursts.file(["b1"], actor=DAEMON)
    waits = []

    for _ in range(MOST_TRIES - 1):
        end(jobs, status)
        began = clock.now
        while not bursts.file_again(actor=DAEMON):
            clock.pass_s(RETRY_S / 2)
        waits.append((clock.now - began).total_seconds())
    end(jobs, status)
    clock.pass_s(86_400)

    assert waits == [RETRY_S * 2**number for number in range(MOST_TRIES - 1)]
    assert bursts.file_again(actor=DAEMON) == ()
    assert bursts.of(["d1"])  # the next night's revision still tells who it was


def test_a_job_that_waits_or_runs_is_not_filed_again(
    bursts: KeptBursts, jobs: Jobs, clock: Clock
) -> None:
    bursts.keep([burst()])
    bursts.file(["b1"], actor=DAEMON)
    clock.pass_s(RETRY_S)
    assert bursts.file_again(actor=DAEMON) == ()

    claim = jobs.claim({"backup"})
    assert claim is not None
    clock.pass_s(RETRY_S - 1)
    jobs.beat(claim)
    assert bursts.file_again(actor=DAEMON) == ()


def test_a_job_whose_worker_died_is_filed_again(
    bursts: KeptBursts, jobs: Jobs, clock: Clock
) -> None:
    bursts.keep([burst()])
    bursts.file(["b1"], actor=DAEMON)
    jobs.claim({"backup"})

    clock.pass_s(120)

    assert devices(bursts.file_again(actor=DAEMON)) == [("t-acme", ("d1",))]


def test_a_job_that_retention_took_away_is_filed_again(
    bursts: KeptBursts, database: Database, clock: Clock
) -> None:
    bursts.keep([burst()])
    (filed,) = bursts.file(["b1"], actor=DAEMON)
    with database.writing(ALL_TENANTS) as session:
        session.delete(session.get_one(JobRow, filed.job.id))
    clock.pass_s(RETRY_S)

    assert devices(bursts.file_again(actor=DAEMON)) == [("t-acme", ("d1",))]


def test_a_device_whose_job_waits_or_runs_is_known(bursts: KeptBursts, jobs: Jobs) -> None:
    bursts.keep([burst(), burst("b2", "d2")])
    assert bursts.under_way() == frozenset()
    bursts.file(["b1"], actor=DAEMON)
    assert bursts.under_way() == {"d1"}

    claim = jobs.claim({"backup"})
    assert claim is not None
    assert bursts.under_way() == {"d1"}

    jobs.finish(claim, "failed", {})
    assert bursts.under_way() == frozenset()


def test_a_job_answers_what_waited_of_its_devices_from_before(
    bursts: KeptBursts, jobs: Jobs, clock: Clock
) -> None:
    bursts.keep([burst(), burst("b2", "d2"), burst("b3", "d1", at_s=60, by="bo")])
    bursts.file(["b1"], actor=DAEMON)
    end(jobs)
    bursts.file(["b3"], actor=DAEMON)
    end(jobs)

    assert [
        (kept.burst.id, [one.by for one in kept.burst.said], kept.tries)
        for kept in bursts.unanswered()
    ] == [("b2", ["ana"], 0), ("b3", ["ana", "bo"], 1)]
    clock.pass_s(RETRY_S)
    assert devices(bursts.file_again(actor=DAEMON)) == [("t-acme", ("d1",))]


def test_a_device_that_is_to_be_left_alone_is_not_filed_again(
    bursts: KeptBursts, jobs: Jobs, clock: Clock
) -> None:
    bursts.keep([burst(), burst("b2", "d2")])
    bursts.file(["b1", "b2"], actor=DAEMON)
    end(jobs)
    clock.pass_s(RETRY_S)

    filed = bursts.file_again(actor=DAEMON, is_held=lambda device: device == "d1")

    assert devices(filed) == [("t-acme", ("d2",))]


def test_what_nobody_could_answer_for_long_is_dropped(bursts: KeptBursts, clock: Clock) -> None:
    bursts.keep([burst()])
    assert not bursts.has_filed()
    bursts.file(["b1"], actor=DAEMON)
    assert bursts.has_filed()

    clock.pass_s(KEPT.total_seconds() + 1)
    bursts.file_again(actor=DAEMON)

    assert not bursts.has_filed()
    assert bursts.of(["d1"]) == {}


def test_counts_add_up_over_restarts(bursts: KeptBursts) -> None:
    bursts.count({"change": 2, "unknown": 5})
    bursts.count({"change": 1})
    bursts.count({})

    assert bursts.counts() == {"change": 3, "unknown": 5}
