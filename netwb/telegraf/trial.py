"""What an apply has to remember of a shard: on the disk beside its folder, and whole at any moment.

telegraf.d/.state/<shard>/state.json     what is under way, and what was found wrong
telegraf.d/.state/<shard>/before/...     files as they were, until the new ones are proven
telegraf.d/.state/<shard>/last/...       files as Telegraf was told of them last, until it is told anew
telegraf.d/.state/<shard>/staged/...     new ones, before they are renamed in
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from netwb.telegraf.folder import on_disk
from netwb.telegraf.records import Change, Told

STATE_FOLDER = ".state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Files that are being put in place, or were, and are not proven yet.

    phase     writing: some may be there and others not; told: all are, and Telegraf was told
    files     how each differs from what it was when the last proven files were in force
    needs     what Telegraf has to do to go back to those
    at        when Telegraf was told, epoch seconds; 0 before
    watched   devices whose samples would prove it: (tenant, id)
    wrote     whether those gave samples before
    """

    phase: Literal["writing", "told"]
    files: Mapping[str, Change]
    needs: Literal["reload", "restart"]
    digest: str
    at: int = 0
    told: Told = "nobody"
    watched: tuple[tuple[str, str], ...] = ()
    wrote: Literal["yes", "no"] = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One apply that has not ended: what it does to the files that Telegraf was told of last.

    files   how each differs from what it was then
    needs   what Telegraf has to do to go back to those
    over    the trial that those are on, and are on again once this is undone; None: proven, or none
    """

    files: Mapping[str, Change]
    needs: Literal["reload", "restart"]
    over: Trial | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Of one shard.

    step      of a trial that is being written
    mark      of the inventory that was last applied, or refused
    refused   digest of files that were rolled back, which are not tried again by themselves
    ended     how the last trial ended
    """

    trial: Trial | None = None
    step: Step | None = None
    mark: str = ""
    refused: str = ""
    ended: Literal["", "proven", "silent", "rolled_back"] = ""


@dataclass(frozen=True, slots=True)
class StateFolder:
    """Where a shard's state is; `live` is its folder."""

    path: Path
    live: Path = field(repr=False)

    @property
    def staged(self) -> Path:
        """Where new files wait."""
        return self.path / "staged"

    @property
    def before(self) -> Path:
        """Where the proven ones are kept."""
        return self.path / "before"

    @property
    def last(self) -> Path:
        """Where those are kept that Telegraf was told of last, proven or not."""
        return self.path / "last"

    def load(self) -> State:
        """As it was saved last; a new one where there is none, or where it is no state of ours."""
        file = self.path / "state.json"
        with on_disk(file):
            text = file.read_bytes() if file.exists() else b""
        try:
            found = json.loads(text)
            trial, step = found.pop("trial"), found.pop("step", None)
            return State(
                trial=_trial(trial) if trial else None, step=_step(step) if step else None, **found
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return State()  # none yet, or a hand has been in it: files are compared anew

    def save(self, state: State) -> None:
        """As a whole, and on the disk when it returns: renames rely on it."""
        new = self.path / "state.json.new"
        with on_disk(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with new.open("w", encoding="utf-8") as file:
                json.dump(asdict(state), file)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path / "state.json")

    def keep(self, name: str, where: Path) -> None:
        """Keep a live file as it is now, unless an older one is kept there; by a link, at once."""
        kept = where / name
        with on_disk(kept):
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not kept.exists():
                os.link(self.live / name, kept)

    def put_back(self, files: Mapping[str, Change], kept: Path) -> None:
        """Make the live files what they were when they were kept; done again, it does no more."""
        for name, change in files.items():
            with on_disk(self.live / name):
                if change == "added":
                    (self.live / name).unlink(missing_ok=True)
                elif (kept / name).exists():
                    self._link_back(kept / name, name)

    def _link_back(self, kept: Path, name: str) -> None:
        back = self.path / "back.new"
        back.unlink(missing_ok=True)
        os.link(kept, back)
        back.replace(self.live / name)
        back.unlink(missing_ok=True)  # of two names of one file: the rename does nothing then

    def told(self, state: State) -> None:
        """End the step: the live files are those that Telegraf was told of last."""
        self.save(replace(state, step=None))
        shutil.rmtree(self.last, ignore_errors=True)
        shutil.rmtree(self.staged, ignore_errors=True)

    def forget(self, state: State) -> None:
        """End the trial: what is live is in force."""
        self.told(replace(state, trial=None))
        shutil.rmtree(self.before, ignore_errors=True)


def state_folder(telegraf_d: Path, shard: str) -> StateFolder:
    """That of a shard in a home's `telegraf.d`."""
    return StateFolder(telegraf_d / STATE_FOLDER / shard, telegraf_d / shard)


def _trial(found: Mapping[str, Any]) -> Trial:
    return Trial(**{**found, "watched": tuple((t, d) for t, d in found["watched"])})


def _step(found: Mapping[str, Any]) -> Step:
    return Step(**{**found, "over": _trial(found["over"]) if found["over"] else None})
