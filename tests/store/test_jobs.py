"""Jobs: followed from another process, and lost when their worker falls silent."""

from __future__ import annotations

import pytest

from netwb.errors import UnknownNameError
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.store.database import Database
from netwb.store.jobs import Jobs
from tests.store.conftest import NOON, Clock

OURS = Scope(frozenset({"t-a"}))


@pytest.fixture
def jobs(database: Database, clock: Clock) -> Jobs:
    return Jobs(database, clock, lost_after_s=60)


def test_a_job_runs_reports_and_ends(jobs: Jobs, clock: Clock) -> None:
    job_id = jobs.start("backup", "ana", "t-a")
    assert jobs.get(OURS, job_id).status == "running"

    clock.pass_s(10)
    jobs.progress(job_id, {"done": 3, "planned": 10})
    running = jobs.get(OURS, job_id)
    clock.pass_s(10)
    jobs.finish(job_id, "done", {"changed": 1})
    ended = jobs.get(OURS, job_id)

    assert (running.progress, running.result) == ({"done": 3, "planned": 10}, {})
    assert (running.beat_at, running.ended_at) == (NOON.replace(second=10), None)
    assert (ended.status, ended.result) == ("done", {"changed": 1})
    assert (ended.kind, ended.actor, ended.started_at) == ("backup", "ana", NOON)
    assert ended.ended_at == NOON.replace(second=20)


def test_foreign_and_unknown_jobs_read_the_same(jobs: Jobs) -> None:
    foreign = jobs.start("backup", "ben", "t-b")
    spanning = jobs.start("backup", "ana")

    messages = set()
    for job_id in (foreign, spanning, "nothing"):
        with pytest.raises(UnknownNameError) as refused:
            jobs.get(OURS, job_id)
        messages.add(str(refused.value).replace(job_id, "ID"))

    assert len(messages) == 1
    assert jobs.get(ALL_TENANTS, spanning).tenant_id == ""


def test_a_list_holds_the_scopes_own_jobs_newest_first(jobs: Jobs, clock: Clock) -> None:
    ids = []
    for tenant_id in ["t-a", "t-b", "", "t-a"]:
        ids.append(jobs.start("import", "ana", tenant_id))
        clock.pass_s(1)

    assert [job.id for job in jobs.list(OURS)] == [ids[3], ids[0]]
    assert [job.id for job in jobs.list(ALL_TENANTS)] == ids[::-1]
    assert [job.id for job in jobs.list(ALL_TENANTS, limit=1)] == [ids[3]]
    assert jobs.list(NO_TENANT) == ()


def test_a_silent_job_is_lost_and_a_beat_keeps_it(jobs: Jobs, clock: Clock) -> None:
    silent, beating = jobs.start("backup", "ana"), jobs.start("backup", "ana")
    clock.pass_s(59)
    jobs.beat(beating)
    clock.pass_s(2)

    assert jobs.get(ALL_TENANTS, silent).status == "lost"
    assert jobs.get(ALL_TENANTS, beating).status == "running"
    assert jobs.settle_lost() == 1
    assert jobs.settle_lost() == 0
    assert jobs.get(ALL_TENANTS, silent).ended_at == clock.now


def test_a_worker_that_comes_back_ends_its_lost_job(jobs: Jobs, clock: Clock) -> None:
    job_id = jobs.start("backup", "ana")
    clock.pass_s(100)
    jobs.settle_lost()

    jobs.finish(job_id, "failed", {"cause": "slow"})

    assert jobs.get(ALL_TENANTS, job_id).status == "failed"


def test_ended_jobs_are_never_lost(jobs: Jobs, clock: Clock) -> None:
    job_id = jobs.start("backup", "ana")
    jobs.finish(job_id, "done", {})
    clock.pass_s(1000)

    assert jobs.settle_lost() == 0
    assert jobs.get(ALL_TENANTS, job_id).status == "done"


def test_progress_of_an_unknown_job_is_refused(jobs: Jobs) -> None:
    with pytest.raises(UnknownNameError):
        jobs.progress("nothing", {})
