"""Jobs: pieces of work that a person files and follows, and some process takes and does.

A queued job is claimed by one worker, whose claim ends unless it gives signs of life (design D9). A
job whose worker died or fell silent is `interrupted`: nobody does it again by itself, as the person
who filed it has to know. What a job did and for whom is told by tenant, so that a reader whose
scope is smaller than the job's sees its own share and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, or_, select, true, update
from sqlalchemy.orm import Session

from netwb.errors import LeaseLostError, UnknownNameError
from netwb.roles import NO_TENANT, Scope
from netwb.store.database import Database
from netwb.store.holders import is_dead
from netwb.store.ids import new_id
from netwb.store.models import JobRow

JobStatus = Literal["queued", "running", "done", "failed", "interrupted"]
CLAIM_S = 30.0  # a worker beats several times within it; a dead one on this machine shows at once
INTERRUPTED = "the process that did it ended without a word; file it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job as it stands.

    tenant_id  "" where it spans tenants
    params     what was asked for
    progress   tenant id -> counts by word, as its worker reported them
    result     what came of it; of a failed one `{"error": {"kind", "message"}}`
    """

    id: str
    kind: str
    tenant_id: str
    actor: str
    status: JobStatus
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    params: Mapping[str, Any]
    progress: Mapping[str, Any]
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One worker's hold on one job."""

    job: Job
    epoch: int


class Jobs:
    """The jobs of one database, as one worker or reader sees them.

    holder    this process's name, by which others tell whether it lives
    """

    def __init__(
        self,
        database: Database,
        holder: str,
        clock: Callable[[], datetime],
        *,
        claim_s: float = CLAIM_S,
    ) -> None:
        self._database = database
        self._holder = holder
        self._clock = clock
        self.claim_s = claim_s

    def file(self, kind: str, *, actor: str, tenant_id: str = "", params: Mapping[str, Any]) -> Job:
        """Queue a job; it is durable when this returns."""
        with self._database.writing_durably(NO_TENANT) as session:
            return self.file_in(session, kind, actor=actor, tenant_id=tenant_id, params=params)

    def file_in(
        self,
        session: Session,
        kind: str,
        *,
        actor: str,
        tenant_id: str = "",
        params: Mapping[str, Any],
    ) -> Job:
        """The same within the caller's transaction."""
        row = JobRow(
            id=new_id(),
            kind=kind,
            tenant_id=tenant_id,
            actor=actor,
            status="queued",
            created_at=self._clock(),
            params=dict(params),
            progress={},
            result={},
            holder="",
            epoch=0,
        )
        session.add(row)
        session.flush()
        return self._job(row)

    def waits(self, kinds: Collection[str]) -> bool:
        """Whether a job of those kinds is queued; asked often, and it writes nothing."""
        queued = select(JobRow.id).where(JobRow.status == "queued", JobRow.kind.in_(sorted(kinds)))
        with self._database.reading(NO_TENANT) as session:
            return session.scalar(queued.limit(1)) is not None

    def claim(self, kinds: Collection[str]) -> Claim | None:
        """Take the oldest queued job of those kinds, or None where nothing waits."""
        with self._database.writing(NO_TENANT) as session:
            self._settle(session)
            oldest = (
                select(JobRow)
                .where(JobRow.status == "queued", JobRow.kind.in_(sorted(kinds)))
                .order_by(JobRow.created_at, JobRow.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row = session.scalar(oldest)
            if row is None:
                return None
            row.status, row.holder, row.epoch = "running", self._holder, row.epoch + 1
            row.started_at = row.beat_at = self._clock()
            row.until = self._end()
            session.flush()
            return Claim(job=self._job(row), epoch=row.epoch)

    def beat(self, claim: Claim, progress: Mapping[str, Any] | None = None) -> None:
        """Give a sign of life, and tell how far it is; LeaseLostError when the claim is over."""
        values: dict[str, Any] = {"beat_at": self._clock(), "until": self._end()}
        if progress is not None:
            values["progress"] = dict(progress)
        self._change(claim, **values)

    def finish(
        self, claim: Claim, status: Literal["done", "failed"], result: Mapping[str, Any]
    ) -> None:
        """End the job; LeaseLostError when it was given up for interrupted meanwhile."""
        self._change(claim, status=status, ended_at=self._clock(), result=dict(result))

    def get(self, scope: Scope, job_id: str, *, actor: str) -> Job:
        """A job of the scope's tenants, or one's own; a foreign id reads as an unknown one."""
        with self._database.reading(scope) as session:
            row = session.scalar(select(JobRow).where(JobRow.id == job_id, _seen(scope, actor)))
            if row is None:
                msg = f"no job {job_id!r}; the answer that filed it names its id"
                raise UnknownNameError(msg)
            return self._job(row)

    def list(self, scope: Scope, *, actor: str, limit: int = 50) -> tuple[Job, ...]:
        """Jobs of the scope's tenants and one's own, newest first."""
        newest = (
            select(JobRow)
            .where(_seen(scope, actor))
            .order_by(JobRow.created_at.desc(), JobRow.id.desc())
            .limit(limit)
        )
        with self._database.reading(scope) as session:
            return tuple(self._job(row) for row in session.scalars(newest))

    def queued(self) -> tuple[int, datetime | None]:
        """How many jobs wait, and since when the oldest does."""
        waiting = select(JobRow.created_at).where(JobRow.status == "queued")
        with self._database.reading(NO_TENANT) as session:
            found = sorted(session.scalars(waiting))
        return len(found), found[0] if found else None

    def queued_of(self, person: str) -> int:
        """How many jobs of a person wait, those that its tokens filed too."""
        own = (JobRow.actor == person) | JobRow.actor.startswith(f"{person}/", autoescape=True)
        waiting = select(func.count()).where(JobRow.status == "queued", own)
        with self._database.reading(NO_TENANT) as session:
            return session.scalar(waiting) or 0

    def settle_interrupted(self) -> int:
        """Write down which running jobs have lost their worker; gives how many."""
        with self._database.writing(NO_TENANT) as session:
            return self._settle(session)

    def _settle(self, session: Session) -> int:
        running = session.scalars(select(JobRow).where(JobRow.status == "running"))
        lost = [row for row in running if self._is_lost(row)]
        for row in lost:
            for name, value in _ended_silently(row).items():
                setattr(row, name, value)
        session.flush()
        return len(lost)

    def _is_lost(self, row: JobRow) -> bool:
        return row.until is None or row.until <= self._clock() or is_dead(row.holder)

    def _end(self) -> datetime:
        return self._clock() + timedelta(seconds=self.claim_s)

    def _change(self, claim: Claim, **values: Any) -> None:
        ours = (
            (JobRow.id == claim.job.id)
            & (JobRow.status == "running")
            & (JobRow.holder == self._holder)
            & (JobRow.epoch == claim.epoch)
        )
        change = update(JobRow).where(ours).values(**values).returning(JobRow.id)
        with self._database.writing(NO_TENANT) as session:
            if session.scalar(change) is None:
                msg = f"job {claim.job.id} is no longer this worker's; its report is dropped"
                raise LeaseLostError(msg)

    def _job(self, row: JobRow) -> Job:
        values = {name: getattr(row, name) for name in Job.__slots__}
        if row.status == "running" and self._is_lost(row):
            values |= _ended_silently(row)
        return Job(**values)


def _seen(scope: Scope, actor: str) -> ColumnElement[bool]:
    """Which jobs a reader may follow."""
    if scope.tenants is None:
        return true()
    return or_(JobRow.actor == actor, JobRow.tenant_id.in_(sorted(scope.tenants - {""})))


def _ended_silently(row: JobRow) -> dict[str, Any]:
    """How a job stands whose worker is gone: it ended when it gave its last sign of life."""
    return {
        "status": "interrupted",
        "ended_at": row.beat_at or row.started_at,
        "result": {"error": {"kind": "RunInterruptedError", "message": INTERRUPTED}},
    }
