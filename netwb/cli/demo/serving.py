"""The demo's server, daemon and poller: `netwb serve`, `netwb scheduler` and `netwb poll` as processes
of their own.

So the simulated network, the pages, the nights and the counters do not wait for each other. The demo
ends with its server, and all end with the demo; one of the others that ended early is said, and the
pages stay.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from netwb.cli.show import say

SERVED = "netwb.cli.demo.served"
EXIT_KILLED = 128  # and the signal's number, as shells give it
_ENDING = (signal.SIGINT, signal.SIGTERM)
_Process = subprocess.Popen[bytes]


def serve_until_ended(home: Path, port: int | None) -> int:
    """Serve the home until Ctrl-C or SIGTERM; a second one ends all processes the hard way.

    They say where they listen, and what is wrong, on the stderr that they share with this process.
    Gives the exit status: 0 where it was asked to end, the server's own where it ended by itself.
    """
    where = () if port is None else ("--port", str(port))
    with (
        _process("serve", home, *where) as server,
        _process("scheduler", home) as daemon,
        _process("poll", home) as poller,
        _passed_on_to((server, daemon, poller)) as asked,
    ):
        status = server.wait()
        for name, process in (("daemon", daemon), ("poller", poller)):
            early = process.poll() is not None
            _end(process)
            if not asked and (early or process.returncode):
                say(f"the demo's {name} had ended before, with status {process.returncode}")
    if asked:
        return 0
    if status < 0:
        say(f"the demo's server was ended by signal {-status}; `netwb demo` goes on from here")
        return EXIT_KILLED - status
    return status


def _process(command: str, home: Path, *words: str) -> _Process:
    """In a session of its own: the keyboard reaches this process alone, which passes it on."""
    return subprocess.Popen(  # noqa: S603 - this interpreter, no shell
        [sys.executable, "-m", SERVED, command, "--home", str(home), *words],
        env=dict(os.environ),
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def _end(process: _Process) -> None:
    """As the demo's own end would: by its stdin."""
    if process.stdin is not None:
        process.stdin.close()
    process.wait()


@contextmanager
def _passed_on_to(processes: Sequence[_Process]) -> Iterator[list[int]]:
    """Gives the signals that came."""
    asked: list[int] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        del frame
        for process in processes:
            process.send_signal(signal.SIGKILL if asked else signal.SIGTERM)
        asked.append(number)

    before = {number: signal.signal(number, pass_on) for number in _ENDING}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
