"""Jump hosts: one connection each, shared by all devices behind it.

A failed one is remembered for a while, so that the devices behind it fail at once and not each after
its own timeout; a refused login there is remembered for the whole run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from netwb.errors import DeviceError, HostKeyChangedError, LoginRefusedError
from netwb.inventory.records import Jump, Target

if TYPE_CHECKING:
    import asyncssh

Connect = Callable[[Jump, Target], Awaitable["asyncssh.SSHClientConnection"]]


class JumpHosts:
    """The jump hosts of one run."""

    def __init__(self, connect: Connect, remember_s: float) -> None:
        self._connect = connect
        self._remember_s = remember_s
        self._open: dict[Jump, asyncio.Task[asyncssh.SSHClientConnection]] = {}
        self._failed: dict[Jump, tuple[float, DeviceError]] = {}

    async def through(self, jump: Jump, target: Target) -> asyncssh.SSHClientConnection:
        """The connection to it, made if need be; raises the DeviceError of its last failure.

        target   the device behind it that needs it now
        """
        self._check(jump)
        task = self._open.get(jump)
        if task is None or _over(task):
            task = asyncio.ensure_future(self._made(jump, target))
            self._open[jump] = task
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Close them all."""
        tasks, self._open = list(self._open.values()), {}
        for task in tasks:
            if task.done() and not task.cancelled() and task.exception() is None:
                task.result().close()
                await task.result().wait_closed()
            else:
                task.cancel()

    def _check(self, jump: Jump) -> None:
        at, error = self._failed.get(jump, (0.0, None))
        for_good = isinstance(error, LoginRefusedError | HostKeyChangedError)
        if error is not None and (for_good or asyncio.get_running_loop().time() < at):
            raise error

    async def _made(self, jump: Jump, target: Target) -> asyncssh.SSHClientConnection:
        try:
            return await self._connect(jump, target)
        except DeviceError as error:
            self._failed[jump] = (asyncio.get_running_loop().time() + self._remember_s, error)
            raise


def _over(task: asyncio.Task[asyncssh.SSHClientConnection]) -> bool:
    if not task.done():
        return False
    return task.cancelled() or task.exception() is not None or task.result().is_closed()
