"""A check that is killed, or meets another one: whole devices are kept, once, and the rest comes later."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from netwb.compliance.keeping import LEASE_S, Keeping
from netwb.errors import RunUnderWayError
from netwb.roles import ALL_TENANTS
from netwb.store.models import ComplianceChangeRow, ComplianceRow
from tests.benches import Rig, a_night, rig
from tests.compliance.keeping import BAD, HOSTS, ONLY_OURS, change, put_rules, told
from tests.stores import EACH_STORE

pytestmark = EACH_STORE
KILLED = """
import os, signal
from dataclasses import replace
from netwb.compliance.keeping import LEASE_S, Keeping
from netwb.roles import ALL_TENANTS
from netwb.workbench import Workbench
bench = Workbench.open()
parts = bench._parts.compliance
keeping = Keeping(replace(parts.keeping.parts, at_once=1))
keeping.check(ALL_TENANTS, parts.sources.load(ALL_TENANTS), whole=True,
              note=lambda *_: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS, past=a_night, settings=ONLY_OURS) as one:
        put_rules(one)
        one.bench.check_night()
        for device in ("acme/edge1", "acme/edge2"):
            change(one, device, ntp=BAD)
        yield one


def changes(made: Rig) -> list[tuple[str, str]]:
    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        asked = select(ComplianceChangeRow.device_id, ComplianceChangeRow.rule_id)
        return [(row[0], row[1]) for row in session.execute(asked)]


def kept(made: Rig) -> int:
    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        return session.scalar(select(func.count()).select_from(ComplianceRow)) or 0


def test_a_check_that_is_killed_is_made_up_and_nothing_comes_twice(made: Rig) -> None:
    environment = {**os.environ, **made.variables, "NETWB_HOME": str(made.bench.home)}
    done = subprocess.run([sys.executable, "-c", KILLED], env=environment, check=False)
    half = changes(made)
    made.bench.check_night()
    whole = changes(made)

    assert done.returncode == -signal.SIGKILL
    assert len(half) == 1, "the first device's, whole"
    assert len(whole) == len(set(whole)) == 2
    assert [one.detail["count"] for one in told(made)] == [2]


def test_one_that_comes_while_another_checks_is_told_so_and_changes_nothing(made: Rig) -> None:
    parts = made.bench._parts.compliance
    keeping = Keeping(replace(parts.keeping.parts, at_once=1))
    refused = []

    def meanwhile(*_: object) -> None:
        with pytest.raises(RunUnderWayError, match="another check of acme is under way"):
            made.bench.where(tenant="acme").check()
        refused.append(changes(made))

    keeping.check(ALL_TENANTS, parts.sources.load(ALL_TENANTS), whole=True, note=meanwhile)

    assert [len(seen) for seen in refused] == [1, 2]
    assert len(changes(made)) == 2
    assert kept(made) == 3


def test_a_check_of_all_leaves_out_the_tenant_that_somebody_else_checks(made: Rig) -> None:
    leases = made.bench._parts.compliance.keeping.parts.leases()
    leases.acquire(f"compliance/{made.bench.tenant('acme').id}", 60)

    done = made.bench.check_night()

    assert done.busy == ("acme",)
    assert changes(made) == []


def test_a_check_that_takes_longer_than_its_lease_keeps_it(made: Rig) -> None:
    parts = made.bench._parts.compliance
    keeping = Keeping(replace(parts.keeping.parts, at_once=1))

    def slowly(*_: object) -> None:
        made.clock.advance(seconds=LEASE_S * 0.7)

    done = keeping.check(ALL_TENANTS, parts.sources.load(ALL_TENANTS), whole=True, note=slowly)

    assert done.judged == 2
    assert len(changes(made)) == 2
