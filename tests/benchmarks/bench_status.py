"""Measure the status of 1,000 devices, and their ports: `python -m tests.benchmarks.bench_status`.

1,000 devices of 48 ports, 4 of each watched, polled for ten minutes into the home's own store, in
shards that two of its three sites share; the whole answer is asked for, as a wall and the ERP do, by
who sees all and by a customer; then what went through the ports in the last hour. Prints milliseconds of
some runs and of the processor alone; nothing is asserted: a shared machine would make it a lottery.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import update

from netwb.access.principals import Fixed
from netwb.inventory.ports.records import SeenPort, WherePort
from netwb.inventory.records import EVERYWHERE, Device, NewDevice
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import ALL_TENANTS, Actor, Role, Scope
from netwb.store.models import PortRow
from netwb.workbench import Workbench

DEVICES, PORTS, WATCHED = 1_000, 48, 4
TENANTS, SITES = ("acme", "umbra"), ("fra1", "ber2", "muc1")
MINUTES = 10
MUST_MS, AIM_MS = 150.0, 30.0


def main() -> None:
    """Make or take the home, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="Keep the home here, or take what is there.")
    options = parser.parse_args()
    with home_at(options.home) as home:
        if not (home / "netwb.db").exists():
            build(home)
        bench = Workbench.open(home, environment={})
        poll(bench)
        (acme,) = (one.id for one in bench.tenants() if one.slug == "acme")
        actor = Actor(name="cora", role=Role.CUSTOMER, scope=Scope(frozenset({acme})))
        customer = Workbench(bench._parts, Fixed(actor), EVERYWHERE)
        print(f"must {MUST_MS:.0f} ms, aim {AIM_MS:.0f} ms")
        for who, own in (("who sees all", bench), ("a customer of half", customer)):
            found = timed(f"status, {who}", own.monitoring)
            print(f"    {found.overall}, {dict(found.counts)}")
        few = bench.where(site="acme/fra1")
        asked = WherePort(watched=True)
        timed(
            "all watched ports, one hour",
            lambda: bench.traffic_overview(hours=1, where=asked),
            3,
        )
        timed("a site's ports, one hour", lambda: few.traffic_overview(hours=1), 3)
        bench.close()


@contextmanager
def home_at(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "home"


def build(home: Path) -> None:
    began = time.perf_counter()
    bench = Workbench.create(home, environment={})
    for tenant in TENANTS:
        bench.add_tenant(tenant, name=tenant.title())
        for site in SITES:
            bench.add_site(f"{tenant}/{site}")
    served = [f"{tenant}/{site}" for tenant in TENANTS for site in SITES[:2]]
    for name in ("one", "two"):
        bench.add_shard(name, sites=served)
    seen = {device.id: list(ports()) for device in (add_device(bench, n) for n in range(DEVICES))}
    bench._parts.ports.sighted(seen)
    watched = [f"xe-0/0/{number}" for number in range(WATCHED)]
    with bench._parts.database.writing(ALL_TENANTS) as session:
        session.execute(update(PortRow).where(PortRow.name.in_(watched)).values(watched=True))
    bench.close()
    print(f"built {DEVICES} devices in {time.perf_counter() - began:.0f} s")


def add_device(bench: Workbench, number: int) -> Device:
    return bench.add_device(
        NewDevice(
            tenant=TENANTS[number % 2],
            site=SITES[number % 3],
            hostname=f"sw-{number:05d}",
            address="127.0.0.1",
            platform="cisco_ios",
        )
    )


def ports() -> Iterator[SeenPort]:
    for number in range(PORTS):
        yield SeenPort(
            name=f"xe-0/0/{number}", if_index=number + 1, alias="", if_type=6, speed_bps=10**10
        )


def poll(bench: Workbench) -> None:
    """The last minutes of all of them; each hundredth does not answer in the last four."""
    now = int(time.time()) // 60 * 60
    devices = bench.devices()
    for minute in range(MINUTES, -1, -1):
        at = now - 60 * minute
        bench._parts.metrics.write(
            point
            for place, device in enumerate(devices)
            if place % 100 or minute >= 4
            for point in points(device, at)
        )


def points(device: Device, at: int) -> Iterator[Point]:
    key = SeriesKey(tenant=device.tenant, device_id=device.id)
    own: dict[str, Any] = {"site": device.site, "device": device.hostname, "at": at}
    started: dict[str, int | float] = {"sysUpTime": at % 10**6}
    yield Point(measurement="device", key=key, values=started, **own)
    lost: dict[str, int | float] = {"percent_packet_loss": 0.0, "average_response_ms": 1.0}
    yield Point(measurement="ping", key=key, values=lost, **own)
    for number in range(PORTS):
        name = f"xe-0/0/{number}"
        octets = at % 10**7 * 10**6 * (number + 1)
        values: dict[str, int | float] = {
            "ifHCInOctets": octets,
            "ifHCOutOctets": octets // 3,
            "ifOperStatus": 1,
            "ifAdminStatus": 1,
            "ifHighSpeed": 10_000,
        }
        port = SeriesKey(tenant=device.tenant, device_id=device.id, name=name)
        yield Point(measurement="interface", key=port, values=values, **own)


def timed(what: str, work: Callable[[], Any], times: int = 7) -> Any:
    """Print the best and the middle of some runs."""
    taken, own = [], []
    for _ in range(times):
        began, worked = time.perf_counter(), time.process_time()
        answer = work()
        taken.append(1_000 * (time.perf_counter() - began))
        own.append(1_000 * (time.process_time() - worked))
    taken.sort()
    print(
        f"{what:40} best {taken[0]:7.1f} ms  middle {taken[times // 2]:7.1f} ms  own {min(own):7.1f} ms"
    )
    return answer


if __name__ == "__main__":
    main()
