"""Transactions: one view, one writer, all or nothing; and the rules of the SQLite file."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from netwb.errors import SettingsError, StoreError
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.inserting import insert_many
from netwb.store.models import AuditHeadRow, TenantRow
from tests.store.conftest import run_python
from tests.store.rows import add, count, new_tenant, on_sqlite

FILL = b"\xa5" * 64 * 1024


def test_a_transaction_commits_at_its_end_and_rolls_back_on_an_error(database: Database) -> None:
    add(database, "t-a")

    def fail_after_adding() -> None:
        with database.writing(ALL_TENANTS) as session:
            session.add(new_tenant("t-b"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_adding()
    assert count(database) == 1


def test_a_broken_constraint_stays_what_it_is(database: Database) -> None:
    add(database, "t-a")

    with pytest.raises(IntegrityError):
        add(database, "t-a")
    assert count(database) == 1


def test_a_reading_session_cannot_write(database: Database) -> None:
    def write_by(statement_or_row: str) -> None:
        with database.reading(ALL_TENANTS) as session:
            if statement_or_row == "row":
                session.add(new_tenant("t-a"))
                session.flush()
            elif statement_or_row == "many":
                insert_many(session, TenantRow, [{"id": "t-a", "slug": "a", "name": "A"}])
            else:
                session.query(TenantRow).delete()

    for way in ("row", "many", "statement"):
        with pytest.raises(StoreError, match="reading session was asked to write"):
            write_by(way)


def test_a_reader_keeps_one_view_while_others_write(database: Database) -> None:
    with database.reading(ALL_TENANTS) as session:
        before = session.scalars(select(func.count()).select_from(TenantRow)).one()
        add(database, "t-a")
        after = session.scalars(select(func.count()).select_from(TenantRow)).one()

    assert (before, after, count(database)) == (0, 0, 1)


def test_a_write_inside_a_write_is_refused_at_once(database: Database) -> None:
    refused = pytest.raises(StoreError, match="already open in this thread")

    with database.writing(ALL_TENANTS), refused:
        add(database, "t-a")

    add(database, "t-a")


def test_threads_write_one_after_the_other(database: Database) -> None:
    threads = [threading.Thread(target=add, args=(database, f"t-{n}")) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert count(database) == 12


def test_writers_never_lose_an_update(database: Database) -> None:
    """Read, add one, write: on SQLite by BEGIN IMMEDIATE, on PostgreSQL by a held row."""

    def add_ones() -> None:
        for _ in range(20):
            with database.writing(ALL_TENANTS) as session:
                head = session.get_one(AuditHeadRow, 1, with_for_update=True)
                head.seq += 1

    threads = [threading.Thread(target=add_ones) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    with database.reading(ALL_TENANTS) as session:
        assert session.get_one(AuditHeadRow, 1).seq == 80


def test_a_sqlite_database_follows_the_rules(tmp_path: Path) -> None:
    database = on_sqlite(tmp_path)
    add(database, "t-a")

    with closing(sqlite3.connect(tmp_path / "netwb.db")) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with database.reading(ALL_TENANTS) as session:
        connection = session.connection()
        asked = ["foreign_keys", "synchronous", "busy_timeout"]
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert found == [1, 1, 10_000]  # synchronous: NORMAL


def test_a_durable_write_waits_for_the_disk_and_an_ordinary_one_does_not(tmp_path: Path) -> None:
    database = on_sqlite(tmp_path)
    found: list[object] = []
    for write in (database.writing, database.writing_durably, database.writing):
        with write(ALL_TENANTS) as session:
            session.add(new_tenant(f"t-{len(found)}"))
            session.flush()
            found.append(session.connection().exec_driver_sql("PRAGMA synchronous").scalar())

    assert found == [1, 2, 1]
    assert count(database) == 3


def test_nobody_else_may_read_a_sqlite_database(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        database = on_sqlite(tmp_path)
        with database.writing(ALL_TENANTS) as session:
            session.add(new_tenant("t-a"))
            session.flush()
            modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    finally:
        os.umask(old)

    assert set(modes) >= {"netwb.db", "netwb.db-wal", "netwb.db-shm"}
    assert set(modes.values()) == {0o600}


def test_a_writer_that_is_killed_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    database = on_sqlite(tmp_path)
    script = (
        "import os, signal, sys\n"
        "from tests.store.test_database import ALL_TENANTS, Database, new_tenant\n"
        "with Database(sys.argv[1]).writing(ALL_TENANTS) as session:\n"
        "    session.add_all(new_tenant(f't-{n}') for n in range(5000))\n"
        "    session.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    killed = run_python(script, f"sqlite:///{tmp_path}/netwb.db")

    assert killed.returncode == -signal.SIGKILL
    assert count(database) == 0
    add(database, "t-a")
    assert count(database) == 1


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("not a url", "sqlite:////folder/netwb.db"),
        ("", "sqlite:////folder/netwb.db"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://///folder/netwb.db", "too many slashes"),
        ("mysql+pymysql://u:s3cret@db/netwb", r"names mysql\+pymysql, which netwb does not use"),
        ("postgresql+asyncpg://u:s3cret@db/netwb", "which netwb does not use"),
        ("sqlite+nothing:////x.db", "which netwb does not use"),
    ],
)
def test_an_impossible_url_is_refused_without_its_password(url: str, cure: str) -> None:
    with pytest.raises(SettingsError, match=cure) as refused:
        Database(url)

    assert "s3cret" not in str(refused.value)
