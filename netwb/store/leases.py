"""Leases: one owner at a time for a piece of work, by a row that every process sees (design D9).

The epoch rises with each new term, and never falls. Whoever is about to act asks `check` first: a
process that slept through its lease finds that its term is over. Clocks of several machines must
agree to well under the lease's length.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from netwb.errors import LeaseLostError
from netwb.roles import NO_TENANT
from netwb.store.database import Database
from netwb.store.holders import is_dead
from netwb.store.inserting import upsert
from netwb.store.models import LeaseRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One term of one owner."""

    name: str
    epoch: int
    until: datetime
    ttl_s: float


class Leases:
    """The leases that one holder takes.

    holder    unique for each process, as `host:pid:random`: the same holder keeps its own lease
    """

    def __init__(self, database: Database, holder: str, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._holder = holder
        self._clock = clock

    def acquire(self, name: str, ttl_s: float) -> Lease | None:
        """Take the lease when it is free or over; None while another holder has it.

        Asked again by its own holder, it is prolonged and keeps its epoch. That of a process which
        is surely gone is over.
        """
        now = self._clock()
        until = now + timedelta(seconds=ttl_s)
        mine = (LeaseRow.holder == self._holder) & (LeaseRow.until > now)
        with self._database.writing(NO_TENANT) as session:
            _end_of_dead(session, name, now)
            insert = upsert(session, LeaseRow).values(
                name=name, holder=self._holder, epoch=1, until=until
            )
            taken = insert.on_conflict_do_update(
                index_elements=[LeaseRow.name],
                set_={
                    "holder": self._holder,
                    "until": until,
                    "epoch": case((mine, LeaseRow.epoch), else_=LeaseRow.epoch + 1),
                },
                where=mine | (LeaseRow.until <= now),
            )
            epoch = session.scalar(taken.returning(LeaseRow.epoch))
        return None if epoch is None else Lease(name=name, epoch=epoch, until=until, ttl_s=ttl_s)

    def renew(self, lease: Lease) -> Lease:
        """The same term, as long again from now. Raises LeaseLostError when it is over."""
        return self._end_at(lease, self._clock() + timedelta(seconds=lease.ttl_s))

    def release(self, lease: Lease) -> None:
        """End the term now; nothing happens when it is over already. The epoch is kept."""
        try:
            self._end_at(lease, self._clock())
        except LeaseLostError:
            return

    def end_all_of(self, holder: str) -> int:
        """End every lease of that holder's process now, whichever of its holders has it.

        For whoever takes over from a process that hangs, or ends and leaves work behind: what it
        would still do, it finds over. Gives how many there were.
        """
        process, _, _ = holder.rpartition("|")
        if not process:
            return 0
        own = LeaseRow.holder.startswith(f"{process}|", autoescape=True)
        now = self._clock()
        change = update(LeaseRow).where(own, LeaseRow.until > now).values(until=now)
        with self._database.writing(NO_TENANT) as session:
            return len(session.scalars(change.returning(LeaseRow.name)).all())

    def check(self, lease: Lease) -> None:
        """Raise LeaseLostError unless the term still runs. Ask right before each effect."""
        with self._database.reading(NO_TENANT) as session:
            self.check_in(session, lease)

    def check_in(self, session: Session, lease: Lease) -> None:
        """The same within the caller's transaction."""
        row = session.get(LeaseRow, lease.name, populate_existing=True)
        if row is None or not self._owns(row, lease):
            raise self._lost(lease)

    def holder_of(self, name: str) -> str | None:
        """Who has it now, for messages; None when nobody has."""
        with self._database.reading(NO_TENANT) as session:
            current = select(LeaseRow.holder).where(
                LeaseRow.name == name, LeaseRow.until > self._clock()
            )
            return session.scalar(current)

    def _end_at(self, lease: Lease, until: datetime) -> Lease:
        ours = (
            (LeaseRow.name == lease.name)
            & (LeaseRow.holder == self._holder)
            & (LeaseRow.epoch == lease.epoch)
            & (LeaseRow.until > self._clock())
        )
        change = update(LeaseRow).where(ours).values(until=until).returning(LeaseRow.epoch)
        with self._database.writing(NO_TENANT) as session:
            if session.scalar(change) is None:
                raise self._lost(lease)
        return Lease(name=lease.name, epoch=lease.epoch, until=until, ttl_s=lease.ttl_s)

    def _owns(self, row: LeaseRow, lease: Lease) -> bool:
        same = row.holder == self._holder and row.epoch == lease.epoch
        return same and row.until > self._clock()

    def _lost(self, lease: Lease) -> LeaseLostError:
        return LeaseLostError(
            f"lease {lease.name} (term {lease.epoch}) is over; what {self._holder} was about to do"
            " is left to the next holder"
        )


def _end_of_dead(session: Session, name: str, now: datetime) -> None:
    """The lease of a process that is surely gone need not be waited for."""
    row = session.get(LeaseRow, name, populate_existing=True, with_for_update=True)
    if row is not None and row.until > now and is_dead(row.holder):
        row.until = now
        session.flush()
