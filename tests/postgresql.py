"""A real PostgreSQL cluster for one test session: on a Unix socket, without fsync, gone at the end.

Its databases go earlier, with the test or the fixture that made them (`tests.owners`).

PostgreSQL refuses to run as root, so it runs as the user `postgres` then. The folder's path is
short because a socket's has 107 bytes at most.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg.sql import SQL, Identifier

from tests import owners

_SETTINGS = (
    "listen_addresses=''",
    "unix_socket_permissions=0777",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=50",
)
_WAIT_S = 60
_ROOM_BYTES = 2 * 1024**3  # of the databases of one moment
_AT_ONCE = 20  # databases that nobody needs any more, dropped by one call


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cluster:
    """A running server; each test makes databases of its own in it.

    master    makes and drops them: a psql for each would take longer than the work itself
    left      names of those that nobody needs any more: 10 MB each, thousands in a session
    """

    folder: Path
    programs: Path
    master: psycopg.Connection
    numbers: count[int] = field(default_factory=lambda: count(1))
    left: list[str] = field(default_factory=list)

    def url(self, database: str) -> str:
        """SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def new_database(self, *, template: str = "template1") -> str:
        """URL of a new database, empty or a copy of another one that nobody is connected to."""
        name = self._made(template)
        owners.at_end(partial(self.leave, name))
        return self.url(name)

    def lasting_database(self, *, template: str = "template1") -> str:
        """The same for as long as the server runs, of which others are copies."""
        return self.url(self._made(template))

    def leave(self, name: str) -> None:
        """Whoever made that database is over; so is the server, after a session's last test."""
        self.left.append(name)
        if len(self.left) >= _AT_ONCE and not self.master.closed:
            for one in self.left:
                self._order("drop database if exists {} with (force)", one)
            self.left.clear()

    def _made(self, template: str) -> str:
        name = f"netwb_{next(self.numbers)}"
        # Its files are copied; by way of the log, as is the default, it takes three times as long.
        self._order("create database {} template {} strategy file_copy", name, template)
        return name

    def _order(self, statement: LiteralString, *names: str) -> None:
        self.master.execute(SQL(statement).format(*map(Identifier, names)))

    def sql(self, database: str, *statements: str) -> str:
        """Run statements as the superuser, each by itself; gives what psql printed."""
        command = [self.programs / "psql", "-h", self.folder, "-U", "postgres", "-d", database]
        each = [word for statement in statements for word in ("-c", statement)]
        return _run([*map(str, command), "-qAt", *each])


def programs() -> Path | None:
    """Folder of initdb and pg_ctl, the newest version's; None where there is none."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: int(found.parent.name)
    )
    if debian:
        return debian[-1]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def running_cluster(programs: Path) -> Iterator[Cluster]:
    """Start a server, stop it at the end without ceremony."""
    folder = Path(tempfile.mkdtemp(prefix="nw-", dir=_place()))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = str(folder / "data")
    options = " ".join(f"-c {one}" for one in (*_SETTINGS, f"unix_socket_directories={folder}"))
    control = [str(programs / "pg_ctl"), "-D", data, "-w"]
    try:
        make = [str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
        _run_as_server([*make, "-E", "UTF8", "--locale", "C.UTF-8", "--no-instructions"])
        _run_as_server([*control, "-l", str(folder / "log"), "-o", options, "start"])
        try:
            where = f"host={folder} user=postgres dbname=postgres"
            with psycopg.connect(where, autocommit=True) as master:
                yield Cluster(folder=folder, programs=programs, master=master)
        finally:
            _run_as_server([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place() -> str:
    """Memory where there is enough: a new database is 1,000 files, 0.04 s there, 0.3 s on a disk."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_BYTES
    return str(memory) if roomy and os.access(memory, os.W_OK) else "/tmp"


def _run_as_server(command: list[str]) -> None:
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    # No pipe for the server's output: it would keep it open, and waiting for its end never ends.
    subprocess.run(
        [*prefix, *command],
        check=True,
        cwd="/",
        timeout=_WAIT_S,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"},
    )


def _run(command: list[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_WAIT_S)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
