"""Servers: which processes serve this home's pages and REST, by a lease each renews by the minute."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from netwb.roles import NO_TENANT
from netwb.store.database import Database
from netwb.store.holders import is_dead
from netwb.store.leases import Leases
from netwb.store.models import LeaseRow

NAME = "server/"
TERM_S = 150.0  # two beats may be missed
KEPT = timedelta(days=1)  # one that fell silent is remembered for so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One process. `alive`: it gave a sign of life lately, and is not surely gone."""

    host: str
    pid: int
    beat_at: datetime
    alive: bool


class Servers:
    """The servers of one database."""

    def __init__(self, database: Database, leases: Leases, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._leases = leases
        self._clock = clock

    def beat(self) -> None:
        """Give a sign of life for this process."""
        self._leases.acquire(_own_name(), TERM_S)
        self._forget(LeaseRow.until < self._clock() - KEPT)

    def leave(self) -> None:
        """This process ends as it was told to."""
        self._forget(LeaseRow.name == _own_name())

    def list(self) -> tuple[Server, ...]:
        """Those of the last day, the newest sign of life first."""
        query = (
            select(LeaseRow)
            .where(LeaseRow.name.startswith(NAME, autoescape=True))
            .order_by(LeaseRow.until.desc())
        )
        with self._database.reading(NO_TENANT) as session:
            return tuple(self._server(row) for row in session.scalars(query))

    def _server(self, row: LeaseRow) -> Server:
        host, _, pid = row.name.removeprefix(NAME).rpartition(":")
        return Server(
            host=host,
            pid=int(pid),
            beat_at=row.until - timedelta(seconds=TERM_S),
            alive=row.until > self._clock() and not is_dead(row.holder),
        )

    def _forget(self, which: ColumnElement[bool]) -> None:
        ours = LeaseRow.name.startswith(NAME, autoescape=True)
        with self._database.writing(NO_TENANT) as session:
            session.execute(delete(LeaseRow).where(ours, which))


def _own_name() -> str:
    return f"{NAME}{socket.gethostname()}:{os.getpid()}"
