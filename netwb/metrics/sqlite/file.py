"""The file `metrics.db`: its connections, its tables, its faults in words.

A file of its own, as samples come a thousand times as often as anything else and matter less: they
hold up no writer of `netwb.db`, and are lost without it. Several processes read and write at once:
WAL, a busy timeout, `BEGIN IMMEDIATE`, one consistent view for each reader. Made when it is first
used; one that was taken away meanwhile begins anew.
Sources: SQLite result codes (sqlite.org/rescode.html), facts-platform C2.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from urllib.parse import quote

from netwb.errors import MetricsUnavailableError
from netwb.store.faults import SQLITE_FAULTS, primary_code

FORM = 2  # user_version; raised when a table is added, which an older file then gets
_OURS = 0x6E77626D  # application_id: "nwbm"
_TABLES = """
CREATE TABLE IF NOT EXISTS device (
    id INTEGER PRIMARY KEY,
    measurement TEXT NOT NULL,
    tenant TEXT NOT NULL,
    device_id TEXT NOT NULL,
    UNIQUE (measurement, tenant, device_id)
);
-- the names of one device's ports in the order of its polls' rows, as JSON
CREATE TABLE IF NOT EXISTS layout (
    id INTEGER PRIMARY KEY,
    device INTEGER NOT NULL REFERENCES device (id),
    names TEXT NOT NULL,
    UNIQUE (device, names)
);
-- what one device answered at one moment: a row of 8 bytes a field for each name of the layout
CREATE TABLE IF NOT EXISTS poll (
    device INTEGER NOT NULL REFERENCES device (id),
    at INTEGER NOT NULL,
    layout INTEGER NOT NULL REFERENCES layout (id),
    sample BLOB NOT NULL,
    PRIMARY KEY (device, at)
) WITHOUT ROWID;
-- all samples of one device in the hour that begins then, packed; `moments` of them
CREATE TABLE IF NOT EXISTS hour (
    device INTEGER NOT NULL REFERENCES device (id),
    start INTEGER NOT NULL,
    layout INTEGER NOT NULL REFERENCES layout (id),
    moments INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (device, start)
) WITHOUT ROWID;
-- all samples of one series in the day that begins then, packed; `first` is the time of the first one
CREATE TABLE IF NOT EXISTS day (
    device INTEGER NOT NULL REFERENCES device (id),
    name TEXT NOT NULL,
    start INTEGER NOT NULL,
    first INTEGER NOT NULL,
    moments INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (device, name, start)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS day_start ON day (start, device);
-- the last sample of each five minutes of some days, and the highest rates of what is gone
CREATE TABLE IF NOT EXISTS coarse (
    device INTEGER NOT NULL REFERENCES device (id),
    name TEXT NOT NULL,
    start INTEGER NOT NULL,
    first INTEGER NOT NULL,
    moments INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (device, name, start)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS coarse_start ON coarse (start, device);
"""
_AWAY = "move it away, and an empty one is begun"
_FAULTS = {
    **SQLITE_FAULTS,
    sqlite3.SQLITE_NOTADB: f"is not a database; {_AWAY}",
    sqlite3.SQLITE_CORRUPT: f"is damaged; put back a copy of it, or {_AWAY}",
}


class MetricsFile:
    """Connections to one file; safe between threads, each process opens its own."""

    def __init__(self, path: Path, *, busy_timeout_s: float = 10.0) -> None:
        self.path = path
        self._busy_timeout_s = busy_timeout_s
        self._idle: list[sqlite3.Connection] = []
        self._identity: tuple[int, int] | None = None
        self._lock = Lock()
        self._making = Lock()  # SQLite waits for nobody while a file becomes one with a log

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of everything."""
        with self._connected() as connection:
            connection.execute("BEGIN")
            self._form(connection)  # a newer netwb may have come since it was opened
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; an error that leaves the block undoes all of it."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            self._form(connection)
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def wiping(self) -> Iterator[sqlite3.Connection]:
        """As `writing`; of what is deleted nothing stays, neither in the file nor in its log."""
        with self._connected() as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("BEGIN IMMEDIATE")
            self._form(connection)
            yield connection
            connection.execute("COMMIT")
            connection.execute("PRAGMA secure_delete=FAST")
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            msg = f"{self.path} is read by another process; wait for it to end, then try again"
            raise MetricsUnavailableError(msg)

    def size_bytes(self) -> int:
        """What it takes on the disk, with its log."""
        places = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        return sum(place.stat().st_size for place in places if place.exists())

    def close(self) -> None:
        """Close the idle connections; the next use opens others."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with self._translated():
            connection = self._taken()
            try:
                yield connection
            except BaseException:
                connection.close()  # and with it goes what it had begun
                raise
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._give_back(connection)

    def _taken(self) -> sqlite3.Connection:
        """An idle connection to the file that is there now, or a new one."""
        identity = _identity(self.path)
        if identity != self._identity:
            self.close()
        with self._lock, suppress(IndexError):
            return self._idle.pop()
        connection = self._opened()
        self._identity = _identity(self.path)
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            self._idle.append(connection)

    def _opened(self) -> sqlite3.Connection:
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            msg = f"{self.path} cannot be opened: {error.strerror}; check the file and its folder"
            raise MetricsUnavailableError(msg) from error
        connection = sqlite3.connect(
            f"file:{quote(str(self.path))}?mode=rw",
            uri=True,
            timeout=self._busy_timeout_s,
            isolation_level=None,
            check_same_thread=False,  # one thread has it at a time
        )
        try:
            with self._making:
                self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN")  # one view: another thread may make the file meanwhile
        form = self._form(connection)
        connection.execute("COMMIT")
        if form < FORM:
            self._make(connection)
        connection.execute("PRAGMA secure_delete=FAST")  # where it costs no further page
        connection.execute("PRAGMA synchronous=NORMAL")  # a power cut takes the last polls at most

    def _make(self, connection: sqlite3.Connection) -> None:
        """Make the tables, unless another process was quicker."""
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN IMMEDIATE")
        if self._form(connection) < FORM:
            for statement in _TABLES.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id={_OURS}")
            connection.execute(f"PRAGMA user_version={FORM}")
        connection.execute("COMMIT")

    def _form(self, connection: sqlite3.Connection) -> int:
        """Its user_version; 0: it is empty. Raises for a file that is another thing."""
        form = int(connection.execute("PRAGMA user_version").fetchone()[0])
        ours = int(connection.execute("PRAGMA application_id").fetchone()[0]) == _OURS
        if form > FORM and ours:
            msg = f"{self.path} was written by a newer netwb; run that one, or {_AWAY}"
            raise MetricsUnavailableError(msg)
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and not ours:
            raise MetricsUnavailableError(f"{self.path} is no file of netwb's samples; {_AWAY}")
        return form

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            said = _FAULTS.get(primary_code(error))
            if said is None:
                raise  # a mistake of our own, to be seen as one
            raise MetricsUnavailableError(f"{self.path} {said}") from error


def unreadable() -> sqlite3.DatabaseError:
    """What is raised for a row that SQLite finds whole and nobody can read."""
    error = sqlite3.DatabaseError("a row cannot be read")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode; None: there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
