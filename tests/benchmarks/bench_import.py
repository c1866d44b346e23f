"""Measure how long a person waits for netwb. By hand: `python -m tests.benchmarks.bench_import`.

Prints seconds of fresh processes, best and worst of a few. Must be at most 1.0 s for the facade.
"""

from __future__ import annotations

import subprocess
import sys

REPEATS = 5
FACADE = """
import time
wall, cpu = time.perf_counter(), time.process_time()
from netwb import Workbench
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def main() -> None:
    runs = [subprocess.check_output([sys.executable, "-c", FACADE]).split() for _ in range(REPEATS)]
    wall, cpu = ([float(run[column]) for run in runs] for column in (0, 1))

    print(f"from netwb import Workbench: {min(wall):.2f} s best, {max(wall):.2f} s worst wall,")
    print(f"                             {min(cpu):.2f} s best CPU, of {REPEATS} fresh processes")


if __name__ == "__main__":
    main()
