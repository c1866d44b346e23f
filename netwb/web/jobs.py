"""REST of jobs: what became of work that somebody filed."""

from __future__ import annotations

from typing import Any, Literal

from netwb.roles import Permission
from netwb.web.operations import JSON, Answer, Call, NoQuery, Operation, Shape, answer, rfc3339
from netwb.web.problems import cause_of
from netwb.workbench.words import BackupOutcome, Job


class CauseAnswer(Shape):
    """Why; `kind` is the error's class name."""

    kind: str
    message: str


class ProgressAnswer(Shape):
    """How far it is, as far as the caller may see its devices; all 0 until it is planned."""

    planned: int = 0
    done: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    failed: int = 0


class OutcomeAnswer(Shape):
    """What one device gave."""

    tenant: str
    hostname: str
    device_id: str
    status: Literal["changed", "unchanged", "rejected", "failed"]
    revision: str | None
    cause: CauseAnswer | None


class ResultAnswer(Shape):
    """Of a job that ended: the run and its outcomes; of a failed one the error."""

    run_id: str | None = None
    outcomes: list[OutcomeAnswer] = []  # noqa: RUF012 - pydantic copies it
    error: CauseAnswer | None = None


class JobAnswer(Shape):
    """One job.

    `failed`: it could not be done, or not one of its devices could be backed up.
    `interrupted`: its process died; nobody does it again by itself.
    """

    id: str
    kind: str
    status: Literal["queued", "running", "done", "failed", "interrupted"]
    actor: str
    created_at: str
    started_at: str | None
    ended_at: str | None
    note: str
    progress: ProgressAnswer
    result: ResultAnswer | None


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
