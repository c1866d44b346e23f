"""Judge what devices sent, and write it in batches: the second half of a backup run.

One object a run, used by one thread. A batch is written when it is full or when its first device
has waited long enough; a tenant whose repository fails does not hold the others up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, partial

from netwb.archive.quarantine import Quarantine
from netwb.archive.records import Baseline, ConfigKey, Entry, Written
from netwb.archive.writer import Archive
from netwb.collect.gather import Gathered
from netwb.collect.judging import (
    Changed,
    Past,
    TenantKeys,
    Unchanged,
    Verdict,
    crediting,
    judge,
    make_entry,
)
from netwb.collect.outcome import BackupOutcome, OutcomeStatus
from netwb.collect.runs import Runs
from netwb.configs.records import RawConfig, Rejected, ShrinkLimit
from netwb.errors import (
    ArchiveError,
    DeviceError,
    HostKeyChangedError,
    NetwbError,
    StoreError,
    WrongDeviceError,
)
from netwb.inventory.devices import Devices
from netwb.inventory.places import Places
from netwb.inventory.records import ConfigKind, Target
from netwb.platforms.record import Platform
from netwb.roles import ALL_TENANTS, Actor
from netwb.store.bursts import KeptBursts
from netwb.store.keyring import Keyring
from netwb.store.leases import Lease

logger = logging.getLogger(__name__)

FULL_BYTES = 8 * 2**20  # of text: a batch is held three times over while it is judged and written


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchParts:
    """What batches are written with."""

    archive: Archive
    quarantine: Quarantine
    places: Places
    devices: Devices
    runs: Runs
    bursts: KeptBursts
    keyring: Keyring
    platforms: Mapping[str, Platform]
    limit: ShrinkLimit
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What is known before the first device answers."""

    run_id: str
    started_at: datetime
    note: str
    actor: Actor
    baselines: Mapping[ConfigKey, Baseline]
    suspects: Mapping[ConfigKey, str]
    discarded: Mapping[ConfigKey, frozenset[str]]


@dataclass(slots=True)
class _Finished:
    """One device of the batch that is being filled."""

    target: Target
    gathered: Gathered | None = None
    entries: list[Entry] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unchanged: list[ConfigKey] = field(default_factory=list)
    cause: NetwbError | None = None
    revision: str | None = None


class BatchWriter:
    """Takes finished devices, gives outcomes; every device put in comes out exactly once."""

    def __init__(
        self,
        parts: BatchParts,
        context: RunContext,
        lease: Lease,
        on_outcome: Callable[[BackupOutcome], None],
    ) -> None:
        self._parts = parts
        self._context = context
        self._lease = lease
        self._on_outcome = on_outcome
        self._batch: list[_Finished] = []
        self._bytes = 0
        self._new_keys: dict[str, str] = {}
        self._new_jump_keys: dict[str, str] = {}
        self.outcomes: list[BackupOutcome] = []

    def __len__(self) -> int:
        return len(self._batch)

    def is_full(self, devices: int) -> bool:
        """Whether it holds that many devices, or as much text as may wait in memory."""
        return len(self._batch) >= devices or self._bytes >= FULL_BYTES

    def first_key(self, target: Target, host_key: str) -> None:
        """The device showed a host key, and none was trusted before (OpenSSH public key line)."""
        self._new_keys[target.device_id] = host_key

    def first_jump_key(self, target: Target, host_key: str) -> None:
        """The jump host before the device did so."""
        if target.jump is not None:
            self._new_jump_keys.setdefault(target.jump.named_by, host_key)

    def failed(self, target: Target, cause: NetwbError) -> None:
        """The device gave nothing that could be judged."""
        self._batch.append(
            _Finished(target, cause=cause, revision=self._known_revision(target.device_id))
        )

    def gathered(self, target: Target, gathered: Gathered) -> None:
        """Judge what the device gave; its outcome is known when the batch is written."""
        done = _Finished(target, gathered=gathered, revision=self._known_revision(target.device_id))
        try:
            for verdict in self._verdicts(target, gathered):
                self._take(done, self._without_foreign_name(target, verdict))
        except Exception as error:  # the worker's door: one device's text never ends the run
            logger.exception("%s: its text could not be judged", target.hostname)
            done.cause = _own_fault(target, error)
        self._batch.append(done)
        self._bytes += _size(gathered)

    def flush(self) -> None:
        """Renew the run's lease and write the batch: archive, facts, outcomes; tell the caller.

        Nothing is written before the lease: a run that lost it may be behind a newer one.
        """
        batch, self._batch, self._bytes = self._batch, [], 0
        self._lease = self._parts.runs.keep_alive(self._lease)
        if not batch:
            return
        for done in batch:
            self._hold(done)
        heard = self._parts.bursts.of(done.target.device_id for done in batch)
        for done in batch:
            said = heard.get(done.target.device_id, ())
            done.entries = [crediting(entry, said) for entry in done.entries]
        written = self._archive(batch)
        self._parts.archive.seen(
            [
                *(key for done in batch for key in done.unchanged),
                *(key for key, result in written.items() if result.status == "unchanged"),
            ],
            self._parts.clock(),
        )
        good = list(self._good(batch, written))
        self._parts.quarantine.supersede(good)
        self._answer(heard.keys() & {device_id for device_id, _ in good})
        self._record(batch)
        outcomes = [self._outcome(done, written) for done in batch]
        self._parts.runs.settle(self._context.run_id, outcomes)
        for outcome in outcomes:
            self.outcomes.append(outcome)
            self._on_outcome(outcome)

    def _good(
        self, batch: Sequence[_Finished], written: Mapping[ConfigKey, Written]
    ) -> Iterator[ConfigKey]:
        """What was believed and is stored."""
        yield from written
        for done in batch:
            yield from done.unchanged

    def _record(self, batch: Sequence[_Finished]) -> None:
        """Keys seen first, keys refused and facts, into the inventory.

        A device whose text was rejected may be another one; its facts are not taken over.
        """
        devices, actor = self._parts.devices, self._context.actor
        jump_keys, self._new_jump_keys = self._new_jump_keys, {}
        for named_by, key in jump_keys.items():
            self._parts.places.first_jump_key(ALL_TENANTS, named_by, key)
        keys, self._new_keys = self._new_keys, {}
        for done in batch:
            if shown := _refused_key(done):
                devices.refused_key(ALL_TENANTS, done.target.device_id, shown, actor=actor)
        facts = {
            done.target.device_id: done.gathered.facts
            for done in batch
            if done.gathered is not None and not done.rejected
        }
        if keys or facts:
            devices.record(ALL_TENANTS, keys=keys, facts=facts, actor=actor)

    def _verdicts(self, target: Target, gathered: Gathered) -> list[Verdict]:
        texts = [raw for raw in (gathered.running, gathered.startup) if raw is not None]
        return judge(
            texts,
            target,
            self._parts.platforms[target.platform],
            keys=TenantKeys.of(self._parts.keyring, target.tenant_id),
            past={raw.kind: self._past((target.device_id, raw.kind)) for raw in texts},
            limit=self._parts.limit,
            serial=gathered.facts.serial,
            known=cache(partial(self._known_secrets, target, texts)),
        )

    def _past(self, key: ConfigKey) -> Past:
        context = self._context
        return Past(
            baseline=context.baselines.get(key),
            suspect=context.suspects.get(key),
            discarded=context.discarded.get(key, frozenset()),
        )

    def _known_secrets(self, target: Target, texts: Sequence[RawConfig]) -> frozenset[bytes]:
        kinds: tuple[ConfigKind, ...] = ("running", "startup")
        if not any((target.device_id, kind) in self._context.baselines for kind in kinds):
            return frozenset()  # nothing is stored of it: no need to ask
        transcripts = [raw.transcript for raw in texts]
        return self._parts.archive.known_secrets(target.tenant_id, target.device_id, transcripts)

    def _without_foreign_name(self, target: Target, verdict: Verdict) -> Verdict:
        """A text that calls itself as another tenant's device names that to nobody of this one."""
        if not isinstance(verdict, Rejected) or not isinstance(verdict.cause, WrongDeviceError):
            return verdict
        cause, devices = verdict.cause, self._parts.devices
        if not cause.calls or not devices.is_foreign_name(target.tenant_id, cause.calls):
            return verdict
        return replace(verdict, cause=WrongDeviceError(cause.unnamed))

    def _take(self, done: _Finished, verdict: Verdict) -> None:
        if isinstance(verdict, Rejected):
            done.rejected.append(verdict)
            done.cause = done.cause or verdict.cause
        elif isinstance(verdict, Unchanged):
            done.unchanged.append((done.target.device_id, verdict.clean.kind))
        else:
            done.entries.append(self._entry(done.target, verdict))

    def _entry(self, target: Target, verdict: Changed) -> Entry:
        return make_entry(
            verdict,
            target,
            device_id=target.device_id,
            cause="backup",
            run_id=self._context.run_id,
            note=self._context.note,
            now=self._parts.clock(),
        )

    def _answer(self, device_ids: Collection[str]) -> None:
        """What was heard of these before the run began is in their texts."""
        if device_ids:
            self._parts.bursts.answered(device_ids, before=self._context.started_at)

    def _hold(self, done: _Finished) -> None:
        """Into quarantine; what cannot be kept there is said, and the run goes on."""
        for rejected in done.rejected:
            try:
                self._parts.quarantine.hold(done.target, rejected, self._context.run_id)
            except (NetwbError, OSError) as error:
                logger.error("%s: its text is not kept: %s", done.target.hostname, error)  # noqa: TRY400 - the sentence says it
                done.cause = _own_fault(done.target, error)

    def _archive(self, batch: Sequence[_Finished]) -> dict[ConfigKey, Written]:
        """Write tenant by tenant; a failing one marks its own devices only."""
        written: dict[ConfigKey, Written] = {}
        tenants = {done.target.tenant_id for done in batch if done.entries}
        for tenant_id in sorted(tenants):
            mine = [done for done in batch if done.target.tenant_id == tenant_id]
            try:
                results = self._parts.archive.write([e for done in mine for e in done.entries])
            except (ArchiveError, StoreError) as error:
                logger.error("archive of %s not written: %s", mine[0].target.tenant, error)  # noqa: TRY400 - the sentence says it; a trace would not help the reader
                for done in mine:
                    if done.entries:
                        done.cause = error
                continue
            written.update({(result.device_id, result.kind): result for result in results})
        return written

    def _outcome(self, done: _Finished, written: Mapping[ConfigKey, Written]) -> BackupOutcome:
        target = done.target
        mine = [written[key] for e in done.entries if (key := (e.device_id, e.kind)) in written]
        running = [result.revision for result in mine if result.kind == "running"]
        return BackupOutcome(
            tenant=target.tenant,
            hostname=target.hostname,
            device_id=target.device_id,
            status=_status(done, changed=any(result.status == "changed" for result in mine)),
            revision=running[0] if running else done.revision,
            cause=done.cause,
        )

    def _known_revision(self, device_id: str) -> str | None:
        baseline = self._context.baselines.get((device_id, "running"))
        return baseline.revision if baseline else None


def _size(gathered: Gathered) -> int:
    return sum(len(raw.transcript) for raw in (gathered.running, gathered.startup) if raw)


def _status(done: _Finished, *, changed: bool) -> OutcomeStatus:
    # a startup text that nobody can accept is told beside, and costs the running one nothing
    if any(one.kind == "running" or one.clean is not None for one in done.rejected):
        return "rejected"
    if done.cause is not None and all(done.cause is not one.cause for one in done.rejected):
        return "failed"
    return "changed" if changed else "unchanged"


def _refused_key(done: _Finished) -> str | None:
    """The host key that the device itself showed, where another one is trusted."""
    cause = done.cause
    if isinstance(cause, HostKeyChangedError) and cause.device_id == done.target.device_id:
        return cause.shown
    return None


def _own_fault(target: Target, error: Exception) -> NetwbError:
    if isinstance(error, NetwbError):
        return error
    msg = f"{target.hostname}: netwb failed to judge or keep its text ({type(error).__name__}); see the log"
    return DeviceError(msg)
