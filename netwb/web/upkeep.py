"""What a server process does by the minute, without being asked.

It gives a sign of life, by which `netwb status` knows that it serves. Counts of denials are audited:
whoever reads the audit trail settles them too; this is for where nobody reads it and something else
waits for the events. Each process of a home does it: the database lets one of them take a count.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from netwb.errors import StoreError
from netwb.workbench import Workbench

logger = logging.getLogger(__name__)

EVERY_S = 60.0


def run(bench: Workbench, stop: threading.Event, *, every_s: float = EVERY_S) -> None:
    """Until `stop` is set. A database that is away is waited for."""
    _attempt(bench.note_serving)
    while not stop.wait(every_s):
        _attempt(bench.note_serving, bench.settle_denials)
    _attempt(bench.end_serving)


def _attempt(*tasks: Callable[[], None]) -> None:
    try:
        for task in tasks:
            task()
    except StoreError as error:
        logger.warning("upkeep waits: %s", error)
