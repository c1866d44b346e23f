"""Fold commits into what the index says: revisions, past lines, the newest state. Pure.

The same fold serves a batch just written, the gap that a crash left, and a rebuild from the first
commit; so the three cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from netwb.archive.lines import PastLine, Run, UnfitError, brought, changed, rewritten
from netwb.archive.log import FileChange, Logged
from netwb.archive.message import CommitFacts
from netwb.archive.records import NO_CHANGE, UNKNOWN, Cause, ConfigKey

# A move saw nothing of the device, nor did a commit that a person made.
_FETCHED: tuple[Cause, ...] = ("backup", "accept", "rules")


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest revision of one device and kind.

    path         "" when a person deleted the file
    changed_by   whom the device named last, "" nobody yet; `changed_at`: when that one changed it
    since        see `archive.lines`
    """

    number: int
    commit: str
    blob: str
    path: str
    digest: str
    rule_set: str
    size: int
    lines: int
    retired: bool
    changed_by: str
    changed_at: datetime | None
    since: tuple[Run, ...] = field(repr=False)


@dataclass(slots=True)
class Folded:
    """What a stretch of commits adds to the index.

    revisions    columns of RevisionRow, oldest first, without the tenant
    past         (key, number that took it out, line)
    fetched      when each device was last fetched, as far as these commits prove it
    """

    revisions: list[dict[str, Any]] = field(default_factory=list)
    past: list[tuple[ConfigKey, int, PastLine]] = field(default_factory=list)
    touched: dict[ConfigKey, Newest] = field(default_factory=dict)
    fetched: dict[ConfigKey, datetime] = field(default_factory=dict)


def owners(newest: Mapping[ConfigKey, Newest]) -> dict[str, ConfigKey]:
    """Whose file lies at a path."""
    return {state.path: key for key, state in newest.items() if state.path}


def fold(commits: Iterable[Logged], newest: dict[ConfigKey, Newest]) -> Folded:
    """Take the commits in; `newest` moves on with them.

    A commit that a person made belongs to the device whose file it touches, else to nobody.
    """
    folded = Folded()
    at_path = owners(newest)
    for commit in commits:
        for file in commit.files:
            key = _key(commit.facts, file, at_path)
            if key is not None:
                _take(folded, newest, key, commit, file)
                at_path.pop(file.old_path, None)
                at_path[file.path] = key
    return folded


def _key(
    facts: CommitFacts | None, file: FileChange, at_path: Mapping[str, ConfigKey]
) -> ConfigKey | None:
    return (facts.device_id, facts.kind) if facts else at_path.get(file.old_path)


def _take(
    folded: Folded,
    newest: dict[ConfigKey, Newest],
    key: ConfigKey,
    commit: Logged,
    file: FileChange,
) -> None:
    old = newest.get(key)
    number = old.number + 1 if old else 1
    since, past = _lines(old, commit, file, number)
    state = _state(old, commit, file, number, since)
    newest[key] = folded.touched[key] = state
    if old is None or (commit.facts is not None and commit.facts.cause in _FETCHED):
        folded.fetched[key] = commit.stored_at
    folded.past += ((key, number, line) for line in past)
    folded.revisions.append(_columns(key, commit, file, state))


def _lines(
    old: Newest | None, commit: Logged, file: FileChange, number: int
) -> tuple[tuple[Run, ...], tuple[PastLine, ...]]:
    if file.status == "A" or old is None:
        # A file that a person deleted and that comes back begins anew.
        return brought(number, file.added), ()
    if file.status == "D":
        return old.since, ()
    if file.old_blob != old.blob:
        msg = f"the index does not fit commit {commit.commit[:12]}; it is to be rebuilt"
        raise UnfitError(msg)
    if commit.facts is not None and commit.facts.cause == "rules":
        return rewritten(old.since, file.hunks, number), ()
    return changed(old.since, file.hunks, number)


def _state(
    old: Newest | None, commit: Logged, file: FileChange, number: int, since: tuple[Run, ...]
) -> Newest:
    facts = commit.facts
    gone = file.status == "D"
    base = old if old and file.status != "A" else None
    changed_by, changed_at = _named(old, commit)
    return Newest(
        number=number,
        commit=commit.commit,
        blob=file.old_blob if gone else file.blob,
        path="" if gone else file.path,
        digest=facts.digest if facts else "",
        rule_set=facts.rule_set if facts else "",
        size=base.size if base and gone else (base.size if base else 0) + file.grown,
        lines=base.lines
        if base and gone
        else (base.lines if base else 0) + file.added - file.removed,
        retired=gone or (facts is not None and facts.cause == "retire"),
        changed_by=changed_by,
        changed_at=changed_at,
        since=since,
    )


def _named(old: Newest | None, commit: Logged) -> tuple[str, datetime | None]:
    """The person that a device named last: in this commit, or in one before it."""
    facts = commit.facts
    own = facts is not None and (facts.cause in NO_CHANGE or facts.named_by != "")
    if not own and commit.author != UNKNOWN:
        said = facts.said if facts else None
        return commit.author, said or commit.at
    return (old.changed_by, old.changed_at) if old else ("", None)


def _columns(key: ConfigKey, commit: Logged, file: FileChange, state: Newest) -> dict[str, Any]:
    facts = commit.facts
    return {
        "device_id": key[0],
        "kind": key[1],
        "number": state.number,
        "commit": state.commit,
        "blob": state.blob,
        "path": file.path,
        "at": commit.at,
        "stored_at": commit.stored_at,
        "author": commit.author,
        "cause": facts.cause if facts else "foreign",
        "message": commit.message,
        "note": facts.note if facts else "",
        "run_id": facts.run_id if facts else "",
        "rule_set": state.rule_set,
        "digest": state.digest,
        "added": 0 if file.status == "D" else file.added,
        "removed": file.removed,
        "size": state.size,
        "lines": state.lines,
        "placed": list(facts.placed) if facts else [],
        "volatile": [[line, _shown(text)] for line, text in facts.volatile] if facts else [],
    }


def _shown(text: bytes) -> str:
    """Latin-1 keeps every byte, and JSON escapes NUL."""
    return text.decode("latin-1")
