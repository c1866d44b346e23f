"""Daemons as people start them, and what tests look at from outside: firings, leaders, what was said."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from netwb.roles import ALL_TENANTS
from netwb.store.models import FiringRow
from netwb.workbench import Workbench
from tests.forked import Forked

ROOT = Path(__file__).resolve().parents[2]
LEASE_S = 3.0  # where the default is 30: everything else is as it is
WAITS_S = 120.0  # two cores may be busy with much else
LOOKS_S = 0.1


@dataclass(slots=True)
class Running:
    """A daemon's process; `said` is what it wrote on stderr so far."""

    process: subprocess.Popen[str] | Forked
    said: list[str] = field(default_factory=list)
    over: bool = False  # nothing more comes
    heard: threading.Condition = field(default_factory=threading.Condition)

    def says(self, text: str, *, within_s: float = WAITS_S) -> bool:
        """Whether a line with that text comes, or came; not when it ended without one."""
        with self.heard:
            self.heard.wait_for(lambda: self._said(text) or self.over, within_s)
            return self._said(text)

    def send(self, number: int) -> None:
        """A signal, to it alone."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """As a power cut would, but for the machine."""
        with suppress(ProcessLookupError):  # it ended by itself
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _said(self, text: str) -> bool:
        return any(text in line for line in self.said)


@contextmanager
def daemon(home: Path, *, command: Sequence[str] = (), **environment: str) -> Iterator[Running]:
    """A daemon of that home, with its Git children in a group that ends with the block.

    command   of a Python that begins anew; without one it is `netwb scheduler` by a Python that is
              ready (`tests.forked`)
    """
    whole = {
        **os.environ,
        "NETWB_HOME": str(home),
        "NETWB_SCHEDULER__LEASE_S": str(LEASE_S),
        "PYTHONUNBUFFERED": "1",
        **environment,
    }
    process: subprocess.Popen[str] | Forked
    if command:
        process = subprocess.Popen(
            [sys.executable, *command],
            env=whole,
            cwd=ROOT,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
    else:
        process = Forked("netwb", ["scheduler"], environment=whole, cwd=ROOT)
    running = Running(process)
    reader = threading.Thread(target=_read, args=(running,), daemon=True)
    reader.start()
    try:
        yield running
    finally:
        if process.poll() is None:
            running.kill()
        process.wait()
        reader.join(10)
        assert process.stderr is not None
        process.stderr.close()


def _read(running: Running) -> None:
    assert running.process.stderr is not None
    for line in running.process.stderr:
        with running.heard:
            running.said.append(line)
            running.heard.notify_all()
    with running.heard:
        running.over = True
        running.heard.notify_all()


def file_now(bench: Workbench, job: str = "nightly") -> datetime:
    """A firing that is due now; gives its due time, by which it is found again."""
    now = datetime.now(UTC)
    row = FiringRow(
        job=job,
        tenant_id="",
        site_id="",
        due_at=now,
        status="waiting",
        plan="",
        begin_at=now,
        actor="system:scheduler",
        missed=0,
        tries=0,
        holder="",
        epoch=0,
        said="",
        error_kind="",
        result={},
    )
    with bench._parts.database.writing(ALL_TENANTS) as session:
        session.add(row)
    return now


def firing(bench: Workbench, due_at: datetime) -> FiringRow:
    """The row as it stands."""
    with bench._parts.database.reading(ALL_TENANTS) as session:
        row = session.scalars(select(FiringRow).where(FiringRow.due_at == due_at)).one()
        session.expunge_all()
        return row


def awaited(look: Callable[[], bool], *, within_s: float = WAITS_S) -> None:
    """Until it is so: it is another process's doing, which tells nobody."""
    over, began = threading.Event(), datetime.now(UTC)
    while not look():
        assert (datetime.now(UTC) - began).total_seconds() < within_s, "it never came"
        over.wait(LOOKS_S)


class SilentDevice(threading.Thread):
    """Takes connections and says nothing, until it is told to hang up: a login lasts so long."""

    def __init__(self) -> None:
        super().__init__(name="silent-device", daemon=True)
        self._server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._open: list[socket.socket] = []
        self._hung_up = threading.Event()
        self.address, self.port = self._server.getsockname()

    def run(self) -> None:
        with suppress(OSError):  # it is closed when the test has ended
            while True:
                connection, _ = self._server.accept()
                self._open.append(connection)
                if self._hung_up.is_set():
                    self.hang_up()

    def hang_up(self) -> None:
        """End the connections that there are, and those that come."""
        self._hung_up.set()
        while self._open:
            self._open.pop().close()

    def close(self) -> None:
        self.hang_up()
        self._server.close()


@contextmanager
def silent_device() -> Iterator[SilentDevice]:
    """One that listens on loopback."""
    device = SilentDevice()
    device.start()
    try:
        yield device
    finally:
        device.close()
