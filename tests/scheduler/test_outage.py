"""The database is away for a while: the daemon waits, says so once, and goes on by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url

from netwb.workbench import Workbench
from tests.benches import rig
from tests.conftest import FULL
from tests.postgresql import Cluster
from tests.scheduler.processes import awaited, daemon, file_now, firing, silent_device
from tests.stores import KINDS, cluster_of

AWAY_S = 60.0 if FULL else 5.0  # more than the lease
MOST_LINES = 25  # of the log, over the whole outage: a look every 2 s that told would be more
SLOW = "[collect]\nconnect_timeout_s = 4.0\ntotal_deadline_s = 4.0\nretries = 0\n"


@contextmanager
def file_away(home: Path) -> Iterator[None]:
    """SQLite's file is not where it was, as when its disk is gone."""
    file, other = home / "netwb.db", home / "elsewhere.db"
    file.rename(other)
    try:
        yield
    finally:
        other.rename(file)


@contextmanager
def shut(cluster: Cluster, url: str) -> Iterator[None]:
    """PostgreSQL takes no connection to the database, and has ended those that there were."""
    name = make_url(url).database
    cluster.sql("postgres", f"alter database {name} allow_connections false")
    cluster.sql(
        "postgres",
        f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'",
    )
    try:
        yield
    finally:
        cluster.sql("postgres", f"alter database {name} allow_connections true")


@pytest.fixture(params=KINDS)
def cluster(request: pytest.FixtureRequest) -> Cluster | None:
    return cluster_of(request)


@pytest.mark.parametrize("when", ["idle", "in a night"])
def test_a_daemon_waits_for_its_database_and_goes_on(
    when: str, tmp_path: Path, cluster: Cluster | None
) -> None:
    home = tmp_path / "home"
    with (
        silent_device() as device,
        rig(tmp_path, {"acme": ("edge1",)}, cluster=cluster) as made,
    ):
        environment = made.variables
        made.bench.set_device("edge1", address=device.address, port=device.port)
        (home / "netwb.toml").write_text(SLOW)
        made.bench.close()
        bench = Workbench.open(home, environment=environment)
        with daemon(home, **environment) as only:
            assert only.says("this daemon leads")
            due = file_now(bench) if when == "in a night" else None
            if due is not None:
                awaited(partial(_collects, bench))
            bench.close()
            before = len(only.said)
            with shut(cluster, environment["NETWB_STORE__URL"]) if cluster else file_away(home):
                assert only.says("waits")
                threading.Event().wait(AWAY_S)
            assert only.says("the daemon goes on")
            due = due or file_now(bench)
            awaited(partial(_stands, bench, due, "done"))

            assert only.process.poll() is None
            assert len(only.said) - before < MOST_LINES, only.said[before:]
            assert not any("Traceback" in line for line in only.said)
        bench.close()


def _collects(bench: Workbench) -> bool:
    """A run of the night has its devices: it has nowhere to write what comes of them."""
    return bench._parts.runs.under_way([device.id for device in bench.devices()])


def _stands(bench: Workbench, due: datetime, status: str) -> bool:
    return firing(bench, due).status == status
