"""The database in trouble: one sentence with the cure, and nothing half written."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from netwb.errors import MigrationNeededError, StoreUnavailableError
from netwb.roles import ALL_TENANTS
from netwb.store import schema
from netwb.store.database import Database
from netwb.store.models import KeyRow, TenantRow
from tests.postgresql import Cluster
from tests.store.conftest import NOON, as_nobody, run_python
from tests.store.rows import add, count, new_tenant, on_sqlite

FILL = b"\xa5" * 64 * 1024


def fill(database: Database, rounds: int = 1000) -> None:
    """Write until something breaks."""
    for number in range(rounds):
        with database.writing(ALL_TENANTS) as session:
            key = KeyRow(id=f"k{number}", purpose="fill", tenant_id=str(number), created_at=NOON)
            key.wrapped = FILL
            session.add(key)


def test_a_missing_file_is_named_and_never_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/netwb.db")

    for attempt in (count, lambda d: add(d, "t-a"), schema.require_current):
        with pytest.raises(StoreUnavailableError, match=r"netwb\.db is not there; put back a copy"):
            attempt(database)

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_vanishes_while_open_is_named(tmp_path: Path) -> None:
    database = on_sqlite(tmp_path)
    count(database)
    (tmp_path / "netwb.db").unlink()

    with pytest.raises(StoreUnavailableError, match="is not there"):
        count(database)


def test_a_file_that_was_replaced_while_open_takes_nothing_more(tmp_path: Path) -> None:
    database = on_sqlite(tmp_path)
    add(database, "t-a")
    shutil.copyfile(tmp_path / "netwb.db", tmp_path / "copy.db")
    (tmp_path / "copy.db").replace(tmp_path / "netwb.db")

    for attempt in (count, lambda d: add(d, "t-b")):
        with pytest.raises(StoreUnavailableError, match="was replaced while in use; stop every"):
            attempt(database)


def test_a_path_through_a_file_or_too_long_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreUnavailableError, match="is not there"):
        count(Database(f"sqlite:///{tmp_path}/file/netwb.db"))
    with pytest.raises(StoreUnavailableError, match="cannot be opened: File name too long"):
        count(Database(f"sqlite:///{tmp_path}/{'n' * 300}"))


@pytest.mark.real
def test_a_home_of_another_user_is_named(tmp_path: Path) -> None:
    on_sqlite(tmp_path).close()
    database = Database(f"sqlite:///{tmp_path}/netwb.db")

    with as_nobody(), pytest.raises(StoreUnavailableError, match="cannot be opened: Permission"):
        count(database)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="cannot be made: No such file or directory"):
        on_sqlite(tmp_path / "absent")


@pytest.mark.parametrize("content", [b"hello, this is a text\n" * 100, b"\x00" * 4096])
def test_what_is_not_a_database_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "netwb.db").write_bytes(content)
    database = Database(f"sqlite:///{tmp_path}/netwb.db")

    with pytest.raises(StoreUnavailableError, match="is not a database; put netwb's own file back"):
        count(database)
    assert (tmp_path / "netwb.db").read_bytes() == content


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    on_sqlite(tmp_path).close()
    file = tmp_path / "netwb.db"
    content = bytearray(file.read_bytes())
    content[100:3000] = b"\xff" * 2900
    file.write_bytes(content)

    with pytest.raises(StoreUnavailableError, match="is damaged; put back a copy of it"):
        count(Database(f"sqlite:///{file}"))


def test_a_folder_in_the_files_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "netwb.db").mkdir()

    with pytest.raises(StoreUnavailableError, match="cannot be opened"):
        count(Database(f"sqlite:///{tmp_path}/netwb.db"))


def test_a_database_without_the_tables_needs_an_upgrade(tmp_path: Path) -> None:
    (tmp_path / "netwb.db").touch()

    with pytest.raises(MigrationNeededError, match="run `netwb upgrade`"):
        count(Database(f"sqlite:///{tmp_path}/netwb.db"))


def test_a_live_writer_of_another_process_is_waited_for_and_then_named(tmp_path: Path) -> None:
    database = on_sqlite(tmp_path, busy_timeout_s=0.2)
    script = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, tmp_path / "netwb.db"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreUnavailableError, match="locked by another process; wait"):
            add(database, "t-a")
        assert count(database) == 0  # readers are not kept waiting
        holder.kill()

    add(database, "t-a")
    assert count(database) == 1


@pytest.mark.real
def test_a_full_disk_is_named_and_nothing_is_half_written(small_folder: Path) -> None:
    database = on_sqlite(small_folder)

    with pytest.raises(StoreUnavailableError, match="the disk is full; free some space"):
        fill(database)

    with closing(sqlite3.connect(small_folder / "netwb.db")) as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        whole = other.execute("select count(*), min(length(wrapped)) from key").fetchone()
    assert whole[0] > 0
    assert whole[1] == len(FILL)


@pytest.mark.real
def test_a_full_disk_at_creation_leaves_what_the_next_try_takes(small_folder: Path) -> None:
    ballast = small_folder / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(small_folder).free - 100_000))

    with pytest.raises(StoreUnavailableError, match="the disk is full"):
        on_sqlite(small_folder)
    ballast.unlink()

    schema.require_current(on_sqlite(small_folder))


def test_a_file_size_limit_reads_as_no_room(tmp_path: Path) -> None:
    on_sqlite(tmp_path).close()
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from tests.store.test_faults import Database, fill\n"
        "database = Database(sys.argv[1])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))\n"
        "try:\n"
        "    fill(database)\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
    )

    said = run_python(script, f"sqlite:///{tmp_path}/netwb.db").stdout

    assert said.startswith("StoreUnavailableError database")
    assert "disk" in said


@pytest.mark.real
def test_a_home_that_is_read_only_is_named(small_folder: Path) -> None:
    on_sqlite(small_folder).close()
    subprocess.run(["mount", "-o", "remount,ro", small_folder], check=True)

    for attempt in (count, lambda d: add(d, "t-a")):
        with pytest.raises(StoreUnavailableError, match="writable"):
            attempt(Database(f"sqlite:///{small_folder}/netwb.db"))
    with pytest.raises(StoreUnavailableError, match="cannot be made: Read-only file system"):
        schema.create(Database(f"sqlite:///{small_folder}/other.db"))


def test_a_missing_server_is_named_without_the_password(tmp_path: Path) -> None:
    database = Database(f"postgresql://netwb:s3cret@/netwb?host={tmp_path}&passfile=s3cret")

    with pytest.raises(StoreUnavailableError, match="does not answer") as refused:
        count(database)
    assert "s3cret" not in str(refused.value)
    assert f"database netwb at {tmp_path}" in str(refused.value)


@pytest.mark.real
def test_a_missing_database_and_a_refused_login_are_named(postgresql: Cluster) -> None:
    postgresql.sql("postgres", "create role nologin_role nologin")

    absent, closed = (
        Database(postgresql.url("absent")),
        Database(postgresql.url("postgres").replace("postgres@", "nologin_role@")),
    )

    with pytest.raises(StoreUnavailableError, match='"absent" does not exist; check database'):
        count(absent)
    with pytest.raises(StoreUnavailableError, match="not permitted to log in; check"):
        count(closed)


@pytest.fixture
def server_database(postgresql: Cluster, postgresql_template: str) -> Iterator[Database]:
    url = postgresql.new_database(template=postgresql_template)
    with closing(Database(url, busy_timeout_s=0.2)) as database:
        yield database


@pytest.mark.real
def test_a_row_that_is_held_too_long_is_named(server_database: Database) -> None:
    add(server_database, "t-a")

    def hold(held: threading.Event, enough: threading.Event) -> None:
        with server_database.writing(ALL_TENANTS) as session:
            session.get(TenantRow, "t-a", with_for_update=True)
            held.set()
            enough.wait(30)

    held, enough = threading.Event(), threading.Event()
    holder = threading.Thread(target=hold, args=(held, enough))
    holder.start()
    held.wait(30)
    with (
        pytest.raises(StoreUnavailableError, match="locked by another process"),
        server_database.writing(ALL_TENANTS) as session,
    ):
        session.get(TenantRow, "t-a", with_for_update=True)
    enough.set()
    holder.join(30)


@pytest.mark.real
def test_a_connection_cut_in_the_middle_is_named_and_the_next_one_works(
    postgresql: Cluster, server_database: Database
) -> None:
    def be_cut_off() -> None:
        with server_database.writing(ALL_TENANTS) as session:
            session.add(new_tenant("t-a"))
            session.flush()
            pid = session.connection().connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
            postgresql.sql("postgres", f"select pg_terminate_backend({pid})")
            session.get(TenantRow, "t-a", populate_existing=True)

    with pytest.raises(StoreUnavailableError, match="server"):
        be_cut_off()

    assert count(server_database) == 0
    add(server_database, "t-a")


@pytest.mark.real
def test_a_database_without_the_tables_on_a_server_needs_an_upgrade(postgresql: Cluster) -> None:
    with (
        closing(Database(postgresql.new_database())) as database,
        pytest.raises(MigrationNeededError, match="run `netwb upgrade`"),
    ):
        count(database)


def test_too_many_sessions_at_once_are_named(tmp_path: Path) -> None:
    database = on_sqlite(tmp_path, busy_timeout_s=0.1)

    def open_many() -> None:
        with ExitStack() as stack:
            for _ in range(20):
                session = stack.enter_context(database.reading(ALL_TENANTS))
                session.get(TenantRow, "t-a")

    with pytest.raises(StoreUnavailableError, match="no free connection"):
        open_many()
    assert count(database) == 0


def test_a_mistake_in_our_own_sql_is_no_outage(tmp_path: Path) -> None:
    database = on_sqlite(tmp_path)

    def ask() -> None:
        with database.reading(ALL_TENANTS) as session:
            session.connection().exec_driver_sql("selct 1")

    with pytest.raises(OperationalError, match="syntax error"):
        ask()
