"""Put shards' files in place, and put them back where they fail: whoever applies begins here.

    judged       by netwb's own checks, by `telegraf config check` and a `--test` of one device a profile
    written      only what changed; each file is the old one or the new one at any moment
    told         by the operator's command: a reload, or a restart where a secret changed
    on trial     until samples come; where some came before and none do now for two intervals, the
                 former files are put back and Telegraf is told again

One applier has a shard at a time, by a lease that is asked for before each rename. What a crash leaves
is mended by the next apply: the files of before are kept until the new ones are proven.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Literal

from netwb.errors import MetricsError, RunUnderWayError, TelegrafFailedError
from netwb.store.holders import in_words
from netwb.store.leases import Lease
from netwb.telegraf.applying import Applying
from netwb.telegraf.checks import check_texts
from netwb.telegraf.compare import file_changes, needed, secret_changes, shown_changes
from netwb.telegraf.folder import ShardFolder, in_force
from netwb.telegraf.judging import Judge, refuse_unread
from netwb.telegraf.parts import ApplyParts
from netwb.telegraf.records import (
    AGENT_FILE,
    Finding,
    Shard,
    ShardDiff,
    ShardFiles,
    ShardOutcome,
    ShardVerdict,
)
from netwb.telegraf.telling import tell_shard
from netwb.telegraf.trial import State, StateFolder, Trial, state_folder

logger = logging.getLogger(__name__)

LEASE_S = 300.0  # longer than a check, a test and a command together may take


class Applier:
    """Applies shards of one home, and judges afterwards."""

    def __init__(self, parts: ApplyParts) -> None:
        self._parts = parts

    def diff(self, files: ShardFiles) -> ShardDiff:
        """What an apply would change; nothing is written."""
        live = ShardFolder(self._parts.folder / files.shard.name)
        texts, secrets = live.texts(), live.environment()
        return ShardDiff(
            shard=files.shard.name,
            folder=str(live.path),
            files=tuple(shown_changes(texts, files.texts)),
            secrets=tuple(secret_changes(secrets, files.environment, self._parts.fingerprint)),
            needs=needed(file_changes(texts, files.texts), secrets, files.environment),
            unasked=files.unasked,
        )

    def is_begun(self, shard: str) -> bool:
        """Whether it was applied at all: the daemon goes on with what a person began."""
        return (self._parts.folder / shard / AGENT_FILE).is_file()

    def is_due(self, shard: str, mark: str) -> bool:
        """Whether the inventory is another than at its last apply, or that one did not end."""
        state = self._state(shard).load()
        return state.mark != mark or (state.trial is not None and state.trial.phase == "writing")

    def apply(
        self, files: ShardFiles, *, mark: str = "", refused: Literal["again", "leave"] = "again"
    ) -> ShardOutcome:
        """Make the shard's folder what it is to be, and tell its Telegraf.

        refused   what becomes of files that were rolled back before: tried again, or left
        Raises TelegrafError where they are not fit for use, or a secret that they need cannot be read
        (nothing was changed; the next call tries again, whatever its mark), TelegrafFailedError
        where Telegraf could not be told (the former are back), RunUnderWayError, LeaseLostError.
        """
        refuse_unread(files)
        with self._holding(files.shard.name) as lease:
            return Applying(self._parts, files, lease, mark).run(refused)

    def judge(self, files: ShardFiles) -> tuple[str, ...]:
        """What a person should read of files that are fit for use; TelegrafError for others."""
        folder = self._state(files.shard.name)
        judge = Judge(files, ShardFolder(folder.live), folder.path, self._parts.telegraf)
        with self._holding(files.shard.name):
            return judge.warnings()

    def findings(self, files: ShardFiles) -> tuple[Finding, ...]:
        """Everything that netwb's own checks find, in all files and in operators' own."""
        live = ShardFolder(self._parts.folder / files.shard.name)
        return check_texts({**files.texts, **live.snippets()})

    def settle(self, shard: Shard) -> ShardVerdict | None:
        """What became of files on trial; None where none are."""
        trial = self._state(shard.name).load().trial
        if trial is None or trial.phase == "writing":
            return None
        until = self._parts.proof.until(trial)
        try:
            proven = self._parts.proof.came(trial)
        except MetricsError as error:
            return ShardVerdict(shard=shard.name, status="unknown", until=until, message=str(error))
        if not proven and self._parts.clock() < until:
            return ShardVerdict(shard=shard.name, status="waiting", until=until)
        try:
            with self._holding(shard.name):
                return self._end(shard, trial, until, "proven" if proven else "none")
        except RunUnderWayError:  # it ends the trial itself, or begins another one
            return ShardVerdict(shard=shard.name, status="waiting", until=until)

    def ended(self, shard: str) -> Literal["", "proven", "silent", "rolled_back"]:
        """How its last trial ended, whichever process ended it."""
        return self._state(shard).load().ended

    def _end(
        self, shard: Shard, trial: Trial, until: datetime, came: Literal["proven", "none"]
    ) -> ShardVerdict:
        folder = self._state(shard.name)
        state = folder.load()
        if state.trial != trial:  # another process was quicker
            return ShardVerdict(shard=shard.name, status="waiting", until=until)
        if came == "proven":
            folder.forget(replace(state, ended="proven"))
            return ShardVerdict(shard=shard.name, status="proven", until=until)
        if trial.wrote == "no":
            folder.forget(replace(state, ended="silent"))
            msg = (
                f"shard {shard.name} has written nothing since it was told of its files, and had not"
                " before; look at the log of its Telegraf"
            )
            return ShardVerdict(shard=shard.name, status="silent", until=until, message=msg)
        return self._roll_back(shard, folder, state, until)

    def _roll_back(
        self, shard: Shard, folder: StateFolder, state: State, until: datetime
    ) -> ShardVerdict:
        trial = state.trial
        assert trial is not None
        folder.put_back(trial.files, folder.before)
        msg = (
            f"shard {shard.name} wrote nothing for two intervals after its files had changed;"
            f" {in_force(ShardFolder(folder.live))}"
        )
        try:
            tell_shard(shard, trial.needs, self._parts.environment)
        except TelegrafFailedError as error:
            msg += f", but Telegraf could not be told: {error}"
        folder.forget(replace(state, refused=trial.digest, ended="rolled_back"))
        logger.warning("shard %s is rolled back", shard.name)
        return ShardVerdict(shard=shard.name, status="rolled_back", until=until, message=msg)

    def _state(self, shard: str) -> StateFolder:
        return state_folder(self._parts.folder, shard)

    @contextmanager
    def _holding(self, shard: str) -> Iterator[Lease]:
        name = f"telegraf:{shard}"
        lease = self._parts.leases.acquire(name, LEASE_S)
        if lease is None:
            holder = self._parts.leases.holder_of(name)
            said = in_words(holder) if holder else "another process"
            msg = f"{said} applies shard {shard}; wait for it, then try again"
            raise RunUnderWayError(msg)
        try:
            yield lease
        finally:
            self._parts.leases.release(lease)
