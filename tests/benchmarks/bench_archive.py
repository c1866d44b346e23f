"""Measure the archive: writing, listing, searching. By hand: `python -m tests.benchmarks.bench_archive`.

Prints CPU seconds of this process and its Git children, the smallest of a few repetitions, and what
the issue asks for beside them. Nothing is asserted: a shared machine would make it a lottery.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from netwb.archive.records import Entry
from netwb.archive.upkeep import RepositoryUpkeep, Rhythm, Upkeep
from netwb.inventory.records import Device
from netwb.roles import ALL_TENANTS
from tests.archive.world import NOON, World, device, entry

SITES = 40
BATCH = 250  # archive.batch_devices
RHYTHMS: tuple[Rhythm, ...] = ("weekly", "monthly")


class Network:
    """Devices with texts of about 1,000 lines, of which a few are edited each night."""

    def __init__(self, devices: int, lines: int) -> None:
        self.dice = random.Random(7)
        self.devices = [device(f"sw-{n:05d}", site=f"site{n % SITES}") for n in range(devices)]
        self.texts = [self._text(n, lines) for n in range(devices)]
        self.night = 0

    def first(self) -> Iterator[list[Entry]]:
        """Everything, in batches."""
        for start in range(0, len(self.devices), BATCH):
            yield [self._entry(n) for n in range(len(self.devices))[start : start + BATCH]]

    def edits(self, count: int) -> list[Entry]:
        """One night: so many devices, one to six edits each."""
        self.night += 1
        chosen = self.dice.sample(range(len(self.devices)), count)
        for n in chosen:
            for _ in range(self.dice.randint(1, 6)):
                place = self.dice.randrange(len(self.texts[n]))
                self.texts[n][place] = f" description edit {self.night} {self.dice.random()}"
        return [self._entry(n) for n in chosen]

    def _entry(self, n: int) -> Entry:
        text = "".join(f"{line}\n" for line in self.texts[n])
        return entry(self.devices[n], text, at=NOON + timedelta(days=self.night))

    def _text(self, n: int, lines: int) -> list[str]:
        head = [f"hostname sw-{n:05d}", "ntp server 192.0.2.1", f"username ops {{password{n}}}"]
        ports = (
            line
            for port in range(lines // 5)
            for line in (
                f"interface GigabitEthernet1/0/{port}",
                f" description customer {self.dice.randrange(10**6)} port {port}",
                f" switchport access vlan {self.dice.randrange(4000)}",
                " spanning-tree portfast",
                "!",
            )
        )
        return [*head, *ports]


def cpu_s() -> float:
    """CPU of this process and of the children that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def measured(act: Callable[[], object], repeat: int = 5) -> tuple[float, float]:
    """The smallest CPU and wall time of some repetitions, in seconds."""
    found = []
    for _ in range(repeat):
        cpu, wall = cpu_s(), time.perf_counter()
        act()
        found.append((cpu_s() - cpu, time.perf_counter() - wall))
    return min(cpu for cpu, _ in found), min(wall for _, wall in found)


def show(name: str, figures: tuple[float, float], *, must: float, aim: float) -> None:
    cpu, wall = figures
    print(
        f"{name:<48} cpu {cpu * 1000:9.2f} ms  wall {wall * 1000:9.2f} ms"
        f"  must {must * 1000:6.0f} ms ({must / wall:6.1f}x)  aim {aim * 1000:6.1f} ms"
    )


@contextmanager
def worlds() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        yield world
        world.close()


def main() -> None:
    """Build the network's past, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--commits", type=int, default=24000)
    options = parser.parse_args()
    network = Network(options.devices, options.lines)
    with worlds() as world:
        build(world, network, options.commits)
        measure(world, network)
        measure_upkeep(world, network)


def build(world: World, network: Network, commits: int) -> None:
    started = cpu_s()
    for batch in network.first():
        world.archive.write(batch)
    first = cpu_s() - started
    print(f"first backup: {first:.1f} s CPU, {first / len(network.devices) * 1000:.2f} ms a device")
    left = commits - len(network.devices)
    while left > 0:
        world.archive.write(network.edits(min(60, left)))
        left -= 60
        if network.night % 7 == 0:
            keep(world, "weekly")
    print(
        f"{world.git('rev-list', '--count', 'main').strip()} commits, built in {cpu_s() - started:.0f} s"
    )


def measure(world: World, network: Network) -> None:
    nights = [network.edits(60) for _ in range(5)]
    show(
        "write 60 changed",
        measured(lambda: world.archive.write(nights.pop())),
        must=0.2,
        aim=0.09,
    )
    one = network.devices[0]
    show(
        "last 50 revisions of one device",
        measured(lambda: world.history.revisions(ALL_TENANTS, one, limit=50), 50),
        must=0.005,
        aim=0.0001,
    )
    devices: list[Device] = network.devices
    for text in (
        "description customer 4711",
        "ntp server 192.0.2.1",
        "hostname sw-00007",
        "nowhere",
    ):
        for when, must, aim in (("now", 1.0, 0.1), ("ever", 2.0, 0.3)):
            found = world.history.search(ALL_TENANTS, text, when=when, devices=devices)  # type: ignore[arg-type]
            show(
                f"search {when} {text!r}: {len(found)}",
                measured(
                    lambda: world.history.search(ALL_TENANTS, text, when=when, devices=devices),  # type: ignore[arg-type] # noqa: B023
                    3,
                ),
                must=must,
                aim=aim,
            )
    cpu, wall = measured(lambda: world.archive.rebuild("t-acme", "acme"), 1)
    print(f"{'rebuild the index from Git':<48} cpu {cpu:9.2f} s   wall {wall:9.2f} s")


def keep(world: World, rhythm: Rhythm) -> RepositoryUpkeep:
    (kept,) = Upkeep(world.home / "archive").keep(rhythm, ["acme"])
    return kept


def measure_upkeep(world: World, network: Network) -> None:
    """Plain `git log` of devices with few changes, which walks to the first commit of all."""
    rare = network.devices[:5]
    for rhythm in RHYTHMS:
        for _ in range(2):
            world.archive.write(network.edits(60))
        kept = keep(world, rhythm)
        print(
            f"{rhythm} upkeep: {kept.bytes_before / 1e6:.1f} -> {kept.bytes_after / 1e6:.1f} MB"
            f" in {kept.seconds:.1f} s"
        )
        for one in rare:
            path = f"{one.site}/{one.hostname}.cfg"
            log = ("log", "-50", "--format=%H", "main", "--", path)
            found = len(world.git(*log).split())
            show(
                f"git log of {one.hostname}: {found} commits, after {rhythm}",
                measured(partial(world.git, *log), 9),
                must=0.02,
                aim=0.016,
            )


if __name__ == "__main__":
    main()
