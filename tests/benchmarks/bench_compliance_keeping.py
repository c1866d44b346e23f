"""Measure a check with its database. By hand: `python -m tests.benchmarks.bench_compliance_keeping`.

Forty rules of the starter pack, 2,000 devices with 300 lines each: the first check, one with ten changed
devices, one with none, and what pages read. Prints seconds by the clock and of CPU; nothing is asserted.
Must: 30 s and 1 s; aim: 8 s and 0.2 s. With NETWB_STORE__URL another database than SQLite.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from netwb.roles import ALL_TENANTS
from netwb.store.ids import new_id
from netwb.store.inserting import insert_many
from netwb.store.models import CurrentRow, CurrentTextRow, DeviceRow, RevisionRow, SiteRow
from netwb.workbench import Workbench
from tests.benches import START, TestClock
from tests.benchmarks.bench_compliance import CHANGED, PLATFORM, RULES, rules_of, starter, texts

AT_ONCE = 500


def fill(bench: Workbench, datas: list[bytes]) -> list[str]:
    """Devices with one revision each, as a backup leaves them."""
    bench.add_tenant("acme", name="Acme")
    bench.add_site("acme/fra1")
    tenant_id = bench.tenant("acme").id
    database = bench._parts.database
    ids = [new_id() for _ in datas]
    with database.reading(ALL_TENANTS) as session:
        site_id = session.scalars(select(SiteRow.id)).one()
    for first in range(0, len(ids), AT_ONCE):
        some = range(first, min(first + AT_ONCE, len(ids)))
        with database.writing(ALL_TENANTS) as session:
            insert_many(session, DeviceRow, [device(ids[n], n, tenant_id, site_id) for n in some])
            owners = {
                n: {"tenant_id": tenant_id, "device_id": ids[n], "kind": "running"} for n in some
            }
            insert_many(session, RevisionRow, [{**owners[n], **revision(n)} for n in some])
            insert_many(session, CurrentRow, [{**owners[n], **current(n)} for n in some])
            insert_many(
                session,
                CurrentTextRow,
                [{**owners[n], "since": [1, 300], "text": datas[n]} for n in some],
            )
    return ids


def device(identifier: str, number: int, tenant_id: str, site_id: str) -> dict[str, object]:
    blank = dict.fromkeys(
        (
            *("credential_id", "snmp_credential_id", "jump", "jump_credential_id", "jump_host_key"),
            *("sysname", "syslog_source", "model", "serial", "os_version", "uptime_s", "facts_at"),
            *("contract_ref", "role"),
        )
    )
    named = {
        "id": identifier,
        "tenant_id": tenant_id,
        "site_id": site_id,
        "hostname": f"edge{number}",
        "address": "127.0.0.1",
        "port": 22,
        "snmp_port": 161,
        "platform": PLATFORM,
        "status": "active",
        "transport": "fast",
        "labels": {},
        "created_at": START,
        "updated_at": START,
    }
    columns = {column.key for column in DeviceRow.__table__.columns}
    return {key: value for key, value in {**blank, **named}.items() if key in columns}


def blob(number: int, version: int = 1) -> str:
    return f"{number * 1000 + version:040x}"


def revision(number: int) -> dict[str, object]:
    words = dict.fromkeys(("message", "note", "run_id", "rule_set", "digest"), "")
    return {
        **words,
        "number": 1,
        "commit": blob(number),
        "blob": blob(number),
        "path": f"fra1/edge{number}.cfg",
        "at": START,
        "stored_at": START,
        "author": "ana",
        "cause": "backup",
        "added": 300,
        "removed": 0,
        "size": 9000,
        "lines": 300,
        "placed": [],
        "volatile": [],
    }


def current(number: int) -> dict[str, object]:
    return {
        "number": 1,
        "commit": blob(number),
        "blob": blob(number),
        "path": f"fra1/edge{number}.cfg",
        "digest": "",
        "rule_set": "",
        "size": 9000,
        "lines": 300,
        "retired": False,
        "changed_by": "",
        "changed_at": None,
        "checked_at": START,
    }


def change(bench: Workbench, ids: list[str], *, version: int) -> None:
    """Another text of the first ones; the newest revision is another one."""
    with bench._parts.database.writing(ALL_TENANTS) as session:
        for number, identifier in enumerate(ids[:CHANGED]):
            mine = (CurrentRow.device_id == identifier) & (CurrentRow.kind == "running")
            other = {"blob": blob(number, version), "commit": blob(number, version)}
            session.execute(update(CurrentRow).where(mine).values(**other, number=version))
            owner = {"device_id": identifier, "kind": "running"}
            owner["tenant_id"] = bench.tenant("acme").id
            insert_many(
                session, RevisionRow, [{**owner, **revision(number), **other, "number": version}]
            )
            text = CurrentTextRow.device_id == identifier
            row = session.scalars(select(CurrentTextRow).where(text)).one()
            row.text += b"ip http server\n"


def told(what: str, work: Callable[[], object], words: str = "") -> None:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    print(f"{what:42}{took:8.3f} s, CPU {spent:8.3f} s   {words}")


def main() -> None:
    every = starter()
    held = {rule.id for rule in rules_of(every)}
    off = [rule.id for rule in every.rules if rule.id not in held and not rule.locked]
    datas = texts()
    with tempfile.TemporaryDirectory() as folder:
        clock = TestClock(START + timedelta(hours=1))
        bench = Workbench.create(Path(folder) / "home", environment=dict(os.environ), clock=clock)
        with closing(bench):
            (bench.home / "rules" / "off.yaml").write_text(f"off: [{', '.join(off)}]\n")
            ids = fill(bench, datas)
            print(f"{bench._parts.database.dialect}: {len(ids)} devices, {RULES} rules")
            told("rules read", bench.rules)
            told("first check", bench.check_night, "must 30, aim 8")
            change(bench, ids, version=2)
            told(f"{CHANGED} changed", bench.check_night, "must 1, aim 0.2")
            change(bench, ids, version=3)
            told(f"{CHANGED} changed, once more", bench.check_changed, "must 1, aim 0.2")
            told("none changed", bench.check_night)
            told("all cells read (a page)", bench.compliance)
            told("one finding", lambda: bench.finding(ids[0], min(held)))
            told("trend", bench.compliance_trend)


if __name__ == "__main__":
    main()
