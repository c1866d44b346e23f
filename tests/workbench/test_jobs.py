"""Jobs on the facade: filed by one, done by another process, with the rights of the start."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from netwb.access.records import NewToken, NewUser, Origin, UserChanges
from netwb.collect.replay import recorded
from netwb.errors import (
    InputError,
    NotPermittedError,
    RunUnderWayError,
    UnknownNameError,
    UnreachableError,
)
from netwb.roles import Role
from netwb.workbench import Workbench
from netwb.workbench.jobs import MOST_WAITING
from netwb.workbench.words import Job
from tests.benches import Rig, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE

PASSWORD = "correct horse battery"
DEVICES = {"acme": ("edge1", "edge2"), "zeta": ("core1",)}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, DEVICES) as found:
        yield found


def person(made: Rig, name: str, role: Role, tenants: tuple[str, ...] | None) -> Workbench:
    made.bench.add_user(NewUser(name=name, role=role, tenants=tenants, password=PASSWORD))
    return made.bench.acting_as(name)


@contextmanager
def worker(made: Rig) -> Iterator[None]:
    """A thread that runs what is filed, as a server process has one."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(made.bench.run_jobs, stop)
        try:
            yield
        finally:
            stop.set()
            done.result(30)


def ended(bench: Workbench, job: Job) -> Job:
    """The job when it has ended; the worker's own end is what is waited for."""
    over = threading.Event()
    for _ in range(600):
        found = bench.job(job.id)
        if found.status not in {"queued", "running"}:
            return found
        over.wait(0.05)
    raise AssertionError(f"job {job.id} never ended")


def test_nobody_fills_the_queue_before_all_others(made: Rig) -> None:
    ana = person(made, "ana", Role.OPERATOR, ("acme",))
    token = made.bench.issue_token(NewToken(user="ana", days=9)).secret
    script = made.bench.at_token(token, origin=Origin(address="192.0.2.9"))
    for _ in range(MOST_WAITING - 1):
        ana.start_backup()
    script.start_backup()

    for filing in (ana, script):
        with pytest.raises(RunUnderWayError, match="let some of them end"):
            filing.start_backup()

    assert person(made, "an", Role.OPERATOR, ("zeta",)).start_backup().status == "queued"


def test_a_filed_backup_is_run_by_a_worker_and_tells_what_came_of_it(made: Rig) -> None:
    ana = person(made, "ana", Role.OPERATOR, ("acme",))
    made.answer("acme/edge2", UnreachableError("acme/edge2: nobody answers"))

    job = ana.start_backup(note="CHG123")
    assert (job.status, job.actor) == ("queued", "ana")
    with worker(made):
        found = ended(ana, job)

    assert found.status == "done"
    assert found.progress == {"planned": 2, "done": 2, "changed": 1, "failed": 1}
    assert [(o.hostname, o.status) for o in found.result["outcomes"]] == [
        ("edge2", "failed"),
        ("edge1", "changed"),
    ]
    assert isinstance(found.result["outcomes"][0].cause, UnreachableError)
    assert ana.history("edge1")[0].note == "CHG123"


def test_a_backup_of_which_nothing_came_failed_and_says_so(made: Rig) -> None:
    made.answer("acme/edge1", UnreachableError("acme/edge1: nobody answers"))
    made.answer("acme/edge2", recorded(b"hostname edge2\n", prompt=b"edge2#"))
    ana = person(made, "ana", Role.OPERATOR, ("acme",))

    job = ana.start_backup()
    with worker(made):
        found = ended(ana, job)

    assert found.status == "failed"
    assert found.result["error"] == {
        "kind": "DeviceError",
        "message": "none of 2 devices could be backed up: 1 failed, 1 kept back",
    }
    assert [o.status for o in found.result["outcomes"]] == ["failed", "rejected"]


def test_a_failed_backup_of_one_device_says_its_cause(made: Rig) -> None:
    made.answer("acme/edge1", UnreachableError("acme/edge1: nobody answers"))
    job = made.bench.start_backup("edge1")

    with worker(made):
        found = ended(made.bench, job)

    assert found.status == "failed"
    assert found.result["error"] == {
        "kind": "UnreachableError",
        "message": "acme/edge1: nobody answers",
    }


def test_who_sees_no_device_of_a_failed_backup_is_told_of_none(made: Rig) -> None:
    person(made, "ana", Role.OPERATOR, None)
    job = made.bench.acting_as("ana").start_backup("zeta/core1")
    made.answer("zeta/core1", UnreachableError("zeta/core1: nobody answers"))
    with worker(made):
        ended(made.bench, job)
    made.bench.set_user("ana", UserChanges(scope=(("acme",),)))

    share = made.bench.acting_as("ana").job(job.id)

    assert share.result["error"]["message"] == "none of its devices could be backed up"
    assert "zeta" not in repr(share)


def test_a_reader_sees_its_own_share_of_a_job_over_many_tenants(made: Rig) -> None:
    person(made, "ana", Role.OPERATOR, None)
    job = made.bench.acting_as("ana").start_backup()
    with worker(made):
        whole = ended(made.bench, job)
    made.bench.set_user("ana", UserChanges(scope=(("acme",),)))

    share = made.bench.acting_as("ana").job(job.id)

    assert (whole.progress["planned"], len(whole.result["outcomes"])) == (3, 3)
    assert (share.progress["planned"], len(share.result["outcomes"])) == (2, 2)
    assert "zeta" not in repr(share)
    assert made.devices["zeta/core1"].id not in repr(share)


def test_a_job_of_another_tenant_is_unknown(made: Rig) -> None:
    job = made.bench.where(tenant="zeta").start_backup()
    ana = person(made, "ana", Role.OPERATOR, ("acme",))

    with pytest.raises(UnknownNameError):
        ana.job(job.id)
    assert list(ana.jobs()) == []


def test_rights_are_asked_again_when_a_job_starts(made: Rig) -> None:
    ana = person(made, "ana", Role.OPERATOR, ("acme",))
    job = ana.start_backup()
    made.bench.set_user("ana", UserChanges(role=Role.VIEWER))

    with worker(made):
        found = ended(made.bench, job)

    assert found.status == "failed"
    assert found.result["error"]["kind"] == "NotPermittedError"
    assert list(made.bench.history("edge1")) == []


def test_who_follows_a_job_is_told_no_path_of_the_server(made: Rig) -> None:
    ana = person(made, "ana", Role.OPERATOR, ("acme",))
    job = ana.start_backup()
    database = made.bench._parts.database

    with database.connecting("migrate") as connection:
        connection.exec_driver_sql("alter table site rename to gone")
    with worker(made):
        error = ended(made.bench, job).result["error"]

    assert error["kind"] == "MigrationNeededError"
    assert job.id in error["message"]
    assert str(made.bench.home) not in error["message"]


def test_a_job_leaves_devices_alone_that_left_the_scope(made: Rig) -> None:
    ana = person(made, "ana", Role.OPERATOR, None)
    job = ana.start_backup()
    made.bench.set_user("ana", UserChanges(scope=(("zeta",),)))

    with worker(made):
        found = ended(made.bench, job)

    assert [o.hostname for o in found.result["outcomes"]] == ["core1"]


def test_a_viewer_files_nothing(made: Rig) -> None:
    with pytest.raises(NotPermittedError):
        person(made, "vera", Role.VIEWER, None).start_backup()


def test_a_backup_of_no_device_is_refused_at_once(made: Rig) -> None:
    made.bench.retire_device("zeta/core1")

    with pytest.raises(InputError, match="nothing to back up"):
        made.bench.where(tenant="zeta").start_backup()


def test_who_came_over_a_network_is_no_worker(made: Rig) -> None:
    person(made, "ana", Role.ADMIN, None)
    origin = Origin(address="127.0.0.1")
    admission = made.bench.log_in("ana", PASSWORD, origin=origin)
    stop = threading.Event()
    stop.set()

    with pytest.raises(NotPermittedError):
        made.bench.at_session(admission.secret, origin=origin).run_jobs(stop)
