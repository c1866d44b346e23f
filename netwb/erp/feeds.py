"""How far each webhook was told its tenant's events, and which it is told next.

Where it stands is a number of an epoch. In a database that was put back numbers begin anew, so that
one that stands in another epoch is told that first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from netwb.erp.event_records import KINDS, Event, EventsAsked, event_json
from netwb.erp.feed import read_events
from netwb.erp.numbers import stand_of
from netwb.notify.records import FeedItem, Target
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.models import ErpFeedRow

AT_ONCE = 100  # events that are read ahead
_RESET = {"reason": "the database was put back", "cure": "read the inventory anew"}


class EventFeeds:
    """The feeds of one database, as `notify.feeding` asks for them."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def next(self, target: Target) -> Sequence[FeedItem]:
        """Some that it was not told yet; what it is not told at all is passed over for good."""
        asked = EventsAsked(tenant_id=target.tenant_id, kinds=target.events or KINDS)
        while (told := self._told(target)) is not None:
            stand = stand_of(self._database, target.tenant_id)
            epoch, number = told
            if epoch != stand.epoch:
                return [_item(self._reset(target, stand.epoch, number), stand.epoch)]
            page = read_events(self._database, asked, stand, after=number, limit=AT_ONCE)
            if page.items:
                return [_item(one, page.epoch) for one in page.items]
            with self._database.writing(Scope(frozenset({target.tenant_id}))) as session:
                _move(session, target, page.epoch, page.last)
            if not page.more:
                break
        return ()

    def arrived(self, session: Session, target: Target, item: FeedItem) -> None:
        """It was told that one."""
        _move(session, target, item.epoch, item.number)

    def _told(self, target: Target) -> tuple[str, int] | None:
        with self._database.reading(ALL_TENANTS) as session:
            row = session.get(ErpFeedRow, target.id)
            return None if row is None else (row.epoch, row.number)

    def _reset(self, target: Target, epoch: str, number: int) -> Event:
        """Under one id however often it is sent; it goes on after the number at which it stands."""
        return Event(
            id=f"evt_{epoch}{target.id}",
            number=number,
            at=self._clock(),
            kind="feed.reset",
            device_id=None,
            port_id=None,
            subject=target.label,
            detail=_RESET,
        )


def _item(event: Event, epoch: str) -> FeedItem:
    return FeedItem(id=event.id, epoch=epoch, number=event.number, data=event_json(event, epoch))


def _move(session: Session, target: Target, epoch: str, number: int) -> None:
    """Forwards alone, or into another epoch."""
    behind = or_(ErpFeedRow.number < number, ErpFeedRow.epoch != epoch)
    here = update(ErpFeedRow).where(ErpFeedRow.target_id == target.id, behind)
    session.execute(here.values(epoch=epoch, number=number))
