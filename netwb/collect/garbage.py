"""Let Python's cycle collector rest during a run.

A run of a thousand sessions makes hundreds of thousands of objects that live for seconds. By default
the collector walks the living ones after every 700 new ones: measured, 12 to 15 % of a run's CPU.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

RARELY = (20_000, 20, 50)  # still collected, so that a long run does not grow
OWN = 2_000  # who set more than this knows why: a server, whose people wait for each long look


@contextmanager
def collected_rarely() -> Iterator[None]:
    """Raise the collector's thresholds, of the whole process, and put them back."""
    before = gc.get_threshold()
    if before[0] > OWN:
        yield
        return
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
