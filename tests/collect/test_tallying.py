"""Counts of what runs gave rise at each run's end, and stay when its rows are swept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from netwb.collect.tallying import COUNT, LENGTHS, OUTCOMES, SUM_MS
from netwb.errors import UnreachableError
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.models import BackupOutcomeRow, BackupRunRow
from netwb.store.tallies import read_tally
from tests.benches import Rig, rig
from tests.stores import KINDS, cluster_of


@pytest.fixture(params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Two tenants; acme/edge2 does not answer."""
    names = {"acme": ("edge1", "edge2"), "umbra": ("edge1",)}
    with rig(tmp_path, names, cluster=cluster_of(request)) as one:
        one.answer("acme/edge2", UnreachableError("no answer"))
        yield one


def outcomes(made: Rig, scope: Scope = ALL_TENANTS) -> dict[tuple[str, str], int]:
    slugs = {tenant.id: tenant.slug for tenant in made.bench.tenants()}
    found = read_tally(made.bench._parts.database, scope, OUTCOMES)
    return {(slugs[tenant], status): count for (tenant, status), count in found.items()}


def test_each_run_adds_what_it_gave(made: Rig) -> None:
    made.back_up()
    made.back_up()

    assert outcomes(made) == {
        ("acme", "changed"): 1,
        ("acme", "unchanged"): 1,
        ("acme", "failed"): 2,
        ("umbra", "changed"): 1,
        ("umbra", "unchanged"): 1,
    }


def test_counts_stay_when_the_rows_are_swept(made: Rig) -> None:
    made.back_up()
    before = outcomes(made)

    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        session.execute(delete(BackupOutcomeRow))
        session.execute(delete(BackupRunRow))

    assert outcomes(made) == before


def test_a_tenant_is_told_its_own_counts_alone(made: Rig) -> None:
    made.back_up()
    umbra = next(tenant.id for tenant in made.bench.tenants() if tenant.slug == "umbra")
    scope = Scope(frozenset({umbra}))

    assert outcomes(made, scope) == {("umbra", "changed"): 1}
    assert read_tally(made.bench._parts.database, scope, LENGTHS) == {}


def test_lengths_are_counted_in_all_bounds_that_they_reach(made: Rig) -> None:
    runs, database = made.bench._parts.runs, made.bench._parts.database
    for seconds in (5, 45, 20_000):
        run_id, lease = runs.start([], actor="test", note="")
        with database.writing(ALL_TENANTS) as session:
            row = session.get_one(BackupRunRow, run_id)
            row.started_at = made.clock.now - timedelta(seconds=seconds)
        runs.end(run_id, lease)

    found = {
        label: value for (_, label), value in read_tally(database, ALL_TENANTS, LENGTHS).items()
    }
    assert (found["10"], found["30"], found["60"], found["14400"]) == (1, 1, 2, 2)
    assert (found[COUNT], found[SUM_MS]) == (3, 20_050_000)
