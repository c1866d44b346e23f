"""The index of Git in SQL: what pages and searches read. Git is the truth; this is rebuilt at will.

Written after Git, in one transaction with the commit up to which it is complete; the next writer
takes in what a crash left out. Whoever calls holds the repository's writer lock.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import delete, select, update

from netwb.archive.chunks import chunks
from netwb.archive.faults import damaged
from netwb.archive.lines import UnfitError
from netwb.archive.log import Logged
from netwb.archive.message import CommitFacts
from netwb.archive.newest import Newest, fold
from netwb.archive.records import NO_CHANGE, ConfigKey
from netwb.archive.repository import Repository
from netwb.archive.rows import (
    add_folded,
    put_current,
    put_last,
    put_texts,
    read_newest,
    revisions_of,
    select_newest,
    tell_changed,
)
from netwb.errors import ArchiveDamagedError
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import CurrentRow, CurrentTextRow, IndexedRow, LineRow, RevisionRow

logger = logging.getLogger(__name__)
_UNFINISHED = ""  # IndexedRow.commit while a rebuild is under way
_COMMITS_AT_ONCE = 500  # of a rebuild: some megabytes of rows
_TEXTS_AT_ONCE = 100


class Index:
    """Reads and writes the index of each tenant's repository."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def knows(self, tenant_id: str) -> bool:
        """Whether revisions of the tenant were indexed."""
        return bool(self._last(tenant_id))

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
            commits = tuple(repository.log(last, tip))
            newest = self.newest(tenant_id, _keys(commits), paths=_foreign_paths(commits))
            self.absorb(tenant_id, repository, commits, newest=newest, texts={})
        return tip

    def absorb(
        self,
        tenant_id: str,
        repository: Repository,
        commits: Sequence[Logged],
        *,
        newest: Mapping[ConfigKey, Newest],
        texts: Mapping[str, bytes],
    ) -> None:
        """Take in the commits that follow the last one taken in.

        newest   state before them, of every device that they touch
        texts    stored texts by blob id, as far as the caller has them
        An index that does not fit them is built anew: it is derived, and Git is the truth.
        """
        try:
            folded = fold(commits, dict(newest))
        except UnfitError as error:
            logger.warning("%s: %s", repository.path, error)
            self.rebuild(tenant_id, repository)
            self._tell_of(tenant_id, commits)
            return
        missing = {state.blob for state in folded.touched.values()} - texts.keys()
        bodies = {**texts, **repository.texts(missing)}
        with self._database.writing(ALL_TENANTS) as session:
            add_folded(session, tenant_id, folded)
            tell_changed(session, tenant_id, folded.revisions)
            put_current(session, tenant_id, folded.touched, newest, folded.fetched)
            put_texts(session, tenant_id, folded.touched, newest, bodies)
            put_last(session, tenant_id, commits[-1].commit)

    def rebuild(self, tenant_id: str, repository: Repository) -> None:
        """Read the whole of Git again, through one process; a later `checked_at` is kept.

        Where there was none, a device was seen last when Git has a text of it that was fetched: of
        nights in which it was the same, or did not answer, Git knows nothing.
        What `note_same` noted is not in Git: such a text shows its older rules and digest again. That
        harms nothing, as the next run redacts it once more, finds it as stored, and notes it anew.
        """
        logger.warning("index of %s is built from Git", repository.path)
        checked = self._checked_before(tenant_id)
        with self._database.writing(ALL_TENANTS) as session:
            for row in (RevisionRow, LineRow, CurrentRow, CurrentTextRow):
                session.execute(delete(row).where(row.tenant_id == tenant_id))
            put_last(session, tenant_id, _UNFINISHED)
        tip = repository.tip()
        if tip is None:
            return
        newest = self._refold(tenant_id, repository, tip)
        self._rewrite_current(tenant_id, repository, newest, checked)
        with self._database.writing(ALL_TENANTS) as session:
            put_last(session, tenant_id, tip)

    def newest(
        self, tenant_id: str, keys: Iterable[ConfigKey], *, paths: Iterable[str] = ()
    ) -> dict[ConfigKey, Newest]:
        """Newest revisions of those devices, and of whoever owns those paths."""
        found: dict[ConfigKey, Newest] = {}
        statement = select_newest(tenant_id)
        with self._database.reading(ALL_TENANTS) as session:
            for ids in chunks({device_id for device_id, _ in keys}):
                rows = session.execute(statement.where(CurrentRow.device_id.in_(ids)))
                found |= read_newest(rows)
            for piece in chunks(set(paths) - {state.path for state in found.values()}):
                rows = session.execute(statement.where(CurrentRow.path.in_(piece)))
                found |= read_newest(rows)
        return found

    def carried(self, tenant_id: str, key: ConfigKey, state: Newest) -> CommitFacts:
        """What a further commit of the same text, at another place, must say again."""
        statement = select(RevisionRow.placed, RevisionRow.volatile).where(
            RevisionRow.tenant_id == tenant_id,
            RevisionRow.device_id == key[0],
            RevisionRow.kind == key[1],
            RevisionRow.number == state.number,
        )
        with self._database.reading(ALL_TENANTS) as session:
            placed, volatile = session.execute(statement).one()
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

    def fetched_at(
        self, tenant_id: str, keys: Iterable[ConfigKey]
    ) -> dict[ConfigKey, datetime | None]:
        """When the newest text of each device was stored; moves and rewritings do not count."""
        text_of = (RevisionRow.device_id == CurrentRow.device_id) & (
            RevisionRow.kind == CurrentRow.kind
        )
        newest_text = (
            select(RevisionRow.stored_at)
            .where(text_of, RevisionRow.cause.not_in(NO_CHANGE))
            .order_by(RevisionRow.number.desc())
            .limit(1)
            .scalar_subquery()
        )
        statement = select(CurrentRow.device_id, CurrentRow.kind, newest_text).where(
            CurrentRow.tenant_id == tenant_id
        )
        found: dict[ConfigKey, datetime | None] = {}
        with self._database.reading(ALL_TENANTS) as session:
            for ids in chunks({device_id for device_id, _ in keys}):
                rows = session.execute(statement.where(CurrentRow.device_id.in_(ids)))
                found |= {(device_id, kind): at for device_id, kind, at in rows}  # type: ignore[misc]  # a row's kind is one
        return found

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

    def _tell_of(self, tenant_id: str, commits: Iterable[Logged]) -> None:
        """Those are new, though the index of all was built anew."""
        with self._database.writing(ALL_TENANTS) as session:
            made = revisions_of(session, tenant_id, [one.commit for one in commits])
            tell_changed(session, tenant_id, made)

    def _last(self, tenant_id: str) -> str | None:
        statement = select(IndexedRow.commit).where(IndexedRow.tenant_id == tenant_id)
        with self._database.reading(ALL_TENANTS) as session:
            return session.scalar(statement) or None

    def _checked_before(self, tenant_id: str) -> dict[tuple[str, str], datetime]:
        statement = select(CurrentRow.device_id, CurrentRow.kind, CurrentRow.checked_at).where(
            CurrentRow.tenant_id == tenant_id
        )
        with self._database.reading(ALL_TENANTS) as session:
            rows = session.execute(statement)
            return {(device_id, kind): at for device_id, kind, at in rows}

    def _refold(
        self, tenant_id: str, repository: Repository, tip: str
    ) -> dict[ConfigKey, tuple[Newest, datetime]]:
        """Write revisions and past lines; give the newest states and when each was fetched last."""
        newest: dict[ConfigKey, Newest] = {}
        fetched: dict[ConfigKey, datetime] = {}
        log = repository.log(None, tip)
        while commits := list(islice(log, _COMMITS_AT_ONCE)):
            try:
                folded = fold(commits, newest)
            except UnfitError as error:
                raise damaged(str(repository.path), str(error)) from error
            fetched |= folded.fetched
            with self._database.writing(ALL_TENANTS) as session:
                add_folded(session, tenant_id, folded)
        return {key: (state, fetched[key]) for key, state in newest.items()}

    def _rewrite_current(
        self,
        tenant_id: str,
        repository: Repository,
        newest: Mapping[ConfigKey, tuple[Newest, datetime]],
        checked: Mapping[tuple[str, str], datetime],
    ) -> None:
        for piece in chunks(newest.items(), _TEXTS_AT_ONCE):
            bodies = repository.texts(state.blob for _, (state, _) in piece)
            with self._database.writing(ALL_TENANTS) as session:
                states = {key: state for key, (state, _) in piece}
                at = {key: max(seen, checked.get(key, seen)) for key, (_, seen) in piece}
                put_current(session, tenant_id, states, (), at)
                put_texts(session, tenant_id, states, (), bodies)


def _keys(commits: Iterable[Logged]) -> set[ConfigKey]:
    return {(c.facts.device_id, c.facts.kind) for c in commits if c.facts is not None}


def _foreign_paths(commits: Iterable[Logged]) -> set[str]:
    return {file.old_path for c in commits if c.facts is None for file in c.files}
