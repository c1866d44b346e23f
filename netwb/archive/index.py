"""The index of Git in SQL: what pages and searches read. Git is the truth; this is rebuilt at will.

Written after Git, in one transaction with the commit up to which it is complete; the next writer
takes in what a crash left out. The repository's writer lock is held by whoever calls.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from netwb.archive.chunks import chunks
from netwb.archive.log import Logged
from netwb.archive.message import CommitFacts
from netwb.archive.newest import Folded, Newest, fold
from netwb.archive.records import ConfigKey
from netwb.archive.repository import Repository
from netwb.errors import ArchiveDamagedError
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import CurrentRow, CurrentTextRow, IndexedRow, LineRow, RevisionRow

logger = logging.getLogger(__name__)
_UNFINISHED = ""  # IndexedRow.commit while a rebuild is under way
_COMMITS_AT_ONCE = 500  # of a rebuild: some megabytes of rows
_TEXTS_AT_ONCE = 100
_NEWEST = (
    CurrentRow.device_id,
    CurrentRow.kind,
    CurrentRow.number,
    CurrentRow.commit,
    CurrentRow.blob,
    CurrentRow.path,
    CurrentRow.digest,
    CurrentRow.rule_set,
    CurrentRow.size,
    CurrentRow.lines,
    CurrentRow.retired,
)


class Index:
    """Reads and writes the index of each tenant's repository."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def settle(self, tenant_id: str, repository: Repository) -> str | None:
        """Take in what `main` has and the index has not; give the tip.

        Raises ArchiveDamagedError when the index knows commits that the repository lost.
        """
        tip = repository.tip() if repository.exists() else None
        last = self._last(tenant_id)
        if last == tip:
            return tip
        if last and (tip is None or not repository.is_ancestor(last, tip)):
            msg = (
                f"repository {repository.path} lacks commit {last[:12]}, which netwb wrote: put"
                " back a newer copy of it, or take it as it is by rebuilding the index"
            )
            raise ArchiveDamagedError(msg)
        if not last and tip:
            self.rebuild(tenant_id, repository)
        elif tip:
            self.absorb(tenant_id, repository, old=last, new=tip)
        return tip

    def absorb(
        self,
        tenant_id: str,
        repository: Repository,
        *,
        old: str | None,
        new: str,
        texts: Mapping[str, bytes] | None = None,
    ) -> tuple[Logged, ...]:
        """Take in the commits after `old` up to `new`, and give them.

        texts    stored texts by blob id, as far as the caller has them
        """
        commits = tuple(repository.log(old, new))
        newest = self.newest(tenant_id, _keys(commits), paths=_foreign_paths(commits), since="with")
        known = set(newest)
        folded = fold(commits, newest)
        missing = {state.blob for state in folded.touched.values()} - (texts or {}).keys()
        bodies = {**(texts or {}), **repository.texts(missing)}
        with self._database.writing(ALL_TENANTS) as session:
            _insert(session, tenant_id, folded)
            _put_current(session, tenant_id, folded.touched, known, _checked(commits))
            _put_texts(session, tenant_id, folded.touched, known, bodies)
            _put_last(session, tenant_id, new)
        return commits

    def rebuild(self, tenant_id: str, repository: Repository) -> None:
        """Read the whole of Git again, through one process; `checked_at` is kept."""
        logger.warning("index of %s is built from Git", repository.path)
        checked = self._checked_before(tenant_id)
        with self._database.writing(ALL_TENANTS) as session:
            for row in (RevisionRow, LineRow, CurrentRow, CurrentTextRow):
                session.execute(delete(row).where(row.tenant_id == tenant_id))
            _put_last(session, tenant_id, _UNFINISHED)
        tip = repository.tip()
        if tip is None:
            return
        newest = self._refold(tenant_id, repository, tip)
        self._rewrite_texts(tenant_id, repository, newest, checked)
        with self._database.writing(ALL_TENANTS) as session:
            _put_last(session, tenant_id, tip)

    def newest(
        self,
        tenant_id: str,
        keys: Iterable[ConfigKey],
        *,
        paths: Iterable[str] = (),
        since: str = "without",
    ) -> dict[ConfigKey, Newest]:
        """Newest revisions of those devices, and of whoever owns those paths."""
        found: dict[ConfigKey, Newest] = {}
        columns = (*_NEWEST, CurrentTextRow.since) if since == "with" else _NEWEST
        statement = select(*columns).where(CurrentRow.tenant_id == tenant_id)
        if since == "with":
            statement = statement.join(
                CurrentTextRow,
                (CurrentTextRow.device_id == CurrentRow.device_id)
                & (CurrentTextRow.kind == CurrentRow.kind),
            )
        with self._database.reading(ALL_TENANTS) as session:
            for piece in chunks({device_id for device_id, _ in keys}):
                found |= _states(session.execute(statement.where(CurrentRow.device_id.in_(piece))))
            for piece in chunks(paths):
                found |= _states(session.execute(statement.where(CurrentRow.path.in_(piece))))
        return found

    def carried(self, tenant_id: str, key: ConfigKey, state: Newest) -> CommitFacts:
        """What a further commit of the same text, at another place, must say again."""
        with self._database.reading(ALL_TENANTS) as session:
            row = session.execute(
                select(RevisionRow.placed, RevisionRow.volatile).where(
                    RevisionRow.tenant_id == tenant_id,
                    RevisionRow.device_id == key[0],
                    RevisionRow.kind == key[1],
                    RevisionRow.number == state.number,
                )
            ).one()
            placed, volatile = row
        return CommitFacts(
            device_id=key[0],
            kind=key[1],
            cause="rename",
            run_id="",
            rule_set=state.rule_set,
            note="",
            audit_head="",
            digest=state.digest,
            placed=tuple(placed),
            volatile=tuple((line, text.encode("latin-1")) for line, text in volatile),
        )

    def note_same(self, tenant_id: str, key: ConfigKey, digest: str, rule_set: str) -> None:
        """The stored text is the same, but its digest or its rules are newer."""
        with self._database.writing(ALL_TENANTS) as session:
            session.execute(
                update(CurrentRow)
                .where(
                    CurrentRow.tenant_id == tenant_id,
                    CurrentRow.device_id == key[0],
                    CurrentRow.kind == key[1],
                )
                .values(digest=digest, rule_set=rule_set)
            )

    def _last(self, tenant_id: str) -> str | None:
        with self._database.reading(ALL_TENANTS) as session:
            found = session.scalar(
                select(IndexedRow.commit).where(IndexedRow.tenant_id == tenant_id)
            )
        return found or None

    def _checked_before(self, tenant_id: str) -> dict[ConfigKey, datetime]:
        with self._database.reading(ALL_TENANTS) as session:
            rows = session.execute(
                select(CurrentRow.device_id, CurrentRow.kind, CurrentRow.checked_at).where(
                    CurrentRow.tenant_id == tenant_id
                )
            )
            return {(device_id, kind): at for device_id, kind, at in rows}  # type: ignore[misc]

    def _refold(
        self, tenant_id: str, repository: Repository, tip: str
    ) -> dict[ConfigKey, tuple[Newest, datetime]]:
        newest: dict[ConfigKey, Newest] = {}
        stored: dict[ConfigKey, datetime] = {}
        log = repository.log(None, tip)
        while commits := list(islice(log, _COMMITS_AT_ONCE)):
            folded = fold(commits, newest)
            stored |= dict.fromkeys(folded.touched, _checked(commits))
            with self._database.writing(ALL_TENANTS) as session:
                _insert(session, tenant_id, folded)
        return {key: (state, stored[key]) for key, state in newest.items()}

    def _rewrite_texts(
        self,
        tenant_id: str,
        repository: Repository,
        newest: Mapping[ConfigKey, tuple[Newest, datetime]],
        checked: Mapping[ConfigKey, datetime],
    ) -> None:
        for piece in chunks(newest.items(), _TEXTS_AT_ONCE):
            bodies = repository.texts(state.blob for _, (state, _) in piece)
            with self._database.writing(ALL_TENANTS) as session:
                for key, (state, stored_at) in piece:
                    at = max(stored_at, checked.get(key, stored_at))
                    _put_current(session, tenant_id, {key: state}, set(), at)
                    _put_texts(session, tenant_id, {key: state}, set(), bodies)


def _keys(commits: Iterable[Logged]) -> set[ConfigKey]:
    return {(c.facts.device_id, c.facts.kind) for c in commits if c.facts is not None}


def _foreign_paths(commits: Iterable[Logged]) -> set[str]:
    return {file.old_path for c in commits if c.facts is None for file in c.files}


def _checked(commits: Sequence[Logged]) -> datetime:
    return max(commit.stored_at for commit in commits)


def _states(rows: Iterable[Any]) -> dict[ConfigKey, Newest]:
    found = {}
    for row in rows:
        device_id, kind, *values = row
        values = values if len(values) == len(_NEWEST) - 1 else [*values, ()]
        found[device_id, kind] = _state(values)
    return found


def _state(values: Sequence[Any]) -> Newest:
    number, commit, blob, path, digest, rule_set, size, lines, retired, since = values
    return Newest(
        number=number,
        commit=commit,
        blob=blob,
        path=path,
        digest=digest,
        rule_set=rule_set,
        size=size,
        lines=lines,
        retired=retired,
        since=tuple((number, count) for number, count in since),
    )


def _insert(session: Session, tenant_id: str, folded: Folded) -> None:
    if folded.revisions:
        rows = [{"tenant_id": tenant_id, **columns} for columns in folded.revisions]
        session.execute(insert(RevisionRow), rows)
    if folded.past:
        session.execute(
            insert(LineRow),
            [
                {
                    "tenant_id": tenant_id,
                    "device_id": device_id,
                    "kind": kind,
                    "text": line.text,
                    "since": line.since,
                    "until": number,
                }
                for (device_id, kind), number, line in folded.past
            ],
        )


def _put_current(
    session: Session,
    tenant_id: str,
    touched: Mapping[ConfigKey, Newest],
    known: set[ConfigKey],
    checked_at: datetime,
) -> None:
    rows = [
        {
            "tenant_id": tenant_id,
            "device_id": device_id,
            "kind": kind,
            "checked_at": checked_at,
            **{name: value for name, value in asdict(state).items() if name != "since"},
        }
        for (device_id, kind), state in touched.items()
    ]
    _put(session, CurrentRow, rows, known)


def _put_texts(
    session: Session,
    tenant_id: str,
    touched: Mapping[ConfigKey, Newest],
    known: set[ConfigKey],
    bodies: Mapping[str, bytes],
) -> None:
    rows = [
        {
            "tenant_id": tenant_id,
            "device_id": device_id,
            "kind": kind,
            "since": [list(run) for run in state.since],
            "text": bodies[state.blob],
        }
        for (device_id, kind), state in touched.items()
    ]
    _put(session, CurrentTextRow, rows, known)


def _put(
    session: Session,
    row: type[CurrentRow | CurrentTextRow],
    rows: Sequence[dict[str, Any]],
    known: set[ConfigKey],
) -> None:
    old = [values for values in rows if (values["device_id"], values["kind"]) in known]
    new = [values for values in rows if (values["device_id"], values["kind"]) not in known]
    if old:
        session.execute(update(row), old)  # by primary key
    if new:
        session.execute(insert(row), new)


def _put_last(session: Session, tenant_id: str, commit: str) -> None:
    changed = session.execute(
        update(IndexedRow).where(IndexedRow.tenant_id == tenant_id).values(commit=commit)
    )
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        session.execute(insert(IndexedRow), [{"tenant_id": tenant_id, "commit": commit}])
