"""Jobs: filed durably, claimed by one worker, followed by their people, interrupted with their worker."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from netwb.errors import LeaseLostError, UnknownNameError
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.store.database import Database
from netwb.store.holders import holder_name
from netwb.store.jobs import Claim, Jobs
from tests.store.conftest import NOON, Clock

OURS = Scope(frozenset({"t-a"}))
BACKUP = {"backup"}


@pytest.fixture
def jobs(database: Database, clock: Clock) -> Jobs:
    return Jobs(database, holder_name("one"), clock, claim_s=60)


def filed(jobs: Jobs, actor: str = "ana", tenant_id: str = "t-a", kind: str = "backup") -> str:
    return jobs.file(kind, actor=actor, tenant_id=tenant_id, params={"note": "CHG1"}).id


def claimed(jobs: Jobs) -> Claim:
    claim = jobs.claim(BACKUP)
    assert claim is not None
    return claim


def test_a_job_waits_runs_reports_and_ends(jobs: Jobs, clock: Clock) -> None:
    job_id = filed(jobs)
    waiting = jobs.get(OURS, job_id, actor="ben")

    clock.pass_s(10)
    claim = claimed(jobs)
    jobs.beat(claim, {"t-a": {"planned": 10, "changed": 3}})
    running = jobs.get(OURS, job_id, actor="ben")
    clock.pass_s(10)
    jobs.finish(claim, "done", {"run_id": "r-1"})
    ended = jobs.get(OURS, job_id, actor="ben")

    assert (waiting.status, waiting.params, waiting.started_at) == (
        "queued",
        {"note": "CHG1"},
        None,
    )
    assert (running.status, running.started_at) == ("running", NOON.replace(second=10))
    assert running.progress == {"t-a": {"planned": 10, "changed": 3}}
    assert (ended.status, ended.result) == ("done", {"run_id": "r-1"})
    assert ended.ended_at == NOON.replace(second=20)


def test_the_oldest_job_of_a_known_kind_is_claimed_first(jobs: Jobs, clock: Clock) -> None:
    filed(jobs, kind="demolish")
    clock.pass_s(1)
    older = filed(jobs)
    clock.pass_s(1)
    younger = filed(jobs)

    assert [claimed(jobs).job.id, claimed(jobs).job.id] == [older, younger]
    assert jobs.claim(BACKUP) is None


def test_a_job_is_claimed_once_however_many_ask(database: Database, clock: Clock) -> None:
    workers = [Jobs(database, holder_name(str(n)), clock) for n in range(4)]
    ids = {filed(workers[0]) for _ in range(12)}
    together = threading.Barrier(4)

    def take(worker: Jobs) -> list[str]:
        together.wait()
        found = []
        while claim := worker.claim(BACKUP):
            found.append(claim.job.id)
        return found

    with ThreadPoolExecutor(4) as threads:
        taken = [job for found in threads.map(take, workers) for job in found]

    assert sorted(taken) == sorted(ids)


def test_a_silent_job_is_interrupted_and_a_beat_keeps_it(jobs: Jobs, clock: Clock) -> None:
    filed(jobs), filed(jobs)
    silent, beating = claimed(jobs), claimed(jobs)
    heard = clock.now
    clock.pass_s(59)
    jobs.beat(beating)
    clock.pass_s(2)

    found = jobs.get(ALL_TENANTS, silent.job.id, actor="ana")
    assert found.status == "interrupted"
    assert found.ended_at == heard  # its last sign of life
    assert "file it again" in found.result["error"]["message"]
    assert jobs.get(ALL_TENANTS, beating.job.id, actor="ana").status == "running"
    assert jobs.settle_interrupted() == 1
    assert jobs.settle_interrupted() == 0
    assert jobs.get(ALL_TENANTS, silent.job.id, actor="ana") == found


def test_a_job_whose_process_was_killed_is_interrupted_at_once(
    database: Database, clock: Clock, jobs: Jobs
) -> None:
    script = "from netwb.store.holders import holder_name; print(holder_name('gone'))"
    gone = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    job_id = filed(jobs)
    claimed(Jobs(database, gone.stdout.strip(), clock, claim_s=3600))

    assert jobs.get(OURS, job_id, actor="ana").status == "interrupted"


def test_a_worker_that_slept_through_its_claim_changes_nothing(jobs: Jobs, clock: Clock) -> None:
    job_id = filed(jobs)
    claim = claimed(jobs)
    clock.pass_s(100)
    jobs.settle_interrupted()

    with pytest.raises(LeaseLostError):
        jobs.beat(claim, {"t-a": {"changed": 1}})
    with pytest.raises(LeaseLostError):
        jobs.finish(claim, "done", {})
    assert jobs.get(OURS, job_id, actor="ana").status == "interrupted"


def test_foreign_and_unknown_jobs_read_the_same_and_ones_own_are_seen(jobs: Jobs) -> None:
    foreign = filed(jobs, "ben", "t-b")
    spanning = filed(jobs, "ben", "")
    own = filed(jobs, "ana", "")

    messages = set()
    for job_id in (foreign, spanning, "nothing"):
        with pytest.raises(UnknownNameError) as refused:
            jobs.get(OURS, job_id, actor="ana")
        messages.add(str(refused.value).replace(job_id, "ID"))

    assert len(messages) == 1
    assert jobs.get(OURS, own, actor="ana").id == own
    assert jobs.get(ALL_TENANTS, spanning, actor="ana").tenant_id == ""


def test_a_list_holds_the_scopes_own_jobs_newest_first(jobs: Jobs, clock: Clock) -> None:
    ids = []
    for tenant_id in ["t-a", "t-b", "", "t-a"]:
        ids.append(filed(jobs, "ana", tenant_id))
        clock.pass_s(1)

    assert [job.id for job in jobs.list(OURS, actor="ben")] == [ids[3], ids[0]]
    assert [job.id for job in jobs.list(OURS, actor="ana")] == ids[::-1]
    assert [job.id for job in jobs.list(ALL_TENANTS, actor="ben", limit=1)] == [ids[3]]
    assert jobs.list(NO_TENANT, actor="ben") == ()


def test_the_queue_tells_its_length_and_age(jobs: Jobs, clock: Clock) -> None:
    assert jobs.queued() == (0, None)

    filed(jobs)
    clock.pass_s(5)
    filed(jobs)

    assert jobs.queued() == (2, NOON)
