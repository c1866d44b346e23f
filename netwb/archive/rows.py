"""The index's rows, to and from the records of `archive.newest`. Called inside a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from netwb.archive.chunks import chunks
from netwb.archive.lines import Run
from netwb.archive.newest import Folded, Newest
from netwb.archive.records import NO_CHANGE, ConfigKey
from netwb.store.erp_events import NewEvent, tell
from netwb.store.inserting import insert_many
from netwb.store.models import (
    CurrentRow,
    CurrentTextRow,
    DeviceRow,
    IndexedRow,
    LineRow,
    RevisionRow,
)

_COLUMNS = (
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
    CurrentRow.changed_by,
    CurrentRow.changed_at,
    CurrentTextRow.since,
)
Statement = Select[*tuple[Any, ...]]


def select_newest(tenant_id: str) -> Statement:
    """Rows that `read_newest` understands."""
    return (
        select(*_COLUMNS)
        .join(
            CurrentTextRow,
            (CurrentTextRow.device_id == CurrentRow.device_id)
            & (CurrentTextRow.kind == CurrentRow.kind),
        )
        .where(CurrentRow.tenant_id == tenant_id)
    )


def read_newest(rows: Iterable[Any]) -> dict[ConfigKey, Newest]:
    """The newest state of each device and kind."""
    names = [column.key for column in _COLUMNS[2:-1]]
    return {
        (device_id, kind): Newest(
            since=tuple(pairs(since)),
            **dict(zip(names, values, strict=True)),
        )
        for device_id, kind, *values, since in rows
    }


def pairs(since: Sequence[int]) -> Iterator[Run]:
    """The runs of a text; stored flat, as thousands of small lists would keep the collector busy."""
    return zip(since[::2], since[1::2], strict=True)


def add_folded(session: Session, tenant_id: str, folded: Folded) -> None:
    """Revisions and past lines."""
    rows = [{"tenant_id": tenant_id, **columns} for columns in folded.revisions]
    insert_many(session, RevisionRow, rows)
    past = [
        {**_owner(tenant_id, key), "text": line.text, "since": line.since, "until": number}
        for key, number, line in folded.past
    ]
    insert_many(session, LineRow, past)


def tell_changed(session: Session, tenant_id: str, revisions: Iterable[Mapping[str, Any]]) -> None:
    """Tell the tenant's ERP of them, once each: of what was read from Git anew nobody is told.

    A device's first text is no change, nor is netwb's own rewriting.
    """
    changed = [one for one in revisions if one["number"] > 1 and one["cause"] not in NO_CHANGE]
    ids = sorted({one["device_id"] for one in changed})
    names: dict[str, str] = {}
    for some in chunks(ids):
        named = select(DeviceRow.id, DeviceRow.hostname).where(DeviceRow.id.in_(some))
        names |= {row.id: row.hostname for row in session.execute(named)}
    tell(session, [_event(tenant_id, one, names) for one in changed])


def _event(tenant_id: str, one: Mapping[str, Any], names: Mapping[str, str]) -> NewEvent:
    told = ("author", "added", "removed")
    return NewEvent(
        tenant_id=tenant_id,
        kind="configuration.changed",
        at=one["stored_at"],
        subject=names.get(one["device_id"], one["device_id"]),
        device_id=one["device_id"],
        detail={
            "revision": one["commit"],
            "configuration": one["kind"],
            **{name: one[name] for name in told},
        },
    )


def revisions_of(
    session: Session, tenant_id: str, commits: Iterable[str]
) -> Iterator[Mapping[str, Any]]:
    """Columns of the revisions that those commits made, oldest first."""
    columns = (
        *(RevisionRow.device_id, RevisionRow.kind, RevisionRow.number, RevisionRow.commit),
        *(RevisionRow.stored_at, RevisionRow.author, RevisionRow.cause),
        *(RevisionRow.added, RevisionRow.removed),
    )
    wanted = select(*columns).where(RevisionRow.tenant_id == tenant_id)
    for some in chunks(list(commits)):
        made = wanted.where(RevisionRow.commit.in_(some))
        for row in session.execute(made.order_by(RevisionRow.stored_at)).mappings():
            yield {column.key: row[column.key] for column in columns}


def put_current(
    session: Session,
    tenant_id: str,
    touched: Mapping[ConfigKey, Newest],
    known: Collection[ConfigKey],
    checked: Mapping[ConfigKey, datetime],
) -> None:
    """The newest state; `known` has a row already, which keeps its time where `checked` has none."""
    names = [column.key for column in _COLUMNS[2:-1]]
    rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for key, state in touched.items():
        columns = {name: getattr(state, name) for name in names}
        seen = {"checked_at": checked[key]} if key in checked else {}
        rows[key in checked].append({**_owner(tenant_id, key), **columns, **seen})
    for alike in rows.values():
        _put(session, CurrentRow, alike, known)


def put_texts(
    session: Session,
    tenant_id: str,
    touched: Mapping[ConfigKey, Newest],
    known: Collection[ConfigKey],
    bodies: Mapping[str, bytes],
) -> None:
    """The newest texts; `bodies` by blob id."""
    rows = [
        {
            **_owner(tenant_id, key),
            "since": [part for run in state.since for part in run],
            "text": bodies[state.blob],
        }
        for key, state in touched.items()
    ]
    _put(session, CurrentTextRow, rows, known)


def put_last(session: Session, tenant_id: str, commit: str) -> None:
    """The commit up to which the index is complete."""
    changed = session.execute(
        update(IndexedRow).where(IndexedRow.tenant_id == tenant_id).values(commit=commit)
    )
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        insert_many(session, IndexedRow, [{"tenant_id": tenant_id, "commit": commit}])


def _owner(tenant_id: str, key: ConfigKey) -> dict[str, Any]:
    return {"tenant_id": tenant_id, "device_id": key[0], "kind": key[1]}


def _put(
    session: Session,
    row: type[CurrentRow | CurrentTextRow],
    rows: Sequence[dict[str, Any]],
    known: Collection[ConfigKey],
) -> None:
    old = [values for values in rows if (values["device_id"], values["kind"]) in known]
    new = [values for values in rows if (values["device_id"], values["kind"]) not in known]
    if old:
        session.execute(update(row), old)  # by primary key
    insert_many(session, row, new)
