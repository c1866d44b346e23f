"""What pages and REST ask finds its rows by an index, however many years there are.

The plans are SQLite's on a database that was never analyzed, as most are. How long it takes with a
year of rows, and on PostgreSQL, is measured by `tests.benchmarks.bench_queries`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from netwb.access.records import NewUser
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.benches import Rig, rig
from tests.benchmarks.bench_queries import NOT_FOR_CUSTOMERS, Asked, listening, plan, questions

GROW = ("backup_outcome", "revision", "audit", "job", "quarantine", "device_event", "past_line")
PASSWORD = "Long-Enough-For-Nobody-77"
NAMES = (
    "changes, last night",
    "changes, 7 days",
    "changes, a week half a year ago",
    "changes of a person, a year, a page",
    "overview, last night",
    "last night",
    "coverage, 30 days",
    "history of a device",
    "runs of a device",
    "events of a device",
    "quarantine",
    "jobs",
    "devices",
    "health: ready",
    "health: figures",
    "health: status",
    "health: watch",
    "audit, a page",
    "audit of a person",
    "audit of a tenant",
    "audit of a day",
    "audit of most of a year",
    "audit: count of a day",
    "failed last time",
)
# Read in the order of the index, and no further than the page goes; or nothing but the index.
IN_ORDER = re.compile(r"SCAN (audit|job USING INDEX ix_job_created_at)$")
BY_INDEX_ALONE = re.compile(r"SCAN \w+ USING COVERING INDEX ")
BY_TENANT_ALONE = re.compile(r"SEARCH (backup_outcome|revision|device_event) .*\(tenant_id=\?\)")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    hosts = {tenant: tuple(f"sw{n}" for n in range(10)) for tenant in ("acme", "umbra")}
    with rig(tmp_path_factory.mktemp("plans"), hosts) as one:
        for name, role, tenants in (
            ("admin", Role.ADMIN, None),
            ("customer", Role.CUSTOMER, ("acme",)),
        ):
            one.bench.add_user(NewUser(name=name, role=role, tenants=tenants, password=PASSWORD))
        one.back_up()
        yield one


def faults(bench: Workbench, asked: Asked) -> list[str]:
    """Steps that look at all rows of a table that grows, or at all of a tenant."""
    with bench._parts.database.connecting("read") as connection:
        steps = [step.strip() for step in plan(connection, asked)]
    bounded = "LIMIT" in asked.statement.upper()
    return [
        step
        for step in steps
        if BY_TENANT_ALONE.match(step)
        or (
            any(re.match(rf"SCAN {table}\b", step) for table in GROW)
            and not BY_INDEX_ALONE.match(step)
            and not (bounded and IN_ORDER.match(step))
        )
    ]


def test_every_question_of_the_benchmark_is_asked_here(made: Rig) -> None:
    assert tuple(questions(made.bench.acting_as("admin"))) == NAMES


@pytest.mark.parametrize("who", ["admin", "customer"])
@pytest.mark.parametrize("name", NAMES)
def test_rows_are_found_by_an_index(made: Rig, who: str, name: str) -> None:
    if who == "customer" and name.startswith(NOT_FOR_CUSTOMERS):
        who = "admin"
    acting = made.bench.acting_as(who)
    ask = questions(acting)[name]

    with listening() as heard:
        ask()

    assert heard
    selects = [asked for asked in heard if asked.statement.lstrip().upper().startswith("SELECT")]
    assert {asked.statement: faults(made.bench, asked) for asked in selects} == {
        asked.statement: [] for asked in selects
    }


def test_a_scan_would_be_seen(made: Rig) -> None:
    asked = Asked("SELECT * FROM backup_outcome WHERE cause_kind = ?", ("x",), 0.0)

    assert faults(made.bench, asked) == ["SCAN backup_outcome"]
