"""Measure the daemon's memory over many nights. By hand.

`python -m tests.benchmarks.bench_scheduler [RUNS] [DEVICES]`: a leader over recorded devices, in one
process, whose every third night changes a device and whose every fifth loses one; prints the
memory of its process (PSS) after the second run, and then at each tenth of all. Nothing is asserted.
"""

from __future__ import annotations

import gc
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from time import monotonic

from netwb.errors import UnreachableError
from tests.benches import ios, rig
from tests.scheduler.nights import ended, pass_until, statuses, with_jobs

RUNS = 1000
DEVICES = 20
GONE = UnreachableError("acme/edge1: no answer on 127.0.0.1:22; look at it")


def memory_kb() -> int:
    """Proportional set size of this process, as the kernel counts it."""
    gc.collect()
    rollup = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def main(runs: int, devices: int) -> None:
    names = tuple(f"edge{number}" for number in range(1, devices + 1))
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder), {"acme": names}) as made:
        with_jobs(made)
        leader, began, second = made.bench.lead(), monotonic(), 0
        first_night = made.clock.now + timedelta(hours=6)
        for run in range(1, runs + 1):
            made.answer("acme/edge1", GONE if run % 5 == 0 else ios("edge1"))
            if run % 3 == 0:
                made.answer("acme/edge2", ios("edge2", ntp=f"192.0.2.{run % 250}"))
            pass_until(made, leader, first_night + timedelta(days=run))
            if run == 2:
                second = memory_kb()
                print(f"after 2 runs: {second / 1024:.1f} MB")
            elif run % max(1, runs // 10) == 0:
                now = memory_kb()
                grown = 100 * (now / second - 1)
                print(f"after {run} runs: {now / 1024:.1f} MB, {grown:+.1f} %", flush=True)
        done = statuses(ended(made, "nightly"))
        print(f"{dict(done)} nights of {devices} devices in {monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3] or (RUNS, DEVICES)))
