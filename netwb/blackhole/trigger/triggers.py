"""Work at routers for callers that are not asynchronous, run by Nornir: a thread of its own has the sessions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any

from nornir.core import Nornir

from netwb.blackhole.records import IPNetwork, Reach, Router, Saved
from netwb.blackhole.trigger import nornir_tasks as tasks
from netwb.blackhole.trigger.announcer import Announcer, OnRouters, Routes
from netwb.blackhole.trigger.keeping import Keeper
from netwb.collect.loop import LoopThread
from netwb.collect.runner import KeptHosts

AT_ONCE = 32  # runs that are waited for; each is one router's


class Triggers:
    """Announce, withdraw, list, verify and save, from any thread.

    Routers do not wait for each other; what is announced and withdrawn at one router is done in the
    order of asking.
    """

    def __init__(
        self, keeper: Keeper, *, clock: Callable[[], datetime], loop: LoopThread | None = None
    ) -> None:
        self._loop = loop or LoopThread("netwb-triggers")
        self._announcer = Announcer(keeper, clock=clock)
        self._runner = tasks.LoopRunner(self._loop)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="netwb-triggers")
        self._asking = threading.Lock()
        self._last: dict[str, Future[Any]] = {}  # what was asked last of each router

    def commands(
        self, router: Router, networks: Sequence[IPNetwork], reach: Reach
    ) -> tuple[str, ...]:
        """What would be typed to announce these hosts. Touches no router."""
        return self._announcer.commands(router, networks, reach)

    def commands_back(
        self, router: Router, networks: Sequence[IPNetwork], reach: Reach
    ) -> tuple[str, ...]:
        """What would be typed to withdraw these hosts. Touches no router."""
        return self._announcer.commands_back(router, networks, reach)

    def announce(self, router: Router, networks: Sequence[IPNetwork], reach: Reach) -> OnRouters:
        """See Announcer.announce."""
        return self.start_announce(router, networks, reach).result()

    def start_announce(
        self, router: Router, networks: Sequence[IPNetwork], reach: Reach
    ) -> Future[OnRouters]:
        """Begin to announce, so that several routers are announced at together."""
        return self._begin_in_turn(router, tasks.announce, networks=networks, reach=reach)

    def withdraw(self, router: Router, networks: Sequence[IPNetwork]) -> OnRouters:
        """See Announcer.withdraw."""
        return self.start_withdraw(router, networks).result()

    def start_withdraw(self, router: Router, networks: Sequence[IPNetwork]) -> Future[OnRouters]:
        """Begin to withdraw."""
        return self._begin_in_turn(router, tasks.withdraw, networks=networks)

    def list_static(self, router: Router) -> Routes:
        """See Announcer.list_static."""
        return self.start_list(router).result()

    def start_list(self, router: Router) -> Future[Routes]:
        """Begin to list."""
        return self._begin(router, tasks.list_static)

    def list_ours(self, router: Router) -> Routes:
        """See Announcer.list_ours."""
        return self._loop.run(self._announcer.list_ours(router))

    def verify(
        self, edge: Router, networks: Sequence[IPNetwork], *, within_s: float = 0.0
    ) -> Routes:
        """See Announcer.verify."""
        return self.start_verify(edge, networks, within_s=within_s).result()

    def start_verify(
        self, edge: Router, networks: Sequence[IPNetwork], *, within_s: float = 0.0
    ) -> Future[Routes]:
        """Begin to verify."""
        return self._begin(edge, tasks.verify, networks=networks, within_s=within_s)

    def save(self, router: Router) -> Saved:
        """See Announcer.save."""
        return self.start_save(router).result()

    def start_save(self, router: Router) -> Future[Saved]:
        """Begin to save."""
        return self._begin(router, tasks.save)

    def close(self) -> None:
        """End every session and the threads."""
        self._loop.run(self._announcer.close())
        self._loop.close()
        self._threads.shutdown(wait=False)

    def _begin(self, router: Router, task: Callable[..., Any], **params: Any) -> Future[Any]:
        return self._threads.submit(self._run, router, task, params)

    def _begin_in_turn(
        self, router: Router, task: Callable[..., Any], **params: Any
    ) -> Future[Any]:
        """Behind what was asked before: of two threads that begin, either may come to the router first."""
        with self._asking:
            before = self._last.get(router.device_id)
            begun = self._threads.submit(self._run_behind, before, router, task, params)
            self._last[router.device_id] = begun
        return begun

    def _run_behind(
        self,
        before: Future[Any] | None,
        router: Router,
        task: Callable[..., Any],
        params: dict[str, Any],
    ) -> Any:
        """However that ended. Threads begin in the order of asking, so that what is waited for runs."""
        if before is not None:
            wait([before])
        return self._run(router, task, params)

    def _run(self, router: Router, task: Callable[..., Any], params: dict[str, Any]) -> Any:
        """One Nornir run over one router; what its task raised is raised here."""
        nornir = Nornir(
            inventory=tasks.inventory_of([router]), runner=self._runner, data=KeptHosts()
        )
        ran = nornir.run(task=task, announcer=self._announcer, **params)
        result = ran[router.device_id][0]
        if result.exception is not None:
            raise result.exception
        return result.result
