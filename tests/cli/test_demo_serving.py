"""The demo's server and the demo end together, whichever of them is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netwb import Workbench

ENDS_S = 30
SERVES = (
    "import sys; from pathlib import Path; from netwb.cli.demo.serving import serve_until_ended;"
    "sys.exit(serve_until_ended(Path(sys.argv[1]), 0))"
)


@contextmanager
def demo(home: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """What the demo does at its end, once its server listens; and that server's process id."""
    Workbench.create(home, environment={}).close()
    command = [sys.executable, "-c", SERVES, str(home)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            said = []
            for line in process.stderr:
                said.append(line)
                if "listening on" in line:
                    break
            assert "listening on" in said[-1], said
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
            yield process, int(children)
        finally:
            process.kill()


def rest(process: subprocess.Popen[str]) -> str:
    """What both still say; it ends when neither of them is there any more."""
    return process.communicate(timeout=ENDS_S)[1]


def test_the_server_ends_with_a_demo_that_is_killed(tmp_path: Path) -> None:
    with demo(tmp_path / "home") as (process, server):
        process.kill()

        rest(process)
        assert status_of(server) == "Z"


def status_of(pid: int) -> str:
    """One letter of a process's state; "Z" is one that ended and was not asked about."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


def test_a_demo_whose_server_is_killed_says_so_and_ends(tmp_path: Path) -> None:
    with demo(tmp_path / "home") as (process, server):
        os.kill(server, signal.SIGKILL)

        assert "server was ended by signal 9" in rest(process)
        assert process.returncode == 128 + signal.SIGKILL


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_asked_to_end_ends_well(tmp_path: Path, asked: signal.Signals) -> None:
    with demo(tmp_path / "home") as (process, _):
        process.send_signal(asked)

        rest(process)
        assert process.returncode == 0
