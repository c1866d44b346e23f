"""The Nornir runner of netwb: many devices at once on one loop, each with an end.

A coroutine task is awaited on the loop, so that a thousand waiting devices cost a thousand small
objects. An ordinary task, as nornir's plugins give them, gets a thread of its own, as many as there
are sessions; at the deadline its connections are closed under it.

Every host of a run has a result. Connection faults are tried again, refused logins never.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from nornir.core import Nornir
from nornir.core.inventory import Host, Inventory
from nornir.core.state import GlobalState
from nornir.core.task import AggregatedResult, MultiResult, Result, Task

from netwb.collect.drivers.connections import close_all, offer
from netwb.collect.drivers.link import Link
from netwb.collect.slots import Slots
from netwb.collect.threads import in_thread
from netwb.errors import ConnectionLostError, DeadlineError, DeviceError, UnreachableError
from netwb.inventory.records import Target

logger = logging.getLogger(__name__)

RETRIED = (UnreachableError, ConnectionLostError)  # a refused login repeated locks the account
RETRY_PAUSE_S = 0.5  # a device that dropped a line has it free again
CLOSING_S = 2.0  # a thread whose connections were closed has this long to notice

OnDone = Callable[[Host, MultiResult], None]


class KeptHosts(GlobalState):
    """Nornir's state without its memory of failed hosts.

    Nornir leaves a host that failed once out of all later runs of the object, silently. A device
    that was away for a moment would be missing from every later backup.
    """

    __slots__ = ()

    @property
    def failed_hosts(self) -> set[str]:
        """Always empty, and new each time: what nornir adds is forgotten."""
        return set()

    @failed_hosts.setter
    def failed_hosts(self, value: set[str]) -> None:
        """Forget it."""


def make_nornir(inventory: Inventory, runner: SessionRunner) -> Nornir:
    """A Nornir that runs on our runner and asks every host in every run."""
    return Nornir(inventory=inventory, runner=runner, data=KeptHosts())


class SessionRunner:
    """Nornir's RunnerPlugin over `Link`: its sessions, its loop, its platforms."""

    def __init__(self, link: Link, *, on_done: OnDone | None = None) -> None:
        """Hold what runs share.

        on_done   called on the loop as each host ends; it must not block
        """
        self._settings = link.settings
        self._link = link
        self._on_done = on_done

    def run(self, task: Task, hosts: list[Host]) -> AggregatedResult:
        """Called by nornir; `host.data["target"]` is the host's Target."""
        return self._link.loop.run(self._run(task, hosts))

    async def _run(self, task: Task, hosts: Sequence[Host]) -> AggregatedResult:
        slots = Slots(self._settings)
        work = [asyncio.ensure_future(self._host(task, host, slots)) for host in hosts]
        try:
            ended = await asyncio.gather(*work)
        except BaseException:  # on_done failed, or the caller was interrupted: leave nothing behind
            for one in work:
                one.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            raise
        result = AggregatedResult(task.name)
        result.update({host.name: results for host, results in zip(hosts, ended, strict=True)})
        return result

    async def _host(self, task: Task, host: Host, slots: Slots) -> MultiResult:
        async with slots.slot(host.data["target"]):
            results = await self._tried(task, host, slots)
        if self._on_done is not None:
            self._on_done(host, results)
        return results

    async def _tried(self, task: Task, host: Host, slots: Slots) -> MultiResult:
        """Once, and again after a connection fault; the deadline holds for all tries together."""
        ends_at = asyncio.get_running_loop().time() + self._settings.total_deadline_s
        for left in range(self._settings.retries, -1, -1):
            await slots.login()
            results = await self._started(task.copy(), host, ends_at)
            if not left or not isinstance(results[0].exception, RETRIED):
                break
            await asyncio.sleep(RETRY_PAUSE_S)
        return results

    async def _started(self, task: Task, host: Host, ends_at: float) -> MultiResult:
        try:
            async with asyncio.timeout_at(ends_at) as clock:
                if inspect.iscoroutinefunction(task.task):
                    return await _awaited(task, host)
                return await self._threaded(task, host)
        except TimeoutError:
            if not clock.expired():
                raise
            return _ended(task, host, _failure(host, self._late(host.data["target"])))

    async def _threaded(self, task: Task, host: Host) -> MultiResult:
        """An ordinary task in a thread; it leaves no connection open."""
        offer(host, self._link)
        work = in_thread(lambda: task.start(host), name=f"netwb-{host.name}")
        try:
            return await asyncio.shield(work)
        finally:
            closing = in_thread(lambda: close_all(host), name=f"netwb-end-{host.name}")
            closing.add_done_callback(partial(_say_what_failed, host))
            ends: list[asyncio.Future[Any]] = [closing, work]
            await asyncio.wait(ends, timeout=CLOSING_S)

    def _late(self, target: Target) -> DeadlineError:
        msg = (
            f"{target.hostname}: not done within {self._settings.total_deadline_s:g} s; look at the "
            f"device's load and the line to it, or raise collect.total_deadline_s"
        )
        return DeadlineError(msg)


async def _awaited(task: Task, host: Host) -> MultiResult:
    """What nornir's Task.start does, for a coroutine."""
    task.host = host
    task.processors.task_instance_started(task, host)
    try:
        value = await task.task(task, **task.params)
        result = value if isinstance(value, Result) else Result(host=host, result=value)
    except DeviceError as error:
        result = _failure(host, error)
    except Exception as error:  # the worker's door: one device's fault never ends the run
        logger.exception("%s: task %s failed", host.data["target"].hostname, task.name)
        result = _failure(host, error)
    return _ended(task, host, result)


def _say_what_failed(host: Host, closing: asyncio.Future[None]) -> None:
    """A device that is gone cannot say goodbye; its result is known by now."""
    if not closing.cancelled() and (fault := closing.exception()) is not None:
        logger.debug("%s: closing a connection failed", host.name, exc_info=fault)


def _failure(host: Host, error: Exception) -> Result:
    return Result(host=host, result=str(error), failed=True, exception=error)


def _ended(task: Task, host: Host, result: Result) -> MultiResult:
    task.host = host
    result.name = task.name  # type: ignore[assignment]  # nornir declares None and stores a name
    result.severity_level = logging.ERROR if result.failed else task.severity_level
    task.results.insert(0, result)
    task.processors.task_instance_completed(task, host, task.results)
    return task.results
