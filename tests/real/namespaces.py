"""Processes in a network, mounts, a host name and process ids of their own, gone with their test.

All of it lives below one `unshare`. Process 1 of the namespaces waits on a pipe from the test: when
the test ends, also by a kill, the pipe ends, process 1 with it, and the kernel ends every process
and link of the namespaces. Nothing has a name outside, so that two runs cannot meet.

Sources: unshare(1), nsenter(1), setns(2), pid_namespaces(7).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

NEEDED = ("bash", "ip", "unshare", "nsenter", "hostname")
UNSHARE = (
    "unshare",
    "--net",
    "--mount",
    "--uts",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
)
_CLONE_NEWNET = 0x40000000
_WAIT_S = 10

# Process 1. An ignored SIGCHLD makes the kernel bury what daemons leave behind, so that a killed one
# is gone and no zombie; dash would not ignore it.
_BOOT = """
set -e
ip link set lo up
{boot}
echo ready
trap '' CHLD
exec cat >/dev/null
"""


class RigError(Exception):
    """The rig itself does not work; the test says nothing about netwb."""


def missing(needed: tuple[str, ...] = NEEDED) -> list[str]:
    """What of these programs this machine lacks, in words; and the right to make namespaces."""
    lacks = [name for name in needed if not shutil.which(name)]
    if lacks:
        return lacks
    tried = subprocess.run([*UNSHARE, "true"], capture_output=True, check=False)
    return [] if tried.returncode == 0 else ["the right to make namespaces"]


class Namespaces:
    """Running namespaces, until `stop`. `boot` is a script of bash whose arguments are `words`."""

    def __init__(self, log: Path, boot: str = "", *words: str) -> None:
        with log.open("wb") as said:
            self._process = subprocess.Popen(
                [*UNSHARE, "bash", "-c", _BOOT.format(boot=boot), "boot", *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
            )
        self.first = 0  # process 1, as it is numbered out here
        assert self._process.stdout
        if self._process.stdout.read(6) != b"ready\n":
            self.stop()
            raise RigError(log.read_text())
        pid = self._process.pid
        self.first = int(Path(f"/proc/{pid}/task/{pid}/children").read_text())
        self._own = Path(f"/proc/{self.first}/ns/pid").readlink()

    def stop(self) -> None:
        """End every process; the namespaces go with them. Twice does no harm."""
        self._process.kill()  # --kill-child takes process 1 along, and the kernel all others
        self._process.wait(timeout=_WAIT_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        if self.first:
            _await_end(self.first)

    @property
    def inside(self) -> list[str]:
        """Prefix of a command line that is to run in this network, and in no other."""
        return ["nsenter", "--net", "--target", str(self.first)]

    @property
    def wholly_inside(self) -> list[str]:
        """The same for a command that is to end with these namespaces."""
        return ["nsenter", "--all", "--root", "--target", str(self.first)]

    def run(self, *command: str, given: str = "") -> str:
        """What a command says that must succeed; it sees the mounts and processes of in here."""
        return output([*self.wholly_inside, *command], given=given)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Sockets that this thread makes, and threads that it begins, are in this network."""
        with (
            Path("/proc/thread-self/ns/net").open("rb") as before,
            Path(f"/proc/{self.first}/ns/net").open("rb") as there,
        ):
            _set_network(there.fileno())
            try:
                yield
            finally:
                _set_network(before.fileno())

    def processes(self) -> Iterator[tuple[int, bytes]]:
        """Every process: its id out here, and its command line."""
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has ended by now
                if (process / "ns/pid").readlink() == self._own:
                    yield int(process.name), (process / "cmdline").read_bytes()

    def find(self, program: str) -> list[int]:
        """Ids out here of the processes of a program, by its path."""
        path = program.encode()
        return [pid for pid, line in self.processes() if line.partition(b"\0")[0] == path]

    def end(self, program: str, how: signal.Signals) -> None:
        """Signal the processes of a program that runs, and await their end."""
        found = self.find(program)
        if not found:
            msg = f"{program} does not run"
            raise RigError(msg)
        for pid in found:
            os.kill(pid, how)
        for pid in found:
            _await_end(pid)


def output(command: list[str], *, given: str = "") -> str:
    """What a command prints that must succeed."""
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        msg = f"{' '.join(command)}: {done.stdout}{done.stderr}"
        raise RigError(msg)
    return done.stdout


def _await_end(pid: int) -> None:
    with (
        contextlib.suppress(ProcessLookupError),  # it is gone already
        os.fdopen(os.pidfd_open(pid), "rb", buffering=0) as ended,
    ):
        if not select.select([ended], [], [], _WAIT_S)[0]:
            msg = f"process {pid} did not end within {_WAIT_S} s"
            raise RigError(msg)


def _set_network(descriptor: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)  # os.setns is Python 3.12
    if library.setns(descriptor, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
