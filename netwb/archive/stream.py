"""Commits that are to be made, as the stream that `git fast-import` reads. Pure.

A commit is small and has one text at most; paths and names come from `archive.paths` and
`archive.message`, which let nothing through that could end a line.
Source: git-fast-import(1) "INPUT FORMAT".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from netwb.archive.records import NETWB


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A file that changes its place."""

    old_path: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommit:
    """One commit to be made: moves first, then at most one text at `path`, by its blob id."""

    author: str
    email: str
    at: datetime
    stored_at: datetime
    message: bytes
    moves: tuple[Move, ...] = ()
    path: str = ""
    blob: str = ""
    text: bytes | None = field(default=None, repr=False)


def render_commits(commits: Sequence[NewCommit], *, onto: str | None, ref: str) -> Iterator[bytes]:
    """Pieces of the stream that puts the commits on `onto` and lets `ref` point to the last one.

    It asks what lies at the path of each text, and for the id of each commit; `archive.made` reads
    what fast-import answers.
    """
    for mark, commit in enumerate(commits, start=1):
        yield _head(commit, mark, ref)
        if mark == 1 and onto:
            yield f"from {onto}\n".encode()
        for move in commit.moves:
            yield f"R {move.old_path} {move.path}\n".encode()
        if commit.text is not None:
            yield f'ls "{commit.path}"\nM 100644 inline {commit.path}\n'.encode()
            yield f"data {len(commit.text)}\n".encode()
            yield commit.text
            yield b"\n"
        yield f"get-mark :{mark}\n".encode()
    yield b"done\n"


def _head(commit: NewCommit, mark: int, ref: str) -> bytes:
    at = int(commit.at.timestamp())
    stored = int(commit.stored_at.timestamp())
    lines = (
        f"commit {ref}\nmark :{mark}\n"
        f"author {commit.author} <{commit.email}> {at} +0000\n"
        f"committer {NETWB} <{NETWB}@localhost> {stored} +0000\n"
        f"data {len(commit.message)}\n"
    )
    return lines.encode() + commit.message + b"\n"
