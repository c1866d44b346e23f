"""Processes that begin ready: forked from one that has imported what they would, and opened nothing.

As good as a fresh Python, and quicker by what netwb takes to import. A process of the tests has one
such server, whoever asks first: what it has not imported, its children import themselves.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import TextIO

WAIT_S = 120.0
READY = (
    *("netwb.cli.main", "netwb.access.cleaning", "netwb.access.login", "netwb.access.parts"),
    *("netwb.blackhole.engine.engine", "netwb.blackhole.never", "netwb.blackhole.trigger.keeping"),
    *("netwb.collect.flow", "netwb.inventory.credentials", "netwb.store.keyring"),
    *("netwb.workbench.compose_attacks", "netwb.workbench.leader", "scheduler.daemon"),
    *("alembic.autogenerate", "alembic.command", "git"),
    *(
        "tests.health.exporting.working_child",
        "tests.store.processes",
        "tests.metrics.writing_hours",
    ),
)


def forking() -> ForkServerContext:
    """Whose processes are forked from the one that is ready."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(READY))
    return context


class Forked:
    """`python -m MODULE ...`, and of `Popen` what tests use: its lines, its end, signals to it.

    It leads a session and a process group of its own.
    """

    def __init__(
        self, module: str, arguments: Sequence[str], *, environment: Mapping[str, str], cwd: Path
    ) -> None:
        context = forking()
        reading, writing = context.Pipe(duplex=False)
        began, begins = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_be, args=(begins, writing, module, [*arguments], dict(environment), cwd)
        )
        self._process.start()
        writing.close()
        begins.close()
        assert began.poll(WAIT_S)
        began.close()
        descriptor = os.dup(reading.fileno())
        reading.close()
        self.stderr: TextIO = os.fdopen(descriptor, encoding="utf-8")

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """How it ended; -9 where it was killed, None while it goes on."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The same at its end; TimeoutExpired when it takes longer."""
        self._process.join(timeout)
        status = self._process.exitcode
        if status is None:
            raise subprocess.TimeoutExpired("netwb", timeout or 0.0)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it ended since
                os.kill(self.pid, number)


def _be(  # noqa: PLR0917 - of a process
    begins: Connection,
    lines: Connection,
    module: str,
    arguments: list[str],
    environment: dict[str, str],
    cwd: Path,
) -> None:
    """Become it, as the interpreter would: what follows is its own."""
    os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    nothing = os.open(os.devnull, os.O_RDWR)
    for source, target in ((nothing, 0), (nothing, 1), (lines.fileno(), 2)):
        os.dup2(source, target)
    lines.close()
    os.close(nothing)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = [module, *arguments]
    sys.orig_argv = [sys.executable, "-m", module, *arguments]
    begins.send_bytes(b"begun")
    begins.close()
    runpy.run_module(module, run_name="__main__", alter_sys=False)
