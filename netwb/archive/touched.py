"""Which sections a change touched, for the lists that show many changes.

A name needs the difference of two stored texts, so what was found is kept for as long as the
process lives: a revision never changes. The tenant stands in the key beside the two texts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from netwb.archive.chunks import chunks
from netwb.archive.records import Change
from netwb.archive.repository import Repository
from netwb.configs.diff import parse_diff, touched_sections
from netwb.platforms.record import Platform
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import RevisionRow

Names = tuple[str, ...]
_MOST = 20_000  # changes whose names are kept: some megabytes
_Key = tuple[str, str, str]  # tenant id, old text, new text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """A change with the ids of its texts; `old` is None for a first revision."""

    change: Change
    tenant_id: str
    old: str | None
    new: str

    @property
    def key(self) -> _Key:
        return self.tenant_id, self.old or "", self.new


class Touched:
    """Names of touched sections by revision id; safe between threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[_Key, Names] = OrderedDict()
        self._lock = Lock()

    def of(
        self,
        scope: Scope,
        changes: Sequence[Change],
        *,
        database: Database,
        folder: Path,
        platforms: Mapping[str, Platform | None],
    ) -> dict[str, Names]:
        """Revision id -> the outermost sections and lines it touched; none for a first revision.

        folder      of the repositories         platforms   by device id
        """
        pairs = _pairs(database, scope, changes)
        for tenant in {pair.change.tenant for pair in pairs}:
            self._learn(
                Repository(folder / f"{tenant}.git"),
                [pair for pair in pairs if pair.change.tenant == tenant and self._misses(pair)],
                platforms,
            )
        with self._lock:
            return {pair.change.id: self._known.get(pair.key, ()) for pair in pairs}

    def _misses(self, pair: _Pair) -> bool:
        with self._lock:
            return pair.old is not None and pair.key not in self._known

    def _learn(
        self,
        repository: Repository,
        pairs: Sequence[_Pair],
        platforms: Mapping[str, Platform | None],
    ) -> None:
        texts = repository.texts(text for p in pairs for text in (p.old, p.new) if text is not None)
        for pair in pairs:
            if pair.old is None:
                continue
            platform = platforms.get(pair.change.device_id)
            found = parse_diff(
                repository.compare(pair.old, pair.new, beside=repository),
                old_text=texts[pair.old],
                new_text=texts[pair.new],
                style=platform.sections if platform else "indent",
                blocks=platform.blocks if platform else (),
            )
            with self._lock:
                self._known[pair.key] = touched_sections(found)
                while len(self._known) > _MOST:
                    self._known.popitem(last=False)


def _pairs(database: Database, scope: Scope, changes: Sequence[Change]) -> list[_Pair]:
    """The texts of all of them by one statement a piece, never one a change."""
    by_key = {(change.device_id, change.kind, change.id): change for change in changes}
    before = aliased(RevisionRow)
    query = select(
        RevisionRow.device_id,
        RevisionRow.kind,
        RevisionRow.commit,
        RevisionRow.tenant_id,
        RevisionRow.blob,
        before.blob,
    ).outerjoin(
        before,
        and_(
            before.device_id == RevisionRow.device_id,
            before.kind == RevisionRow.kind,
            before.number == RevisionRow.number - 1,
        ),
    )
    found: list[_Pair] = []
    with database.reading(scope) as session:
        for piece in chunks({change.id for change in changes}):
            rows = session.execute(query.where(RevisionRow.commit.in_(piece)))
            for device_id, kind, commit, tenant_id, new, old in rows:
                change = by_key.get((device_id, kind, commit))  # type: ignore[arg-type]
                if change is not None:
                    found.append(_Pair(change=change, tenant_id=tenant_id, old=old, new=new))
    return found
