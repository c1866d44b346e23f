"""Measure an export and an import. By hand: `python -m tests.benchmarks.bench_export [HOME] --nights 365`.

HOME is copied and upgraded first, and stays as it is; without one, a home of 2,000 devices of 300 lines
is made, each of which changed every month of a year. With `--nights 365` a year of runs over its
devices is put into the copy, the most rows that a netwb has. Prints seconds and CPU seconds, bytes against the bytes
of database, archive and quarantine as they lie, and the memory of this process; the issue asks for
60 s and 1.2 times the data. Nothing is asserted: a shared machine would make it a lottery.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import text

from netwb.inventory.records import SecretSource
from netwb.workbench import Workbench
from tests.benches import ios, rig
from tests.benchmarks.bench_queries import Past, _insert
from tests.postgresql import programs, running_cluster

Answer = TypeVar("Answer")
SOURCE = SecretSource(origin="env:PASSPHRASE")
ENVIRONMENT = {"PASSPHRASE": "a sentence that is long enough"}
MONTHS, LINES = 12, 280


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path, nargs="?")
    parser.add_argument("--devices", type=int, default=2000, help="of the home that is made")
    parser.add_argument("--nights", type=int, default=0)
    parser.add_argument("--postgresql", action="store_true", help="also into it, and back from it")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.home:
            shutil.copytree(asked.home, folder / "home")
            Workbench.upgrade(folder / "home", environment=ENVIRONMENT)
        else:
            make_home(folder, asked.devices)
        if asked.nights:
            add_nights(folder / "home", asked.nights)
        measure(folder, "home", ENVIRONMENT)
        if asked.postgresql:
            with cluster() as environment:
                measure(folder, "home", environment, into="grown")
                measure(folder, "grown", environment, into="back")


def make_home(folder: Path, devices: int) -> None:
    """`folder/home`, whose devices were all changed once a month."""
    names = [f"edge{number:04}" for number in range(devices)]
    with rig(folder, {"acme": tuple(names)}) as made:
        for month in range(MONTHS):
            made.clock.advance(days=30)
            for number, name in enumerate(names):
                routes = (
                    f"ip route 198.51.{(number + line) % 256}.{line} 255.255.255.255 Null0 tag {number}"
                    for line in range(LINES)
                )
                text = "\n".join((f"192.0.2.{month + 1}", *routes))
                made.answer(f"acme/{name}", ios(name, ntp=text, at=made.clock()))
            timed(f"night {month + 1} of {MONTHS}", made.back_up)


def add_nights(home: Path, nights: int) -> None:
    with closing(Workbench.open(home, environment=ENVIRONMENT)) as bench:
        devices = [(device.id, device.tenant_id) for device in bench.devices()]
        past = Past(devices, datetime.now(UTC), nights)
        with bench._parts.database.connecting("migrate") as connection:
            _insert(connection, "backup_run", past.runs())
            _insert(connection, "backup_outcome", past.outcomes())


@contextmanager
def cluster() -> Iterator[Mapping[str, str]]:
    found = programs()
    assert found is not None, "PostgreSQL is not installed"
    with running_cluster(found) as made:
        yield {**ENVIRONMENT, "NETWB_STORE__URL": made.new_database()}


def measure(
    folder: Path, home: str, environment: Mapping[str, str], *, into: str = "again"
) -> None:
    there = environment if home == "grown" else ENVIRONMENT
    file = folder / f"{home}-{into}.netwb"
    with closing(Workbench.open(folder / home, environment=there)) as bench:
        done = timed(f"export of {home}", lambda: bench.export(file, passphrase=SOURCE))
        lies = data_bytes(folder / home) + elsewhere_bytes(bench)
    print(
        f"  {done.devices} devices, {done.revisions} revisions; {done.size / 1e6:.1f} MB of"
        f" {lies / 1e6:.1f} MB as they lie: {done.size / lies:.2f} times"
    )
    timed("  check", lambda: Workbench.check_export(file, passphrase=SOURCE, environment=there))
    to = environment if into == "grown" else ENVIRONMENT
    timed(
        f"  import into {into}",
        lambda: Workbench.import_export(
            file,
            passphrase=SOURCE,
            home=folder / into,
            store="home" if into == "back" else None,
            environment=to,
        ),
    )
    with closing(Workbench.open(folder / into, environment=to)) as bench:
        whole = bench.verify_audit().problems == ()
        print(f"  the new one's audit chain is {'whole' if whole else 'BROKEN'}")


def timed(what: str, work: Callable[[], Answer]) -> Answer:
    began, cpu_began = time.perf_counter(), cpu_s()
    answer = work()
    took, cpu = time.perf_counter() - began, cpu_s() - cpu_began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what}: {took:.1f} s ({cpu:.1f} s of CPU, Git's too), at most {memory} MB so far")
    return answer


def cpu_s() -> float:
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def elsewhere_bytes(bench: Workbench) -> int:
    if bench._parts.database.path is not None:
        return 0
    with bench._parts.database.snapshot() as connection:
        return int(connection.scalar(text("select pg_database_size(current_database())")) or 0)


def data_bytes(home: Path) -> int:
    places = [home / "netwb.db", *(home / "archive").rglob("*"), *(home / "quarantine").rglob("*")]
    return sum(path.stat().st_size for path in places if path.is_file())


if __name__ == "__main__":
    main()
