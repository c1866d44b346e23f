"""The runner: an outcome for each host, within caps and clocks, on one loop or in threads."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from nornir.core import Nornir
from nornir.core.inventory import Host
from nornir.core.processor import Processor
from nornir.core.task import MultiResult, Result, Task

from netwb.collect.drivers.link import open_link
from netwb.collect.runner import OnDone, SessionRunner, make_nornir
from netwb.collect.ssh import Sessions
from netwb.errors import (
    ConnectionLostError,
    DeadlineError,
    DeviceError,
    LoginRefusedError,
    UnreachableError,
)
from netwb.inventory.nornir_plugin import make_inventory
from netwb.inventory.records import Target
from netwb.settings import CollectSettings
from tests.collect.ground import PATIENT, PLATFORMS, forget, make_target


@contextmanager
def nornir_over(
    *targets: Target, settings: CollectSettings = PATIENT, on_done: OnDone | None = None
) -> Iterator[Nornir]:
    with open_link(Sessions(settings, forget), PLATFORMS, settings) as link:
        runner = SessionRunner(link, on_done=on_done)
        yield make_nornir(make_inventory(targets, PLATFORMS), runner)


def targets(count: int, **more: Any) -> list[Target]:
    return [
        make_target(device_id=f"d{number}", hostname=f"edge{number}", **more)
        for number in range(count)
    ]


class Gauge:
    """How many were inside at once, at most."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def stay(self, seconds: float = 0.02) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(seconds)
        self.now -= 1


# -- outcomes


async def failing_by_name(task: Task, faults: dict[str, Exception]) -> Result:
    if task.host.name in faults:
        raise faults[task.host.name]
    return Result(host=task.host, result=f"{task.host.name} is well")


def test_every_host_has_a_result_whatever_happens_to_it() -> None:
    faults = {"d1": DeviceError("d1 is ill"), "d2": RuntimeError("a fault of ours")}

    with nornir_over(*targets(4)) as nornir:
        results = nornir.run(failing_by_name, faults=faults)

    assert list(results) == ["d0", "d1", "d2", "d3"]
    assert [results[name].failed for name in results] == [False, True, True, False]
    assert results["d0"].result == "d0 is well"
    assert results["d1"].exception is faults["d1"]
    assert results["d2"].exception is faults["d2"]


def test_host_that_failed_is_asked_again_in_the_next_run() -> None:
    with nornir_over(*targets(2)) as nornir:
        nornir.run(failing_by_name, faults={"d1": DeviceError("away for a moment")})
        results = nornir.run(failing_by_name, faults={})

    assert list(results) == ["d0", "d1"]
    assert not results.failed


def test_filtered_nornir_asks_its_failed_hosts_again_too() -> None:
    with nornir_over(*targets(3)) as nornir:
        some = nornir.filter(filter_func=lambda host: host.name != "d0")
        some.run(failing_by_name, faults={"d1": DeviceError("away for a moment")})

        assert list(some.run(failing_by_name, faults={})) == ["d1", "d2"]


def test_each_host_is_told_as_it_ends() -> None:
    told: list[str] = []

    async def staggered(task: Task) -> None:
        await asyncio.sleep({"d0": 0.2, "d1": 0.0, "d2": 0.1}[task.host.name])

    with nornir_over(*targets(3), on_done=lambda host, _: told.append(host.name)) as nornir:
        nornir.run(staggered)

    assert told == ["d1", "d2", "d0"]


def test_processors_see_coroutine_tasks() -> None:
    seen: list[str] = []

    class Watcher(Processor):
        def task_started(self, task: Task) -> None:
            seen.append(f"{task.name} started")

        def task_instance_started(self, task: Task, host: Host) -> None:
            del task
            seen.append(f"{host.name} started")

        def task_instance_completed(self, task: Task, host: Host, result: MultiResult) -> None:
            del task
            seen.append(f"{host.name} {result.result}")

        def task_completed(self, task: Task, result: Any) -> None:
            seen.append(f"{task.name} completed, {len(result)}")

        def subtask_instance_started(self, task: Task, host: Host) -> None: ...

        def subtask_instance_completed(self, task: Task, host: Host, result: Any) -> None: ...

    with nornir_over(*targets(1)) as nornir:
        nornir.with_processors([Watcher()]).run(failing_by_name, faults={})

    assert seen == [
        "failing_by_name started",
        "d0 started",
        "d0 d0 is well",
        "failing_by_name completed, 1",
    ]


def test_run_works_inside_a_running_loop_as_in_a_notebook() -> None:
    async def cell() -> bool:
        with nornir_over(*targets(2)) as nornir:
            return nornir.run(failing_by_name, faults={}).failed

    assert asyncio.run(cell()) is False


# -- caps


@pytest.mark.parametrize(
    ("settings", "more", "most"),
    [
        ({"sessions": 3}, {}, 3),
        ({"per_site": 2}, {}, 2),
        ({"per_site": 2}, {"max_sessions": 4}, 4),
    ],
    ids=["of the run", "of the site", "of a site with its own"],
)
def test_cap_holds(settings: dict[str, Any], more: dict[str, Any], most: int) -> None:
    gauge = Gauge()

    async def stay(task: Task) -> None:
        del task
        await gauge.stay()

    with nornir_over(*targets(12, **more), settings=replace(PATIENT, **settings)) as nornir:
        nornir.run(stay)

    assert gauge.most == most


def test_slow_site_does_not_take_the_sessions_of_the_others() -> None:
    ended: list[str] = []
    slow = targets(20, site="slow")
    quick = [make_target(device_id=f"q{n}", site=f"quick{n}") for n in range(4)]

    async def stay(task: Task) -> None:
        await asyncio.sleep(0.1 if task.host["site"] == "slow" else 0)
        ended.append(task.host["site"])

    settings = replace(PATIENT, sessions=4, per_site=2)
    with nornir_over(*slow, *quick, settings=settings) as nornir:
        nornir.run(stay)

    assert all(site.startswith("quick") for site in ended[:4])


def test_sites_of_two_tenants_with_one_name_are_two() -> None:
    gauge = Gauge()

    async def stay(task: Task) -> None:
        del task
        await gauge.stay()

    both = [*targets(4), *(make_target(device_id=f"b{n}", tenant_id="t2") for n in range(4))]
    with nornir_over(*both, settings=replace(PATIENT, per_site=1)) as nornir:
        nornir.run(stay)

    assert gauge.most == 2


def test_logins_are_spread_over_time() -> None:
    at: list[float] = []

    async def note(task: Task) -> None:
        del task
        at.append(asyncio.get_running_loop().time())

    with nornir_over(*targets(10), settings=replace(PATIENT, logins_per_s=50)) as nornir:
        nornir.run(note)

    assert max(at) - min(at) >= 9 / 50 * 0.99


def test_thousand_hosts_need_no_thread_each() -> None:
    threads: list[int] = []

    async def stay(task: Task) -> None:
        del task
        await asyncio.sleep(0.2)
        threads.append(threading.active_count())

    before = threading.active_count()
    with nornir_over(*targets(1000)) as nornir:
        nornir.run(stay)

    assert max(threads) <= before + 2


# -- clocks and tries


def test_device_that_never_ends_is_ended() -> None:
    async def forever(task: Task) -> None:
        del task
        await asyncio.sleep(60)

    with nornir_over(*targets(2), settings=replace(PATIENT, total_deadline_s=0.2)) as nornir:
        results = nornir.run(forever)

    assert [type(results[name].exception) for name in results] == [DeadlineError] * 2
    assert "not done within 0.2 s" in str(results["d0"].exception)


@pytest.mark.parametrize(
    ("fault", "tries"),
    [(UnreachableError, 3), (ConnectionLostError, 3), (LoginRefusedError, 1), (DeadlineError, 1)],
)
def test_only_connection_faults_are_tried_again(fault: type[DeviceError], tries: int) -> None:
    tried: Counter[str] = Counter()

    async def fail(task: Task) -> None:
        tried[task.host.name] += 1
        raise fault(task.host.name)

    with nornir_over(*targets(1), settings=replace(PATIENT, retries=2)) as nornir:
        results = nornir.run(fail)

    assert tried == {"d0": tries}
    assert isinstance(results["d0"].exception, fault)
    assert len(results["d0"]) == 1


def test_second_try_that_succeeds_is_the_result() -> None:
    tried: Counter[str] = Counter()

    async def fail_once(task: Task) -> str:
        tried[task.host.name] += 1
        if tried[task.host.name] == 1:
            raise ConnectionLostError(task.host.name)
        return "well"

    with nornir_over(*targets(1), settings=replace(PATIENT, retries=1)) as nornir:
        results = nornir.run(fail_once)

    assert not results.failed
    assert results["d0"].result == "well"


# -- ordinary tasks


def test_ordinary_tasks_run_in_threads_within_the_caps() -> None:
    lock, inside = threading.Lock(), [0, 0]
    three, fourth = threading.Barrier(3, timeout=10), threading.Event()

    def stay(task: Task) -> str:
        with lock:
            inside[0] += 1
            inside[1] = max(inside)
            if inside[0] > 3:
                fourth.set()
        three.wait()
        fourth.wait(0.1)  # one more that may come is here by then
        with lock:
            inside[0] -= 1
        return str(task.host.name)

    with nornir_over(*targets(9), settings=replace(PATIENT, sessions=3)) as nornir:
        results = nornir.run(stay)

    assert inside[1] == 3
    assert [results[name].result for name in results] == list(results)


def test_ordinary_task_may_run_subtasks() -> None:
    def inner(task: Task) -> Result:
        return Result(host=task.host, result="inner")

    def outer(task: Task) -> str:
        return f"outer of {task.run(inner).result}"

    with nornir_over(*targets(1)) as nornir:
        results = nornir.run(outer)

    assert results["d0"][0].result == "outer of inner"
    assert results["d0"][1].result == "inner"


class Gone:
    """A plugin's connection to a device that does not answer any more."""

    connection = None

    def __init__(self, closed: list[str], name: str) -> None:
        self._closed, self._name = closed, name

    def open(self, *args: Any, **kwargs: Any) -> None:
        """It was opened by who put it into the host."""

    def close(self) -> None:
        self._closed.append(self._name)
        msg = "the other side is gone"
        raise EOFError(msg)


def test_connections_that_fail_to_close_are_all_closed_and_change_no_result() -> None:
    closed: list[str] = []

    def connect(task: Task) -> str:
        task.host.connections.update({name: Gone(closed, name) for name in ("one", "two")})
        return "well"

    with nornir_over(*targets(1)) as nornir:
        results = nornir.run(connect)

    assert sorted(closed) == ["one", "two"]
    assert results["d0"].result == "well"
    assert not results.failed


def test_ordinary_task_that_hangs_is_left_at_the_deadline_and_its_connections_closed() -> None:
    closed = threading.Event()

    class Hanging:
        connection = None

        def open(self, *args: Any, **kwargs: Any) -> None: ...

        def close(self) -> None:
            closed.set()

    def hang(task: Task) -> None:
        task.host.connections["napalm"] = Hanging()
        closed.wait(30)

    started = time.monotonic()
    with nornir_over(*targets(1), settings=replace(PATIENT, total_deadline_s=0.2)) as nornir:
        results = nornir.run(hang)

    assert isinstance(results["d0"].exception, DeadlineError)
    assert closed.is_set()
    assert time.monotonic() - started < 20


def test_listener_that_fails_ends_the_run_and_leaves_no_task() -> None:
    cancelled: list[str] = []

    async def wait(task: Task) -> None:
        try:
            await asyncio.sleep(0.2 if task.host.name == "d0" else 30)
        except asyncio.CancelledError:
            cancelled.append(task.host.name)
            raise

    def fail(host: Host, results: MultiResult) -> None:
        del results
        msg = f"no room for {host.name}"
        raise OSError(msg)

    with (
        nornir_over(*targets(3), on_done=fail) as nornir,
        pytest.raises(OSError, match="no room for d0"),
    ):
        nornir.run(wait)

    assert sorted(cancelled) == ["d1", "d2"]
