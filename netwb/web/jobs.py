"""REST of jobs: what became of work that somebody filed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from netwb.roles import Permission
from netwb.web.fields import DeviceId, Hostname, Id, Tenant, said
from netwb.web.operations import JSON, Answer, Call, NoQuery, Operation, Shape, answer, rfc3339
from netwb.web.problems import cause_of
from netwb.workbench.words import BackupOutcome, Job


class CauseAnswer(Shape):
    """Why; `kind` is the error's class name."""

    kind: Annotated[str, said("Class of the error.", "UnreachableError")]
    message: Annotated[str, said("What it says.", "edge1 does not answer")]


class ProgressAnswer(Shape):
    """How far it is, as far as the caller may see its devices; all 0 until it is planned."""

    planned: Annotated[int, said("Devices that it has.", 12)] = 0
    done: Annotated[int, said("Devices that are done.", 7)] = 0
    changed: Annotated[int, said("Of these those that changed.", 1)] = 0
    unchanged: Annotated[int, said("Those that did not.", 5)] = 0
    rejected: Annotated[int, said("Those whose text was not believed.", 0)] = 0
    failed: Annotated[int, said("Those that gave none.", 1)] = 0


class OutcomeAnswer(Shape):
    """What one device gave."""

    tenant: Tenant
    hostname: Hostname
    device_id: DeviceId
    status: Annotated[
        Literal["changed", "unchanged", "rejected", "failed"], said("What became of it.", "changed")
    ]
    revision: Annotated[
        str | None,
        said("Commit id; null where none is stored.", "4f1c2d7a90be31526478c0d9e8f7a6b5c4d3e2f1"),
    ]
    cause: Annotated[CauseAnswer | None, said("Of rejected and failed ones.")]


class ResultAnswer(Shape):
    """Of a job that ended: the run and its outcomes; of a failed one the error."""

    run_id: Annotated[str | None, said("Id of the run.", "11ndm3zf95rtxmf6")] = None
    outcomes: Annotated[list[OutcomeAnswer], said("One a device that the caller may see.")] = []  # noqa: RUF012 - pydantic copies it
    error: Annotated[CauseAnswer | None, said("Why the job itself failed.")] = None


class JobAnswer(Shape):
    """One job.

    `failed`: it could not be done, or not one of its devices could be backed up.
    `interrupted`: its process died; nobody does it again by itself.
    """

    id: Id
    kind: Annotated[str, said("What it does.", "backup")]
    status: Annotated[
        Literal["queued", "running", "done", "failed", "interrupted"],
        said("How it stands.", "running"),
    ]
    actor: Annotated[str, said("Who filed it.", "ana")]
    created_at: Annotated[str, said("When it was filed, UTC.", "2026-11-20T02:00:00Z")]
    started_at: Annotated[str | None, said("When it began, UTC.", "2026-11-20T02:00:00Z")]
    ended_at: Annotated[str | None, said("When it ended, UTC.", "2026-11-20T02:00:00Z")]
    note: Annotated[str, said("What whoever filed it wrote.", "CHG123")]
    progress: Annotated[ProgressAnswer, said("How far it is.")]
    result: Annotated[ResultAnswer | None, said("Once it has ended.")]


def job(call: Call[NoQuery, None]) -> Answer:
    """One job as it stands."""
    return answer(job_json(call.bench.job(call.path["job_id"])))


def job_json(found: Job) -> dict[str, Any]:
    """With all counts, and a result once it has ended."""
    return {
        "id": found.id,
        "kind": found.kind,
        "status": found.status,
        "actor": found.actor,
        "created_at": rfc3339(found.created_at),
        "started_at": rfc3339(found.started_at),
        "ended_at": rfc3339(found.ended_at),
        "note": found.params.get("note", ""),
        "progress": {name: found.progress.get(name, 0) for name in ProgressAnswer.model_fields},
        "result": _result(found) if found.result else None,
    }


def _result(found: Job) -> dict[str, Any]:
    error = found.result.get("error")
    return {
        "run_id": found.result.get("run_id"),
        "outcomes": [_outcome(outcome) for outcome in found.result.get("outcomes", ())],
        "error": None if error is None else cause_of(error["kind"], error["message"]),
    }


def _outcome(found: BackupOutcome) -> dict[str, Any]:
    cause = found.cause
    return {
        "tenant": found.tenant,
        "hostname": found.hostname,
        "device_id": found.device_id,
        "status": found.status,
        "revision": found.revision,
        "cause": None if cause is None else cause_of(type(cause).__name__, str(cause)),
    }


OPERATIONS = (
    Operation(
        method="GET",
        path="/jobs/{job_id}",
        do=job,
        gives={JSON: JobAnswer},
        needs=Permission.BACKUP_RUN,
    ),
)
