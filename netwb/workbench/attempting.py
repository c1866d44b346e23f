"""Do a job once, and say how it ended: the one door where a job's fault ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any, Self

from netwb.errors import LeaseLostError, NetwbError, RunUnderWayError, StoreError
from netwb.schedules.records import JobSpec, Place
from netwb.store.canonical import storable
from netwb.store.firing_records import Ending, Firing
from netwb.store.firings import Firings

logger = logging.getLogger(__name__)

BUSY_S = 120  # another run has the devices: it ends within minutes, or within the night
SOON_S = 10  # the end of what the database broke is written when it is back: then it can go on
BROKEN = "it broke on a fault of netwb's own; the log of its process has it"
Call = Callable[[JobSpec, Place], object]  # a job's method, on a Workbench narrowed to the place


def attempt(spec: JobSpec, firing: Firing, call: Call, clock: Callable[[], datetime]) -> Ending:
    """Do it. An error is tried again as the job's row says; LeaseLostError goes to the caller."""
    logger.debug("%s begins", spec.name)
    try:
        result = call(spec, firing.due.place)
    except LeaseLostError:
        raise
    except RunUnderWayError as error:
        return _failed(spec, firing, error, clock() + timedelta(seconds=BUSY_S))
    except StoreError as error:
        return _failed(spec, firing, error, _next_try(spec, firing, clock(), most_s=SOON_S))
    except NetwbError as error:
        return _failed(spec, firing, error, _next_try(spec, firing, clock()))
    except Exception:  # the job's door: one that breaks must not end the daemon
        logger.exception("%s broke", spec.name)
        return _failed(spec, firing, NetwbError(BROKEN), _next_try(spec, firing, clock()))
    counts = counts_of(result)
    _log_done(spec, counts)
    return Ending(status="done", result=counts, later=getattr(result, "later", ()))


def _log_done(spec: JobSpec, counts: Mapping[str, Any]) -> None:
    """A job that is due each minute and has nothing to do, or finds nothing changed, says nothing."""
    said = ", ".join(f"{value} {name}" for name, value in counts.items() if value)
    news = {"quick": bool(said), "status": bool(counts.get("changed"))}
    level = logging.INFO if news.get(spec.lane, True) else logging.DEBUG
    logger.log(level, "%s is done: %s", spec.name, said or "nothing was to do")


def counts_of(result: object) -> dict[str, Any]:
    """What a job gave, as it is stored: numbers and words by name, the lengths of lists."""
    if isinstance(result, Mapping):
        found = dict(result)
    elif is_dataclass(result) and not isinstance(result, type):
        found = {item.name: getattr(result, item.name) for item in fields(result)}
    else:
        found = {}
    return {str(name): _plain(value) for name, value in found.items()}


def _plain(value: object) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, tuple | list | set | frozenset | Mapping):
        return len(value)
    return storable(str(value))


def _next_try(
    spec: JobSpec, firing: Firing, now: datetime, *, most_s: float = inf
) -> datetime | None:
    if firing.tries > len(spec.again_s):
        return None
    return now + timedelta(seconds=min(most_s, spec.again_s[firing.tries - 1]))


def _failed(spec: JobSpec, firing: Firing, error: NetwbError, again: datetime | None) -> Ending:
    """What a person began ends at once: that person is told why, and a log line would say it twice."""
    kind, said = type(error).__name__, storable(str(error))
    if again is None or firing.epoch == 0:
        logger.log(
            logging.ERROR if firing.epoch else logging.INFO, "%s failed: %s", spec.name, error
        )
        return Ending(status="failed", error_kind=kind, said=said)
    logger.warning("%s is tried again at %s UTC: %s", spec.name, f"{again:%H:%M:%S}", error)
    return Ending(status="waiting", error_kind=kind, said=said, begin_at=again)


class Heart:
    """Gives signs of life for one firing, from a thread, while a person waits for it."""

    def __init__(self, firings: Firings, firing: Firing, claim_s: float) -> None:
        self._firings = firings
        self._firing = firing
        self._claim_s = claim_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="netwb-firing", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stopped.wait(self._claim_s / 4):
            try:
                self._firings.beat(self._firing, self._claim_s)
            except StoreError as error:
                logger.warning("%s: %s", self._firing.due.job, error)
