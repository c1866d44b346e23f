"""Measure a tenant's status for its ERP, and the job that keeps it: `python -m tests.benchmarks.bench_erp_status`.

Makes a home of 50,000 devices of 500 tenants (ten of them with 1,000), two watched ports each, and
two ports of each small tenant on devices of the first one; polls all of them into the home's own store
and lets the job judge them, as the daemon does each minute; then 20 clients ask `netwb serve` for the
status of one tenant of 1,000 devices, and of all ten: first at a pace, then as fast as they are
answered. With `--postgresql` the same on a PostgreSQL that is started for it. Nothing is asserted: a
shared machine would make it a lottery.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import update

from netwb.access.records import NewToken, NewUser
from netwb.erp.numbers import stand_of
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import ALL_TENANTS, Role
from netwb.store.ids import new_id
from netwb.store.inserting import insert_many
from netwb.store.models import DeviceRow, ErpChangeRow, PortRow, SiteRow, TenantRow
from netwb.workbench import Workbench
from tests.benchmarks import bench_erp
from tests.benchmarks.bench_queries import environment
from tests.benchmarks.bench_rest import PASSWORD, home_at
from tests.web.servers import Server, netwb_serve

LARGE, OF_LARGE = 10, 1_000  # tenants, and devices of each
MUST_MS, AIM_MS = 100, 20
POLLS = 4


def main() -> None:
    """Make or take the home, judge it, serve it."""
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
        bench = Workbench.open(home, environment=variables)
        token = bench.issue_token(NewToken(user="admin", days=1)).secret
        found = sorted(bench.tenants(), key=lambda one: one.slug)
        large = [one.id for one in found[:LARGE]]
        unbounded = {"NETWB_WEB__RATE_PER_TOKEN": "0", "NETWB_WEB__RATE_PER_TENANT": "0"}
        with netwb_serve(home, "--api-only", **{**variables, **unbounded}) as server:  # type: ignore[arg-type]
            for tenant_id in large:  # as somebody asked before: what came since is read at once
                stand_of(bench._parts.database, tenant_id)
            judge(bench)
            asked = _Asked(server, token, options.clients, options.seconds)
            asyncio.run(ask(asked, large))
            memory = bench_erp.rss_mb(server.process.pid)
            print(f"the server holds {memory:.0f} MB")
        bench.close()


def build(home: Path, variables: Mapping[str, str], devices: int, tenants: int) -> None:
    """Straight into the tables."""
    began = time.perf_counter()
    bench = Workbench.create(home, environment=variables)
    bench.add_user(NewUser(name="admin", role=Role.ADMIN, tenants=None, password=PASSWORD))
    now = bench._parts.clock()
    host: list[str] = []
    small = (devices - LARGE * OF_LARGE) // (tenants - LARGE)
    with bench._parts.database.writing(ALL_TENANTS) as session:
        for number in range(tenants):
            tenant_id, slug = new_id(), f"t{number:03d}"
            named = {"slug": slug, "name": slug, "status": "active", "created_at": now}
            session.add(TenantRow(id=tenant_id, **named))
            session.flush()
            site_id = new_id()
            session.add(SiteRow(**{**named, "id": site_id, "tenant_id": tenant_id, "slug": "fra1"}))
            session.flush()
            many = OF_LARGE if number < LARGE else small
            rows = [bench_erp._device(tenant_id, site_id, slug, n, now) for n in range(many)]
            ports = [port for row in rows for port in bench_erp._ports(row, now)]
            insert_many(session, DeviceRow, rows)
            insert_many(session, PortRow, ports)
            host = host or [port["id"] for port in ports]
            changes = [_change(tenant_id, "device", row["id"], now) for row in rows]
            if number >= LARGE:
                theirs = [host.pop(), host.pop()]
                session.execute(
                    update(PortRow).where(PortRow.id.in_(theirs)).values(tenant_id=tenant_id)
                )
                changes += [_change(tenant_id, "port", port_id, now) for port_id in theirs]
            insert_many(session, ErpChangeRow, changes)
    bench.close()
    print(f"built {devices} devices of {tenants} tenants in {time.perf_counter() - began:.0f} s")


def _change(tenant_id: str, kind: str, thing_id: str, now: Any) -> dict[str, Any]:
    return {"tenant_id": tenant_id, "kind": kind, "thing_id": thing_id, "at": now, "number": None}


def judge(bench: Workbench) -> None:
    """What the daemon does each minute, after a poll; at each poll others of a hundred are silent."""
    devices = [
        (one.tenant, one.id, one.hostname) for one in bench._parts.devices.named(ALL_TENANTS)
    ]
    for poll in range(POLLS):
        at = int(time.time())
        bench._parts.metrics.write(
            point
            for place, device in enumerate(devices)
            if place % 100 != poll
            for point in _points(*device, at=at)
        )
        began, worked = time.perf_counter(), time.process_time()
        kept = bench.keep_statuses()
        took, own = time.perf_counter() - began, time.process_time() - worked
        print(
            f"job, {kept.devices} devices of {kept.tenants} tenants, {kept.changed} changed: {took:.1f} s,"
            f" {own:.1f} s of the processor",
            flush=True,
        )


def _points(tenant: str, device_id: str, hostname: str, *, at: int) -> Iterator[Point]:
    key = SeriesKey(tenant=tenant, device_id=device_id)
    own: dict[str, Any] = {"site": "fra1", "device": hostname, "at": at}
    yield Point(measurement="device", key=key, values={"sysUpTime": at % 10**6}, **own)
    for number in (1, 2):
        port = SeriesKey(tenant=tenant, device_id=device_id, name=f"Gi1/0/{number}")
        states = {"ifOperStatus": 1, "ifAdminStatus": 1}
        yield Point(measurement="interface", key=port, values=states, **own)


async def ask(asked: _Asked, tenants: Sequence[str]) -> None:
    """Print every measure."""
    for name, some in (("one tenant", tenants[:1]), (f"{len(tenants)} tenants", tenants)):
        for pace, a_second in (("each client once a second", 1.0), ("as fast as answered", 0.0)):
            before = asked.cpu_s()
            times = await asked.run(some, a_second)
            own_ms = 1000 * (asked.cpu_s() - before) / len(times)
            ordered = sorted(times)
            p50, p95, p99 = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.95, 0.99))
            print(
                f"{name} of {OF_LARGE} devices, {pace:<26} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms"
                f"  p99 {p99:6.1f} ms  {len(times) / asked.seconds:5.0f} requests/s"
                f"  {own_ms:5.1f} ms of the processor each  {asked.size // 1000} kB"
                f"  must {MUST_MS} ms  aim {AIM_MS} ms",
                flush=True,
            )


class _Asked:
    """A server, and clients that ask it for the status of some tenants."""

    def __init__(self, server: Server, token: str, clients: int, seconds: float) -> None:
        self._server, self._token = server, token
        self._clients, self.seconds = clients, seconds
        self._dice = random.Random(3)
        self.size = 0

    def cpu_s(self) -> float:
        """What the server used of the processor since it began."""
        stat = Path(f"/proc/{self._server.process.pid}/stat").read_text()
        used = stat.rpartition(")")[2].split()[11:13]
        return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")

    async def run(self, tenants: Sequence[str], a_second: float) -> list[float]:
        """Times of all answers; 0: each client asks again once it was answered."""
        times: list[float] = []
        begin = time.perf_counter() + 0.1

        async def client(number: int) -> None:
            async with bench_erp.Asker(self._server.port, self._token) as asker:
                due = begin + (number / self._clients / a_second if a_second else 0)
                while due < begin + self.seconds:
                    await asyncio.sleep(max(0.0, due - time.perf_counter()))
                    path = f"/erp/monitoring/status/{self._dice.choice(tenants)}"
                    answer = await asker.ask(path)
                    assert answer.status == 200, answer
                    self.size = len(answer.body)
                    times.append(time.perf_counter() - due if a_second else answer.took_s)
                    due = due + 1 / a_second if a_second else time.perf_counter()

        await asyncio.gather(*map(client, range(self._clients)))
        return times


if __name__ == "__main__":
    main()
