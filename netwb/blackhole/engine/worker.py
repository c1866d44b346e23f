"""The engine's clock: a thread that gives it a turn when something happened, and often enough anyway."""

from __future__ import annotations

import logging
import threading

from netwb.blackhole.engine.engine import Engine
from netwb.blackhole.engine.parts import EngineParts
from netwb.errors import NetwbError

logger = logging.getLogger(__name__)

IDLE_S = 0.1  # so late at most it learns of what another process wrote
LATER_S = 2.0  # the database is away


class Worker:
    """One process's engine in a thread of its own."""

    def __init__(self, parts: EngineParts) -> None:
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._engine = Engine(parts, self._woken.set)
        self._thread = threading.Thread(target=self._live, name="netwb-blackholes", daemon=True)

    def start(self) -> None:
        """Begin; `stop` ends it."""
        self._thread.start()

    def wake(self) -> None:
        """Something is there to be done; from any thread."""
        self._woken.set()

    def stop(self, timeout_s: float = 10.0) -> None:
        """End after the turn that runs, and let another process lead."""
        self._stopped.set()
        self._woken.set()
        self._thread.join(timeout_s)

    def _live(self) -> None:
        said = ""
        while not self._stopped.is_set():
            self._woken.clear()
            try:
                self._engine.turn()
            except NetwbError as error:
                if str(error) != said:
                    logger.warning("blackholes wait: %s", error)
                said = str(error)
                self._stopped.wait(LATER_S)
            except Exception:  # the thread's door: what stands must end in time, whatever broke
                logger.exception("a turn over blackholes broke off; the next one follows")
                self._stopped.wait(LATER_S)
            else:
                said = ""
                self._woken.wait(IDLE_S)
        try:
            self._engine.leave()
        except NetwbError as error:
            logger.warning("another process leads blackholes once the lease is over: %s", error)
