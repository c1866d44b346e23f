"""Poll many devices: an event loop in a thread of its own, results handed over as each one ends.

So many devices at once and no more; whoever takes the results slowly holds the poll back, as only a
few of them are kept. Leaving the loop over them ends the poll.
"""

from __future__ import annotations

import asyncio
import logging
import queue
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import time

from netwb.errors import PollError
from netwb.inventory.ports.records import SnmpTarget
from netwb.metrics.poller.device import Clock, poll_device
from netwb.metrics.poller.ping import Pinger
from netwb.metrics.poller.records import DevicePoll, PollRules

logger = logging.getLogger(__name__)
_KEPT = 50  # results that wait to be taken
_LOOK_S = 0.2  # how often it is asked whether to end while no device answers


class Poll:
    """One poll of some devices; iterate it once.

    stopped   asked between results, and while none comes: whether to end before all have
    clock     epoch seconds: when something was read
    refusal   why no pings are sent, once the first result is there
    """

    def __init__(
        self,
        targets: Sequence[SnmpTarget],
        rules: PollRules,
        stopped: Callable[[], bool] = lambda: False,
        clock: Clock = time,
    ) -> None:
        self.refusal = ""
        self._stopped = stopped
        self._clock = clock
        self._targets = targets
        self._rules = rules
        self._done: queue.SimpleQueue[DevicePoll | None] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._main: asyncio.Task[None] | None = None
        self._room = asyncio.Semaphore(_KEPT)

    def __iter__(self) -> Generator[DevicePoll]:
        worker = ThreadPoolExecutor(1, thread_name_prefix="poll")
        work = worker.submit(self._run)
        try:
            for result in iter(self._next, None):
                with suppress(RuntimeError):  # the last ones are taken when the loop has ended
                    self._loop.call_soon_threadsafe(self._room.release)
                yield result
        finally:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._cancel)
            worker.shutdown()
        work.result()  # what went wrong there goes wrong here

    def _next(self) -> DevicePoll | None:
        """The next result, as soon as there is one; None after the last."""
        while not self._stopped():
            with suppress(queue.Empty):
                return self._done.get(timeout=_LOOK_S)
        return None

    def _run(self) -> None:
        try:
            with (
                asyncio.Runner(loop_factory=lambda: self._loop) as runner,
                suppress(asyncio.CancelledError),
            ):
                runner.run(self._all())
        finally:
            self._done.put(None)

    def _cancel(self) -> None:
        """End every task, again and again: one that has an answer just then may not notice.

        `asyncio.wait_for` gives the answer and forgets the cancelling (cpython issue 86296).
        """
        if self._main is not None and self._main.done():
            return
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_later(_LOOK_S, self._cancel)

    async def _all(self) -> None:
        self._main = asyncio.current_task()
        waiting = iter(self._targets)
        async with Pinger() as pinger, asyncio.TaskGroup() as group:
            self.refusal = pinger.refusal if self._rules.pings else ""
            for _ in range(min(self._rules.at_once, len(self._targets))):
                group.create_task(self._work(waiting, pinger))

    async def _work(self, waiting: Iterator[SnmpTarget], pinger: Pinger) -> None:
        for target in waiting:
            result = await self._one(target, pinger)
            await self._room.acquire()
            self._done.put(result)

    async def _one(self, target: SnmpTarget, pinger: Pinger) -> DevicePoll:
        try:
            return await poll_device(target, self._rules, pinger, self._clock)
        except Exception as error:  # the door of one device: the others are polled all the same
            logger.exception("poll of %s/%s failed", target.tenant, target.hostname)
            cause = PollError(
                f"the poll failed by a fault of netwb ({type(error).__name__}); see the log"
            )
            return DevicePoll(target=target, status="failed", cause=cause)
