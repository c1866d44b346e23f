"""Gather a whole fleet: what a backup run asks of Nornir, on our runner.

Everything that a run shares (refusals, host keys seen, jump hosts, the loop) is made at its start
and ended at its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nornir.core.inventory import Host
from nornir.core.task import MultiResult, Result, Task

from netwb.collect.drivers.link import Link, open_link
from netwb.collect.drivers.stock import StockGathering
from netwb.collect.gather import Gathered, Note, gather_configs, with_broken_startup
from netwb.collect.runner import SessionRunner, make_nornir
from netwb.collect.sink import Sink
from netwb.collect.ssh import Sessions
from netwb.collect.threads import in_thread
from netwb.errors import DeadlineError, DeviceError, NetwbError
from netwb.inventory.nornir_plugin import make_inventory
from netwb.inventory.records import Target
from netwb.platforms.record import Platform
from netwb.settings import CollectSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class NornirGatherer:
    """Logs in to every target and brings what it gave.

    agent_path        socket of an SSH agent
    """

    settings: CollectSettings
    platforms: Mapping[str, Platform]
    agent_path: str | None = None

    def gather(self, targets: Sequence[Target], sink: Sink) -> None:
        """Tell the sink of each target once, on the loop's thread; return when all ended."""
        if not targets:
            return  # Nornir prints a remark of its own on a run over nobody
        sessions = Sessions(
            self.settings,
            sink.first_key,
            on_new_jump_key=sink.first_jump_key,
            agent_path=self.agent_path,
        )
        with open_link(sessions, self.platforms, self.settings) as link:
            runner = SessionRunner(link, on_done=lambda host, results: _tell(host, results, sink))
            inventory = make_inventory(targets, self.platforms)
            make_nornir(inventory, runner).run(gather_target, link=link)


async def gather_target(task: Task, link: Link) -> Result:
    """Nornir task: one device's texts and facts, by the transport that it is set to.

    Whatever ends the login while the startup configuration comes costs that one alone.
    """
    target: Target = task.host.data["target"]
    gather = _fast if target.transport == "fast" else _stock
    so_far: list[Gathered] = []
    try:
        gathered = await gather(target, link, so_far.append)
    except (DeviceError, asyncio.CancelledError) as error:
        # cancelled by the runner's deadline, which takes an answer that is there already
        if not so_far:
            raise
        gathered = with_broken_startup(so_far[-1], link.platform(target), _cause(target, error))
    return Result(host=task.host, result=gathered)


def _cause(target: Target, error: DeviceError | asyncio.CancelledError) -> DeviceError:
    if isinstance(error, DeviceError):
        return error
    msg = (
        f"{target.hostname}: its startup configuration was not there in time; look at the device's "
        f"load and the line to it, or raise collect.total_deadline_s"
    )
    return DeadlineError(msg)


async def _fast(target: Target, link: Link, note: Note) -> Gathered:
    platform = link.platform(target)
    async with link.sessions.open(target, platform) as session:
        return await gather_configs(session, platform, note)


async def _stock(target: Target, link: Link, note: Note) -> Gathered:
    gathering = StockGathering(target, link, note)
    work = in_thread(gathering.gather, name=f"netwb-{target.hostname}")
    try:
        return await work
    finally:
        gathering.close()  # after a deadline the thread still reads; otherwise this does nothing


def _tell(host: Host, results: MultiResult, sink: Sink) -> None:
    target: Target = host.data["target"]
    result = results[0]
    if isinstance(result.result, Gathered):
        sink.done(target, result.result)
    elif isinstance(result.exception, NetwbError):
        sink.done(target, result.exception)
    else:  # a fault of ours; the device has an outcome all the same
        kind = type(result.exception).__name__
        sink.done(target, DeviceError(f"{target.hostname}: not collected ({kind}); see the log"))
