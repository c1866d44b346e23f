"""How long a session waits for the facade: `python -m tests.benchmarks.bench_facade`

- `from netwb import Workbench` and `Workbench.open()` in a new kernel, started by Jupyter's own client
- `wb.devices().frame()` of 5,000 devices, the first time (pandas is loaded) and after it, and a cell's table

Of several rounds the quickest is told beside the median, and the processor's time of the quickest:
other processes only ever add.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time

from jupyter_client.manager import start_new_kernel

from netwb.inventory.records import NewCredential, SecretSource
from netwb.workbench import Workbench

DEVICES = 5_000
ROUNDS = 7
CODE = """
from time import perf_counter, process_time
_began = perf_counter(), process_time()
from netwb import Workbench
_imported = perf_counter(), process_time()
wb = Workbench.open()
_opened = perf_counter(), process_time()
for one in (0, 1):
    print(_imported[one] - _began[one], _opened[one] - _imported[one])
"""
Round = tuple[float, float]  # seconds by the clock, and of the processor


def fill(home: Path) -> None:
    """One tenant with devices on five sites, by the importer."""
    with closing(Workbench.create(home, environment={"PASSWORD": "a long word"})) as bench:
        bench.add_tenant("acme", name="Acme")
        for site in range(5):
            bench.add_site(f"acme/site{site}")
        secrets = {"password": SecretSource(origin="env:PASSWORD")}
        bench.add_credential(
            NewCredential(tenant="acme", name="lab", username="netwb", secrets=secrets)  # type: ignore[arg-type]
        )
        rows = "\n".join(
            f"acme,site{number % 5},edge{number},10.{number >> 8}.{number & 255}.1,cisco_ios,edge"
            for number in range(DEVICES)
        )
        file = home / "devices.csv"
        file.write_text(f"tenant,site,hostname,address,platform,role\n{rows}\n")
        bench.apply_import(file)
        bench.set_tenant("acme", credential="lab")


def in_a_kernel(home: Path) -> tuple[Round, Round]:
    """Seconds of the import and of the opening, each for the first time in its process."""
    manager, client = start_new_kernel(
        kernel_name="python3", env={**os.environ, "NETWB_HOME": str(home)}
    )
    said: list[str] = []
    try:
        client.execute_interactive(
            CODE,
            timeout=60,
            output_hook=lambda message: said.append(str(message["content"].get("text", ""))),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    imported, opened, cpu_imported, cpu_opened = map(float, "".join(said).split())
    return (imported, cpu_imported), (opened, cpu_opened)


def told(name: str, rounds: list[Round], must: float) -> None:
    quickest, usual = min(rounds), statistics.median(seconds for seconds, _ in rounds)
    print(
        f"{name:<38} {quickest[0]:6.3f} s (CPU {quickest[1]:5.3f}), median {usual:6.3f} s"
        f"   (at most {must:g} s)"
    )


def timed(work: Callable[[], object]) -> Round:
    began, cpu = perf_counter(), process_time()
    work()
    return perf_counter() - began, process_time() - cpu


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        fill(home)
        rounds = [in_a_kernel(home) for _ in range(ROUNDS)]
        told("import in a new kernel", [one for one, _ in rounds], 1.0)
        told("Workbench.open() after it", [one for _, one in rounds], 1.0)
        told("both", [(a[0] + b[0], a[1] + b[1]) for a, b in rounds], 1.0)
        with closing(Workbench.open(home)) as wb:
            told("pandas and the first frame of 5,000", [timed(lambda: wb.devices().frame())], 1.0)
            told(
                "wb.devices().frame() of 5,000",
                [timed(lambda: wb.devices().frame()) for _ in range(ROUNDS)],
                0.3,
            )
            told("wb.devices() of 5,000", [timed(wb.devices) for _ in range(ROUNDS)], 0.3)
            found = wb.devices()
            told("its table in a cell", [timed(found._repr_html_) for _ in range(ROUNDS)], 0.3)


if __name__ == "__main__":
    main()
