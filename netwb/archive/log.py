"""Read what `git log --raw -p -U0` prints: commits, the files they changed, their hunks. Pure.

A commit's head ends with NUL, which no message can hold; hunk bodies are read by the counts of
their `@@` lines, so no device text is ever mistaken for Git's own words.
Source: git-log(1) "RAW OUTPUT FORMAT", git-diff(1) "GENERATING PATCH TEXT".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, cast

from netwb.archive.lines import LineHunk
from netwb.archive.message import CommitFacts, parse_facts

ARGUMENTS = (
    "log",
    "--reverse",
    "--first-parent",
    "--diff-merges=first-parent",
    "--format=%x00%H%n%an%n%at%n%ct%n%B%x00",
    "--raw",
    "--no-abbrev",
    "--patch",
    "--unified=0",
    "--histogram",
    "--find-renames=100%",  # a move; a text that also changed is two commits of ours
    "--text",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
)
FileStatus = Literal["A", "M", "R", "D"]
_LAST_S = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """What one commit did to one file.

    status     added, modified, moved (from `old_path`) or deleted
    old_blob   "" when added; `blob` "" when deleted
    grown      bytes that the text grew by (negative: shrank)
    """

    status: FileStatus
    old_path: str
    path: str
    old_blob: str
    blob: str
    hunks: tuple[LineHunk, ...] = field(default=(), repr=False)
    added: int = 0
    removed: int = 0
    grown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One commit. `facts` is None for one that netwb did not make."""

    commit: str
    author: str
    at: datetime
    stored_at: datetime
    message: str
    facts: CommitFacts | None
    files: tuple[FileChange, ...] = ()


def parse_log(lines: Iterable[bytes]) -> Iterator[Logged]:
    """Commits in the order printed; `lines` keep their newline. Nothing is held but one commit."""
    stream = iter(lines)
    line = next(stream, b"")
    while line.startswith(b"\0"):
        head = _head(line, stream)
        raw, line = _raw(stream)
        files = []
        for known in raw:
            change, line = _patched(known, line, stream)
            files.append(change)
        yield replace(head, files=tuple(files))


def _head(line: bytes, stream: Iterator[bytes]) -> Logged:
    collected = [line[1:]]
    while not collected[-1].endswith(b"\0\n"):
        collected.append(next(stream))
    text = b"".join(collected)[:-2].decode(errors="replace")
    commit, author, at, stored_at, message = text.split("\n", 4)
    return Logged(
        commit=commit,
        author=author,
        at=_instant(at),
        stored_at=_instant(stored_at),
        message=message.partition("\n")[0],
        facts=parse_facts(message),
    )


def _instant(seconds: str) -> datetime:
    """Git holds later times than Python does; only a person's own commit can have one."""
    return datetime.fromtimestamp(min(int(seconds), _LAST_S), UTC)


def _raw(stream: Iterator[bytes]) -> tuple[list[FileChange], bytes]:
    """The `:` lines of a commit, and the first line after them that is not empty."""
    found = []
    for line in stream:
        if line.startswith(b":"):
            found.append(_raw_line(line.rstrip(b"\n").decode(errors="replace")))
        elif line != b"\n":
            return found, line
    return found, b""


def _raw_line(line: str) -> FileChange:
    """`:100644 100644 <blob> <blob> R100<TAB>old path<TAB>new path`."""
    facts, *paths = line.split("\t")
    _, _, old_blob, blob, status = facts[1:].split(" ")
    letter = status[0] if status[0] in "ARD" else "M"
    return FileChange(
        status=cast(FileStatus, letter),
        old_path=paths[0],
        path=paths[-1],
        old_blob="" if set(old_blob) == {"0"} else old_blob,
        blob="" if set(blob) == {"0"} else blob,
    )


def _patched(known: FileChange, line: bytes, stream: Iterator[bytes]) -> tuple[FileChange, bytes]:
    """The file with its hunks, and the line after them. `line` is its `diff --git`."""
    hunks: list[LineHunk] = []
    added = removed = grown = 0
    if line.startswith(b"diff --git "):
        line = next(stream, b"")
    while line and not line.startswith((b"diff --git ", b"\0")):
        if not line.startswith(b"@@ "):
            line = next(stream, b"")
            continue
        old_start, old_count, new_count = _counts(line)
        gone, grown_by, line = _body(stream, old_count, new_count)
        hunks.append(LineHunk(old_start=old_start, removed=gone, added=new_count))
        added, removed, grown = added + new_count, removed + old_count, grown + grown_by
    patched = replace(known, hunks=tuple(hunks), added=added, removed=removed, grown=grown)
    return patched, line


def _counts(line: bytes) -> tuple[int, int, int]:
    """Old start (0-based), old count, new count. `-5,0` is a gap after line 5."""
    match = _HUNK.match(line)
    assert match is not None, line[:80]
    start, old, _, new = match.groups(default=b"1")
    old_count = int(old)
    return int(start) - (1 if old_count else 0), old_count, int(new)


def _body(
    stream: Iterator[bytes], old_count: int, new_count: int
) -> tuple[tuple[bytes, ...], int, bytes]:
    """The removed lines, the bytes grown by, and the line after the hunk."""
    gone = []
    grown = 0
    side = 0  # -1 old, 1 new: whose line was read last
    line = next(stream, b"")
    while old_count or new_count or line.startswith(b"\\"):
        if line.startswith(b"-"):
            gone.append(line[1:].rstrip(b"\n"))
            side, old_count = -1, old_count - 1
        elif line.startswith(b"+"):
            side, new_count = 1, new_count - 1
        else:  # "\ No newline at end of file", about the line before it
            grown -= side
            line = next(stream, b"")
            continue
        grown += side * (len(line) - 1)
        line = next(stream, b"")
    return tuple(gone), grown, line
