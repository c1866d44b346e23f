"""Poll a home, in a process that holds what `netwb poll` does and nothing of the tests.

`python -m tests.benchmarks.poller HOME POLLS`, run by `bench_poll`; prints a line for each poll.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from time import monotonic, process_time

from netwb.workbench import Workbench


def main(home: Path, polls: int) -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    bench = Workbench.open(home)
    for poll in range(1, polls + 1):
        began, spent = monotonic(), process_time()
        report = bench.poll()
        took_s, cpu_s = monotonic() - began, process_time() - spent
        most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        points = sum(outcome.points for outcome in report.outcomes)
        print(
            f"poll {poll}: {report.count('answered')} of {len(report.outcomes)} answered, "
            f"{points} points in {took_s:.1f} s ({cpu_s:.1f} s of one core); "
            f"{_pss_kb() / 1024:.0f} MB, at most {most_mb:.0f} MB",
            flush=True,
        )
    bench.close()


def _pss_kb() -> int:
    """Its share of memory, as the kernel counts it."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
