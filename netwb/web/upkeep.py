"""What a server process does by the minute, without being asked: counts of denials are audited.

Whoever reads the audit trail settles them too; this is for where nobody reads it and something else
waits for the events. Each process of a home does it: the database lets one of them take a count.
"""

from __future__ import annotations

import logging
import threading

from netwb.errors import StoreError
from netwb.workbench import Workbench

logger = logging.getLogger(__name__)

EVERY_S = 60.0


def run(bench: Workbench, stop: threading.Event, *, every_s: float = EVERY_S) -> None:
    """Until `stop` is set. A database that is away is waited for."""
    while not stop.wait(every_s):
        try:
            bench.settle_denials()
        except StoreError as error:
            logger.warning("upkeep waits: %s", error)
