"""Which tables the database has: ask, create, upgrade. `netwb upgrade` alone migrates.

The order of the migrations stands in `MIGRATIONS`, so that asking needs no Alembic; a test compares
it with the scripts. An upgrade holds a lock, copies a SQLite file first, and is one transaction.

A change of `store.models` needs a script in `migrations/versions`, written by hand, and its number
in `MIGRATIONS`; a test prints what the scripts lack. SQLite changes a table by `batch_alter_table`.
Before that, `python -m tests.schema_samples` writes a netwb of the newest migration that there is, by
which its upgrade is tested ever after.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, inspect, text

from netwb.errors import MigrationNeededError, StoreError, StoreUnavailableError
from netwb.loading import lazy
from netwb.store.database import Database, create_file

if TYPE_CHECKING:
    from alembic import command, config
else:
    command = lazy("alembic.command")
    config = lazy("alembic.config")

_ADVISORY_LOCK = 0x6E657477_62000001  # PostgreSQL: "netwb", lock 1
_CURES = {
    "absent": "holds no netwb; put back a copy of it, correct store.url, or set up a home with `netwb init`",
    "older": "is older than this netwb; run `netwb upgrade`",
    "newer": "is newer than this netwb; install a newer netwb",
}


@dataclass(frozen=True, slots=True)
class Migrations:
    """The migrations that a netwb knows.

    scripts      `package:folder`, which also works from a wheel; or a folder
    revisions    oldest first
    """

    scripts: str
    revisions: tuple[str, ...]

    def standing(self, found: str | None) -> Literal["current", "absent", "older", "newer"]:
        """How a database at that migration stands to them; one that is unknown is newer."""
        if found is None:
            return "absent"
        if found == self.revisions[-1]:
            return "current"
        return "older" if found in self.revisions else "newer"


MIGRATIONS = Migrations(
    "netwb.store:migrations",
    ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What an upgrade did: `old` and `new` are equal, and there is no copy, when it was nothing."""

    old: str
    new: str
    copy: Path | None


def require_current(database: Database, migrations: Migrations = MIGRATIONS) -> None:
    """Raise MigrationNeededError unless the tables are those of this netwb."""
    stands = migrations.standing(revision(database))
    if stands != "current":
        raise _needed(database, stands)


def revision(database: Database) -> str | None:
    """Migration that the database stands at; None when it has no tables of netwb."""
    with database.connecting("read") as connection:
        return revision_of(connection)


def create(database: Database, migrations: Migrations = MIGRATIONS) -> None:
    """Make the tables in a new database, and the file where it is SQLite.

    An empty one is what a crash in the middle leaves; it is taken. Raises StoreError otherwise.
    """
    with _making(database) as connection:
        _migrate(connection, migrations)


def create_filled(
    database: Database,
    fill: Callable[[Connection], None],
    *,
    at: str,
    migrations: Migrations = MIGRATIONS,
) -> None:
    """Make the tables as they were at migration `at`, let `fill` write their rows, then upgrade them.

    One transaction: all of it is there, or nothing. Raises StoreError as `create`.
    """
    with _making(database) as connection:
        _migrate(connection, migrations, to=at)
        fill(connection)
        _migrate(connection, migrations)


def require_none(database: Database) -> None:
    """Raise StoreError where the database has tables, whosever they are."""
    with database.connecting("read") as connection:
        _refuse_tables(database, connection)


@contextmanager
def _making(database: Database) -> Iterator[Connection]:
    if database.path is not None:
        create_file(database.path)
    with locked(database), database.connecting("migrate") as connection:
        _refuse_tables(database, connection)
        yield connection


def _refuse_tables(database: Database, connection: Connection) -> None:
    if inspect(connection).get_table_names():
        msg = f"database {database.name} already has tables; give a new one, or keep this home"
        raise StoreError(msg)


def upgrade(
    database: Database, *, copy_to: Path | None, migrations: Migrations = MIGRATIONS
) -> Upgrade:
    """Bring the tables to this netwb's, after a copy of a SQLite file to `copy_to`.

    copy_to    where the copy goes, with a number added when it is taken; None makes no copy.
               PostgreSQL is copied by whoever runs it (pg_dump)
    Raises MigrationNeededError for a database that is newer or not netwb's, which stays as it is.
    """
    with locked(database):
        old = revision(database)
        stands = migrations.standing(old)
        if old is None or stands == "newer":
            raise _needed(database, stands)
        if stands == "current":
            return Upgrade(old=old, new=old, copy=None)
        copy = _copied(database.path, copy_to) if database.path and copy_to else None
        with database.connecting("migrate") as connection:
            _migrate(connection, migrations)
        return Upgrade(old=old, new=migrations.revisions[-1], copy=copy)


def _needed(database: Database, stands: str) -> MigrationNeededError:
    return MigrationNeededError(f"database {database.name} {_CURES[stands]}")


def revision_of(connection: Connection) -> str | None:
    """The same, as that connection sees it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("select version_num from alembic_version"))
    return None if found is None else str(found)


def _migrate(connection: Connection, migrations: Migrations, *, to: str = "head") -> None:
    settings = config.Config()
    settings.set_main_option("script_location", migrations.scripts)
    settings.attributes["connection"] = connection
    command.upgrade(settings, to)
    _refuse_broken_references(connection)


def _refuse_broken_references(connection: Connection) -> None:
    """Foreign keys were off on SQLite; say so before the commit, not at a later write."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            msg = f"migration left table {broken[0]} with a broken reference; nothing was changed"
            raise StoreError(msg)


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """One upgrade at a time; the system frees the lock of a process that died."""
    lock = _locked_file(database.path) if database.path else _locked_server(database)
    with lock:
        yield


@contextmanager
def _locked_file(path: Path) -> Iterator[None]:
    beside = path.with_name(path.name + ".upgrade-lock")
    try:
        descriptor = os.open(beside, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        msg = f"file {beside} cannot be made: {error.strerror}; check its folder"
        raise StoreUnavailableError(msg) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise StoreUnavailableError(_busy(str(path))) from error
    finally:
        os.close(descriptor)


@contextmanager
def _locked_server(database: Database) -> Iterator[None]:
    with database.connecting("read") as connection:
        key = {"key": _ADVISORY_LOCK}
        if not connection.scalar(text("select pg_try_advisory_lock(:key)"), key):
            raise StoreUnavailableError(_busy(database.name))
        yield  # whatever goes wrong there, the lock ends with this connection, some time after it
        connection.scalar(text("select pg_advisory_unlock(:key)"), key)


def _busy(name: str) -> str:
    return f"database {name} is being upgraded by another process; wait for it to end"


def _copied(path: Path, copy_to: Path) -> Path:
    """Copy by SQLite's backup call, which takes a whole state while others write."""
    part = copy_to.with_name(copy_to.name + ".part")
    try:
        part.unlink(missing_ok=True)  # of a crash in the middle
        part.touch(mode=0o600, exist_ok=False)
        with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(part)) as new:
            old.backup(new)
        copy = _free(copy_to)
        part.rename(copy)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        msg = f"copy {copy_to} cannot be made: {error}; make room for it; nothing was upgraded"
        raise StoreUnavailableError(msg) from error
    return copy


def _free(wanted: Path) -> Path:
    """The name, or the first one with a number that is not taken."""
    names = (wanted.with_stem(f"{wanted.stem}-{number}") for number in count(2))
    return next(name for name in chain([wanted], names) if not name.exists())
