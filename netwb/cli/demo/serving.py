"""The demo's server: `netwb serve` as a process of its own.

So the simulated network and the pages do not wait for each other.
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

_ENDING = (signal.SIGINT, signal.SIGTERM)


def serve_until_ended(home: Path, port: int | None) -> int:
    """Serve the home until Ctrl-C or SIGTERM; a second one ends the server the hard way.

    The server says its address, and what is wrong, on the stderr that it shares with this process.
    Gives the exit status: 0 where it was asked to end, the server's own where it ended by itself.
    """
    command = [sys.executable, "-m", "netwb", "serve", "--home", str(home)]
    if port is not None:
        command += ["--port", str(port)]
    # In a session of its own: the keyboard reaches this process alone, which passes it on.
    with (
        subprocess.Popen(command, env=dict(os.environ), start_new_session=True) as server,  # noqa: S603 - this interpreter, no shell
        _passed_on_to(server) as asked,
    ):
        status = server.wait()
    return 0 if asked else status


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
