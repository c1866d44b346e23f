"""Jobs: pieces of work that somebody follows from another process, a backup run or an import.

A worker reports progress, which is also its sign of life. A job whose worker is silent for too long
reads as `lost`; `settle_lost` writes that down. Jobs without tenant are seen by all-tenant scopes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Select, select, update

from netwb.errors import UnknownNameError
from netwb.roles import NO_TENANT, Actor, Scope
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.models import JobRow

JobStatus = Literal["queued", "running", "done", "failed", "lost"]
LOST_AFTER_S = 120.0  # a worker reports at least at each device's end, or by `beat`


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job as it stands."""

    id: str
    kind: str
    tenant_id: str
    actor: str
    status: JobStatus
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    beat_at: datetime | None
    progress: Mapping[str, Any]
    result: Mapping[str, Any]


class Jobs:
    """The jobs of one database."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        lost_after_s: float = LOST_AFTER_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._lost_after = timedelta(seconds=lost_after_s)

    def start(self, kind: str, actor: Actor | str, tenant_id: str = "") -> str:
        """Note a job that runs from now on; gives its id."""
        now, job_id = self._clock(), new_id()
        row = JobRow(
            id=job_id,
            kind=kind,
            tenant_id=tenant_id,
            actor=actor.name if isinstance(actor, Actor) else actor,
            status="running",
            created_at=now,
            started_at=now,
            beat_at=now,
            progress={},
            result={},
        )
        with self._database.writing(NO_TENANT) as session:
            session.add(row)
        return job_id

    def progress(self, job_id: str, progress: Mapping[str, Any]) -> None:
        """Replace what is known of its progress; a sign of life as well."""
        self._change(job_id, beat_at=self._clock(), progress=dict(progress))

    def beat(self, job_id: str) -> None:
        """Give a sign of life alone."""
        self._change(job_id, beat_at=self._clock())

    def finish(
        self, job_id: str, status: Literal["done", "failed"], result: Mapping[str, Any]
    ) -> None:
        """End the job, also one that was thought lost: its worker knows better."""
        self._change(job_id, status=status, ended_at=self._clock(), result=dict(result))

    def get(self, scope: Scope, job_id: str) -> Job:
        """Raises UnknownNameError for a foreign id and an unknown one alike."""
        with self._database.reading(scope) as session:
            row = session.scalar(_visible(scope).where(JobRow.id == job_id))
            if row is None:
                raise _unknown(job_id)
            return self._job(row)

    def list(self, scope: Scope, limit: int = 50) -> tuple[Job, ...]:
        """Jobs of the scope's tenants, newest first."""
        newest = _visible(scope).order_by(JobRow.created_at.desc(), JobRow.id).limit(limit)
        with self._database.reading(scope) as session:
            return tuple(self._job(row) for row in session.scalars(newest))

    def settle_lost(self) -> int:
        """Write `lost` down for every job whose worker is silent; gives how many."""
        now = self._clock()
        silent = (JobRow.status == "running") & (JobRow.beat_at < now - self._lost_after)
        change = update(JobRow).where(silent).values(status="lost", ended_at=now)
        with self._database.writing(NO_TENANT) as session:
            return len(session.scalars(change.returning(JobRow.id)).all())

    def _change(self, job_id: str, **values: Any) -> None:
        change = update(JobRow).where(JobRow.id == job_id).values(**values)
        with self._database.writing(NO_TENANT) as session:
            if session.scalar(change.returning(JobRow.id)) is None:
                raise _unknown(job_id)

    def _job(self, row: JobRow) -> Job:
        values = {name: getattr(row, name) for name in Job.__slots__}
        silent = row.beat_at is not None and row.beat_at < self._clock() - self._lost_after
        if row.status == "running" and silent:
            values["status"] = "lost"
        return Job(**values)


def _visible(scope: Scope) -> Select[JobRow]:
    query = select(JobRow)
    if scope.tenants is None:
        return query
    return query.where(JobRow.tenant_id.in_(sorted(scope.tenants - {""})))


def _unknown(job_id: str) -> UnknownNameError:
    return UnknownNameError(f"no job {job_id!r}; `netwb status` lists them")
