from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from netwb.store import schema
from netwb.store.database import Database
from tests.inventory.ground import Ground, make_ground
from tests.postgresql import Cluster


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, made once."""
    file = tmp_path_factory.mktemp("tables") / "netwb.db"
    with closing(Database(f"sqlite:///{file}")) as database:
        schema.create(database)
    return file


@pytest.fixture(scope="session")
def postgresql_tables(postgresql: Cluster) -> str:
    """Name of a database with all tables, made once."""
    url = postgresql.new_database()
    with closing(Database(url)) as database:
        schema.create(database)
    return make_url(url).database or ""


@pytest.fixture
def ground(tmp_path: Path, sqlite_tables: Path) -> Iterator[Ground]:
    """An empty inventory on SQLite."""
    shutil.copyfile(sqlite_tables, tmp_path / "netwb.db")
    made = make_ground(f"sqlite:///{tmp_path}/netwb.db", tmp_path)
    yield made
    made.database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """An empty inventory on each database, for what the two could do differently."""
    if request.param == "sqlite":
        yield request.getfixturevalue("ground")
        return
    template: str = request.getfixturevalue("postgresql_tables")
    cluster: Cluster = request.getfixturevalue("postgresql")
    made = make_ground(cluster.new_database(template=template), tmp_path)
    yield made
    made.database.close()
