"""How far each webhook was told its tenant's events, and which it is told next."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from netwb.erp.event_records import KINDS, EventsAsked, event_json
from netwb.erp.feed import read_events
from netwb.erp.numbers import stand_of
from netwb.notify.records import FeedItem, Target
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.models import ErpFeedRow

AT_ONCE = 100  # events that are read ahead


class EventFeeds:
    """The feeds of one database, as `notify.feeding` asks for them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next(self, target: Target) -> Sequence[FeedItem]:
        """Some that it was not told yet; what it is not told at all is passed over for good."""
        asked = EventsAsked(tenant_id=target.tenant_id, kinds=target.events or KINDS)
        while (told := self._told(target)) is not None:
            stand = stand_of(self._database, target.tenant_id)
            page = read_events(self._database, asked, stand, after=told, limit=AT_ONCE)
            if page.items:
                return [
                    FeedItem(id=one.id, number=one.number, data=event_json(one))
                    for one in page.items
                ]
            with self._database.writing(Scope(frozenset({target.tenant_id}))) as session:
                _move(session, target, page.last)
            if not page.more:
                break
        return ()

    def arrived(self, session: Session, target: Target, item: FeedItem) -> None:
        """It was told that one."""
        _move(session, target, item.number)

    def _told(self, target: Target) -> int | None:
        with self._database.reading(ALL_TENANTS) as session:
            row = session.get(ErpFeedRow, target.id)
            return None if row is None else row.number


def _move(session: Session, target: Target, number: int) -> None:
    """Forwards alone."""
    behind = (ErpFeedRow.target_id == target.id) & (ErpFeedRow.number < number)
    session.execute(update(ErpFeedRow).where(behind).values(number=number))
