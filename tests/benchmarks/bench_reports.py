"""Measure the auditor's reports of a large network: `python -m tests.benchmarks.bench_reports`.

2,000 devices and 120 nights of them, one in fifty of which failed; and an audit trail of 20,000 events.
Prints seconds of each report, as a table, as CSV and as PDF; nothing is asserted: a shared machine would
make it a lottery.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from netwb.inventory.records import NewDevice
from netwb.roles import ALL_TENANTS
from netwb.store.audit import NewEvent
from netwb.store.inserting import insert_many
from netwb.store.models import BackupOutcomeRow, BackupRunRow
from netwb.workbench import Workbench

DEVICES, NIGHTS, EVENTS = 2_000, 120, 20_000
FAILS = 50  # one in so many
LAST = datetime(2026, 11, 30, 2, 5, tzinfo=UTC)
NOW = datetime(2026, 12, 3, 12, tzinfo=UTC)


class Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.now = LAST - timedelta(days=NIGHTS + 1)

    def __call__(self) -> datetime:
        return self.now


def main() -> None:
    """Make the home, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=DEVICES)
    devices = parser.parse_args().devices
    clock = Clock()
    with TemporaryDirectory() as folder:
        bench = Workbench.create(Path(folder) / "home", environment={}, clock=clock)
        timed("build", lambda: build(bench, devices, clock))
        clock.now = NOW
        coverage = timed("coverage", lambda: bench.coverage_report("2026-11"))
        access = timed("access, chain walked", lambda: bench.access_report("2026-11"))
        for name, report in (("coverage", coverage), ("access", access)):
            timed(f"{name} as CSV", partial(bench.report_csv, report))
            timed(f"{name} as PDF", partial(bench.report_pdf, report))
        print(coverage.sums)
        bench.close()


def build(bench: Workbench, devices: int, clock: Clock) -> None:
    """Straight into the tables: a real night of so many takes minutes."""
    bench.add_tenant("acme", name="Acme")
    bench.add_site("acme/fra1")
    ids = [
        bench.add_device(
            NewDevice(
                tenant="acme",
                site="fra1",
                hostname=f"edge{number:05}",
                address="192.0.2.1",
                platform="cisco_ios",
            )
        ).id
        for number in range(devices)
    ]
    tenant = bench.tenant("acme").id
    database = bench._parts.database
    for night in range(NIGHTS):
        at = LAST - timedelta(days=NIGHTS - 1 - night)
        run = {
            "id": f"run-{night:04}",
            "started_at": at,
            "ended_at": at + timedelta(minutes=20),
            "actor": "system:scheduler",
            "note": "",
            "planned": devices,
        }
        outcomes = [
            outcome(tenant, f"run-{night:04}", one, night + n, at) for n, one in enumerate(ids)
        ]
        with database.writing(ALL_TENANTS) as session:
            insert_many(session, BackupRunRow, [run])
            insert_many(session, BackupOutcomeRow, outcomes)
    clock.now = LAST
    event = NewEvent(actor="ana", action="denied.config.reveal", target="acme/edge00001")
    bench._parts.audit.append_many([event] * EVENTS)


def outcome(tenant: str, run: str, device: str, place: int, at: datetime) -> dict[str, Any]:
    fails = place % FAILS == 0
    return {
        "tenant_id": tenant,
        "run_id": run,
        "device_id": device,
        "status": "failed" if fails else "unchanged",
        "revision": None,
        "cause_kind": "UnreachableError" if fails else None,
        "cause_message": "no answer" if fails else None,
        "ended_at": at + timedelta(minutes=3),
    }


def timed(name: str, work: Callable[[], Any]) -> Any:
    """The result of the work, whose seconds are printed."""
    began = time.perf_counter()
    found = work()
    print(f"{name}: {time.perf_counter() - began:.2f} s", flush=True)
    return found


if __name__ == "__main__":
    main()
