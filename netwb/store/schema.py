"""Which tables the database has: ask, create, upgrade. `netwb upgrade` alone migrates.

The order of the migrations stands in `REVISIONS`, so that asking needs no Alembic; a test compares
it with the scripts. An upgrade holds a lock, copies a SQLite file first, and is one transaction.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
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

REVISIONS: tuple[str, ...] = ("0001",)  # oldest first
SCRIPTS = "netwb.store:migrations"  # package:folder, which also works from a wheel
_ADVISORY_LOCK = 0x6E657477_62000001  # PostgreSQL: "netwb", lock 1


_CURES = {
    "absent": "holds no netwb; run `netwb init`",
    "older": "is older than this netwb; run `netwb upgrade`",
    "newer": "is newer than this netwb; install a newer netwb",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What an upgrade did; `old` is None for an empty database, equal to `new` for nothing."""

    old: str | None
    new: str
    copy: Path | None


def standing(found: str | None) -> Literal["current", "absent", "older", "newer"]:
    """How a database at that migration stands to this netwb; one that it does not know is newer."""
    if found is None:
        return "absent"
    if found == REVISIONS[-1]:
        return "current"
    return "older" if found in REVISIONS else "newer"


def require_current(database: Database) -> None:
    """Raise MigrationNeededError unless the tables are those of this netwb."""
    stands = standing(revision(database))
    if stands != "current":
        raise MigrationNeededError(f"database {database.name} {_CURES[stands]}")


def revision(database: Database) -> str | None:
    """Migration that the database stands at; None when it has no tables of netwb."""
    with database.connecting("read") as connection:
        return _revision(connection)


def create(database: Database) -> None:
    """Make the tables in a new database, and the file where it is SQLite.

    An empty one is what a crash in the middle leaves; it is taken. Raises StoreError otherwise.
    """
    if database.path is not None:
        create_file(database.path)
    with locked(database), database.connecting("migrate") as connection:
        if inspect(connection).get_table_names():
            msg = f"database {database.name} already has tables; give a new one, or keep this home"
            raise StoreError(msg)
        _migrate(connection)


def upgrade(database: Database, *, copy_to: Path | None) -> Upgrade:
    """Bring the tables to this netwb's, after a copy of a SQLite file to `copy_to`.

    copy_to    a new file; None makes no copy. PostgreSQL is copied by whoever runs it (pg_dump).
    Raises MigrationNeededError for a database that is newer, and changes nothing then.
    """
    with locked(database):
        old = revision(database)
        stands = standing(old)
        if stands == "newer":
            raise MigrationNeededError(f"database {database.name} {_CURES[stands]}")
        if stands == "current":
            return Upgrade(old=old, new=REVISIONS[-1], copy=None)
        copy = _copied(database, copy_to)
        with database.connecting("migrate") as connection:
            _migrate(connection)
        return Upgrade(old=old, new=REVISIONS[-1], copy=copy)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("select version_num from alembic_version"))
    return None if found is None else str(found)


def _migrate(connection: Connection) -> None:
    settings = config.Config()
    settings.set_main_option("script_location", SCRIPTS)
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
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
        question = text("select pg_try_advisory_lock(:key)")
        if not connection.scalar(question, {"key": _ADVISORY_LOCK}):
            raise StoreUnavailableError(_busy(database.name))
        yield  # the lock ends with this connection


def _busy(name: str) -> str:
    return f"database {name} is being upgraded by another process; wait for it to end"


def _copied(database: Database, copy_to: Path | None) -> Path | None:
    """Copy by SQLite's backup call, which takes a whole state while others write."""
    if database.path is None or copy_to is None:
        return None
    try:
        os.close(os.open(copy_to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with (
            closing(sqlite3.connect(database.path)) as old,
            closing(sqlite3.connect(copy_to)) as new,
        ):
            old.backup(new)
    except (OSError, sqlite3.Error) as error:
        msg = f"copy {copy_to} cannot be made: {error}; nothing was upgraded"
        raise StoreUnavailableError(msg) from error
    return copy_to
