"""Claims: who does each of many like things now, by rows of leases that every process sees.

For work that does no harm when two do it for a moment, and is only wasted: nobody asks before an
effect, and a claim has no terms (`store.leases` has). Clocks of several machines must agree to well
under a claim's length.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from netwb.roles import NO_TENANT
from netwb.store.database import Database
from netwb.store.holders import is_dead
from netwb.store.inserting import upsert
from netwb.store.models import LeaseRow


@dataclass(slots=True, kw_only=True)
class Claims:
    """The claims of one holder on things of one kind.

    holder   unique for each, as `Leases` has it
    kind     stands before the things' ids in the rows' names
    ttl_s    how long a claim lasts that nobody prolongs
    """

    database: Database
    holder: str
    clock: Callable[[], datetime]
    kind: str
    ttl_s: float
    _kept_at: datetime | None = field(default=None, init=False)

    def take(self, ids: Collection[str]) -> frozenset[str]:
        """Claim what nobody else has, and leave what is not among them; gives those that it has.

        What a process had that is surely gone is free at once.
        """
        now = self.clock()
        names = {f"{self.kind}:{one}": one for one in ids}
        with self.database.writing(NO_TENANT) as session:
            self._sweep(session, now)
            self._insert(session, sorted(names), now)
            held = frozenset(session.scalars(select(LeaseRow.name).where(self._mine())))
            for name in held - names.keys():
                session.execute(delete(LeaseRow).where(self._mine(), LeaseRow.name == name))
        self._kept_at = now
        return frozenset(names[name] for name in held & names.keys())

    def keep(self) -> None:
        """Prolong what it has; to be called often, and at most every third of a claim's length done."""
        now = self.clock()
        if self._kept_at is None or now - self._kept_at < timedelta(seconds=self.ttl_s / 3):
            return
        with self.database.writing(NO_TENANT) as session:
            session.execute(update(LeaseRow).where(self._mine()).values(until=self._end(now)))
        self._kept_at = now

    def give_back(self) -> None:
        """End all of them."""
        with self.database.writing(NO_TENANT) as session:
            session.execute(delete(LeaseRow).where(self._mine()))

    def _insert(self, session: Session, names: Collection[str], now: datetime) -> None:
        """In one order for all: two that take the same rows wait for each other, and never in a ring."""
        insert = upsert(session, LeaseRow)
        statement = insert.on_conflict_do_update(
            index_elements=[LeaseRow.name],
            set_={"until": insert.excluded.until},
            where=LeaseRow.holder == self.holder,
        )
        rows = [
            {"name": name, "holder": self.holder, "epoch": 1, "until": self._end(now)}
            for name in names
        ]
        if rows:
            session.execute(statement.execution_options(dml_strategy="raw"), rows)

    def _sweep(self, session: Session, now: datetime) -> None:
        """Those that are over, and those of processes that are gone."""
        holders = session.scalars(select(LeaseRow.holder).where(self._of_kind()).distinct())
        gone = [holder for holder in holders if holder != self.holder and is_dead(holder)]
        over = (LeaseRow.until <= now) | LeaseRow.holder.in_(gone)
        session.execute(delete(LeaseRow).where(self._of_kind(), over))

    def _end(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.ttl_s)

    def _of_kind(self) -> ColumnElement[bool]:
        return LeaseRow.name.startswith(f"{self.kind}:", autoescape=True)

    def _mine(self) -> ColumnElement[bool]:
        return self._of_kind() & (LeaseRow.holder == self.holder)
