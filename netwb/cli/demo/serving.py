"""The demo's server: `netwb serve` as a process of its own.

So the simulated network and the pages do not wait for each other. Neither stays without the other.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from netwb.cli.show import say

SERVED = "netwb.cli.demo.served"
EXIT_KILLED = 128  # and the signal's number, as shells give it
_ENDING = (signal.SIGINT, signal.SIGTERM)


def serve_until_ended(home: Path, port: int | None) -> int:
    """Serve the home until Ctrl-C or SIGTERM; a second one ends the server the hard way.

    The server says its address, and what is wrong, on the stderr that it shares with this process.
    Gives the exit status: 0 where it was asked to end, the server's own where it ended by itself.
    """
    command = [sys.executable, "-m", SERVED, "serve", "--home", str(home)]
    if port is not None:
        command += ["--port", str(port)]
    # In a session of its own: the keyboard reaches this process alone, which passes it on.
    with (
        subprocess.Popen(  # noqa: S603 - this interpreter, no shell
            command, env=dict(os.environ), stdin=subprocess.PIPE, start_new_session=True
        ) as server,
        _passed_on_to(server) as asked,
    ):
        status = server.wait()
    if asked:
        return 0
    if status < 0:
        say(f"the demo's server was ended by signal {-status}; `netwb demo` goes on from here")
        return EXIT_KILLED - status
    return status


@contextmanager
def _passed_on_to(server: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Gives the signals that came."""
    asked: list[int] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        del frame
        server.send_signal(signal.SIGKILL if asked else signal.SIGTERM)
        asked.append(number)

    before = {number: signal.signal(number, pass_on) for number in _ENDING}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
