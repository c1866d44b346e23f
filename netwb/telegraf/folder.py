"""A shard's folder: what netwb wrote there, what operators did, and how one file takes another's place.

    <shard>/telegraf.conf                      the agent and the output: `--config`
    <shard>/telegraf.d/netwb-<t>.<s>.conf      devices of a site: `--config-directory`
    <shard>/telegraf.d/*.conf                  operators' own; never touched
    <shard>/environment                        secrets, 0600

A new text is written beside the folder that Telegraf reads and renamed in, so that whoever reads
meanwhile sees the old one or the new one (Telegraf loads every *.conf there, hidden ones too).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from netwb.errors import HomeError
from netwb.telegraf.environment import environment_text, parse_environment
from netwb.telegraf.records import (
    AGENT_FILE,
    DEVICES_FOLDER,
    ENVIRONMENT_FILE,
    OWN_FILES,
    ShardFiles,
)

_NEW = ".new"  # suffix of what is being written; it lies outside of what Telegraf reads


class ShardFolder:
    """One shard's files on the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def texts(self) -> dict[str, str]:
        """Path -> text of every file that is netwb's, the environment's left out; sorted."""
        return {name: self._read(name) for name in self._own()}

    def snippets(self) -> dict[str, str]:
        """The same of operators' own."""
        return {name: self._read(name) for name in self._in_devices() if not _is_own(name)}

    def environment(self) -> dict[str, str]:
        """Variables as the file has them; none where there is no file."""
        if not (self.path / ENVIRONMENT_FILE).is_file():
            return {}
        return parse_environment(self._read(ENVIRONMENT_FILE))

    def prepare(self) -> None:
        """Make the folders, the owner's alone; Telegraf refuses to start where one is missing."""
        with on_disk(self.path):
            (self.path / DEVICES_FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, name: str, text: str) -> None:
        """Write one file as a whole; it is the owner's alone from its first byte on."""
        new = self.path / f".{name.replace('/', '_')}{_NEW}"
        with on_disk(self.path / name):
            new.unlink(missing_ok=True)
            there = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(there, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path / name)

    def take_in(self, staged: Path, name: str) -> None:
        """Rename one file in that was written beside, on the same disk."""
        with on_disk(self.path / name):
            staged.replace(self.path / name)

    def take_away(self, name: str) -> None:
        """Delete one file; one that is gone is no fault."""
        with on_disk(self.path / name):
            (self.path / name).unlink(missing_ok=True)

    def clear_unfinished(self) -> None:
        """What a process left that died while it wrote."""
        for path in self.path.glob(f".*{_NEW}"):
            with on_disk(path):
                path.unlink(missing_ok=True)

    def _own(self) -> Iterator[str]:
        if (self.path / AGENT_FILE).is_file():
            yield AGENT_FILE
        yield from filter(_is_own, self._in_devices())

    def _in_devices(self) -> list[str]:
        folder = self.path / DEVICES_FOLDER
        return sorted(f"{DEVICES_FOLDER}/{path.name}" for path in folder.glob("*.conf"))

    def _read(self, name: str) -> str:
        with on_disk(self.path / name):
            return (self.path / name).read_text("utf-8", "replace")


def snippets_of(telegraf_d: Path) -> Iterator[Path]:
    """Operators' own files of every shard in a home's `telegraf.d`, sorted."""
    for path in sorted(telegraf_d.glob(f"[!.]*/{DEVICES_FOLDER}/*.conf")):
        if path.is_file() and not _is_own(path.name):
            yield path


def write_shard(folder: Path, files: ShardFiles) -> int:
    """Make a folder hold exactly that shard, operators' files beside it; how many were written."""
    shard = ShardFolder(folder)
    shard.prepare()
    shard.clear_unfinished()
    wanted, there = whole(files.texts, files.environment), whole(shard.texts(), shard.environment())
    changed = [name for name, text in wanted.items() if there.get(name) != text]
    for name in changed:
        shard.put(name, wanted[name])
    for name in there.keys() - wanted.keys():
        shard.take_away(name)
    return len(changed)


def whole(texts: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Every file by its path, the environment's too where it holds anything."""
    beside = {ENVIRONMENT_FILE: environment_text(environment)} if environment else {}
    return {**beside, **texts}


def in_force(shard: ShardFolder) -> str:
    """What a person reads of files that were put back."""
    if shard.texts():
        return "the former files are in force again"
    return f"there were none before, and {shard.path} has none of netwb's files now"


def _is_own(name: str) -> bool:
    return name.rpartition("/")[2].startswith(OWN_FILES)


@contextmanager
def on_disk(path: Path) -> Iterator[None]:
    """Name the place in what the operating system finds wrong with it."""
    try:
        yield
    except OSError as error:
        msg = f"{path} cannot be used: {error.strerror}; check its owner and the disk"
        raise HomeError(msg) from error
