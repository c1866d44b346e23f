"""Measure Telegraf's files of 5,000 devices. By hand: `python -m tests.benchmarks.bench_telegraf`.

Must: rendered and written within 10 s, within 1 s after one device changed; aim: 2 s and 0.1 s. Nothing
is asserted: a shared machine would make it a lottery. `first` is a process that has rendered nothing
yet; `again` one that has, as the daemon's; `apply` also judges, stages, renames and tells.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from netwb.inventory.ports.records import SnmpTarget
from netwb.telegraf.checks import check_texts
from netwb.telegraf.folder import write_shard
from netwb.telegraf.records import ShardFiles
from netwb.telegraf.shards import in_force, plan
from tests.telegraf.appliers import ground
from tests.telegraf.ground import rendered, target

DEVICES, A_SITE = 5_000, 100
REPEATED = 5


def fleet() -> list[SnmpTarget]:
    """A hundred devices a site."""
    return [
        target(f"edge{n}", site=f"s{n // A_SITE}", address=f"127.1.{n // 250}.{n % 250 + 1}")
        for n in range(DEVICES)
    ]


def files_of(targets: list[SnmpTarget]) -> ShardFiles:
    return rendered(*plan(in_force(()), targets)["main"])


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    targets = fleet()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "main"
        first = seconds(lambda: write_shard(path, files_of(targets)))
        same = min(seconds(lambda: write_shard(path, files_of(targets))) for _ in range(REPEATED))
        one = min(
            seconds(lambda: write_shard(path, files_of(changed(targets, number))))  # noqa: B023 - used at once
            for number in range(1, REPEATED + 1)
        )
        size = sum(file.stat().st_size for file in path.rglob("*.conf"))
    print(f"{DEVICES} devices, {size / 1e6:.1f} MB: first {first:.2f} s")
    print(f"nothing changed {same:.3f} s, one changed {one:.3f} s")
    print(
        f"all of it parsed and checked {seconds(lambda: check_texts(files_of(targets).texts)):.1f} s"
    )
    applied(targets)


def changed(targets: list[SnmpTarget], number: int) -> list[SnmpTarget]:
    return [*targets[:number], replace(targets[number], port=number), *targets[number + 1 :]]


def applied(targets: list[SnmpTarget]) -> None:
    """Without Telegraf's own program, whose check of these takes 1.0 s."""
    with tempfile.TemporaryDirectory() as folder, ground(Path(folder), program="") as made:

        def apply(wanted: list[SnmpTarget]) -> None:
            made.applier.apply(replace(files_of(wanted), shard=made.shard))

        first = seconds(lambda: apply(targets))
        one = seconds(lambda: apply(changed(targets, 7)))
    print(f"apply: first {first:.2f} s, one changed {one:.3f} s")


if __name__ == "__main__":
    main()
