"""Measure what an ERP asks: pages, unchanged lists, a full read. By hand: `python -m tests.benchmarks.bench_erp`.

Makes a home of 50,000 devices of 500 tenants, two ports each (or takes the one that `--home` kept), a
quarter of them of one tenant, and serves it by `netwb serve --api-only` in a process of its own; 20
clients in another ask it. First each asks so many times a second, as ERPs do, for the times that they
see; then as fast as they are answered, for how many there are a second. With `--postgresql` the same
on a PostgreSQL that is started for it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from netwb.access.records import NewToken, NewUser
from netwb.roles import ALL_TENANTS, Role
from netwb.store.ids import new_id
from netwb.store.inserting import insert_many
from netwb.store.models import DeviceRow, ErpChangeRow, PortRow, SiteRow, TenantRow
from netwb.workbench import Workbench
from tests.benchmarks.bench_queries import environment
from tests.benchmarks.bench_rest import PASSWORD, home_at
from tests.web.servers import netwb_serve

LARGE = "t000"
MUST_MS = {"page of 100": (50, 20), "page of 1,000": (150, 60), "304": (10, 3)}
MUST_A_SECOND = {"page of 100": (100, 300), "304": (300, 1_000)}


def main() -> None:
    """Make or take the home, serve it, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--tenants", type=int, default=500)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measure")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--home", type=Path, help="Keep the home here, or take what is there.")
    options = parser.parse_args()
    with environment(on_postgresql=options.postgresql) as variables, home_at(options.home) as home:
        if not (home / "netwb.toml").exists():
            build(home, variables, options.devices, options.tenants)
        tokens = issue(home, variables)
        settings: Any = variables
        with netwb_serve(home, "--api-only", **settings) as server:
            Bench(server.port, tokens, options.clients, options.seconds).run(server.process.pid)


def build(home: Path, variables: Mapping[str, str], devices: int, tenants: int) -> None:
    """A quarter of all devices is the first tenant's; each has two ports."""
    began = time.perf_counter()
    bench = Workbench.create(home, environment=variables)
    bench.add_tenant(LARGE, name="Large")
    bench.add_user(NewUser(name="admin", role=Role.ADMIN, tenants=None, password=PASSWORD))
    bench.add_user(
        NewUser(name="customer", role=Role.CUSTOMER, tenants=(LARGE,), password=PASSWORD)
    )
    (large,) = (one.id for one in bench.tenants())
    now, database = bench._parts.clock(), bench._parts.database
    with database.writing(ALL_TENANTS) as session:
        for number in range(tenants):
            slug, tenant_id = f"t{number:03d}", new_id() if number else large
            if number:
                row = {"id": tenant_id, "slug": slug, "name": slug, "status": "active"}
                session.add(TenantRow(**row, created_at=now))
                session.flush()
            site = {"id": new_id(), "tenant_id": tenant_id, "slug": "fra1", "name": "fra1"}
            session.add(SiteRow(**site, status="active", created_at=now))
            session.flush()
            share = devices // 4 if number == 0 else (devices * 3 // 4) // (tenants - 1)
            rows = [_device(tenant_id, site["id"], slug, n, now) for n in range(share)]
            insert_many(session, DeviceRow, rows)
            insert_many(session, PortRow, [p for row in rows for p in _ports(row, now)])
            changes = [
                {"tenant_id": tenant_id, "kind": "device", "thing_id": row["id"], "at": now}
                | {"number": None}
                for row in rows
            ]
            insert_many(session, ErpChangeRow, changes)
    with database.connecting("migrate") as connection:
        if connection.dialect.name == "postgresql":  # its own upkeep does that within minutes
            connection.exec_driver_sql("ANALYZE")
    bench.close()
    print(f"built {devices} devices of {tenants} tenants in {time.perf_counter() - began:.0f} s")


def _device(tenant_id: str, site_id: str, slug: str, number: int, now: Any) -> dict[str, Any]:
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "site_id": site_id,
        "hostname": f"sw-{slug}-{number:05d}",
        "address": "127.0.0.1",
        "port": 22,
        "snmp_port": 161,
        "platform": "cisco_ios",
        "status": "active",
        "role": "access",
        "transport": "fast",
        "model": "C9300-48P",
        "serial": f"FCW{number:08d}",
        "os_version": "17.9.4a",
        "contract_ref": f"C-{number:06d}",
        "labels": {},
        "created_at": now,
        "updated_at": now,
    }


def _ports(device: Mapping[str, Any], now: Any) -> Iterator[dict[str, Any]]:
    for number in (1, 2):
        yield {
            "id": new_id(),
            "tenant_id": device["tenant_id"],
            "device_id": device["id"],
            "name": f"Gi1/0/{number}",
            "alias": f"to customer {number}",
            "if_type": 6,
            "if_index": number,
            "speed_bps": 10**9,
            "circuit_ref": f"CIR-{number}",
            "watched": True,
            "created_at": now,
            "updated_at": now,
        }


def issue(home: Path, variables: Mapping[str, str]) -> tuple[str, str, list[str]]:
    """A token of each, and the ids of all tenants, the large one first."""
    bench = Workbench.open(home, environment=variables)
    try:
        customer, admin = (
            bench.issue_token(NewToken(user=name, days=1)).secret for name in ("customer", "admin")
        )
        ids = [one.id for one in sorted(bench.tenants(), key=lambda one: one.slug)]
        return customer, admin, ids
    finally:
        bench.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how long it took in seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    took_s: float


class Asker:
    """One connection that is kept."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def ask(self, path: str, **headers: str) -> Answer:
        told = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        began = time.perf_counter()
        self._writer.write(
            f"GET /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n{told}"
            f"Authorization: Bearer {self._token}\r\n\r\n".encode()
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        found = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await self._reader.readexactly(int(found.get("content-length", 0)))
        return Answer(int(head[0].split()[1]), found, body, time.perf_counter() - began)


class Bench:
    """Measures against one server."""

    def __init__(
        self, port: int, tokens: tuple[str, str, list[str]], clients: int, seconds: float
    ) -> None:
        self._port, self._clients, self._seconds = port, clients, seconds
        self._customer, self._admin, self._tenants = tokens

    def run(self, pid: int) -> None:
        """Print every measure."""
        large = f"/erp/inventory/{self._tenants[0]}"
        asyncio.run(self._full_read(pid, self._tenants[:2]))  # warm, and everything numbered
        cursors = {limit: asyncio.run(self._pages(large, limit)) for limit in (100, 1000)}
        etag = asyncio.run(self._tag(f"{large}?limit=100"))
        for name, paths, headers, a_second in (
            ("page of 100", cursors[100], {}, 2.0),
            ("page of 1,000", cursors[1000], {}, 0.5),
            ("304", [f"{large}?limit=100"], {"If_None_Match": etag}, 5.0),
        ):
            times = asyncio.run(self._paced(paths, headers, a_second))
            self._print_times(f"{name}, each client {a_second:g} a second", times, MUST_MS[name])
        for name, paths, headers in (
            ("page of 100", cursors[100], {}),
            ("page of 1,000", cursors[1000], {}),
            ("304", [f"{large}?limit=100"], {"If_None_Match": etag}),
        ):
            times = asyncio.run(self._as_fast_as_answered(paths, headers))
            must = MUST_A_SECOND.get(name, (0, 0))
            self._print_times(f"{name}, as fast as answered", times, None)
            print(
                f"    {len(times) / self._seconds:6.0f} requests/s  must {must[0]}  aim {must[1]}"
            )
        asyncio.run(self._full_read(pid, self._tenants))

    def _print_times(self, name: str, times: list[float], must: tuple[int, int] | None) -> None:
        ordered = sorted(times)
        p50, p95, p99 = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.95, 0.99))
        asked = f"  must {must[0]} ms  aim {must[1]} ms" if must else ""
        print(
            f"{name:<42} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  p99 {p99:6.1f} ms"
            f"  of {len(ordered)}{asked}",
            flush=True,
        )

    async def _pages(self, path: str, limit: int) -> list[str]:
        """The paths of all pages, so that clients ask each for another one."""
        found = [f"{path}?limit={limit}"]
        async with Asker(self._port, self._customer) as asker:
            while cursor := json.loads((await asker.ask(found[-1])).body)["next"]:
                found.append(f"{path}?limit={limit}&cursor={cursor}")
        return found

    async def _tag(self, path: str) -> str:
        async with Asker(self._port, self._customer) as asker:
            return (await asker.ask(path)).headers["etag"]

    async def _paced(
        self, paths: list[str], headers: Mapping[str, str], a_second: float
    ) -> list[float]:
        """Clients begin apart, and each asks at its own times, whether or not it was answered late."""
        times: list[float] = []
        dice = random.Random(3)
        begin = time.perf_counter() + 0.1

        async def client(number: int) -> None:
            async with Asker(self._port, self._customer) as asker:
                due = begin + number / self._clients / a_second
                while due < begin + self._seconds:
                    await asyncio.sleep(max(0.0, due - time.perf_counter()))
                    answer = await asker.ask(dice.choice(paths), **headers)
                    assert answer.status in {200, 304}, answer
                    times.append(time.perf_counter() - due)
                    due += 1 / a_second

        await asyncio.gather(*map(client, range(self._clients)))
        return times

    async def _as_fast_as_answered(
        self, paths: list[str], headers: Mapping[str, str]
    ) -> list[float]:
        times: list[float] = []
        dice = random.Random(3)
        until = time.perf_counter() + self._seconds

        async def client() -> None:
            async with Asker(self._port, self._customer) as asker:
                while time.perf_counter() < until:
                    answer = await asker.ask(dice.choice(paths), **headers)
                    assert answer.status in {200, 304}, answer
                    times.append(answer.took_s)

        await asyncio.gather(*(client() for _ in range(self._clients)))
        return times

    async def _full_read(self, pid: int, tenants: list[str]) -> None:
        """Every device of these tenants, by cursor; the server's memory before, most and after."""
        before, most, seen, began = rss_mb(pid), 0.0, 0, time.perf_counter()
        async with Asker(self._port, self._admin) as asker:
            for tenant in tenants:
                cursor = ""
                while True:
                    answer = await asker.ask(f"/erp/inventory/{tenant}?limit=500{cursor}")
                    page = json.loads(answer.body)
                    seen += len(page["items"])
                    most = max(most, rss_mb(pid))
                    if not page["next"]:
                        break
                    cursor = f"&cursor={page['next']}"
        print(
            f"full read of {seen} devices in {time.perf_counter() - began:.1f} s; the server's memory"
            f" {before:.0f} MB before, {most:.0f} at most, {rss_mb(pid):.0f} after",
            flush=True,
        )


def rss_mb(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
