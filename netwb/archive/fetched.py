"""A Git repository of somebody else's that netwb reads at a commit, in a bare copy of its own.

What was fetched last stays readable when a fetch fails. No hook, no submodule and no filter of it is
ever run, and nothing of it is checked out.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from netwb.archive.child import GitChildren, words_of
from netwb.archive.faults import is_full
from netwb.archive.remote.said import Cures, remote_error, too_slow
from netwb.archive.remote.url import parse_place
from netwb.archive.repository import Repository, create, writing
from netwb.errors import ArchiveError, InputError, RemoteError

_HELD = "refs/netwb/fetched"
_LOCK_S = 30.0  # another process that fetches the same
_NO_REF = re.compile(r"find remote ref|not our ref", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFile:
    """A file at the commit that is held. `text` is None where it is longer than was asked for."""

    path: str
    size: int
    text: bytes | None


class FetchedRepository:
    """The copy at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fetch(
        self, place: str, ref: str, *, opened: Mapping[str, str], cures: Cures, timeout_s: float
    ) -> str:
        """Bring that ref (a branch, a tag, a commit id) from there; gives its commit.

        opened   variables of `netwb.archive.remote.opening`
        Raises InputError for what is no URL, ArchiveError and RemoteError where it cannot be had; what
        was held stays.
        """
        source = parse_place(place).text
        if ref.startswith("-") or not ref.isprintable() or " " in ref or ":" in ref:
            msg = f"{ref[:60]!r} is no branch, tag or commit; write it as in `git fetch`"
            raise InputError(msg)
        with writing(self._path, timeout_s=_LOCK_S) as writer:
            if not writer.exists():
                create(self._path)
            try:
                if not self._brought(source, ref, opened, timeout_s):
                    raise too_slow(place, timeout_s, "compliance.fetch_timeout_s")
            except ArchiveError as error:
                said = words_of(error)
                if not said or is_full(said) or str(self._path) in said:
                    raise
                if _NO_REF.search(said):
                    msg = f"{place} has no {ref}; correct compliance.ref, or make it there"
                    raise RemoteError(msg) from error
                raise remote_error(place, said, cures) from error
        return self.commit() or ""

    def commit(self) -> str | None:
        """The commit that is held; None: nothing was ever fetched."""
        if not Repository(self._path).exists():
            return None
        said = GitChildren(self._path).answer("for-each-ref", "--format=%(objectname)", _HELD)
        return said.decode().strip() or None

    def read(self, commit: str, *, suffixes: Collection[str], longest: int) -> list[FetchedFile]:
        """Its files with such a suffix, but hidden ones, by path."""
        git = GitChildren(self._path)
        entries = git.answer("ls-tree", "-r", "-l", "-z", commit).decode(errors="replace")
        found = []
        for entry in filter(None, entries.split("\0")):
            facts, _, path = entry.partition("\t")
            mode, kind, blob, size = facts.split()
            hidden = any(part.startswith(".") for part in path.split("/"))
            if (
                kind == "blob"
                and mode != "120000"
                and path.endswith(tuple(suffixes))
                and not hidden
            ):
                found.append((path, blob, int(size)))
        wanted = [blob for _, blob, size in found if size <= longest]
        texts = Repository(self._path).texts(wanted)
        return [
            FetchedFile(path=path, size=size, text=texts.get(blob))
            for path, blob, size in sorted(found)
        ]

    def _brought(self, source: str, ref: str, opened: Mapping[str, str], timeout_s: float) -> bool:
        """Whether it came in time. Nothing is checked out, so that no old object need please fsck."""
        until = time.monotonic() + timeout_s
        return GitChildren(self._path).leashed(
            *("-c", "fetch.fsckObjects=false"),
            *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"),
            *("--no-recurse-submodules", "--", source, f"+{ref}:{_HELD}"),
            let_go=lambda: time.monotonic() > until,
            env=opened,
        )
