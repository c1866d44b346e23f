"""Measure collection against stock nornir_napalm, in one run on one fleet.

    python -m tests.benchmarks.bench_collect                   200 devices, in about half a minute
    python -m tests.benchmarks.bench_collect --devices 1000    the issue's table, a few minutes

The fleet plays in a process and on a core of its own, and each client is a fresh process on another
core, so that its CPU and its peak memory are its own. Imports and one device are done before the
clock starts. Nothing is asserted: a shared machine would make it a lottery.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import Result, Task
from nornir.plugins.runners import ThreadedRunner

from netwb.collect.gather import Gathered
from netwb.collect.gatherer import NornirGatherer
from netwb.inventory.records import Login, Target
from netwb.lab.apart import FleetApart
from netwb.lab.device import LabDevice
from netwb.lab.world import World
from netwb.loading import lazy
from netwb.settings import CollectSettings
from tests.collect.ground import FIRST_NIGHT, PASSWORD, PLATFORMS, KeptSink

# Only the stock client loads these: they would count as memory of ours.
napalm_connections = lazy("nornir_napalm.plugins.connections")
napalm_tasks = lazy("nornir_napalm.plugins.tasks")

LIFTED = CollectSettings(
    sessions=10_000, per_site=10_000, logins_per_s=1e6, connect_timeout_s=120, retries=0
)
SHORT, LONG = (20, 100), (20, 100, 200, 500)  # numbers of stock workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One client's run over all devices."""

    good: int
    wall_s: float
    cpu_s: float  # of its process
    peak_mb: float


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--devices", type=int, default=200)
    parser.add_argument("--think", type=float, default=1.0, help="seconds a device thinks")
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--client", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.client:
        print(json.dumps(asdict(client(given.client, json.load(sys.stdin)))))
    else:
        compare(given.devices, given.think, given.lines)


def compare(devices: int, think_s: float, lines: int) -> None:
    """Print a row a client, and the ratios."""
    with FleetApart(world(devices, lines), think_s=think_s, core=_core(1)) as fleet:
        places = [
            {"key": key, "address": fleet.address(key), "host_key": fleet.host_key(key)}
            for key in (device.key for device in fleet.world.devices)
        ]
        rows = json.dumps({"port": fleet.port, "places": places})
        print(f"{devices} IOS devices, {lines} lines, {think_s:g} s think; client on one core")
        fast = measured("netwb", rows)
        show("netwb", fast, devices)
        stock = {}
        for workers in LONG if devices >= 1000 else SHORT:
            stock[workers] = measured(f"stock:{workers}", rows)
            show(f"nornir_napalm, {workers} workers", stock[workers], devices)
    best = min(stock, key=lambda workers: stock[workers].wall_s)
    print(f"wall against 20 workers: {stock[20].wall_s / fast.wall_s:.1f}x faster")
    print(f"wall against its best, {best}: {stock[best].wall_s / fast.wall_s:.1f}x faster")
    print(f"CPU against 20 workers: {stock[20].cpu_s / fast.cpu_s:.1f}x less")


def show(name: str, row: Measured, devices: int) -> None:
    print(
        f"{name:32} {row.good:5}/{devices} good  wall {row.wall_s:6.1f} s"
        f"  {devices / row.wall_s:6.0f} dev/s  CPU {row.cpu_s / devices * 1000:5.2f} ms/dev"
        f"  peak {row.peak_mb:4.0f} MB"
    )


def measured(client_name: str, rows: str) -> Measured:
    command = [sys.executable, "-m", "tests.benchmarks.bench_collect", "--client", client_name]
    done = subprocess.run(command, input=rows, capture_output=True, text=True, check=True)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def client(name: str, rows: dict[str, Any]) -> Measured:
    """In the child: warm up on one device, then all of them against the clock."""
    if (core := _core(0)) is not None:
        os.sched_setaffinity(0, {core})
    targets = [target(row, rows["port"]) for row in rows["places"]]
    collect = fast if name == "netwb" else stock_with(int(name.partition(":")[2]))
    collect(targets[:1])
    wall, cpu = time.monotonic(), time.process_time()
    good = collect(targets)
    return Measured(
        good=good,
        wall_s=time.monotonic() - wall,
        cpu_s=time.process_time() - cpu,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def fast(targets: list[Target]) -> int:
    sink = KeptSink()
    NornirGatherer(settings=LIFTED, platforms=PLATFORMS).gather(targets, sink)
    return sum(
        isinstance(result, Gathered) and result.running.transcript.rstrip().endswith(b"end")
        for result in sink.results.values()
    )


def stock_with(workers: int) -> Any:
    """A collector: nornir's threads, nornir_napalm's connection, each closed in its task."""
    ConnectionPluginRegister.register("napalm", napalm_connections.Napalm)

    def collect(targets: list[Target]) -> int:
        nornir = Nornir(inventory=stock_inventory(targets), runner=ThreadedRunner(workers))
        results = nornir.run(stock_task)
        return sum(bool(result[0].result) and not result.failed for result in results.values())

    return collect


def stock_task(task: Task) -> Result:
    try:
        got = task.run(napalm_tasks.napalm_get, getters=["config"], retrieve="running")
        return Result(host=task.host, result="end" in got.result["config"]["running"][-10:])
    finally:
        task.host.close_connections()


def stock_inventory(targets: list[Target]) -> Inventory:
    hosts = {
        target.device_id: Host(
            name=target.device_id,
            hostname=target.address,
            username="netwb",
            password=PASSWORD,
            port=target.port,
            platform="ios",
            connection_options={"napalm": ConnectionOptions(extras={"optional_args": {}})},
            defaults=Defaults(),
        )
        for target in targets
    }
    return Inventory(hosts=Hosts(hosts), groups=Groups(), defaults=Defaults())


def world(devices: int, lines: int) -> World:
    return World(
        [
            LabDevice(
                key=f"acme/edge{number}",
                hostname=f"edge{number}",
                platform="cisco_ios",
                username="netwb",
                password=PASSWORD,
                lines=lines,
            )
            for number in range(devices)
        ],
        seed="bench",
        first_night=FIRST_NIGHT,
    )


def target(row: dict[str, Any], port: int) -> Target:
    return Target(
        device_id=row["key"],
        tenant_id="t1",
        tenant="acme",
        site="fra1",
        hostname=row["key"].rpartition("/")[2],
        address=row["address"],
        port=port,
        platform="cisco_ios",
        logins=(Login(credential="acme/lab", username="netwb", password=PASSWORD),),
        host_key=row["host_key"],
    )


def _core(place: int) -> int | None:
    """A core of its own, where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    return cores[place] if len(cores) > 1 else None


if __name__ == "__main__":
    main()
