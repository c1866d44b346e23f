"""Gather a whole fleet: what a backup run asks of Nornir, on our runner.

Everything that a run shares (refusals, host keys seen, jump hosts, the loop) is made at its start
and ended at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nornir.core.inventory import Host
from nornir.core.task import MultiResult, Result, Task

from netwb.collect.drivers.link import Link
from netwb.collect.drivers.stock import StockGathering
from netwb.collect.gather import Gathered, gather_configs
from netwb.collect.loop import LoopThread
from netwb.collect.runner import SessionRunner, make_nornir
from netwb.collect.ssh import Sessions
from netwb.collect.threads import in_thread
from netwb.errors import ConnectionLostError, DeviceError, NetwbError
from netwb.inventory.nornir_plugin import make_inventory
from netwb.inventory.records import Target
from netwb.platforms.record import Platform
from netwb.settings import CollectSettings

OnDone = Callable[[Target, Gathered | DeviceError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class NornirGatherer:
    """Logs in to every target and brings what it gave.

    on_new_host_key   called with the OpenSSH line of a device that had no trusted key; from the
                      loop's thread, so it must not block
    agent_path        socket of an SSH agent
    """

    settings: CollectSettings
    platforms: Mapping[str, Platform]
    on_new_host_key: Callable[[Target, str], None]
    agent_path: str | None = None

    def gather(self, targets: Sequence[Target], on_done: OnDone) -> None:
        """Call `on_done` once for each target, on the loop's thread; return when all ended."""
        loop = LoopThread()
        sessions = Sessions(self.settings, self.on_new_host_key, agent_path=self.agent_path)
        link = Link(loop=loop, sessions=sessions, platforms=self.platforms, settings=self.settings)
        runner = SessionRunner(link, on_done=lambda host, results: _tell(host, results, on_done))
        try:
            make_nornir(make_inventory(targets, self.platforms), runner).run(
                gather_target, link=link
            )
        finally:
            loop.run(sessions.close())
            loop.close()


async def gather_target(task: Task, link: Link) -> Result:
    """Nornir task: one device's texts and facts, by the transport that it is set to."""
    target: Target = task.host.data["target"]
    platform = link.platform(target)
    if target.transport != "fast":
        return Result(host=task.host, result=await _stock(target, link))
    async with link.sessions.open(target, platform) as session:
        return Result(host=task.host, result=await gather_configs(session, platform))


async def _stock(target: Target, link: Link) -> Gathered:
    gathering = StockGathering(target, link)
    work = in_thread(gathering.gather, name=f"netwb-{target.hostname}")
    try:
        return await work
    finally:
        gathering.close()  # after a deadline the thread still reads; otherwise this does nothing


def _tell(host: Host, results: MultiResult, on_done: OnDone) -> None:
    target: Target = host.data["target"]
    result = results[0]
    if isinstance(result.result, Gathered):
        on_done(target, result.result)
    elif isinstance(result.exception, DeviceError):
        on_done(target, result.exception)
    else:
        on_done(target, _unexpected(target, result.exception))


def _unexpected(target: Target, error: BaseException | None) -> DeviceError:
    """A fault of ours, or an unknown platform: the device still has an outcome."""
    what = str(error) if isinstance(error, NetwbError) else f"{type(error).__name__}: {error}"
    return ConnectionLostError(f"{target.hostname}: not collected ({what}); see netwb's log")
