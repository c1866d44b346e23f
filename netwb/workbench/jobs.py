"""Jobs on the facade: file a backup that some process will run, follow it, and be that process.

Whoever files a job need not stay: it is run as that person, whose rights and scope are asked again
when it starts. A reader sees of a job what its own scope holds.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, Self

from netwb.errors import (
    ArchiveError,
    HomeError,
    InputError,
    LeaseLostError,
    NetwbError,
    RunUnderWayError,
    SettingsError,
    StoreError,
)
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.backup import BACKED_UP, BackupFace
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.collect.outcome import BackupOutcome
    from netwb.store import jobs as _store_jobs
    from netwb.store.jobs import Claim, Jobs
else:
    _store_jobs = lazy("netwb.store.jobs")

logger = logging.getLogger(__name__)

MOST_WAITING = 20  # jobs of one person: one worker does those of all people in their order
REPORT_S = 0.5  # how often a running job's progress is written, at most
INSIDE = (
    ArchiveError,
    HomeError,
    SettingsError,
    StoreError,
)  # their sentences name the server's files
BROKEN = "the job broke on a fault of netwb's own; the server's log has it under the job's id"
LOOK_S = 0.5  # how often a worker looks for jobs that other processes filed
Ending = tuple[Literal["done", "failed"], dict[str, Any]]  # how a job ended, and what came of it


class _Heart:
    """Beats for a running job, and tells how far it is; from any thread."""

    def __init__(self, jobs: Jobs, claim: Claim) -> None:
        self._jobs = jobs
        self._claim = claim
        self._lock = threading.Lock()
        self._tenants: Mapping[str, str] = {}
        self._progress: dict[str, Counter[str]] = {}
        self._told = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="netwb-job-heart", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self._thread.join()

    def plan(self, tenants: Mapping[str, str]) -> None:
        """Which devices are meant: device id -> tenant id."""
        self._tenants = tenants
        planned = Counter(tenants.values())
        self._progress = {tenant: Counter(planned=count) for tenant, count in planned.items()}
        self._tell(self._told_now())

    def note(self, outcome: BackupOutcome) -> None:
        """One more device ended."""
        with self._lock:
            self._progress[self._tenants[outcome.device_id]][outcome.status] += 1
            if monotonic() - self._told < REPORT_S:
                return
        self._tell(self._told_now())

    def finish(self, status: Literal["done", "failed"], result: Mapping[str, Any]) -> None:
        """The last word, with the last count."""
        try:
            self._jobs.beat(self._claim, self._told_now())
            self._jobs.finish(self._claim, status, result)
        except LeaseLostError as error:
            logger.warning("%s", error)

    def _told_now(self) -> dict[str, Any]:
        with self._lock:
            self._told = monotonic()
            return {tenant: dict(counts) for tenant, counts in self._progress.items()}

    def _tell(self, progress: Mapping[str, Any] | None) -> None:
        """The work goes on where nobody can be told of it: what it did is in the archive."""
        try:
            self._jobs.beat(self._claim, progress)
        except StoreError as error:
            logger.warning("job %s: %s", self._claim.job.id, error)

    def _beat(self) -> None:
        while not self._stopped.wait(self._jobs.claim_s / 4):
            self._tell(None)


class JobsFace(BackupFace):
    """`start_backup`, `job`, `jobs`, `run_jobs`."""

    def start_backup(
        self, *references: str, note: str = "", only: Literal["all", "failed"] = "all"
    ) -> _store_jobs.Job:
        """File a backup and come back at once; `job` follows it.

        references  as in `back_up`; which devices are meant is settled now
        Raises InputError where that is none, RunUnderWayError where many of the person's wait already.
        """
        planned = self.plan_backup(*references, only=only)
        if not planned:
            msg = "no active device is meant, so that there is nothing to back up; widen the choice"
            raise InputError(msg)
        self._require_room()
        tenants = {device.tenant_id for device in planned}
        job = self._parts.jobs.file(
            "backup",
            actor=self._actor.name,
            tenant_id=tenants.pop() if len(tenants) == 1 else "",
            params={
                "as": self._who.reference,
                "devices": [device.id for device in planned],
                "note": note,
            },
        )
        for tenant_id in sorted({device.tenant_id for device in planned}):
            count = sum(device.tenant_id == tenant_id for device in planned)
            self._audit("job.file", job.id, tenant_id=tenant_id, detail={"devices": count})
        return self._shared(job)

    def _require_room(self) -> None:
        person = self._actor.name.partition("/")[0]
        if self._parts.jobs.queued_of(person) >= MOST_WAITING:
            msg = (
                f"{MOST_WAITING} backups that {person} asked for wait already; let some of them end"
            )
            raise RunUnderWayError(msg)

    def job(self, job_id: str) -> _store_jobs.Job:
        """One job as it stands: progress `{"planned", "done", "changed", ...}` of this scope."""
        self._require(Permission.BACKUP_RUN)
        job = self._shared(self._parts.jobs.get(self._scope, job_id, actor=self._actor.name))
        run_id = job.result.get("run_id")
        if run_id is None:
            return job
        outcomes = self._parts.runs.outcomes(self._scope, run_id)
        result = {**job.result, "outcomes": outcomes}
        if job.status == "failed" and len(outcomes) == 1 and outcomes[0].cause is not None:
            cause = outcomes[0].cause
            result |= _cause(type(cause).__name__, str(cause))
        return replace(job, result=result)

    def jobs(self, *, limit: int = 50) -> Records[_store_jobs.Job]:
        """Jobs of this scope's tenants and one's own, newest first, without their outcomes."""
        self._require(Permission.BACKUP_RUN)
        found = self._parts.jobs.list(self._scope, actor=self._actor.name, limit=limit)
        return records_of(map(self._shared, found), _store_jobs.Job)

    def run_jobs(self, stop: threading.Event) -> None:
        """Be a worker until `stop` is set: take queued jobs and do them, one after the other."""
        self._require_local("the job queue")
        said = ""  # an outage is one line, however long it lasts
        while not stop.is_set():
            try:
                done, said = self._run_next(), ""
            except StoreError as error:  # the database is gone for a while: look again later
                done = False
                if said != str(error):
                    logger.warning("jobs wait: %s", error)
                said = str(error)
            if not done:
                stop.wait(LOOK_S)

    def _run_next(self) -> bool:
        """Do one job; False where none waits."""
        if not self._parts.jobs.waits(KINDS):
            return False
        claim = self._parts.jobs.claim(KINDS)
        if claim is not None:
            self._run(claim)
        return claim is not None

    def _run(self, claim: Claim) -> None:
        worker = self._named(claim.job.params["as"])
        with _Heart(self._parts.jobs, claim) as heart:
            try:
                status, result = KINDS[claim.job.kind](worker, claim, heart)
            except NetwbError as error:
                logger.warning("job %s failed: %s", claim.job.id, error)
                heart.finish("failed", _failure(claim.job.id, error))
            except Exception:  # the job's door: one that breaks must not end the worker
                logger.exception("job %s broke", claim.job.id)
                heart.finish("failed", _cause("NetwbError", BROKEN))
            else:
                heart.finish(status, result)

    def _run_backup(self, claim: Claim, heart: _Heart) -> Ending:
        """As the person who filed it, with the rights and the scope that are theirs now.

        It failed where not one of its devices could be backed up; why, `_shared` tells by scope.
        """
        self._require(Permission.BACKUP_RUN)
        wanted = set(claim.job.params["devices"])
        known = self._parts.devices.list(self._scope, self._where)
        planned = [d for d in known if d.id in wanted and d.status in BACKED_UP]
        heart.plan({device.id: device.tenant_id for device in planned})
        report = self._back_up(planned, claim.job.params["note"], heart.note)
        in_vain = bool(report.outcomes) and not report.with_status("changed", "unchanged")
        return "failed" if in_vain else "done", {"run_id": report.run_id}

    def _shared(self, job: _store_jobs.Job) -> _store_jobs.Job:
        """The job as far as this scope holds it."""
        counts: Counter[str] = Counter()
        for tenant_id, words in job.progress.items():
            if self._scope.holds(tenant_id):
                counts.update(words)
        planned = counts.pop("planned", 0)
        progress = {"planned": planned, "done": counts.total(), **dict(counts)} if planned else {}
        params = {"note": job.params.get("note", "")}
        result = dict(job.result)
        if job.status == "failed" and "error" not in result:
            result |= _cause("DeviceError", _in_vain(progress))
        return replace(job, params=params, progress=progress, result=result)


def _failure(job_id: str, error: NetwbError) -> dict[str, Any]:
    """What whoever follows the job is told; where on the server it failed, the log alone says."""
    inside = f"something that netwb needs is not available; its log has it under job {job_id}"
    return _cause(type(error).__name__, inside if isinstance(error, INSIDE) else str(error))


def _in_vain(progress: Mapping[str, int]) -> str:
    """What a reader is told of a backup of which nothing came, by the counts of its own scope."""
    words = (("failed", "failed"), ("rejected", "kept back"))
    counts = ", ".join(f"{progress[name]} {said}" for name, said in words if progress.get(name))
    which = f"none of {progress['planned']} devices" if counts else "none of its devices"
    return f"{which} could be backed up" + (f": {counts}" if counts else "")


def _cause(kind: str, message: str) -> dict[str, Any]:
    return {"error": {"kind": kind, "message": message}}


KINDS: Mapping[str, Callable[[JobsFace, Claim, _Heart], Ending]] = {
    "backup": JobsFace._run_backup,  # noqa: SLF001 - the allow-list of what a queued row may start
}
