"""Turn a database driver's errors into one sentence that names the database and the cure.

Only faults of the surroundings are translated: locked, full, gone, not a database. A mistake of our
own (bad SQL, a broken constraint) stays what it is, so that it is seen as a bug.
Sources: SQLite result codes (sqlite.org/rescode.html), PostgreSQL error classes (appendix A).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from netwb.errors import MigrationNeededError, NetwbError, StoreError, StoreUnavailableError

SQLITE_FAULTS: Mapping[int, str] = {  # primary result code -> what is wrong; the cure
    sqlite3.SQLITE_BUSY: "is locked by another process; wait for it to end, then try again",
    sqlite3.SQLITE_LOCKED: "is locked by another process; wait for it to end, then try again",
    sqlite3.SQLITE_FULL: "has no room to grow: the disk is full; free some space, then try again",
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened; check that its folder is there and writable by this user"
    ),
    sqlite3.SQLITE_PERM: "may not be opened by this user; check the owner of its folder",
    sqlite3.SQLITE_READONLY: (
        "is not writable; check the owner and mode of the file and its folder, and the mount"
    ),
    sqlite3.SQLITE_IOERR: (
        "cannot be read or written by the system (disk full, quota, or failing disk);"
        " check the disk and the system log"
    ),
    sqlite3.SQLITE_NOTADB: (
        "is not a database; put netwb's own file back from a copy, or point store.url to it"
    ),
    sqlite3.SQLITE_CORRUPT: "is damaged; put back a copy of it",
}
_POSTGRESQL = {  # SQLSTATE, or its class of two characters
    "08": "does not answer; check that the server runs and store.url is right",
    "40": "gave up two transactions that waited for each other; try again",
    "53100": "has no room to grow: the server's disk is full; free some space, then try again",
    "53300": "takes no more connections; raise max_connections or stop some processes",
    "55P03": "is locked by another process; wait for it to end, then try again",
    "57": "is being stopped or started by its server; try again when it runs",
}
_SQLITE_NO_TABLE = ("no such table", "no such column", "has no column")
_POSTGRESQL_NO_TABLE = ("42P01", "42703")


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise StoreUnavailableError or MigrationNeededError in place of a driver's error.

    A column type's own refusal (`store.types`) comes out as it was raised.
    `name` is how the database is called in the sentence; it holds no password.
    """
    try:
        yield
    except PoolTimeoutError as error:
        msg = f"database {name} has no free connection; fewer things at once, or try again"
        raise StoreUnavailableError(msg) from error
    except DBAPIError as error:
        found = _translate(name, error)
        if found is None:
            raise
        raise found from error
    except StatementError as error:
        if isinstance(error.orig, NetwbError):
            raise error.orig from None
        raise


def _translate(name: str, error: DBAPIError) -> StoreError | None:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _from_sqlite(name, original)
    return _from_postgresql(name, original, gone=error.connection_invalidated)


def _from_sqlite(name: str, error: sqlite3.Error) -> StoreError | None:
    if str(error).startswith(_SQLITE_NO_TABLE) or "has no column" in str(error):
        return _needs_migration(name)
    return _unavailable(name, SQLITE_FAULTS.get(primary_code(error)))


def primary_code(error: sqlite3.Error) -> int:
    """The low byte of its code; the rest only says where it was met."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _from_postgresql(name: str, error: BaseException | None, *, gone: bool) -> StoreError | None:
    state = getattr(error, "sqlstate", None) or ""
    if state in _POSTGRESQL_NO_TABLE:
        return _needs_migration(name)
    cure = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    if cure is None and not state and type(error).__name__ == "OperationalError":
        cure = _refusal(str(error))
    if cure is None and gone:
        cure = _POSTGRESQL["08"]
    return _unavailable(name, cure)


def _refusal(words: str) -> str:
    """A connection that never came about has no SQLSTATE, only the server's words, if it spoke."""
    reason = words.rpartition("FATAL:")[2].strip().partition("\n")[0]
    if "FATAL:" not in words:
        return _POSTGRESQL["08"]
    return f"cannot be used: {reason}; check database, user and password in store.url"


def _unavailable(name: str, cure: str | None) -> StoreError | None:
    return None if cure is None else StoreUnavailableError(f"database {name} {cure}")


def _needs_migration(name: str) -> StoreError:
    msg = f"database {name} lacks a table or column that this netwb needs; run `netwb upgrade`"
    return MigrationNeededError(msg)
