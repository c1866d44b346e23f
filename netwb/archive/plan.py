"""Decide which commits a batch of texts becomes. Pure: no Git, no SQL, no clock.

One commit for each changed text. A device whose site or name changed moves first, in a commit of
its own, so that Git never has to guess; a device that stands in its way makes room and comes back
when it is written itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha1

from netwb.archive.message import (
    NAME_LIMIT,
    NAMES,
    NOTE_LIMIT,
    CommitFacts,
    author_name,
    compose,
    plain,
    subject,
)
from netwb.archive.newest import Newest, owners
from netwb.archive.paths import aside, hostname_of, is_aside, place
from netwb.archive.records import NETWB, NO_CHANGE, UNKNOWN, Cause, ConfigKey, Entry
from netwb.archive.stream import Move, NewCommit
from netwb.health.syslog.records import Said

OLDEST_YEAR = 2000  # a device clock that says less was never set
_NO_EMAIL = re.compile(r"[^A-Za-z0-9._+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a batch becomes.

    commits    in the order of writing; none for a text that is stored already
    texts      the new texts by blob id
    same       entries whose stored text stays, though their digest or rule set is another
    """

    commits: tuple[NewCommit, ...]
    texts: Mapping[str, bytes]
    same: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What all commits of one batch share."""

    stored_at: datetime
    audit_head: str


class Planner:
    """Plans one batch on the state that the newest commit left.

    newest     of every device in the batch, and of whoever lies at one of its paths
    carried    the facts that a commit without a new text says again
    fetched_at when the newest text came from the device; a move does not count
    """

    def __init__(
        self,
        newest: Mapping[ConfigKey, Newest],
        stamp: Stamp,
        carried: Callable[[ConfigKey, Newest], CommitFacts],
        fetched_at: Mapping[ConfigKey, datetime | None],
    ) -> None:
        self._newest = dict(newest)
        self._at_path = owners(newest)
        self._stamp = stamp
        self._carried = carried
        self._fetched_at = fetched_at
        self._commits: list[NewCommit] = []
        self._said: dict[ConfigKey, CommitFacts] = {}  # by commits of this batch
        self._texts: dict[str, bytes] = {}
        self._same: list[Entry] = []

    def store(self, entries: Iterable[Entry]) -> Plan:
        """Commits for these texts."""
        for entry in entries:
            self._store(entry)
        return self._plan()

    def move(self, moves: Iterable[tuple[ConfigKey, str]], cause: Cause, author: str) -> Plan:
        """Commits that bring devices' files to new paths; who has no file is left out."""
        for key, path in moves:
            if key in self._newest:
                self._move(key, path, cause, author)
        return self._plan()

    def _plan(self) -> Plan:
        return Plan(commits=tuple(self._commits), texts=dict(self._texts), same=tuple(self._same))

    def _store(self, entry: Entry) -> None:
        key: ConfigKey = (entry.device_id, entry.kind)
        path = place(entry.site, entry.hostname, entry.kind)
        if key in self._newest:
            self._move(key, path, "rename", NETWB)
        old = self._newest.get(key)
        blob = blob_id(entry.redacted.text)
        if old is None or old.blob != blob or not old.path:
            self._make_room(path, key)
            self._commit_text(key, path, blob, entry, old)
        elif (old.digest, old.rule_set) != (entry.digest, entry.redacted.rule_set):
            self._same.append(entry)

    def _move(self, key: ConfigKey, path: str, cause: Cause, author: str) -> None:
        old = self._newest[key]
        if old.path in {path, ""}:
            return
        self._make_room(path, key)
        said = self._said.get(key) or self._carried(key, old)
        facts = replace(
            said, cause=cause, run_id="", note="", said=None, audit_head=self._stamp.audit_head
        )
        hostname = hostname_of(old.path if is_aside(path) else path)
        self._commits.append(
            NewCommit(
                author=author_name(author),
                email=_email(author_name(author), NETWB),
                at=self._stamp.stored_at,
                stored_at=self._stamp.stored_at,
                message=compose(subject(hostname, facts, first=False), facts),
                moves=(Move(old_path=old.path, path=path),),
            )
        )
        self._at_path.pop(old.path, None)
        self._settle(key, replace(old, path=path))

    def _make_room(self, path: str, newcomer: ConfigKey) -> None:
        """Two devices never share a path: whoever else lies there waits under its id."""
        owner = self._at_path.get(path)
        if owner not in {None, newcomer}:
            device_id, kind = owner
            self._move(owner, aside("parked", hostname_of(path), device_id, kind), "rename", NETWB)

    def _commit_text(
        self, key: ConfigKey, path: str, blob: str, entry: Entry, old: Newest | None
    ) -> None:
        facts = self._facts(entry, old)
        heard = self._heard(entry)
        if facts.cause not in NO_CHANGE:
            facts = _telling(facts, heard)
        author, at, named_by = self._credit(entry, facts, old, heard)
        facts = replace(facts, named_by=named_by)
        if author not in {NETWB, UNKNOWN} and not named_by and not _same_second(at, entry.at):
            facts = replace(facts, said=entry.at.replace(microsecond=0))
        self._commits.append(
            NewCommit(
                author=author,
                email=_email(author, entry.hostname),
                at=at,
                stored_at=self._stamp.stored_at,
                message=compose(subject(entry.hostname, facts, first=old is None), facts),
                path=path,
                blob=blob,
                text=entry.redacted.text,
            )
        )
        self._said[key] = facts
        self._texts[blob] = entry.redacted.text
        self._settle(key, _stored(entry, path, blob))

    def _settle(self, key: ConfigKey, state: Newest) -> None:
        self._newest[key] = state
        self._at_path[state.path] = key

    def _facts(self, entry: Entry, old: Newest | None) -> CommitFacts:
        newer_rules = (
            old is not None
            and old.digest == entry.digest
            and old.rule_set != entry.redacted.rule_set
        )
        return CommitFacts(
            device_id=entry.device_id,
            kind=entry.kind,
            cause="rules" if newer_rules else entry.cause,
            run_id=entry.run_id,
            rule_set=entry.redacted.rule_set,
            note=plain(entry.note, NOTE_LIMIT),
            audit_head=self._stamp.audit_head,
            digest=entry.digest,
            placed=tuple(placed.offset for placed in entry.redacted.placed),
            volatile=tuple((line.line, line.text) for line in entry.redacted.volatile),
        )

    def _credit(
        self, entry: Entry, facts: CommitFacts, old: Newest | None, heard: Sequence[Said]
    ) -> tuple[str, datetime, str]:
        """Who made the change, when, and "syslog" where a message alone says who.

        A device clock that was never set, or that is ahead of ours, says nothing about when; nor
        does one that dates a change before the fetch that did not show it yet. So the times of a
        device's revisions rise. A person whose stamp is still that of the change before did not
        make this one.

        The text comes before messages, as it came over a login and anybody can send a message: they
        say who where the text names nobody, and when where its own time is not to be believed.
        """
        now = self._stamp.stored_at
        if facts.cause == "rules":
            return NETWB, now, ""
        author = author_name(entry.author)
        is_stale = old is not None and _is_stamp(old, author, entry.at)
        heard_at = heard[-1].at if heard else now
        named = [name for one in heard if (name := author_name(one.by)) != UNKNOWN]
        if named and (is_stale or author == UNKNOWN):
            return named[-1], heard_at, "syslog"
        if is_stale:
            return UNKNOWN, heard_at, ""
        earliest = self._fetched_at.get((entry.device_id, entry.kind)) or entry.at
        believed = entry.at.year >= OLDEST_YEAR and earliest <= entry.at <= now
        dated = believed and (entry.clean.changed_at is not None or not heard)
        return author, entry.at if dated else heard_at, ""

    def _heard(self, entry: Entry) -> tuple[Said, ...]:
        """What was said since the newest text came, and not by a clock that is ahead of ours."""
        earliest = self._fetched_at.get((entry.device_id, entry.kind))
        now = self._stamp.stored_at
        return tuple(
            one for one in entry.heard if (earliest is None or earliest <= one.at) and one.at <= now
        )


def _telling(facts: CommitFacts, heard: Sequence[Said]) -> CommitFacts:
    """With the names of all who were heard of, and what the device said of the change itself."""
    names = dict.fromkeys(name for one in reversed(heard) if (name := plain(one.by, NAME_LIMIT)))
    notes = [one.note for one in heard if one.note]
    note = facts.note or (plain(notes[-1], NOTE_LIMIT) if notes else "")
    return replace(facts, heard=NAMES.join(reversed(names)), note=note)


def _is_stamp(old: Newest, author: str, at: datetime) -> bool:
    return old.changed_by == author and _same_second(old.changed_at, at)


def _same_second(one: datetime | None, other: datetime) -> bool:
    """Git keeps seconds."""
    return one is not None and int(one.timestamp()) == int(other.timestamp())


def blob_id(text: bytes) -> str:
    """Git's name for a text (gitformat-loose: SHA-1 of `blob <bytes>NUL<text>`)."""
    return sha1(b"blob %d\0%b" % (len(text), text), usedforsecurity=False).hexdigest()


def _email(author: str, where: str) -> str:
    """Git wants an address; `ana@edge1` says where that login is known."""
    return f"{_NO_EMAIL.sub('-', author)}@{where}"


def _stored(entry: Entry, path: str, blob: str) -> Newest:
    """As much of the new state as planning asks for; the index works out the rest from Git."""
    return Newest(
        number=0,
        commit="",
        blob=blob,
        path=path,
        digest=entry.digest,
        rule_set=entry.redacted.rule_set,
        size=len(entry.redacted.text),
        lines=0,
        retired=False,
        changed_by="",
        changed_at=None,
        since=(),
    )
