"""Measure what pages and REST ask of a database that is old: `python -m tests.benchmarks.bench_queries`.

2,000 devices, 365 nights: 730,000 outcomes, some 16,000 revisions, 200,000 audit events, 20,000 jobs.
Only rows are made, no text is: what reads Git is not asked. Prints what each question takes, the
statements in it that take longest, and with `--plans` how the database finds their rows, and which
statements read a table of the past whole. With `--postgresql` the same of a PostgreSQL that is
started for it. Nothing is asserted: a shared machine would make it a lottery.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import Engine

from netwb.access.records import NewUser
from netwb.roles import Role
from netwb.store.models import Base
from netwb.workbench import Workbench
from tests.benchmarks.bench_rest import PASSWORD, add_device, home_at
from tests.postgresql import programs, running_cluster

NIGHTS, CHANGED = 365, 40  # of the devices that change in a night
AUDITED, JOBS, HELD, LOGINS = 200_000, 20_000, 2_000, 20_000
NOT_FOR_CUSTOMERS = ("audit", "health", "jobs", "failed", "events", "quarantine")
AUTHORS = ("ana", "ben", "kim", "unknown")
# As PostgreSQL and SQLite say it; SQLite's scan by an index is in the order that was asked for.
_WHOLE = re.compile(r"(?:Seq Scan on|^SCAN) (?P<table>\w+)(?! USING)")
Rows = Iterator[dict[str, Any]]


@dataclass(slots=True)
class Past:
    """Makes the rows of a year."""

    devices: list[tuple[str, str]]  # id, tenant id
    now: datetime
    nights: int
    dice: random.Random = field(default_factory=lambda: random.Random(5))

    def at(self, night: int) -> datetime:
        return self.now - timedelta(days=self.nights - 1 - night, hours=6)

    def run_id(self, night: int) -> str:
        return f"run{night:013d}"

    def runs(self) -> Rows:
        for night in range(self.nights):
            at, end = self.at(night), self.at(night) + timedelta(minutes=9)
            own = {"id": self.run_id(night), "started_at": at, "ended_at": end}
            yield {**own, "actor": "netwb", "note": "", "planned": len(self.devices)}

    def outcomes(self) -> Rows:
        for night in range(self.nights):
            changed = {self.dice.randrange(len(self.devices)) for _ in range(CHANGED)}
            for place, (device, tenant) in enumerate(self.devices):
                bad = self.dice.random() < 0.01
                yield {
                    "run_id": self.run_id(night),
                    "device_id": device,
                    "tenant_id": tenant,
                    "status": "failed" if bad else "changed" if place in changed else "unchanged",
                    "revision": None if bad else f"{night:020d}{place:020d}",
                    "cause_kind": "UnreachableError" if bad else None,
                    "cause_message": "no answer in 10 s" if bad else None,
                    "ended_at": self.at(night) + timedelta(minutes=5),
                }

    def revisions(self) -> Rows:
        numbers = [0] * len(self.devices)
        for night in range(self.nights):
            many = (
                range(len(self.devices))
                if night == 0
                else self.dice.sample(range(len(self.devices)), min(CHANGED, len(self.devices)))
            )
            for place in many:
                numbers[place] += 1
                yield self._revision(place, numbers[place], night)

    def _revision(self, place: int, number: int, night: int) -> dict[str, Any]:
        device, tenant = self.devices[place]
        name = f"{night:020d}{place:020d}"
        return {
            "device_id": device,
            "kind": "running",
            "number": number,
            "commit": name,
            "blob": name,
            "path": f"fra1/sw-{place:05d}.cfg",
            "at": self.at(night) - timedelta(hours=3),
            "stored_at": self.at(night),
            "author": self.dice.choice(AUTHORS),
            "cause": "backup",
            "message": f"sw-{place:05d}: changed",
            "note": "",
            "run_id": self.run_id(night),
            "rule_set": "1",
            "digest": name,
            "added": 4,
            "removed": 4,
            "size": 40_000,
            "lines": 1_000,
            "placed": [],
            "volatile": [],
            "tenant_id": tenant,
        }

    def audited(self) -> Rows:
        for seq in range(10_001, 10_001 + AUDITED):
            _, tenant = self.dice.choice(self.devices)
            yield {
                "seq": seq,
                "at": self.now - timedelta(minutes=2 * (AUDITED + 10_001 - seq)),
                "actor": self.dice.choice(AUTHORS),
                "action": self.dice.choice(("login.in", "device.update", "config.reveal")),
                "tenant_id": tenant,
                "target": f"sw-{self.dice.randrange(2000):05d}",
                "detail": "{}",
                "previous": "0" * 64,
                "mac": "0" * 64,
            }

    def jobs(self) -> Rows:
        for number in range(JOBS):
            _, tenant = self.dice.choice(self.devices)
            at = self.now - timedelta(minutes=25 * (JOBS - number))
            own = {"id": f"job{number:013d}", "kind": "backup", "tenant_id": tenant}
            ended = {"status": "done", "created_at": at, "started_at": at, "ended_at": at}
            rest = {"beat_at": at, "progress": {}, "result": {}, "params": {}}
            claim = {"holder": "", "epoch": 1, "until": None}
            yield {**own, **ended, **rest, **claim, "actor": self.dice.choice(AUTHORS)}

    def quarantined(self) -> Rows:
        for number in range(HELD):
            device, tenant = self.dice.choice(self.devices)
            held = number > HELD - 20
            yield {
                "id": f"held{number:012d}",
                "device_id": device,
                "kind": "running",
                "at": self.now - timedelta(hours=4 * (HELD - number)),
                "run_id": self.run_id(0),
                "cause_kind": "truncated",
                "cause_message": "end mark is missing",
                "digest": "0" * 64,
                "file": f"{number}.sealed",
                "size": 40_000,
                "lines": 1_000,
                "acceptable": True,
                "status": "held" if held else "discarded",
                "settled_at": None if held else self.now,
                "settled_by": None if held else "ana",
                "tenant_id": tenant,
            }

    def events(self) -> Rows:
        for number in range(10 * len(self.devices)):
            device, tenant = self.devices[number % len(self.devices)]
            at = self.now - timedelta(hours=number % 8000)
            own = {"device_id": device, "tenant_id": tenant, "at": at, "actor": "netwb"}
            yield {**own, "kind": "facts", "detail": {}}


TABLES: Mapping[str, Callable[[Past], Rows]] = {
    "backup_run": Past.runs,
    "backup_outcome": Past.outcomes,
    "revision": Past.revisions,
    "audit": Past.audited,
    "job": Past.jobs,
    "quarantine": Past.quarantined,
    "device_event": Past.events,
}


def build(home: Path, devices: int, nights: int, environment: Mapping[str, str]) -> None:
    """A home with a past of rows."""
    began = time.perf_counter()
    bench = Workbench.create(home, environment=environment)
    for tenant in ("acme", "umbra"):
        bench.add_tenant(tenant, name=tenant.title())
        bench.add_site(f"{tenant}/fra1")
    for name, role, tenants in (
        ("customer", Role.CUSTOMER, ("acme",)),
        ("admin", Role.ADMIN, None),
    ):
        bench.add_user(NewUser(name=name, role=role, tenants=tenants, password=PASSWORD))
    made = [add_device(bench, number) for number in range(devices)]
    past = Past([(device.id, device.tenant_id) for device in made], datetime.now(UTC), nights)
    with bench._parts.database.connecting("migrate") as connection:
        for name, rows in TABLES.items():
            _insert(connection, name, rows(past))
        _copies(connection)
        if connection.dialect.name == "postgresql":  # its own upkeep does that in an hour
            connection.execute(text("analyze"))
    bench.close()
    print(f"built {devices} devices x {nights} nights in {time.perf_counter() - began:.0f} s")


def _insert(connection: Connection, name: str, rows: Rows) -> None:
    table, batch = Base.metadata.tables[name], []
    for row in rows:
        batch.append(row)
        if len(batch) == 5_000:
            connection.execute(table.insert(), batch)
            batch.clear()
    if batch:
        connection.execute(table.insert(), batch)


def _copies(connection: Connection) -> None:
    """The newest revision of each device."""
    connection.execute(
        text(
            'insert into current (device_id, kind, number, "commit", blob, path, digest, rule_set,'
            " size, lines, retired, changed_by, changed_at, checked_at, tenant_id)"
            ' select device_id, kind, number, "commit", blob, path, digest, rule_set, size, lines,'
            " false, author, at, stored_at, tenant_id from revision r where number ="
            " (select max(number) from revision n where n.device_id = r.device_id)"
        )
    )


def questions(bench: Workbench) -> Mapping[str, Callable[[], object]]:
    """What pages and REST ask, by name."""
    device = bench.devices()[7].id
    week = timedelta(days=7)
    now = datetime.now(UTC)
    return {
        "changes, last night": lambda: bench.changes(since="1d"),
        "changes, 7 days": lambda: bench.changes(since="7d"),
        "changes, a week half a year ago": lambda: bench.changes(
            since=now - 27 * week, until=now - 26 * week
        ),
        "changes of a person, a year, a page": lambda: bench.changes(
            since="400d", by="kim", limit=50
        ),
        "overview, last night": lambda: bench.overview(since="1d"),
        "last night": bench.last_night,
        "coverage, 30 days": lambda: bench.coverage(since="30d"),
        "history of a device": lambda: bench.history(device, limit=20),
        "runs of a device": lambda: bench.device_runs(device, limit=20),
        "events of a device": lambda: bench.device_events(device),
        "quarantine": bench.quarantine,
        "jobs": lambda: bench.jobs(limit=50),
        "devices": bench.devices,
        "health: ready": bench.readiness,
        "health: figures": bench.figures,
        "health: status": bench.status,
        "health: watch": bench.watch_health,
        "audit, a page": lambda: bench.audit_events(limit=50),
        "audit of a person": lambda: bench.audit_events(limit=50, who="kim"),
        "audit of a tenant": lambda: bench.audit_events(limit=50, tenant="acme"),
        "audit of a day": lambda: bench.audit_events(limit=50, since="100d", until="99d"),
        "audit of most of a year": lambda: bench.audit_events(limit=50, since="250d"),
        "audit: count of a day": lambda: bench.audit_count(since="100d", until="99d"),
        "failed last time": lambda: bench._parts.runs.failed_last_time(bench._scope),
    }


@dataclass(slots=True)
class Asked:
    """A statement, what was bound, and what it took until it gave its first row."""

    statement: str
    values: Any
    took_s: float


@contextmanager
def listening() -> Iterator[list[Asked]]:
    """Every statement of this process meanwhile."""
    heard: list[Asked] = []

    def before(*said: Any) -> None:
        said[4].netwb_began = time.perf_counter()

    def after(*said: Any) -> None:
        heard.append(Asked(said[2], said[3], time.perf_counter() - said[4].netwb_began))

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", before)
        event.remove(Engine, "after_cursor_execute", after)


def plan(connection: Connection, asked: Asked) -> list[str]:
    """How the database finds the rows."""
    words = "explain query plan" if connection.dialect.name == "sqlite" else "explain"
    rows = connection.exec_driver_sql(f"{words} {asked.statement}", asked.values)
    return [str(row[-1]) for row in rows]


def read_whole(connection: Connection, heard: Iterable[Asked]) -> Iterator[tuple[str, str]]:
    """Tables of the past that a statement reads row by row, and the statement."""
    for statement, asked in {one.statement: one for one in heard}.items():
        for line in plan(connection, asked) if statement.lower().startswith("select") else ():
            found = _WHOLE.search(line)
            paged = line.startswith("SCAN") and "LIMIT" in statement  # its end, by the row's number
            if found and found["table"] in TABLES and not paged:
                yield found["table"], " ".join(statement.split())[:160]


def measure(bench: Workbench, *, repeat: int, plans: bool) -> None:
    """Print a table; times are the smallest of a few."""
    whole: dict[tuple[str, str], str] = {}
    for who in ("admin", "customer"):
        acting = bench.acting_as(who)
        for name, ask in questions(acting).items():
            if who == "customer" and name.startswith(NOT_FOR_CUSTOMERS):
                continue
            with listening() as heard:
                took = min(_timed(ask) for _ in range(repeat))
            longest = sorted(heard, key=lambda one: -one.took_s)[:1]
            print(f"{who:<9}{name:<38}{took * 1000:9.1f} ms  {len(heard) // repeat} statements")
            if not plans:
                continue
            with bench._parts.database.connecting("read") as connection:
                for one in longest:
                    found = " | ".join(line.strip() for line in plan(connection, one)[:6])
                    print(f"    {one.took_s * 1000:7.1f} ms  {found}")
                whole |= dict.fromkeys(read_whole(connection, heard), f"{who}: {name}")
    for (table, statement), asker in whole.items():
        print(f"reads {table} whole ({asker}): {statement}")


def _timed(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


@contextmanager
def environment(*, on_postgresql: bool) -> Iterator[Mapping[str, str]]:
    """Where the tables are."""
    found = programs()
    if not on_postgresql or found is None:
        yield {}
        return
    with running_cluster(found) as cluster:
        yield {"NETWB_STORE__URL": cluster.new_database()}


def main() -> None:
    """Make or take the home, and ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--nights", type=int, default=NIGHTS)
    parser.add_argument("--home", type=Path, help="Keep the home here, or take what is there.")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--plans", action="store_true")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with environment(on_postgresql=options.postgresql) as variables, home_at(options.home) as home:
        if not home.exists():
            build(home, options.devices, options.nights, variables)
        bench = Workbench.open(home, environment=variables)
        measure(bench, repeat=options.repeat, plans=options.plans)
        bench.close()


if __name__ == "__main__":
    main()
