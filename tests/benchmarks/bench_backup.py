"""A whole backup run of many IOS devices, everything in: gate, redaction, Git, SQL, inventory.

    python tests/benchmarks/bench_backup.py [--devices 1000] [--lines 300] [--think 1.0] [--stock 20,200]
    python tests/benchmarks/bench_backup.py --faulty 200

Prints wall, CPU a device and peak memory of a first night, where everything is new, of a quiet one
and of one with a few changes, and the ratio of the first one's wall to stock nornir_napalm's in the
same run, on the same fleet, which plays in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.state import GlobalState
from nornir.core.task import Task
from nornir.plugins.runners import ThreadedRunner
from nornir_napalm.plugins.tasks import napalm_get

from netwb.inventory.records import NewCredential, NewDevice, SecretSource
from netwb.lab.apart import FleetApart
from netwb.lab.device import LabDevice
from netwb.lab.edits import Edit
from netwb.lab.faults import EFFECTS, FAULTS
from netwb.lab.world import World
from netwb.workbench import Workbench

PASSWORD = "Lab-benchmark-1"
FIRST_NIGHT = datetime(2026, 10, 1, 2, tzinfo=UTC)
LIFTED = {
    "NETWB_COLLECT__SESSIONS": "1000",
    "NETWB_COLLECT__PER_SITE": "1000",
    "NETWB_COLLECT__LOGINS_PER_S": "100000",
}


@dataclass(frozen=True)
class Cost:
    """Of one stretch: wall and CPU seconds, this process and its children."""

    wall_s: float
    cpu_s: float


@contextmanager
def measured() -> Iterator[list[Cost]]:
    found: list[Cost] = []
    wall, cpu = time.perf_counter(), _cpu_s()
    yield found
    found.append(Cost(time.perf_counter() - wall, _cpu_s() - cpu))


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_mb() -> float:
    """Of this process since its start (the child git processes need 10 MB more)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def make_world(count: int, lines: int) -> World:
    devices = [
        LabDevice(
            key=f"acme/r{number}",
            hostname=f"r{number}",
            platform="cisco_ios",
            username="netwb",
            password=PASSWORD,
            lines=lines,
        )
        for number in range(count)
    ]
    edits = [
        Edit(key=device.key, night=2, at=FIRST_NIGHT, by="ana", kind="rotate_snmp", seed=device.key)
        for device in devices[:: max(1, count // 30)]
    ]
    return World(devices, edits, seed="bench", first_night=FIRST_NIGHT)


def make_bench(home: Path, fleet: FleetApart, environment: Mapping[str, str]) -> Workbench:
    bench = Workbench.create(home, environment={**environment, "PASSWORD": PASSWORD})
    bench.add_tenant("acme", name="Acme Ltd")
    bench.add_site("acme/fra1")
    bench.add_credential(
        NewCredential(
            tenant="acme",
            name="lab",
            username="netwb",
            secrets={"password": SecretSource(origin="env:PASSWORD")},
        )
    )
    bench.set_tenant("acme", credential="lab")
    for device in fleet.world.devices:
        bench.add_device(
            NewDevice(
                tenant="acme",
                site="fra1",
                hostname=device.hostname,
                address=fleet.address(device.key),
                port=fleet.port,
                platform="cisco_ios",
            )
        )
    return bench


def night(bench: Workbench, fleet: FleetApart, number: int, name: str) -> Cost:
    fleet.set_night(number)
    with measured() as cost:
        report = bench.back_up(on_outcome=lambda _: None)
    count = len(report.outcomes)
    counts = ", ".join(f"{n} {status}" for status, n in report.counts().items())
    print(
        f"{name:<8} {cost[0].wall_s:6.2f} s wall {count / cost[0].wall_s:6.0f} devices/s "
        f"{1000 * cost[0].cpu_s / count:6.2f} ms CPU a device, peak {peak_mb():.0f} MB ({counts})",
        flush=True,
    )
    return cost[0]


def stock(fleet: FleetApart, workers: int) -> float:
    """Wall seconds of nornir_napalm's own `napalm_get`, running configuration only, no Git."""
    ConnectionPluginRegister.auto_register()
    hosts = Hosts(
        {
            device.key: Host(
                name=device.key,
                hostname=fleet.address(device.key),
                port=fleet.port,
                username="netwb",
                password=PASSWORD,
                platform="ios",
                connection_options={"napalm": ConnectionOptions(extras={"optional_args": {}})},
                defaults=Defaults(),
            )
            for device in fleet.world.devices
        }
    )
    nornir = Nornir(
        inventory=Inventory(hosts=hosts, groups=Groups(), defaults=Defaults()),
        runner=ThreadedRunner(num_workers=workers),
        data=GlobalState(),
    )

    def get_running(task: Task) -> None:
        task.run(
            napalm_get,
            getters=["get_config"],
            getters_options={"get_config": {"retrieve": "running"}},
        )
        task.host.close_connections()

    with measured() as cost:
        result = nornir.run(get_running)
    print(
        f"stock    {cost[0].wall_s:6.2f} s wall {len(hosts) / cost[0].wall_s:6.0f} devices/s "
        f"{1000 * cost[0].cpu_s / len(hosts):6.2f} ms CPU a device, {workers} workers, "
        f"{len(result.failed_hosts)} failed",
        flush=True,
    )
    return cost[0].wall_s


def faulty(count: int) -> None:
    """Nine in ten devices have a fault, each kind in turn; the deadline is 8 s."""
    world = make_world(count, 300)
    kinds = [fault for fault in FAULTS if EFFECTS[fault] != "harmless"]
    faults = {
        device.key: kinds[number % len(kinds)]
        for number, device in enumerate(world.devices)
        if number % 10
    }
    deadlines = {
        "NETWB_COLLECT__TOTAL_DEADLINE_S": "8",
        "NETWB_COLLECT__IDLE_TIMEOUT_S": "8",
        "NETWB_COLLECT__CONNECT_TIMEOUT_S": "8",
    }
    with tempfile.TemporaryDirectory() as folder, FleetApart(world, core=1) as fleet:
        os.sched_setaffinity(0, {0})
        bench = make_bench(Path(folder) / "home", fleet, {**LIFTED, **deadlines})
        print(f"{count} IOS devices, {len(faults)} of them faulty, deadline 8 s")
        night(bench, fleet, 0, "good")
        fleet.set_faults(faults)
        night(bench, fleet, 2, "faulty")
        bench.close()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--think", type=float, default=1.0, help="s a device thinks")
    parser.add_argument(
        "--stock", default="20", help="numbers of workers, comma-separated; or none"
    )
    parser.add_argument("--faulty", type=int, metavar="N", help="N devices, nine in ten faulty")
    chosen = parser.parse_args(arguments)
    if chosen.faulty:
        faulty(chosen.faulty)
        return
    world = make_world(chosen.devices, chosen.lines)
    with (
        tempfile.TemporaryDirectory() as folder,
        FleetApart(world, think_s=chosen.think, core=1) as fleet,
    ):
        os.sched_setaffinity(0, {0})  # the client has one core, the fleet the other
        fleet_cpu = fleet.cpu_s()
        bench = make_bench(Path(folder) / "home", fleet, LIFTED)
        print(f"{chosen.devices} IOS devices, {chosen.lines} lines, {chosen.think} s think")
        first = night(bench, fleet, 0, "first")
        night(bench, fleet, 1, "quiet")
        night(bench, fleet, 2, "changes")
        print(
            f"fleet: {1000 * (fleet.cpu_s() - fleet_cpu) / chosen.devices / 3:.2f} ms CPU a login"
        )
        bench.close()
        walls = [stock(fleet, int(n)) for n in chosen.stock.split(",") if n.isdigit()]
        for workers, wall in zip(chosen.stock.split(","), walls, strict=False):
            print(
                f"netwb's first night is {wall / first.wall_s:.1f}x faster than {workers} workers"
            )


if __name__ == "__main__":
    main()
