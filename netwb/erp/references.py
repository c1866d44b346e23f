"""What an ERP may write: a reference of its own, once, and only on what is still as it was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from netwb.erp.inventory import own_port
from netwb.erp.records import ErpDevice, ErpPort
from netwb.errors import ChangedSinceError, KeyReusedError, UnknownNameError
from netwb.roles import Scope
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.inserting import insert_absent
from netwb.store.models import DeviceRow, ErpChangeRow, ErpOnceRow, PortRow

KEPT = timedelta(days=2)  # a key of a repeat; who repeats later finds that the thing has changed
Written = TypeVar("Written")


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """By what a repeat is known, and whether it asks for the same.

    owner    whose it is: a token that takes over is the same caller
    digest   of all that is asked
    """

    owner: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The thing as it is before, and which of its tags the writer read; None: whatever it is."""

    tenant_id: str
    thing: ErpDevice | ErpPort
    tags: frozenset[str] | None


class RepeatedError(Exception):
    """The same was done before; `answer` is what was answered then, None where that was cut off."""

    def __init__(self, answer: dict[str, Any] | None) -> None:
        super().__init__()
        self.answer = answer


def write_once(
    database: Database,
    shown: Shown,
    write: Callable[[Session], Written],
    *,
    once: Once | None,
    now: datetime,
) -> Written:
    """What `write` gave. One transaction, or nothing.

    Raises RepeatedError, ChangedSinceError where it is not as it was read, KeyReusedError,
    UnknownNameError.
    """
    with database.writing(_only(shown)) as session:
        if once is not None:
            _refuse_repeat(session, shown.tenant_id, once, now)
        tag = _tag_now(session, shown)
        if shown.tags is not None and tag not in shown.tags:
            msg = "it has changed since it was read, so that nothing was written; read it, and try again"
            raise ChangedSinceError(msg)
        return write(session)


def keep_answer(database: Database, shown: Shown, once: Once, answer: dict[str, Any]) -> None:
    """For who asks the same again."""
    with database.writing(_only(shown)) as session:
        mine = update(ErpOnceRow).where(*_mine(shown.tenant_id, once))
        session.execute(mine.values(answer=answer))


def _refuse_repeat(session: Session, tenant_id: str, once: Once, now: datetime) -> None:
    old = (ErpOnceRow.tenant_id == tenant_id, ErpOnceRow.at < now - KEPT)
    session.execute(delete(ErpOnceRow).where(*old))
    query = select(ErpOnceRow).where(*_mine(tenant_id, once))
    held = session.scalars(query).one_or_none()
    if held is None:
        row = ErpOnceRow(
            tenant_id=tenant_id,
            owner=once.owner,
            once_key=storable(once.key),
            digest=once.digest,
            at=now,
        )
        insert_absent(session, row)  # waits for another one with the same key
        held = session.scalars(query.execution_options(populate_existing=True)).one()
        if held.at == now and held.digest == once.digest and held.answer is None:
            return
    if held.digest != once.digest:
        msg = "that Idempotency-Key came before with another request; give each request its own"
        raise KeyReusedError(msg)
    raise RepeatedError(held.answer)


def _mine(tenant_id: str, once: Once) -> tuple[Any, ...]:
    return (
        ErpOnceRow.tenant_id == tenant_id,
        ErpOnceRow.owner == once.owner,
        ErpOnceRow.once_key == storable(once.key),
    )


def _tag_now(session: Session, shown: Shown) -> str:
    """Locked until the end of the transaction, so that nobody writes between.

    The thing itself first, as whoever writes it does: the other way round two would wait in a ring.
    """
    thing = shown.thing
    table = PortRow if isinstance(thing, ErpPort) else DeviceRow
    _there(session.execute(select(table.id).where(table.id == thing.id).with_for_update()).first())
    if isinstance(thing, ErpPort) and not thing.device_tenant:
        found = own_port(session, thing.id)
        return _there(found).tag
    kind = "port" if isinstance(thing, ErpPort) else "device"
    query = select(ErpChangeRow.number).where(
        ErpChangeRow.tenant_id == shown.tenant_id,
        ErpChangeRow.kind == kind,
        ErpChangeRow.thing_id == thing.id,
    )
    row = _there(session.execute(query.with_for_update()).one_or_none())
    return thing._replace(version=row[0] or 0).tag


def _there(found: Written | None) -> Written:
    if found is None:
        msg = "nothing of that id is in this inventory; read it anew"
        raise UnknownNameError(msg)
    return found


def _only(shown: Shown) -> Scope:
    return Scope(frozenset({shown.tenant_id}))
