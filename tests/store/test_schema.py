"""The tables: made, asked for, migrated under a lock after a copy, and the same as the models."""

from __future__ import annotations

import fcntl
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from netwb.errors import MigrationNeededError, StoreError, StoreUnavailableError
from netwb.roles import ALL_TENANTS
from netwb.store import schema
from netwb.store.database import Database, create_file
from netwb.store.models import AuditHeadRow, Base, JobRow, SiteRow, UserRow, UserTenantRow
from tests.postgresql import Cluster
from tests.store.conftest import run_python
from tests.store.rows import add_tenant_with_one_row_of_each


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
    settings.set_main_option("script_location", schema.MIGRATIONS.scripts)
    scripts = ScriptDirectory.from_config(settings).walk_revisions()

    assert tuple(reversed([script.revision for script in scripts])) == schema.MIGRATIONS.revisions


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

    with pytest.raises(MigrationNeededError, match=r"put back a copy .*`netwb init`"):
        schema.require_current(database)
    schema.create(database)

    schema.require_current(database)


@pytest.mark.parametrize(
    ("found", "expected"),
    [(None, "absent"), ("1", "older"), ("2", "older"), ("3", "current"), ("4", "newer")],
)
def test_a_revision_stands_before_at_or_after_this_netwb(found: str | None, expected: str) -> None:
    assert schema.Migrations("", ("1", "2", "3")).standing(found) == expected


def test_a_newer_database_is_refused_with_the_cure(database: Database) -> None:
    stand_at(database, "9999")

    with pytest.raises(MigrationNeededError, match="install a newer netwb"):
        schema.require_current(database)


def test_a_newer_database_is_not_upgraded(database: Database, tmp_path: Path) -> None:
    stand_at(database, "9999")

    with pytest.raises(MigrationNeededError, match="newer"):
        schema.upgrade(database, copy_to=tmp_path / "copy.db")

    assert not (tmp_path / "copy.db").exists()


LAST = schema.MIGRATIONS.revisions[-1]
NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "next", "LAST"
def upgrade():
    with op.batch_alter_table("tenant") as tenant:
        tenant.alter_column("name", new_column_name="title")
    BREAKAGE
"""


def next_netwb(folder: Path, breakage: str = "pass") -> schema.Migrations:
    """The migrations, and one more that rebuilds a table which others refer to."""
    shutil.copytree(Path(schema.__file__).parent / "migrations", folder / "migrations")
    write_next(folder, breakage)
    return schema.Migrations(str(folder / "migrations"), (*schema.MIGRATIONS.revisions, "next"))


def write_next(folder: Path, breakage: str = "pass") -> None:
    script = NEXT.replace("LAST", LAST).replace("BREAKAGE", breakage)
    (folder / "migrations/versions/next.py").write_text(script)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.writing(ALL_TENANTS) as session:
        add_tenant_with_one_row_of_each(session, "t-a")
    return database


def tenants(database: Database, column: str) -> list[tuple[str, ...]]:
    with database.connecting("read") as connection:
        rows = connection.execute(text(f"select id, {column} from tenant"))
        return [tuple(row) for row in rows]


def test_an_older_database_is_refused_and_upgraded_with_its_rows(
    filled: Database, tmp_path: Path
) -> None:
    newer = next_netwb(tmp_path)
    with pytest.raises(MigrationNeededError, match="is older than this netwb; run `netwb upgrade`"):
        schema.require_current(filled, newer)

    done = schema.upgrade(filled, copy_to=None, migrations=newer)

    assert (done.old, done.new) == (LAST, "next")
    schema.require_current(filled, newer)
    assert tenants(filled, "title") == [("t-a", "t-a")]
    with filled.reading(ALL_TENANTS) as session:
        assert session.scalars(select(SiteRow.id)).all() == ["t-a"]
    with pytest.raises(IntegrityError), filled.writing(ALL_TENANTS) as session:
        session.get_one(SiteRow, "t-a").tenant_id = "nobody"  # foreign keys are on again
    with pytest.raises(MigrationNeededError, match="newer"):
        schema.require_current(filled)


@pytest.mark.parametrize(
    ("breakage", "words"),
    [
        ("op.execute('selct 1')", "syntax error"),
        ("op.execute(\"update site set tenant_id = 'nobody'\")", "site|fk_site_tenant_id"),
    ],
    ids=["sql", "reference"],
)
def test_a_migration_that_fails_leaves_the_database_as_it_was(
    filled: Database, tmp_path: Path, breakage: str, words: str
) -> None:
    newer = next_netwb(tmp_path, breakage)

    with pytest.raises((DBAPIError, StoreError), match=words):
        schema.upgrade(filled, copy_to=None, migrations=newer)

    schema.require_current(filled)
    assert tenants(filled, "name") == [("t-a", "t-a")]


def test_an_upgrade_that_is_killed_in_the_middle_is_done_by_the_next(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/netwb.db")
    schema.create(database)
    with database.writing(ALL_TENANTS) as session:
        add_tenant_with_one_row_of_each(session, "t-a")
    newer = next_netwb(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    script = (
        "import sys\n"
        "from tests.store.test_schema import Database, schema\n"
        "newer = schema.Migrations(sys.argv[2], (*schema.MIGRATIONS.revisions, 'next'))\n"
        "schema.upgrade(Database(sys.argv[1]), copy_to=None, migrations=newer)\n"
    )

    killed = run_python(script, f"sqlite:///{tmp_path}/netwb.db", newer.scripts)

    assert killed.returncode == -signal.SIGKILL
    schema.require_current(database)
    assert tenants(database, "name") == [("t-a", "t-a")]
    write_next(tmp_path)
    assert schema.upgrade(database, copy_to=None, migrations=newer).new == "next"
    assert tenants(database, "title") == [("t-a", "t-a")]


def test_a_copy_is_made_first_whole_and_the_owners_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/netwb.db")
    schema.create(database)
    with database.writing(ALL_TENANTS) as session:
        add_tenant_with_one_row_of_each(session, "t-a")  # in the log still, not in the file

    done = schema.upgrade(database, copy_to=tmp_path / "copy.db", migrations=next_netwb(tmp_path))

    assert done.copy == tmp_path / "copy.db"
    copy = Database(f"sqlite:///{done.copy}")
    schema.require_current(copy)
    assert tenants(copy, "name") == [("t-a", "t-a")]
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.part"))


FIRST = schema.Migrations(schema.MIGRATIONS.scripts, schema.MIGRATIONS.revisions[:1])
OLD_ROWS = """
insert into tenant (id, slug, name, status, created_at)
    values ('t-a', 'acme', 'Acme', 'active', '2026-03-01 12:00:00+00:00');
insert into job (id, kind, tenant_id, actor, status, created_at, progress, result)
    values ('j-1', 'backup', 't-a', 'ana', 'done', '2026-03-01 12:00:00+00:00', '{}', '{"n": 1}')
"""


@pytest.fixture
def first_home(new_url: Callable[[], str]) -> Iterator[Database]:
    """A database as the first netwb left it, with rows."""
    settings = Config()
    settings.set_main_option("script_location", FIRST.scripts)
    with closing(Database(new_url())) as database:
        if database.path:
            create_file(database.path)
        with database.connecting("migrate") as connection:
            settings.attributes["connection"] = connection
            command.upgrade(settings, FIRST.revisions[-1])
            for statement in OLD_ROWS.split(";"):
                connection.exec_driver_sql(statement)
        yield database


def test_a_home_of_the_first_netwb_is_brought_along_with_its_rows(first_home: Database) -> None:
    with pytest.raises(MigrationNeededError, match="older"):
        schema.require_current(first_home)

    done = schema.upgrade(first_home, copy_to=None)

    assert (done.old, done.new) == ("0001", LAST)
    with first_home.reading(ALL_TENANTS) as session:
        job = session.scalars(select(JobRow)).one()
        assert (job.actor, job.result, job.params) == ("ana", {"n": 1}, {})
        assert (job.holder, job.epoch, job.until) == ("", 0, None)
        assert session.scalars(select(UserRow)).all() == []
    with pytest.raises(IntegrityError), first_home.writing(ALL_TENANTS) as session:
        session.add(UserTenantRow(user_id="nobody", tenant_id="t-a"))


def test_an_older_copy_is_never_overwritten(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/netwb.db")
    schema.create(database)
    (tmp_path / "copy.db").write_text("the one before")

    done = schema.upgrade(database, copy_to=tmp_path / "copy.db", migrations=next_netwb(tmp_path))

    assert done.copy == tmp_path / "copy-2.db"
    assert (tmp_path / "copy.db").read_text() == "the one before"


def test_without_a_place_for_the_copy_nothing_is_upgraded(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/netwb.db")
    schema.create(database)

    with pytest.raises(StoreUnavailableError, match="absent"):
        schema.upgrade(
            database, copy_to=tmp_path / "absent/copy.db", migrations=next_netwb(tmp_path)
        )

    schema.require_current(database)


@pytest.mark.real
def test_without_room_for_the_copy_nothing_is_upgraded(tmp_path: Path, small_folder: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/netwb.db")
    schema.create(database)
    room = shutil.disk_usage(small_folder).free - (tmp_path / "netwb.db").stat().st_size // 2
    (small_folder / "ballast").write_bytes(bytes(room))

    with pytest.raises(StoreUnavailableError, match="full; make room"):
        schema.upgrade(database, copy_to=small_folder / "copy.db", migrations=next_netwb(tmp_path))

    schema.require_current(database)
    assert [file.name for file in small_folder.iterdir()] == ["ballast"]


def test_a_database_of_somebody_else_is_left_alone(new_url: Callable[[], str]) -> None:
    database = Database(new_url())
    if database.path:
        create_file(database.path)
    with database.connecting("migrate") as connection:
        connection.execute(text("create table theirs (word text)"))

    with pytest.raises(MigrationNeededError, match="holds no netwb"):
        schema.upgrade(database, copy_to=None)
    with pytest.raises(StoreError, match="already has tables"):
        schema.create(database)

    with database.connecting("read") as connection:
        assert inspect(connection).get_table_names() == ["theirs"]


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
