"""Daemons: which processes run, when each last gave a sign of life, and which of them leads."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from netwb._version import __version__
from netwb.roles import NO_TENANT
from netwb.store.database import Database
from netwb.store.holders import is_dead
from netwb.store.inserting import upsert
from netwb.store.models import DaemonRow, LeaseRow

SILENT_S = 90.0  # a daemon beats several times within it; one that did not hangs, or is gone
KEPT = timedelta(days=1)  # a dead one is remembered for so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """One daemon's process.

    alive        it gave a sign of life lately, and its process is not surely gone
    leads_since  None where another one leads
    """

    host: str
    pid: int
    version: str
    started_at: datetime
    beat_at: datetime
    leads_since: datetime | None
    alive: bool


class Daemons:
    """The daemons of one database; `holder` is this process's name among them."""

    def __init__(self, database: Database, holder: str, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._holder = holder
        self._clock = clock
        self._started_at: datetime | None = None

    def beat(self, *, leads_since: datetime | None) -> None:
        """Give a sign of life."""
        now = self._clock()
        self._started_at = self._started_at or now
        values = {"beat_at": now, "leads_since": leads_since}
        row = {
            "holder": self._holder,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "version": __version__,
            "started_at": self._started_at,
            **values,
        }
        with self._database.writing(NO_TENANT) as session:
            insert = upsert(session, DaemonRow).values(row)
            key = [DaemonRow.holder]
            session.execute(insert.on_conflict_do_update(index_elements=key, set_=values))
            session.execute(delete(DaemonRow).where(DaemonRow.beat_at < now - KEPT))

    def leave(self) -> None:
        """It ended as it was told to."""
        with self._database.writing(NO_TENANT) as session:
            session.execute(delete(DaemonRow).where(DaemonRow.holder == self._holder))

    def ended_well(self, lease: str) -> datetime | None:
        """When the last one that led ended as it was told to; None where it did not, or leads.

        Whoever ends well gives its term back and takes its row along; who was killed leaves a row.
        """
        known = select(DaemonRow.holder)
        ended = select(LeaseRow.until).where(
            LeaseRow.name == lease,
            LeaseRow.until <= self._clock(),
            LeaseRow.holder.not_in(known),
        )
        with self._database.reading(NO_TENANT) as session:
            return session.scalar(ended)

    def list(self) -> tuple[Daemon, ...]:
        """Those of the last day, the one with the newest sign of life first."""
        rows = select(DaemonRow).order_by(DaemonRow.beat_at.desc())
        with self._database.reading(NO_TENANT) as session:
            return tuple(self._daemon(row) for row in session.scalars(rows))

    def _daemon(self, row: DaemonRow) -> Daemon:
        recent = row.beat_at > self._clock() - timedelta(seconds=SILENT_S)
        alive = recent and not is_dead(row.holder)
        return Daemon(
            host=row.host,
            pid=row.pid,
            version=row.version,
            started_at=row.started_at,
            beat_at=row.beat_at,
            leads_since=row.leads_since if alive else None,
            alive=alive,
        )
