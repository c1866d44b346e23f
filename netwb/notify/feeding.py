"""One round of a feed: a tenant's events to its webhook, in their order, each under its own id.

How far it was told stands with the target, and moves on in the transaction that says it arrived: a
process that dies in between, or another that takes over, sends that one event again, under the id that
it had. No event is given up, and none overtakes another: while one does not arrive, all wait. One that
stands in another epoch than its tenant is told that the database was put back, also where nothing came.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from time import monotonic
from typing import Protocol

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from netwb.errors import LeaseLostError, NetwbError, StoreUnavailableError
from netwb.notify.queue import Hold, falter, fare_well
from netwb.notify.records import Delivered, FeedItem, Message, Target
from netwb.roles import ALL_TENANTS, NO_TENANT
from netwb.store.database import Database
from netwb.store.models import ErpEventRow, ErpFeedRow, ErpHeadRow, NotifyTargetRow

logger = logging.getLogger(__name__)

Send = Callable[[Message, str], None]
_ENDS = (StoreUnavailableError, LeaseLostError)  # no fault of a target


class Feeds(Protocol):
    """Events, and how far each target was told them."""

    def next(self, target: Target) -> Sequence[FeedItem]:
        """Some that it was not told yet, in their order; none: there are none."""

    def arrived(self, session: Session, target: Target, item: FeedItem) -> None:
        """It was told that one."""


class Feeding:
    """Serves the feeds of one database."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        feeds: Feeds,
        random: Callable[[], float],
    ) -> None:
        self._database = database
        self._clock = clock
        self._feeds = feeds
        self._random = random

    def due(self) -> frozenset[str]:
        """Ids of the feeds that something came for which they have not gone past, and may now."""
        ready = or_(NotifyTargetRow.retry_at.is_(None), NotifyTargetRow.retry_at <= self._clock())
        mine, number = ErpEventRow.tenant_id == ErpFeedRow.tenant_id, ErpEventRow.number
        head = ErpHeadRow.tenant_id == ErpFeedRow.tenant_id
        query = (
            select(ErpFeedRow.target_id)
            .join(NotifyTargetRow, NotifyTargetRow.id == ErpFeedRow.target_id)
            .where(
                NotifyTargetRow.status == "active",
                ready,
                or_(
                    exists().where(mine, number.is_(None)),
                    exists().where(mine, number > ErpFeedRow.number),
                    exists().where(head, ErpHeadRow.epoch != ErpFeedRow.epoch),
                ),
            )
        )
        with self._database.reading(ALL_TENANTS) as session:
            return frozenset(session.scalars(query))

    def items(self, target: Target) -> Iterator[FeedItem]:
        """All that it is to be told; what was told is left behind at each step."""
        while some := self._feeds.next(target):
            yield from some

    def serve(
        self, hold: Hold, target: Target, items: Iterator[FeedItem], send: Send, end: float
    ) -> Delivered:
        """Send one after the other, until one does not arrive or the time is over."""
        sent = 0
        for item in items:
            hold.ask(self._clock())  # the last question before the effect
            try:
                send(Message(title=item.id, text="", brief="", data=item.data), item.id)
            except _ENDS:
                raise
            except NetwbError as error:
                self.did_not_take(hold, target, item.id, error)
                return Delivered(sent=sent, failed=1)
            self._arrived(hold, target, item)
            sent += 1
            if monotonic() >= end:
                break
        return Delivered(sent=sent)

    def did_not_take(self, hold: Hold, target: Target, item_id: str, error: NetwbError) -> None:
        """Write a failure down."""
        logger.warning("%s does not take %s: %s", target.label, item_id, error)
        with self._database.writing(NO_TENANT) as session:
            hold.check_in(session)
            falter(session, target.id, error, self._clock(), jitter=self._random())

    def _arrived(self, hold: Hold, target: Target, item: FeedItem) -> None:
        with self._database.writing(ALL_TENANTS) as session:
            hold.check_in(session)
            self._feeds.arrived(session, target, item)
            fare_well(session, target.id)
