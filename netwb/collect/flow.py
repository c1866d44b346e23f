"""A backup run: Nornir collects, each finished device is judged and written within seconds.

The sessions live on the runner's event loop; the one writer thread of a run takes what they bring
and hands it to a BatchWriter, so that neither Git nor SQL ever holds a session up.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import monotonic

from netwb.collect.batch import BatchParts, BatchWriter, RunContext
from netwb.collect.garbage import collected_rarely
from netwb.collect.gather import Gathered
from netwb.collect.outcome import BackupOutcome, BackupReport, worst_first
from netwb.collect.runs import LEASE_S
from netwb.collect.sink import Gatherer
from netwb.errors import ArchiveError, NetwbError, UnknownPlatformError
from netwb.inventory.records import Target
from netwb.roles import ALL_TENANTS, Actor
from netwb.settings import ArchiveSettings

logger = logging.getLogger(__name__)

BEAT_S = LEASE_S / 4  # how often a run whose devices are all silent says that it lives


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRequest:
    """What a person or the daemon asked for."""

    targets: Sequence[Target]
    actor: Actor
    note: str


class BackupFlow:
    """Runs backups; holds no state between them."""

    def __init__(self, *, parts: BatchParts, gatherer: Gatherer, settings: ArchiveSettings) -> None:
        self._parts = parts
        self._gatherer = gatherer
        self._settings = settings

    def back_up(
        self, request: BackupRequest, on_outcome: Callable[[BackupOutcome], None]
    ) -> BackupReport:
        """Back the targets up; every one of them has an outcome in the report.

        on_outcome  called from the writer thread, after the outcome is durable
        Raises RunUnderWayError when a target is in another live run; StoreError and ArchiveError
        when nothing can be written at all.
        """
        runs, now = self._parts.runs, self._parts.clock
        run_id, lease = runs.start(request.targets, actor=request.actor.name, note=request.note)
        started_at = now()
        with collected_rarely():  # until the last batch is written, and the run's end
            try:
                broken = self._recover(request.targets)  # before what is stored is asked for
                context = self._context(run_id, started_at, request)
                writer = BatchWriter(self._parts, context, lease, on_outcome)
                self._collect(request.targets, _Pump(writer, self._settings), broken)
            finally:
                ended_at = runs.end(run_id, lease)
        return BackupReport(
            run_id=run_id,
            started_at=started_at,
            ended_at=ended_at,
            outcomes=worst_first(writer.outcomes),
        )

    def _context(self, run_id: str, started_at: datetime, request: BackupRequest) -> RunContext:
        ids = [target.device_id for target in request.targets]
        return RunContext(
            run_id=run_id,
            started_at=started_at,
            note=request.note,
            actor=request.actor,
            baselines=self._parts.archive.baselines(ALL_TENANTS, ids),
            suspects=self._parts.quarantine.suspects(ALL_TENANTS, ids),
            discarded=self._parts.quarantine.discarded(ALL_TENANTS, ids),
        )

    def _recover(self, targets: Sequence[Target]) -> dict[str, ArchiveError]:
        """Repair what a crash left; tenants whose repository cannot be written, and why."""
        self._parts.quarantine.recover()
        broken: dict[str, ArchiveError] = {}
        for tenant_id, tenant in {(target.tenant_id, target.tenant) for target in targets}:
            try:
                self._parts.archive.recover({tenant_id: tenant})
            except ArchiveError as error:
                logger.error("%s is not backed up: %s", tenant, error)  # noqa: TRY400 - the sentence says it
                broken[tenant_id] = error
        return broken

    def _collect(
        self, targets: Sequence[Target], pump: _Pump, broken: Mapping[str, ArchiveError]
    ) -> None:
        """Gather on the runner's loop, write on the pump's thread; its error is ours."""
        pump.start()
        try:
            wanted = []
            for target in targets:
                hindrance = broken.get(target.tenant_id) or self._unknown_platform(target)
                if hindrance is not None:
                    pump.done(target, hindrance)
                else:
                    wanted.append(target)
            self._gatherer.gather(wanted, pump)
        finally:
            pump.finish()

    def _unknown_platform(self, target: Target) -> UnknownPlatformError | None:
        if target.platform in self._parts.platforms:
            return None
        name = f"{target.tenant}/{target.hostname}"
        msg = (
            f"{name} has the platform {target.platform}, which no record describes; run "
            f"`netwb device probe {name} --apply` or `netwb device set {name} --platform NAME`"
        )
        return UnknownPlatformError(msg)


class _Pump(threading.Thread):
    """The writer thread: a queue in, batches out."""

    def __init__(self, writer: BatchWriter, settings: ArchiveSettings) -> None:
        super().__init__(name="netwb-writer", daemon=True)
        self._writer = writer
        self._settings = settings
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._error: BaseException | None = None
        self._due = 0.0

    def done(self, target: Target, result: Gathered | NetwbError) -> None:
        """Raises what stopped the writer: no other device is logged in to for nothing."""
        if self._error is not None:
            raise self._error
        take = (
            partial(self._writer.failed, target, result)
            if isinstance(result, NetwbError)
            else partial(self._writer.gathered, target, result)
        )
        self._queue.put(take)

    def first_key(self, target: Target, host_key: str) -> None:
        self._queue.put(partial(self._writer.first_key, target, host_key))

    def first_jump_key(self, target: Target, host_key: str) -> None:
        self._queue.put(partial(self._writer.first_jump_key, target, host_key))

    def finish(self) -> None:
        """Write what is left, and raise what stopped the writer, if anything did."""
        self._queue.put(None)
        self.join()
        if self._error is not None:
            raise self._error

    def run(self) -> None:
        try:
            while self._take():
                pass
            self._writer.flush()
        except BaseException as error:  # noqa: BLE001 - carried to the caller by finish()
            self._error = error

    def _take(self) -> bool:
        """One item, or the batch that is due; False at the end."""
        try:
            take = self._queue.get(timeout=self._patience_s())
        except queue.Empty:
            self._writer.flush()  # with nothing to write it still says that the run lives
            return True
        if take is None:
            return False
        if not len(self._writer):
            self._due = monotonic() + self._settings.batch_s
        take()
        if self._writer.is_full(self._settings.batch_devices) or monotonic() >= self._due:
            self._writer.flush()
        return True

    def _patience_s(self) -> float:
        return max(0.0, self._due - monotonic()) if len(self._writer) else BEAT_S
