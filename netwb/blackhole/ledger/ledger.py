"""`Ledger`: all of it in one, for the flows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from netwb.blackhole.ledger.on_routers import OnRouters
from netwb.blackhole.ledger.reading import Reading
from netwb.blackhole.ledger.stepping import Stepping
from netwb.store.database import Database


class Ledger(Reading, Stepping, OnRouters):
    """Blackholes of one database. Safe between threads and between processes."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
