"""One apply of one shard, under its lease: files judged, staged beside, renamed in, Telegraf told."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from netwb.errors import TelegrafError, TelegrafFailedError
from netwb.store.leases import Lease
from netwb.telegraf.compare import file_changes, needed
from netwb.telegraf.folder import ShardFolder, in_force, whole
from netwb.telegraf.judging import Judge
from netwb.telegraf.parts import ApplyParts
from netwb.telegraf.records import Change, ShardFiles, ShardOutcome, Told
from netwb.telegraf.telling import Needs, tell_shard, untold
from netwb.telegraf.trial import State, Step, Trial, state_folder


class Applying:
    """One apply of one shard, under its lease."""

    def __init__(self, parts: ApplyParts, files: ShardFiles, lease: Lease, mark: str) -> None:
        self._parts = parts
        self._files = files
        self._shard = files.shard
        self._lease = lease
        self._mark = mark
        self._folder = state_folder(parts.folder, self._shard.name)
        self._live = ShardFolder(self._folder.live)
        self._judge = Judge(files, self._live, self._folder.path, parts.telegraf)
        self._wanted = whole(files.texts, files.environment)

    def run(self, refused: Literal["again", "leave"]) -> ShardOutcome:
        """As `Applier.apply` says."""
        self._live.prepare()
        self._live.clear_unfinished()
        state = self._folder.load()
        secrets = self._live.environment()
        changes = file_changes(whole(self._live.texts(), secrets), self._wanted)
        left = state.trial if state.trial and state.trial.phase == "writing" else None
        if not changes and left is None:
            self._folder.save(self._marked(state))
            return self._outcome("unchanged")
        digest = _digest(self._wanted)
        if refused == "leave" and state.refused == digest:
            self._folder.save(self._marked(state))
            return self._outcome("unchanged", warnings=("these files were rolled back before",))
        try:
            warnings = self._judge.warnings()
        except TelegrafError:
            self._folder.save(self._marked(state))  # the daemon waits for another inventory
            raise
        found = needed(changes, secrets, self._files.environment)
        needs: Needs = "restart" if found == "restart" else "reload"
        trial = self._begun(state, changes, needs, digest)
        step = self._step(state, changes, needs)
        self._put_in_place(replace(state, trial=trial, step=step), changes)
        return self._tell(trial, step.needs, len(changes), warnings)  # what a crash left is untold

    def _marked(self, state: State) -> State:
        return replace(state, mark=self._mark or state.mark)

    def _begun(
        self, state: State, changes: Mapping[str, Change], needs: Needs, digest: str
    ) -> Trial:
        """A trial against the files that were proven last, which an unfinished one has kept already."""
        before = state.trial
        if before is None:
            shutil.rmtree(self._folder.before, ignore_errors=True)
        known = before.files if before else {}
        self._keep(changes, known, self._folder.before)
        now = self._parts.proof.watched(self._files)
        watched, wrote = now.devices, now.wrote
        if before is not None and before.wrote == "yes":  # when proven files were in force
            watched, wrote = before.watched, "yes"
        both = {needs, before.needs if before else needs}
        return Trial(
            phase="writing",
            files={**changes, **known},
            needs="restart" if "restart" in both else "reload",
            digest=digest,
            watched=watched,
            wrote=wrote,
        )

    def _step(self, state: State, changes: Mapping[str, Change], needs: Needs) -> Step:
        """Against the files that Telegraf was told of last, which an unfinished one has kept already."""
        left = state.step
        if left is None:
            shutil.rmtree(self._folder.last, ignore_errors=True)
        known = left.files if left else {}
        self._keep(changes, known, self._folder.last)
        both = {needs, left.needs if left else needs}
        return Step(
            files={**changes, **known},
            needs="restart" if "restart" in both else "reload",
            over=left.over if left else state.trial,
        )

    def _keep(
        self, changes: Mapping[str, Change], known: Mapping[str, Change], where: Path
    ) -> None:
        for name, change in changes.items():
            if change != "added" and name not in known:
                self._folder.keep(name, where)

    def _put_in_place(self, state: State, changes: Mapping[str, Change]) -> None:
        staged = ShardFolder(self._folder.staged)
        staged.prepare()
        for name, change in changes.items():
            if change != "removed":
                staged.put(name, self._wanted[name])
        self._folder.save(state)
        for name, change in changes.items():
            self._parts.leases.check(self._lease)
            if change == "removed":
                self._live.take_away(name)
            else:
                self._live.take_in(staged.path / name, name)

    def _tell(
        self, trial: Trial, needs: Needs, files: int, warnings: tuple[str, ...]
    ) -> ShardOutcome:
        self._parts.leases.check(self._lease)
        state = self._marked(self._folder.load())
        try:
            told = tell_shard(self._shard, needs, self._parts.environment)
        except TelegrafFailedError as error:
            raise self._undone(state, error) from error
        if told == "nobody" or not trial.watched:
            self._folder.forget(replace(state, refused=""))
            said = () if told != "nobody" else (untold(self._shard, needs),)
            return self._outcome("applied", files=files, told=told, warnings=(*warnings, *said))
        on_trial = replace(trial, phase="told", at=self._now(), told=told)
        self._folder.told(replace(state, trial=on_trial))
        return self._outcome(
            "applied",
            files=files,
            told=told,
            warnings=warnings,
            until=self._parts.proof.until(on_trial),
        )

    def _undone(self, state: State, error: TelegrafFailedError) -> TelegrafFailedError:
        """Put back what was there before this apply, and tell Telegraf, who may have heard half of it.

        Not refused for good: what a command cannot do now it may at night.
        """
        step = state.step
        assert step is not None
        self._folder.put_back(step.files, self._folder.last)
        if step.over is None:
            self._folder.forget(state)
        else:
            self._folder.told(replace(state, trial=replace(step.over, at=self._now())))
        msg = f"shard {self._shard.name}: {error}; {in_force(self._live)}"
        try:
            tell_shard(self._shard, step.needs, self._parts.environment)
        except TelegrafFailedError:
            msg = f"{msg}, but its Telegraf does not know it: look at it by hand"
        return TelegrafFailedError(msg)

    def _now(self) -> int:
        return int(self._parts.clock().timestamp())

    def _outcome(
        self,
        status: Literal["unchanged", "applied"],
        *,
        files: int = 0,
        told: Told = "nobody",
        warnings: tuple[str, ...] = (),
        until: datetime | None = None,
    ) -> ShardOutcome:
        return ShardOutcome(
            shard=self._shard.name,
            status=status,
            files=files,
            told=told,
            warnings=warnings,
            until=until,
        )


def _digest(wanted: Mapping[str, str]) -> str:
    found = sha256()
    for name, text in sorted(wanted.items()):
        found.update(f"{name}\0{len(text)}\0{text}".encode())
    return found.hexdigest()
