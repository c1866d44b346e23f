"""What `git fast-import` answers about the commits it made, and what the index needs of them. Pure.

A commit that puts a text where no file was tells nothing that was not known before it was made; it
is not read back. Any other one changed lines, and which lines those are is Git's to say.
Source: git-fast-import(1) `get-mark`, `ls`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from netwb.archive.log import FileChange, Logged
from netwb.archive.message import parse_facts
from netwb.archive.stream import NewCommit


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One commit that was made. `adds`: it did nothing but put its text where no file was."""

    commit: NewCommit
    id: str
    adds: bool


def parse_answers(commits: Iterable[NewCommit], answers: Iterable[str]) -> Iterator[Made]:
    """Each commit with its answers: for a text what lies at its path, for each one its id."""
    said = iter(answers)
    for commit in commits:
        free = commit.text is not None and next(said).startswith("missing ")
        yield Made(commit=commit, id=next(said), adds=free and not commit.moves)


def logged(made: Made) -> Logged:
    """What `git log` would say of a commit that adds a text."""
    commit, text = made.commit, made.commit.text or b""
    message = commit.message.decode()
    added = FileChange(
        status="A",
        old_path=commit.path,
        path=commit.path,
        old_blob="",
        blob=commit.blob,
        added=text.count(b"\n") + (bool(text) and not text.endswith(b"\n")),
        grown=len(text),
    )
    return Logged(
        commit=made.id,
        author=commit.author,
        at=_whole(commit.at),
        stored_at=_whole(commit.stored_at),
        message=message.partition("\n")[0],
        facts=parse_facts(message),
        files=(added,),
    )


def _whole(at: datetime) -> datetime:
    """Git keeps seconds."""
    return datetime.fromtimestamp(int(at.timestamp()), UTC)
