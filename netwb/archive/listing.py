"""Pages of the revision index by key, each one prepared statement: what scripts ask for most."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from netwb.archive.records import Revision
from netwb.inventory.records import ConfigKind
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import RevisionRow
from netwb.store.prepared import Prepared

BEHIND_ALL = 2**31 - 1  # greater than any revision's number
COLUMNS = (  # of a Revision, under its names
    RevisionRow.commit.label("id"),
    RevisionRow.number,
    RevisionRow.tenant_id,
    RevisionRow.device_id,
    RevisionRow.kind,
    RevisionRow.at,
    RevisionRow.stored_at,
    RevisionRow.author,
    RevisionRow.cause,
    RevisionRow.message,
    RevisionRow.note,
    RevisionRow.run_id,
    RevisionRow.rule_set,
    RevisionRow.added,
    RevisionRow.removed,
    RevisionRow.size,
    RevisionRow.lines,
    RevisionRow.path,
    RevisionRow.blob,
)
_NAMES = tuple(column.key for column in COLUMNS)
_NEWEST = Prepared(
    select(*COLUMNS)
    .where(
        RevisionRow.device_id == bindparam("device_id"),
        RevisionRow.kind == bindparam("kind"),
        RevisionRow.number < bindparam("before"),
    )
    .order_by(RevisionRow.number.desc())
    .limit(bindparam("most"))
)


def newest_revisions(  # noqa: PLR0913 - whose, which device's, and by keyword which part
    database: Database,
    scope: Scope,
    device_id: str,
    *,
    kind: ConfigKind,
    limit: int,
    before: int | None = None,
) -> tuple[Revision, ...]:
    """Revisions of a device by its id alone, newest first; none where it is foreign or unknown."""
    found = database.rows(
        scope,
        _NEWEST,
        device_id=device_id,
        kind=kind,
        before=BEHIND_ALL if before is None else before,
        most=limit,
    )
    return tuple(revision_of(row) for row in found)


def revision_of(row: Any) -> Revision:
    """The record of a row of COLUMNS."""
    return Revision(**dict(zip(_NAMES, row, strict=True)))
