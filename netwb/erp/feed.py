"""The events of one tenant in the order of their numbers: read by pages, and let go when they are old.

A number that was given is never seen before a smaller one (`erp.numbers`), so that who follows them
misses none. What is let go is numbered before: so that a cursor in front of it is known to be too old.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update

from netwb.erp.event_records import Event, EventPage, EventsAsked
from netwb.erp.numbers import stand_of
from netwb.erp.records import Stand
from netwb.errors import NumberGoneError
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.models import ErpEventRow, ErpFeedRow, ErpHeadRow

_COLUMNS = (  # in the order of an Event
    *(ErpEventRow.event_id, ErpEventRow.number, ErpEventRow.at, ErpEventRow.kind),
    *(ErpEventRow.device_id, ErpEventRow.port_id, ErpEventRow.subject, ErpEventRow.detail),
)
BATCH = 500  # events that are let go in one transaction
_CURE = "take a cursor by `after=latest`, then read the inventory anew, then go on from that cursor"


def read_events(
    database: Database,
    asked: EventsAsked,
    stand: Stand,
    *,
    after: tuple[str, int] | int | Literal["oldest", "latest"],
    limit: int,
) -> EventPage:
    """Events of those kinds that come after a place: epoch and number of a cursor, or a number of ours.

    stand   how far they were numbered just now; what has a larger number is not told yet
    Raises NumberGoneError where not all that came after the place can be told.
    """
    if after in ("latest", stand.events, (stand.epoch, stand.events)):
        return _page((), stand, stand.events, asked)  # without a look at any event
    with database.reading(Scope(frozenset({asked.tenant_id}))) as session:
        begin = _begin(after, session.get_one(ErpHeadRow, asked.tenant_id))
        wanted = (
            select(*_COLUMNS)
            .where(ErpEventRow.tenant_id == asked.tenant_id, ErpEventRow.number > begin)
            .where(ErpEventRow.number <= stand.events)
            .where(ErpEventRow.kind.in_(sorted(asked.kinds)))
            .order_by(ErpEventRow.number)
            .limit(limit + 1)
        )
        found = [Event(*row) for row in session.execute(wanted)]
    more = len(found) > limit
    last = found[limit - 1].number if more else max(begin, stand.events)
    return _page(found[:limit], stand, last, asked, more=more)


def _page(
    items: Sequence[Event], stand: Stand, last: int, asked: EventsAsked, *, more: bool = False
) -> EventPage:
    return EventPage(items=items, epoch=stand.epoch, last=last, more=more, hidden=asked.hidden)


def _begin(after: tuple[str, int] | int | str, head: ErpHeadRow) -> int:
    if isinstance(after, str):
        return head.events_gone
    if isinstance(after, int):
        return after
    epoch, number = after
    if epoch != head.epoch or number > head.events:
        msg = f"this cursor is of a database that was put back since, or of none; {_CURE}"
        raise NumberGoneError(msg)
    if number < head.events_gone:
        msg = f"events that came after this cursor are kept no more; {_CURE}"
        raise NumberGoneError(msg)
    return number


def sweep_events(database: Database, before: datetime, act: Literal["count", "remove"]) -> int:
    """Events older than that; they are gone after `remove`. What a webhook waits for stays."""
    old = _is_old(before)
    with database.reading(ALL_TENANTS) as session:
        counted = select(ErpEventRow.tenant_id, func.count()).where(old)
        found = dict(session.execute(counted.group_by(ErpEventRow.tenant_id)).all())
    if act == "count":
        return sum(found.values())
    return sum(_let_go(database, tenant_id, before) for tenant_id in sorted(found))


def _is_old(before: datetime) -> ColumnElement[bool]:
    number, feed = ErpEventRow.number, ErpFeedRow
    waits = exists().where(
        feed.tenant_id == ErpEventRow.tenant_id, or_(number.is_(None), number > feed.number)
    )
    return (ErpEventRow.at < before) & ~waits


def _let_go(database: Database, tenant_id: str, before: datetime) -> int:
    """A tenant's, some at a time; how far stands with its head in the same transaction."""
    done = 0
    while True:
        stand_of(database, tenant_id)
        with database.writing(Scope(frozenset({tenant_id}))) as session:
            some = (
                select(ErpEventRow.id, ErpEventRow.number)
                .where(ErpEventRow.tenant_id == tenant_id, _is_old(before))
                .where(ErpEventRow.number.is_not(None))
                .order_by(ErpEventRow.number)
                .limit(BATCH)
            )
            rows = session.execute(some).all()
            if not rows:
                return done
            last = rows[-1][1]
            behind = (ErpHeadRow.tenant_id == tenant_id) & (ErpHeadRow.events_gone < last)
            session.execute(update(ErpHeadRow).where(behind).values(events_gone=last))
            ids = [row[0] for row in rows]
            session.execute(delete(ErpEventRow).where(ErpEventRow.id.in_(ids)))
            done += len(rows)
