"""Measure REST: the history of one device, many clients at once. By hand: `python -m tests.benchmarks.bench_rest`.

Makes a home of 2,000 devices and 24,000 commits (or takes the one that `--home` kept), starts a server
process on it, and 20 clients in another that ask as fast as they are answered, each for another
device. Prints the times that clients saw, and what the issue asks for beside them.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from netwb.access.records import NewToken, NewUser
from netwb.inventory.records import Device, NewDevice
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.benchmarks.bench_archive import Network
from tests.web.rest import serving

MUST_MS, AIM_MS = 50.0, 15.0
LINES = 60  # of a text: a history reads none of them
PASSWORD = "Long-Enough-For-Nobody-77"


def main() -> None:
    """Make or take the home, serve it, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--commits", type=int, default=24000)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--home", type=Path, help="Keep the home here, or take what is there.")
    options = parser.parse_args()
    with home_at(options.home) as home:
        if not (home / "netwb.db").exists():
            build(home, options.devices, options.commits)
        with served(home) as port:
            for role in ("customer", "admin"):
                measure(home, port, Role(role), options.clients, options.requests)


@contextmanager
def home_at(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "home"


def build(home: Path, devices: int, commits: int) -> None:
    """Two tenants' devices, and a past of so many commits."""
    began = time.perf_counter()
    bench = Workbench.create(home, environment={})
    for tenant in ("acme", "umbra"):
        bench.add_tenant(tenant, name=tenant.title())
        bench.add_site(f"{tenant}/fra1")
    for name, role, tenants in (
        ("customer", Role.CUSTOMER, ("acme",)),
        ("admin", Role.ADMIN, None),
    ):
        bench.add_user(NewUser(name=name, role=role, tenants=tenants, password=PASSWORD))
    network = Network(devices, LINES)
    network.devices = [add_device(bench, n) for n in range(devices)]
    archive = bench._parts.archive
    for batch in network.first():
        for tenant in ("acme", "umbra"):
            archive.write([entry for entry in batch if entry.tenant == tenant])
    left = commits - devices
    while left > 0:
        night = network.edits(min(120, left))
        for tenant in ("acme", "umbra"):
            archive.write([entry for entry in night if entry.tenant == tenant])
        left -= len(night)
    bench.close()
    print(f"built {devices} devices and {commits} commits in {time.perf_counter() - began:.0f} s")


def add_device(bench: Workbench, number: int) -> Device:
    return bench.add_device(
        NewDevice(
            tenant=("acme", "umbra")[number % 2],
            site="fra1",
            hostname=f"sw-{number:05d}",
            address="127.0.0.1",
            platform="cisco_ios",
        )
    )


@contextmanager
def served(home: Path) -> Iterator[int]:
    """Port of a server in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(home, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        print(f"server used {ours.recv():.1f} s of CPU")
        process.join(10)


def serve(home: Path, pipe: Any) -> None:
    bench = Workbench.open(home, environment={})
    with serving(bench, threads=int(os.environ.get("BENCH_THREADS", "4"))) as port:
        pipe.send(port)
        pipe.recv()
        used = resource.getrusage(resource.RUSAGE_SELF)
        pipe.send(used.ru_utime + used.ru_stime)
    bench.close()


def measure(home: Path, port: int, role: Role, clients: int, requests: int) -> None:
    bench = Workbench.open(home, environment={})
    token = bench.issue_token(NewToken(user=role.value, days=1)).secret
    devices = [device.id for device in bench.where(tenant="acme").devices()]
    bench.close()
    asyncio.run(ask_all(port, token, devices, clients, clients * 10))  # warm
    began = time.perf_counter()
    times = sorted(asyncio.run(ask_all(port, token, devices, clients, requests)))
    took_s = time.perf_counter() - began
    p50, p95, p99 = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.95, 0.99))
    print(
        f"history as {role.value:<9} {clients} clients: p50 {p50:5.1f} ms  p95 {p95:5.1f} ms"
        f"  p99 {p99:5.1f} ms  {len(times) / took_s:5.0f} requests/s"
        f"  must {MUST_MS:.0f} ms ({MUST_MS / p95:.1f}x)  aim {AIM_MS:.0f} ms"
    )


async def ask_all(
    port: int, token: str, devices: list[str], clients: int, requests: int
) -> list[float]:
    """Times of all requests, in seconds; each client keeps its connection."""
    numbers = count()
    times: list[float] = []
    dice = random.Random(3)

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while next(numbers) < requests:
            path = f"/api/v1/backup/history/{dice.choice(devices)}"
            began = time.perf_counter()
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"Authorization: Bearer {token}\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = next(
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            await reader.readexactly(length)
            times.append(time.perf_counter() - began)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(clients)))
    return times


if __name__ == "__main__":
    main()
