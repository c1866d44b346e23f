"""Numbers of changes and events, given when somebody asks, under the lock of the tenant's head.

All that is pending of a tenant's changes gets one number, an event one of its own. What a writer
holds at that moment is passed over: it stays pending, and is the next one's. A number that was
given is never seen before a smaller one, whatever transactions are under way.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.orm import Session

from netwb.erp.records import Stand
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.inserting import insert_absent
from netwb.store.models import ErpChangeRow, ErpEventRow, ErpHeadRow
from netwb.store.prepared import Prepared

MOST_EVENTS = 5_000  # numbered in one transaction; the next one goes on


_HEAD = Prepared(
    select(ErpHeadRow.epoch, ErpHeadRow.changes, ErpHeadRow.events).where(
        ErpHeadRow.tenant_id == bindparam("tenant_id")
    )
)
_CHANGED = Prepared(
    select(ErpChangeRow.thing_id)
    .where(ErpChangeRow.tenant_id == bindparam("tenant_id"), ErpChangeRow.number.is_(None))
    .order_by(
        ErpChangeRow.thing_id
    )  # as its index: PostgreSQL would else look for one in the table
    .limit(1)
)
_HAPPENED = Prepared(
    select(ErpEventRow.id)
    .where(ErpEventRow.tenant_id == bindparam("tenant_id"), ErpEventRow.number.is_(None))
    .order_by(ErpEventRow.id)
    .limit(1)
)


def stand_of(database: Database, tenant_id: str) -> Stand:
    """How far the tenant's changes and events are numbered, after all that is pending was."""
    found = changes_of(database, tenant_id)
    pending = database.rows(_only(tenant_id), _HAPPENED, tenant_id=tenant_id)
    if found is not None and not pending:
        return found
    given = MOST_EVENTS
    while given == MOST_EVENTS:
        stand, given = _numbered(database, tenant_id)
    return stand


def changes_of(database: Database, tenant_id: str) -> Stand | None:
    """How far its changes alone are; None where any waits for its number, or none was ever asked for.

    Two small reads: what most who ask for it want to know is that nothing changed.
    """
    with database.asking(_only(tenant_id)) as ask:
        head = ask(_HEAD, tenant_id=tenant_id)
        if not head or ask(_CHANGED, tenant_id=tenant_id):
            return None
    row: Any = head[0]
    return Stand(*row)


def begin_anew(connection: Connection) -> None:
    """In a database that was put back: what was numbered since the copy was made is not in it.

    Whoever kept a copy of it would go on from a number that means something else by now.
    """
    connection.execute(update(ErpHeadRow).values(epoch=new_id()))


def _numbered(database: Database, tenant_id: str) -> tuple[Stand, int]:
    """Number what is pending, at most MOST_EVENTS events; how many of these there were."""
    with database.writing(_only(tenant_id)) as session:
        first = ErpHeadRow(tenant_id=tenant_id, epoch=new_id(), changes=0, events=0, events_gone=0)
        insert_absent(session, first)
        locked = select(ErpHeadRow).where(ErpHeadRow.tenant_id == tenant_id)
        head = session.scalars(locked.with_for_update()).one()
        _number_changes(session, head)
        given = _number_events(session, head)
        session.flush()
        return Stand(head.epoch, head.changes, head.events), given


def _number_changes(session: Session, head: ErpHeadRow) -> None:
    pending = (
        select(ErpChangeRow.kind, ErpChangeRow.thing_id)
        .where(ErpChangeRow.tenant_id == head.tenant_id, ErpChangeRow.number.is_(None))
        .with_for_update(skip_locked=True)
    )
    found = session.execute(pending).all()
    if not found:
        return
    head.changes += 1
    mine = (ErpChangeRow.tenant_id == head.tenant_id, ErpChangeRow.number.is_(None))
    for kind in ("device", "port"):
        ids = [one.thing_id for one in found if one.kind == kind]
        for begin in range(0, len(ids), MOST_EVENTS):
            some = ErpChangeRow.thing_id.in_(ids[begin : begin + MOST_EVENTS])
            session.execute(
                update(ErpChangeRow)
                .where(*mine, ErpChangeRow.kind == kind, some)
                .values(number=head.changes)
            )


def _number_events(session: Session, head: ErpHeadRow) -> int:
    """In one statement: a poll that finds 48,000 ports is waited for by the first who asks."""
    pending = (
        select(ErpEventRow.id, func.row_number().over(order_by=ErpEventRow.id).label("place"))
        .where(ErpEventRow.tenant_id == head.tenant_id, ErpEventRow.number.is_(None))
        .order_by(ErpEventRow.id)
        .limit(MOST_EVENTS)
        .subquery()
    )
    numbered = (
        update(ErpEventRow)
        .where(ErpEventRow.id == pending.c.id)
        .values(number=head.events + pending.c.place)
        .execution_options(synchronize_session=False)
    )
    given = int(session.execute(numbered).rowcount)  # type: ignore[attr-defined]
    head.events += given
    return given


def _only(tenant_id: str) -> Scope:
    return Scope(frozenset({tenant_id}))
