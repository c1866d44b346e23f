"""What an ERP may write: a reference of its own, once, and only on what is still as it was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from netwb.errors import ChangedSinceError, KeyReusedError, UnknownNameError
from netwb.roles import Scope
from netwb.store.canonical import storable
from netwb.store.changes import Kind
from netwb.store.database import Database
from netwb.store.inserting import insert_absent
from netwb.store.models import ErpChangeRow, ErpOnceRow

KEPT = timedelta(days=2)  # a key of a repeat; who repeats later finds that the thing has changed
Written = TypeVar("Written")


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """By what a repeat is known, and whether it asks for the same.

    digest   of all that is asked
    """

    actor: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The thing that is shown with what is written, and the versions that may be; None: any."""

    tenant_id: str
    kind: Kind
    id: str
    versions: frozenset[int] | None


def write_once(
    database: Database,
    shown: Shown,
    write: Callable[[Session], Written],
    *,
    once: Once | None,
    now: datetime,
) -> Written | None:
    """What `write` gave; None where the same was done before. One transaction, or nothing.

    Raises ChangedSinceError where it is not as it was read, KeyReusedError, UnknownNameError.
    """
    with database.writing(Scope(frozenset({shown.tenant_id}))) as session:
        if once is not None and _was_done(session, shown.tenant_id, once, now):
            return None
        _require_version(session, shown)
        return write(session)


def _was_done(session: Session, tenant_id: str, once: Once, now: datetime) -> bool:
    mine = (ErpOnceRow.tenant_id == tenant_id, ErpOnceRow.actor == once.actor)
    session.execute(delete(ErpOnceRow).where(*mine, ErpOnceRow.at < now - KEPT))
    key = storable(once.key)
    query = select(ErpOnceRow).where(*mine, ErpOnceRow.once_key == key)
    held = session.scalars(query).one_or_none()
    if held is None:
        row = ErpOnceRow(
            tenant_id=tenant_id, actor=once.actor, once_key=key, digest=once.digest, at=now
        )
        insert_absent(session, row)  # waits for another one with the same key
        held = session.scalars(query.execution_options(populate_existing=True)).one()
        if held.at == now and held.digest == once.digest:
            return False
    if held.digest != once.digest:
        msg = "that Idempotency-Key came before with another request; give each request its own"
        raise KeyReusedError(msg)
    return True


def _require_version(session: Session, shown: Shown) -> None:
    query = select(ErpChangeRow).where(
        ErpChangeRow.tenant_id == shown.tenant_id,
        ErpChangeRow.kind == shown.kind,
        ErpChangeRow.thing_id == shown.id,
    )
    row = session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        msg = "nothing of that id is in this inventory; read it anew"
        raise UnknownNameError(msg)
    if shown.versions is not None and row.number not in shown.versions:
        msg = (
            "it has changed since it was read, so that nothing was written; read it, and try again"
        )
        raise ChangedSinceError(msg)
