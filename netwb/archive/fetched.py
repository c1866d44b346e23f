"""A Git repository of somebody else's that netwb reads at a commit, in a bare copy of its own.

What was fetched last stays readable when a fetch fails. No hook, no submodule and no filter of it is
ever run, and nothing of it is checked out.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from netwb.archive.child import GitChildren, words_of
from netwb.archive.faults import fetch_error
from netwb.archive.remote.url import PROTOCOLS, parse_place
from netwb.archive.repository import Repository, create, writing
from netwb.errors import ArchiveError, InputError

_HELD = "refs/netwb/fetched"
_LOCK_S = 30.0  # another process that fetches the same
_SSH = "ssh -oBatchMode=yes -oConnectTimeout=15"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFile:
    """A file at the commit that is held. `text` is None where it is longer than was asked for."""

    path: str
    size: int
    text: bytes | None


class FetchedRepository:
    """The copy at `path`; `timeout_s` for one fetch."""

    def __init__(self, path: Path, *, timeout_s: float = 60.0) -> None:
        self._path = path
        self._timeout_s = timeout_s

    def fetch(self, url: str, ref: str) -> str:
        """Bring that ref (a branch, a tag, a commit id) from there; gives its commit.

        Raises InputError for what is no URL, ArchiveError where it cannot be had; what was held stays.
        """
        source = parse_place(url).text
        if ref.startswith("-") or not ref.isprintable() or " " in ref or ":" in ref:
            msg = f"{ref[:60]!r} is no branch, tag or commit; write it as in `git fetch`"
            raise InputError(msg)
        with writing(self._path, timeout_s=_LOCK_S) as writer:
            if not writer.exists():
                create(self._path)
            try:
                self._bring(source, ref)
            except ArchiveError as error:
                said = words_of(error)
                if not said:
                    raise
                raise fetch_error(url, ref, str(self._path), said) from error
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

    def _bring(self, source: str, ref: str) -> None:
        until = time.monotonic() + self._timeout_s
        allowed = (f"protocol.{name}.allow=always" for name in PROTOCOLS.split(":"))
        settings = ("protocol.allow=never", *allowed, f"core.sshCommand={_SSH}")
        done = GitChildren(self._path).leashed(
            *(word for setting in settings for word in ("-c", setting)),
            *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"),
            *("--no-recurse-submodules", "--", source, f"+{ref}:{_HELD}"),
            let_go=lambda: time.monotonic() > until,
        )
        if not done:
            msg = f"{source} did not give its files within {self._timeout_s:.0f} s; see that it answers"
            raise InputError(msg)
