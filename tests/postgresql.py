"""A real PostgreSQL cluster for one test session: on a Unix socket, without fsync, gone at the end.

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
from dataclasses import dataclass
from itertools import count
from pathlib import Path

_SETTINGS = (
    "listen_addresses=''",
    "unix_socket_permissions=0777",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=50",
)
_WAIT_S = 60
_ROOM_BYTES = 2 * 1024**3  # hundreds of small databases


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running server; each test makes databases of its own in it."""

    folder: Path
    programs: Path
    numbers: count[int]

    def url(self, database: str) -> str:
        """SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def new_database(self, *, template: str = "template1") -> str:
        """URL of a new database, empty or a copy of another one that nobody is connected to."""
        name = f"netwb_{next(self.numbers)}"
        self.sql("postgres", f"create database {name} template {template}")
        return self.url(name)

    def sql(self, database: str, statement: str) -> str:
        """Run one statement as the superuser; gives what psql printed."""
        command = [self.programs / "psql", "-h", self.folder, "-U", "postgres", "-d", database]
        return _run([*map(str, command), "-qAtc", statement])


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
            yield Cluster(folder=folder, programs=programs, numbers=count(1))
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
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=_WAIT_S)
    return done.stdout.strip()
