"""The tables: made, asked for, migrated under a lock after a copy, and the same as the models."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from netwb.errors import MigrationNeededError, StoreError, StoreUnavailableError
from netwb.roles import ALL_TENANTS
from netwb.store import schema
from netwb.store.database import Database, create_file
from netwb.store.models import AuditHeadRow, Base
from tests.postgresql import Cluster


def stand_at(database: Database, revision: str) -> None:
    with database.connecting("migrate") as connection:
        connection.execute(text("update alembic_version set version_num = :r"), {"r": revision})


def test_migrations_give_the_tables_of_the_models(database: Database) -> None:
    with database.connecting("migrate") as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, Base.metadata)

    assert difference == []


def test_every_foreign_key_of_the_models_is_in_force(database: Database) -> None:
    expected = {
        (table.name, key.parent.name, key.column.table.name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
    }

    with database.connecting("migrate") as connection:
        inspector = inspect(connection)
        found = {
            (table, key["constrained_columns"][0], key["referred_table"])
            for table in inspector.get_table_names()
            for key in inspector.get_foreign_keys(table)
        }

    assert found == expected


def test_revisions_listed_are_the_scripts_in_order() -> None:
    settings = Config()
    settings.set_main_option("script_location", schema.SCRIPTS)
    scripts = ScriptDirectory.from_config(settings).walk_revisions()

    assert tuple(reversed([script.revision for script in scripts])) == schema.REVISIONS


def test_a_new_database_is_current(database: Database) -> None:
    schema.require_current(database)

    assert schema.upgrade(database, copy_to=None).copy is None
    with database.reading(ALL_TENANTS) as session:
        assert session.get_one(AuditHeadRow, 1).seq == 0


def test_creating_twice_is_refused_and_changes_nothing(database: Database) -> None:
    with pytest.raises(StoreError, match="already has tables"):
        schema.create(database)

    schema.require_current(database)


def test_an_empty_file_left_by_a_crash_is_taken(tmp_path: Path) -> None:
    (tmp_path / "netwb.db").touch(mode=0o600)
    database = Database(f"sqlite:///{tmp_path}/netwb.db")

    with pytest.raises(MigrationNeededError, match="run `netwb init`"):
        schema.require_current(database)
    schema.create(database)

    schema.require_current(database)


@pytest.mark.parametrize(
    ("found", "expected"),
    [(None, "absent"), (schema.REVISIONS[-1], "current"), ("9999", "newer")]
    + [(older, "older") for older in schema.REVISIONS[:-1]],
)
def test_a_revision_stands_before_at_or_after_this_netwb(found: str | None, expected: str) -> None:
    assert schema.standing(found) == expected


def test_a_newer_database_is_refused_with_the_cure(database: Database) -> None:
    stand_at(database, "9999")

    with pytest.raises(MigrationNeededError, match="install a newer netwb"):
        schema.require_current(database)


def test_a_newer_database_is_not_upgraded(database: Database, tmp_path: Path) -> None:
    stand_at(database, "9999")

    with pytest.raises(MigrationNeededError, match="newer"):
        schema.upgrade(database, copy_to=tmp_path / "copy.db")

    assert not (tmp_path / "copy.db").exists()


def test_upgrade_migrates_an_empty_database_after_a_whole_copy(tmp_path: Path) -> None:
    file = tmp_path / "netwb.db"
    with closing(sqlite3.connect(file)) as older:
        older.execute("create table kept (word text)")
        older.execute("insert into kept values ('here')")
        older.commit()
    database = Database(f"sqlite:///{file}")

    done = schema.upgrade(database, copy_to=tmp_path / "copy.db")

    assert (done.old, done.new, done.copy) == (None, schema.REVISIONS[-1], tmp_path / "copy.db")
    schema.require_current(database)
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("select word from kept").fetchall() == [("here",)]
        assert copy.execute("select name from sqlite_master where name = 'device'").fetchall() == []
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_upgrade_without_room_for_the_copy_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "netwb.db").touch()
    (tmp_path / "copy.db").touch()
    database = Database(f"sqlite:///{tmp_path}/netwb.db")

    with pytest.raises(StoreUnavailableError, match="nothing was upgraded"):
        schema.upgrade(database, copy_to=tmp_path / "copy.db")

    assert schema.revision(database) is None


def test_a_second_upgrade_at_the_same_time_is_refused(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/netwb.db")
    schema.create(database)

    with (tmp_path / "netwb.db.upgrade-lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StoreUnavailableError, match="being upgraded by another process"):
            schema.upgrade(database, copy_to=None)

    schema.upgrade(database, copy_to=None)


@pytest.mark.real
def test_a_second_upgrade_of_a_postgresql_database_is_refused(postgresql: Cluster) -> None:
    database = Database(postgresql.new_database())
    schema.create(database)

    with schema.locked(database), pytest.raises(StoreUnavailableError, match="being upgraded"):
        schema.upgrade(database, copy_to=None)

    schema.upgrade(database, copy_to=None)


def test_a_failed_migration_leaves_the_database_as_it_was(new_url: Callable[[], str]) -> None:
    url = new_url()
    database = Database(url)
    if database.path:
        create_file(database.path)
    with database.connecting("migrate") as connection:
        connection.execute(text("create table vault (word text)"))  # in the way of a late table

    with pytest.raises(DBAPIError, match="already exists"):
        schema.upgrade(database, copy_to=None)

    with database.connecting("read") as connection:
        assert inspect(connection).get_table_names() == ["vault"]
