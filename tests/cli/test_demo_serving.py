"""The demo, its server, its daemon and its poller end together, whichever is killed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from netwb import Workbench

ENDS_S = 30
SERVES = (
    "import sys; from pathlib import Path; from netwb.cli.demo.serving import serve_until_ended;"
    "sys.exit(serve_until_ended(Path(sys.argv[1]), 0))"
)


@dataclass(frozen=True)
class Demo:
    """What the demo does at its end, and the ids of the three processes that it began."""

    process: subprocess.Popen[str]
    server: int
    daemon: int
    poller: int


@contextmanager
def demo(home: Path) -> Iterator[Demo]:
    """Once its server listens, its daemon lives and its poller has polled."""
    Workbench.create(home, environment={}).close()
    command = [sys.executable, "-c", SERVES, str(home)]
    quick = {**os.environ, "NETWB_METRICS__INTERVAL_S": "5"}
    with subprocess.Popen(command, env=quick, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            awaited, said = {"listening on", "daemon of", "0 devices in"}, []
            for line in process.stderr:
                said.append(line)
                awaited -= {words for words in awaited if words in line}
                if not awaited:
                    break
            assert not awaited, said
            yield Demo(process, *(int(child) for child in children_of(process.pid)))
        finally:
            process.kill()


def children_of(pid: int) -> list[str]:
    """Ids, in the order in which they were begun."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def rest(one: Demo) -> str:
    """What all still say; it ends when none of them is there any more."""
    return one.process.communicate(timeout=ENDS_S)[1]


def test_server_and_daemon_end_with_a_demo_that_is_killed(tmp_path: Path) -> None:
    with demo(tmp_path / "home") as one:
        one.process.kill()

        rest(one)
        ended = [status_of(pid) for pid in (one.server, one.daemon, one.poller)]
        assert ended == ["Z", "Z", "Z"]


def status_of(pid: int) -> str:
    """One letter of a process's state; "Z" is one that ended and was not asked about.

    One that closed its outputs is about to end, and is waited for.
    """
    with suppress(ProcessLookupError):
        watched = os.pidfd_open(pid)
        select.select([watched], [], [], ENDS_S)
        os.close(watched)
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


def test_a_demo_whose_server_is_killed_says_so_and_ends(tmp_path: Path) -> None:
    with demo(tmp_path / "home") as one:
        os.kill(one.server, signal.SIGKILL)

        assert "server was ended by signal 9" in rest(one)
        assert one.process.returncode == 128 + signal.SIGKILL
        assert (status_of(one.daemon), status_of(one.poller)) == ("Z", "Z")


def test_a_demo_whose_daemon_and_poller_are_killed_keeps_its_pages(tmp_path: Path) -> None:
    with demo(tmp_path / "home") as one:
        for pid in (one.poller, one.daemon):
            os.kill(pid, signal.SIGKILL)
            os.kill(one.server, 0)
        os.kill(one.server, signal.SIGTERM)

        said = rest(one)
        assert "daemon had ended before, with status -9" in said
        assert "poller had ended before, with status -9" in said
        assert one.process.returncode == 0


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_asked_to_end_ends_well(tmp_path: Path, asked: signal.Signals) -> None:
    with demo(tmp_path / "home") as one:
        one.process.send_signal(asked)

        rest(one)
        assert one.process.returncode == 0


def test_a_process_of_the_demo_that_ends_by_itself_ends_well_while_the_demo_lives() -> None:
    """Its watch of stdin must not stand in the way of the interpreter's end."""
    with subprocess.Popen(
        [sys.executable, "-m", "netwb.cli.demo.served", "--version"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        status = process.wait(timeout=60)
        assert process.stderr is not None

        assert (status, process.stderr.read()) == (0, b"")
