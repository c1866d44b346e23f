"""Nornir runs what is done at routers: a task a kind of work, routers as its hosts.

The tasks are coroutines over kept sessions, so the runner awaits them on the loop that has the sessions,
all routers of a run at once. A host's name is the device id, as in every Nornir of netwb.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.core.task import AggregatedResult, MultiResult, Result, Task

from netwb.blackhole.records import IPNetwork, Reach, Router
from netwb.blackhole.trigger.announcer import Announcer
from netwb.collect.loop import LoopThread
from netwb.errors import NetwbError


async def announce(
    task: Task, announcer: Announcer, networks: Sequence[IPNetwork], reach: Reach
) -> Result:
    """Let these hosts stand on the router; see Announcer.announce."""
    return Result(host=task.host, result=await announcer.announce(router_of(task), networks, reach))


async def withdraw(task: Task, announcer: Announcer, networks: Sequence[IPNetwork]) -> Result:
    """Let these hosts stand there no more; see Announcer.withdraw."""
    return Result(host=task.host, result=await announcer.withdraw(router_of(task), networks))


async def list_static(task: Task, announcer: Announcer) -> Result:
    """Every static host route there; see Announcer.list_static."""
    return Result(host=task.host, result=await announcer.list_static(router_of(task)))


async def verify(
    task: Task, announcer: Announcer, networks: Sequence[IPNetwork], within_s: float
) -> Result:
    """Where the edge sends these hosts; see Announcer.verify."""
    found = await announcer.verify(router_of(task), networks, within_s=within_s)
    return Result(host=task.host, result=found)


async def save(task: Task, announcer: Announcer) -> Result:
    """Keep the configuration over a reboot; see Announcer.save."""
    return Result(host=task.host, result=await announcer.save(router_of(task)))


def router_of(task: Task) -> Router:
    """The router that a task is run for."""
    found: Router = task.host.data["router"]
    return found


def inventory_of(routers: Iterable[Router]) -> Inventory:
    """Routers as Nornir's hosts."""
    defaults = Defaults()
    hosts = {
        router.device_id: Host(
            name=router.device_id,
            hostname=router.hostname,
            platform=router.platform,
            data={"router": router},
            defaults=defaults,
        )
        for router in routers
    }
    return Inventory(hosts=Hosts(hosts), groups=Groups(), defaults=defaults)


class LoopRunner:
    """Nornir's RunnerPlugin for coroutine tasks on one loop; every host has a result."""

    def __init__(self, loop: LoopThread) -> None:
        self._loop = loop

    def run(self, task: Task, hosts: list[Host]) -> AggregatedResult:
        """Called by nornir, in any thread but the loop's."""
        return self._loop.run(_run(task, hosts))


async def _run(task: Task, hosts: Sequence[Host]) -> AggregatedResult:
    ended = await asyncio.gather(*(_host(task.copy(), host) for host in hosts))
    result = AggregatedResult(task.name)
    result.update({host.name: results for host, results in zip(hosts, ended, strict=True)})
    return result


async def _host(task: Task, host: Host) -> MultiResult:
    task.host = host
    task.processors.task_instance_started(task, host)
    try:
        result: Result = await task.task(task, **task.params)
    except NetwbError as error:
        result = Result(host=host, result=str(error), failed=True, exception=error)
    result.name = task.name  # type: ignore[assignment]  # nornir declares None and stores a name
    task.results.insert(0, result)
    task.processors.task_instance_completed(task, host, task.results)
    return task.results
