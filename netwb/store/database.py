"""The database: one engine, sessions that read or write within a scope. SQLite or PostgreSQL.

Rules of design D9: WAL, foreign keys on, a busy timeout, `BEGIN IMMEDIATE` for each writer, so that
no transaction that began by reading ever fails at its first write. No network and no Git inside a
transaction. Rows stay in their session. Facts that a driver reports become errors in `store.faults`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from shutil import disk_usage
from typing import Any, Literal
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Row, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker

from netwb.errors import SettingsError, StoreError, StoreUnavailableError
from netwb.roles import Scope
from netwb.store import changes, scoping
from netwb.store.faults import translated
from netwb.store.prepared import Prepared

Need = Literal["writing", "reading"]
Ask = Callable[..., Sequence[Row[Any]]]  # a Prepared, and its values by name
Connect = Callable[[Path, float], sqlite3.Connection]
_MODE = "netwb_mode"  # execution option: "read", "single", "write", "durable" or "migrate"
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_UNWRITABLE = {  # primary result codes of a disk that is full or takes no writes, or of its folder
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR),
}
_A_WRITE_BYTES = 64 * 1024  # the index of the log, and some pages
_WRITE = "write sqlite:////folder/netwb.db or postgresql+psycopg://user:password@host/name"
_CONNECT_TIMEOUT_S = 10  # a PostgreSQL server that does not answer at all


class Database:
    """netwb's own state. Safe between threads; each process opens its own.

    url              `sqlite:////folder/netwb.db` or `postgresql+psycopg://user:password@host/name`
    busy_timeout_s   how long a writer waits for another one
    need             "reading": where a SQLite file cannot be written, or its log not made, it is read
    Opens nothing until it is used. A SQLite file that is not there is never made by accident:
    `schema.create` makes it.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = 10.0, need: Need = "writing") -> None:
        parsed = _parse(url)
        self.dialect = parsed.get_backend_name()
        self.path = Path(parsed.database or "") if self.dialect == "sqlite" else None
        self.name = str(self.path) if self.path else _server_name(parsed)
        self._busy_timeout_s = busy_timeout_s
        connect = _connect_sqlite if need == "writing" else _connect_as_it_is
        self._engine = _engine(parsed, self.path, busy_timeout_s, connect)
        self._readers = _sessions(_reading(self._engine))
        self._single_reader = _reading(self._engine, mode="single")
        event.listen(self._readers, "before_flush", _refuse_writing)
        event.listen(self._readers, "do_orm_execute", _refuse_writing_statement)
        self._writers = _sessions(self._engine.execution_options(**{_MODE: "write"}))
        self._durable_writers = _sessions(self._engine.execution_options(**{_MODE: "durable"}))
        self.writes = 0  # ended in this process: what was read before the last one may be stale
        self._file: tuple[int, int] | None = None
        self._thread = threading.local()

    @contextmanager
    def reading(self, scope: Scope) -> Iterator[Session]:
        """One consistent view of the tenants in `scope`; it cannot write."""
        with self._faults(), self._readers(info={scoping.SCOPE: scope}) as session:
            yield session

    def rows(self, scope: Scope, prepared: Prepared, **values: Any) -> Sequence[Row[Any]]:
        """The rows of one prepared statement within the scope, without a session."""
        statement, bound = prepared.asked(scope, values)
        with self._faults(), self._single_reader.connect() as connection:
            return connection.execute(statement, bound).all()

    @contextmanager
    def asking(self, scope: Scope) -> Iterator[Ask]:
        """`rows` of several statements on one connection, where taking it would cost more than they do.

        Each has its own moment on SQLite; all have one on PostgreSQL.
        """
        with self._faults(), self._single_reader.connect() as connection:

            def ask(prepared: Prepared, **values: Any) -> Sequence[Row[Any]]:
                return connection.execute(*prepared.asked(scope, values)).all()

            yield ask

    def writing(self, scope: Scope) -> AbstractContextManager[Session]:
        """One transaction: commits at the end, rolls back when an error leaves the block.

        A second one inside it, in the same thread, would wait for the first for ever; it is refused
        at once.
        """
        return self._transaction(self._writers, scope)

    def writing_durably(self, scope: Scope) -> AbstractContextManager[Session]:
        """As `writing`, and on the disk when it returns: a power cut does not undo it.

        For what something outside of the database will rely on: a key, a secret behind a token.
        """
        return self._transaction(self._durable_writers, scope)

    @contextmanager
    def connecting(self, mode: Literal["read", "migrate"]) -> Iterator[Connection]:
        """A bare transaction without scope, for `store.schema`.

        `migrate` has no foreign keys on SQLite: rebuilding a table drops the old one, which they
        would take for deleting its rows. The connection is closed afterwards, and its locks end.
        """
        with self._faults(), self._engine.connect() as connection:
            if mode == "migrate" and self.dialect == "sqlite":
                connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            connection.detach()
            with connection.execution_options(**{_MODE: mode}).begin():
                yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One moment of every table, past all scopes, for `store.dump`; it cannot write.

        The moment is that of entering; whoever writes meanwhile is neither seen nor held up.
        """
        reading = _reading(self._engine)
        with self._faults(), reading.connect() as connection, connection.begin():
            connection.exec_driver_sql(
                "SELECT 1 FROM alembic_version"
            ).all()  # it begins by reading
            yield connection

    def first_fault(self) -> str | None:
        """What SQLite finds wrong in its file, in its words; None: nothing. It reads all of it."""
        with self.connecting("read") as connection:
            said = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        return None if said == "ok" else said

    def wipe_deleted(self) -> None:
        """Leave nothing of deleted rows in a SQLite file, nor in its log; it is written anew for that.

        PostgreSQL sees to it by itself (autovacuum). Raises StoreUnavailableError while others use it.
        """
        if self.path is None:
            return
        with self._faults(), closing(_connect_sqlite(self.path, self._busy_timeout_s)) as file:
            file.execute("VACUUM")
            busy, _, _ = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            msg = f"database {self.name} is read by another process; wait for it to end, try again"
            raise StoreUnavailableError(msg)

    def takes_writes(self) -> bool:
        """Whether the disk of a SQLite file takes a write at all."""
        if self.path is None:
            return True
        return os.access(self.path, os.W_OK) and disk_usage(self.path).free >= _A_WRITE_BYTES

    def close(self) -> None:
        """Close the idle connections."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, sessions: sessionmaker[Session], scope: Scope) -> Iterator[Session]:
        if getattr(self._thread, "writes", False):
            msg = (
                "a write transaction is already open in this thread; use its session, and ask for"
                " a new key before it begins"
            )
            raise StoreError(msg)
        self._thread.writes = True
        try:
            with (
                self._faults(),
                sessions(info={scoping.SCOPE: scope}) as session,
                session.begin(),
            ):
                yield session
        finally:
            self.writes += 1
            self._thread.writes = False

    @contextmanager
    def _faults(self) -> Iterator[None]:
        if self.path is not None:
            self._require_same_file(self.path)
        with translated(self.name):
            yield

    def _require_same_file(self, path: Path) -> None:
        """Open connections would go on writing into the file that was taken away."""
        found = _identity(path)
        if self._file is None:
            self._file = found
        if self._file != found:
            msg = (
                f"database {path} was replaced while in use; stop every netwb, then start it again"
            )
            raise StoreUnavailableError(msg)


def _identity(path: Path) -> tuple[int, int]:
    """Device and inode; says that a file is not there in better words than SQLite does."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        msg = (
            f"database {path} is not there; put back a copy of it, correct store.url, or set "
            "another home up with `netwb init`"
        )
        raise StoreUnavailableError(msg) from error
    except OSError as error:
        msg = f"database {path} cannot be opened: {error.strerror}; correct store.url or the folder"
        raise StoreUnavailableError(msg) from error
    return found.st_dev, found.st_ino


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        msg = f"setting store.url is no SQLAlchemy URL; {_WRITE}"
        raise SettingsError(msg) from None  # the cause would print the URL with its password
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        msg = f"setting store.url names {parsed.drivername}, which netwb does not use; {_WRITE}"
        raise SettingsError(msg)
    if driver == "sqlite" and parsed.database in {None, "", ":memory:"}:
        msg = f"setting store.url names no file; {_WRITE}"
        raise SettingsError(msg)
    if driver == "sqlite" and (parsed.database or "").startswith("//"):
        msg = f"setting store.url has too many slashes before its folder; {_WRITE}"
        raise SettingsError(msg)
    return parsed.set(drivername=driver)


def _server_name(url: URL) -> str:
    """`netwb at db.example`; never the whole URL, whose query may hold a password as well."""
    return f"{url.database} at {url.host or url.query.get('host', 'localhost')}"


def _engine(url: URL, path: Path | None, busy_timeout_s: float, connect: Connect) -> Engine:
    if path is None:
        return _postgresql(url, busy_timeout_s)
    engine = create_engine(
        url,
        creator=lambda: connect(path, busy_timeout_s),
        pool_timeout=busy_timeout_s,
    )
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect_sqlite(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    """Open an existing file; `isolation_level=None` leaves BEGIN to `_begin_sqlite`."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        timeout=busy_timeout_s,
        isolation_level=None,
        check_same_thread=False,  # the pool hands a connection to one thread at a time
    )
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # makes the log's index now
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _connect_as_it_is(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    """The same where nothing can be written, nor beside it: what is stored is read all the same.

    A write-ahead log beside it is read with it, as far as its index lies there too; without a log all
    is in the file, and nobody writes into it. Source: sqlite.org/wal.html, "Read-Only Databases".
    """
    try:
        return _connect_sqlite(path, busy_timeout_s)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _UNWRITABLE:
            raise
    log = path.with_name(f"{path.name}-wal")
    alone = "" if log.exists() and log.stat().st_size else "&immutable=1"
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro{alone}",
        uri=True,
        timeout=busy_timeout_s,
        isolation_level=None,
        check_same_thread=False,
    )


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options()[_MODE]
    # FULL waits for the disk at the commit; NORMAL keeps the order and loses the last ones at most.
    _stand(connection, "synchronous", "FULL" if mode == "durable" else "NORMAL")
    _stand(connection, "query_only", "ON" if mode in {"read", "single"} else "OFF")
    if mode == "single":
        return  # one statement is one consistent view without a transaction around it
    if mode == "read":
        # Straight to the driver, as it waits for nothing: SQLAlchemy's way costs more than many a read.
        connection.connection.cursor().execute("BEGIN")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _stand(connection: Connection, pragma: str, value: str) -> None:
    """Set a pragma of a pooled connection, unless it stands so already."""
    if connection.info.get(pragma) != value:
        connection.exec_driver_sql(f"PRAGMA {pragma}={value}")
        connection.info[pragma] = value


def _postgresql(url: URL, busy_timeout_s: float) -> Engine:
    try:
        engine = create_engine(
            url,
            pool_pre_ping=True,  # a server that was started anew since is met again
            pool_timeout=busy_timeout_s,
            connect_args={"connect_timeout": _CONNECT_TIMEOUT_S},
        )
    except ModuleNotFoundError as error:
        msg = f"setting store.url needs the package {error.name}; install netwb[postgresql]"
        raise SettingsError(msg) from error

    @event.listens_for(engine, "connect")
    def _limit_waiting(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {int(busy_timeout_s * 1000)}")
        connection.commit()

    return engine


def _reading(engine: Engine, *, mode: Literal["read", "single"] = "read") -> Engine:
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{_MODE: mode})
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sessions(engine: Engine) -> sessionmaker[Session]:
    sessions = sessionmaker(engine)
    scoping.attach(sessions)
    changes.attach(sessions)
    return sessions


def _refuse_writing_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _refuse_writing()


def _refuse_writing(*_event: Any) -> None:
    msg = "a reading session was asked to write; open it with writing()"
    raise StoreError(msg)


def create_file(path: Path) -> None:
    """Make an empty SQLite file that only its owner may read; an existing one is kept."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        msg = f"database {path} cannot be made: {error.strerror}; check its folder"
        raise StoreUnavailableError(msg) from error
