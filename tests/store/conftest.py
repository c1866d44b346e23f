"""Stores to test on: the same tests run on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from netwb.store import schema
from netwb.store.database import Database
from tests.postgresql import Cluster
from tests.real_components import require_real

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.real)]
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=KINDS)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes URLs of databases without tables; the SQLite file is not there yet."""
    if request.param == "sqlite":
        numbers = iter(range(100))
        return lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db"
    make: Callable[[], str] = request.getfixturevalue("postgresql").new_database
    return make


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, made once."""
    file = tmp_path_factory.mktemp("template") / "netwb.db"
    _create(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_template(postgresql: Cluster) -> str:
    """Name of a database with all tables, made once."""
    url = postgresql.lasting_database()
    _create(url)
    return make_url(url).database or ""


def _create(url: str) -> None:
    with closing(Database(url)) as database:
        schema.create(database)


def fresh_url(request: pytest.FixtureRequest, folder: Path) -> str:
    """URL of a database with all tables, of the kind that `request.param` names."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "netwb.db")
        return f"sqlite:///{folder}/netwb.db"
    template: str = request.getfixturevalue("postgresql_template")
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.new_database(template=template)


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database with all tables."""
    return fresh_url(request, tmp_path)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with closing(Database(url)) as opened:
        yield opened


@pytest.fixture
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that is a file system of 3 MB."""
    mount = shutil.which("mount")
    require_real("a small file system (root and mount)", os.geteuid() == 0 and mount is not None)
    folder = tmp_path_factory.mktemp("small")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Act as a user who owns nothing, for what root is never refused."""
    require_real("a change of user (root)", os.geteuid() == 0)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def run_python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a Python of its own, which may import the tests."""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        timeout=60,
    )
