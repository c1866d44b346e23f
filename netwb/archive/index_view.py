"""One consistent view of a tenant's index, read from SQL so that it can be compared with Git.

What is many rows is summed as it streams by: for each device and kind the number of its rows and the
sum of their digests, which does not depend on their order. The same sums are made of what Git says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, cast

from sqlalchemy import Select, func, inspect, select
from sqlalchemy.orm import Session

from netwb.archive.chunks import chunks
from netwb.archive.lines import Run
from netwb.archive.newest import Folded, Newest
from netwb.archive.plan import blob_id
from netwb.archive.records import ConfigKey
from netwb.archive.rows import pairs
from netwb.store.models import CurrentRow, CurrentTextRow, IndexedRow, LineRow, RevisionRow

REVISION = tuple(a.key for a in inspect(RevisionRow).column_attrs if a.key != "tenant_id")
NEWEST = ("number", "commit", "blob", "path", "size", "lines", "retired")  # the rest may be newer
_ROWS_AT_ONCE = 500
_TEXTS_AT_ONCE = 50  # some megabytes
_KEY = 2  # device id and kind come first in every row that is read here


@dataclass(slots=True)
class Sums:
    """Rows of each device and kind, as a number and a sum."""

    of: dict[ConfigKey, tuple[int, int]] = field(default_factory=dict)

    def add(self, key: ConfigKey, values: Iterable[Any]) -> None:
        """One more row."""
        digest = blake2b(repr(tuple(values)).encode(), digest_size=8).digest()
        count, total = self.of.get(key, (0, 0))
        self.of[key] = count + 1, (total + int.from_bytes(digest)) % 2**64

    def add_folded(self, past: Sums, folded: Folded) -> None:
        """Revisions here and past lines there, of a stretch of commits as it was folded."""
        for columns in folded.revisions:
            self.add((columns["device_id"], columns["kind"]), (columns[name] for name in REVISION))
        for key, number, line in folded.past:
            past.add(key, (line.text, line.since, number))

    def differing(self, other: Sums) -> int:
        """How many devices and kinds have other rows there."""
        return sum(self.of.get(key) != other.of.get(key) for key in self.of.keys() | other.of)


@dataclass(slots=True)
class IndexView:
    """What the index held at one moment.

    last        commit up to which it is complete
    by_netwb    number of revisions that no person's commit made
    newest      the values of NEWEST
    texts       runs, and Git's name for the stored text, of those that were looked at
    places      commit, path, blob of their revisions, but for those a person's commit made
    """

    last: str
    by_netwb: int
    newest: dict[ConfigKey, tuple[Any, ...]]
    texts: dict[ConfigKey, tuple[tuple[Run, ...], str]] = field(default_factory=dict)
    places: list[tuple[str, str, str]] = field(default_factory=list)
    revisions: Sums = field(default_factory=Sums)
    past: Sums = field(default_factory=Sums)


def facts_of(state: Newest) -> tuple[Any, ...]:
    """What `IndexView.newest` says of a state."""
    return tuple(getattr(state, name) for name in NEWEST)


def read_some(
    session: Session, tenant_id: str, is_meant: Callable[[str], bool]
) -> IndexView | None:
    """A view with the texts and places of those devices that are meant, by their ids."""
    view = _read_heads(session, tenant_id)
    if view is None:
        return None
    meant = sorted({device_id for device_id, _ in view.newest if is_meant(device_id)})
    columns = (RevisionRow.commit, RevisionRow.path, RevisionRow.blob)
    for ids in chunks(meant, _TEXTS_AT_ONCE):
        _read_texts(session, view, CurrentTextRow.device_id.in_(ids))
        rows = session.execute(
            select(*columns).where(
                RevisionRow.tenant_id == tenant_id,
                RevisionRow.device_id.in_(ids),
                RevisionRow.cause != "foreign",
            )
        )
        view.places += [(commit, path, blob) for commit, path, blob in rows]
    return view


def read_all(session: Session, tenant_id: str) -> IndexView | None:
    """A view with all texts, and the sums of all revisions and past lines."""
    view = _read_heads(session, tenant_id)
    if view is None:
        return None
    _read_texts(session, view, CurrentTextRow.tenant_id == tenant_id)
    revisions = select(*(getattr(RevisionRow, name) for name in REVISION))
    for key, values in _streamed(session, revisions.where(RevisionRow.tenant_id == tenant_id)):
        view.revisions.add(key, (*key, *values))
    past = select(
        LineRow.device_id, LineRow.kind, LineRow.text, LineRow.since, LineRow.until
    ).where(LineRow.tenant_id == tenant_id)
    for key, values in _streamed(session, past):
        view.past.add(key, values)
    return view


def _read_heads(session: Session, tenant_id: str) -> IndexView | None:
    last = session.scalar(select(IndexedRow.commit).where(IndexedRow.tenant_id == tenant_id))
    if not last:
        return None  # nothing is indexed, or a rebuild is under way
    by_netwb = select(func.count()).where(
        RevisionRow.tenant_id == tenant_id, RevisionRow.cause != "foreign"
    )
    newest = select(
        CurrentRow.device_id, CurrentRow.kind, *(getattr(CurrentRow, name) for name in NEWEST)
    ).where(CurrentRow.tenant_id == tenant_id)
    return IndexView(
        last=last,
        by_netwb=session.scalar(by_netwb) or 0,
        newest=dict(_streamed(session, newest)),
    )


def _read_texts(session: Session, view: IndexView, those: Any) -> None:
    columns = (CurrentTextRow.device_id, CurrentTextRow.kind, CurrentTextRow.since)
    statement = select(*columns, CurrentTextRow.text).where(those)
    for key, (since, text) in _streamed(session, statement, _TEXTS_AT_ONCE):
        view.texts[key] = tuple(pairs(since)), blob_id(text)


def _streamed(
    session: Session, statement: Select[*tuple[Any, ...]], at_once: int = _ROWS_AT_ONCE
) -> Iterator[tuple[ConfigKey, tuple[Any, ...]]]:
    """Rows as key and rest, a few in memory at a time."""
    for row in session.execute(statement.execution_options(yield_per=at_once)):
        yield cast(ConfigKey, tuple(row[:_KEY])), tuple(row[_KEY:])
