"""This process's one Workbench, the threads in which it is asked, and those of its own work.

Module state, and the only one of the server: Bokeh executes the auth module and the dashboards
without arguments, so they find the Workbench here. `netwb serve` opens it and gives it; else it is
opened at the first request, by the environment's NETWB_HOME.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar

from netwb import log_lines
from netwb.web import upkeep
from netwb.web.logins import AT_ONCE, Comer, Logins
from netwb.web.origin import Networks, parse_networks
from netwb.web.rates import Rates
from netwb.workbench import Workbench
from netwb.workbench.blackhole_records import BlackholeWorker

P = ParamSpec("P")
T = TypeVar("T")

WORKER_ENDS_S = 2.0  # how long a running job may take to end when the process does


@dataclass(slots=True)
class _Opened:
    """What the first request opened."""

    bench: Workbench
    threads: ThreadPoolExecutor
    trusted: Networks
    logins: Logins
    rates: Rates
    stop: threading.Event = field(default_factory=threading.Event)
    worker: threading.Thread | None = None
    upkeep: threading.Thread | None = None
    blackholes: BlackholeWorker | None = None


_opening = threading.Lock()
_opened: list[_Opened] = []  # none or one


def begin(bench: Workbench) -> None:
    """With this one, where a server opened it before anybody asks."""
    with _opening:
        _opened.append(_begin(bench))
        atexit.register(end)


def workbench() -> Workbench:
    """The Workbench of this process, as the login that runs it; blocks while it is opened."""
    return _open().bench


def trusted() -> Networks:
    """Networks of `web.trusted_proxies`."""
    return _open().trusted


def rates() -> Rates:
    """How often who asks REST may ask this process."""
    return _open().rates


def public_url() -> str:
    """`web.public_url`."""
    return _open().bench.settings.web.public_url


def grafana_origin() -> str:
    """Whose panels `/traffic` shows; empty: nobody's."""
    return _open().bench.grafana_origin


def public_url_so_far() -> str:
    """The same without opening anything."""
    return _opened[0].bench.settings.web.public_url if _opened else ""


def trusted_so_far() -> Networks:
    """The same without opening anything: nobody is believed before the first request is."""
    return _opened[0].trusted if _opened else ()


def is_open() -> bool:
    """Whether there is a Workbench already."""
    return bool(_opened)


async def opened() -> Workbench:
    """As `workbench`, from the event loop."""
    if not _opened:
        await asyncio.get_running_loop().run_in_executor(None, _open)
    return _opened[0].bench


async def run(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call what waits (database, Git, a password's hash) in a thread, never on the event loop."""
    await opened()
    loop = asyncio.get_running_loop()
    carried = log_lines.carrying(call)
    return await loop.run_in_executor(_opened[0].threads, partial(carried, *args, **kwargs))


async def run_login(comer: Comer, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As `run`, for what hashes a password that anybody may send; LoginThrottledError in a flood."""
    await opened()
    carried = log_lines.carrying(call)
    return await _opened[0].logins.run(comer, partial(carried, *args, **kwargs))


def attack_came() -> None:
    """An alarm is stored: it is seen to now."""
    for one in _opened:
        if one.blackholes is not None:
            one.blackholes.wake()


def end() -> None:
    """Tell the workers to stop, and wait a bounded time; the process ends after this."""
    for one in _opened:
        one.stop.set()
        if one.blackholes is not None:
            one.blackholes.stop(WORKER_ENDS_S)
        for thread in (one.worker, one.upkeep):
            if thread is not None:
                thread.join(WORKER_ENDS_S)


def _open() -> _Opened:
    with _opening:
        if not _opened:
            _opened.append(_begin(Workbench.open()))
            atexit.register(end)
        return _opened[0]


def _begin(bench: Workbench) -> _Opened:
    bench.make_ready()
    web = bench.settings.web
    threads = ThreadPoolExecutor(web.threads, thread_name_prefix="netwb-web")
    logins = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="netwb-login")
    begun = _Opened(
        bench,
        threads,
        parse_networks(web.trusted_proxies),
        Logins(logins),
        Rates(per_token=web.rate_per_token, per_tenant=web.rate_per_tenant),
    )
    # A daemon: a backup under way must not keep a process alive that was told to end; what it had
    # collected is written, the rest is `interrupted`.
    begun.worker = threading.Thread(
        target=bench.run_jobs, args=(begun.stop,), name="netwb-jobs", daemon=True
    )
    begun.worker.start()
    begun.upkeep = threading.Thread(
        target=upkeep.run, args=(bench, begun.stop), name="netwb-upkeep", daemon=True
    )
    begun.upkeep.start()
    begun.blackholes = bench.blackhole_worker()
    begun.blackholes.start()
    return begun
