"""Runs one long command for netwb, and ends it when netwb ends or lets go: `leash.py FD git ...`.

Whoever is killed cannot end its children, and a repack that went on alone would hold the writer lock
for minutes. FD is the reading end of a pipe whose other end netwb alone holds: when that is gone,
everything in this process's group is told to end, and killed if it does not. It is started with a
session, and so a group, of its own; it runs without netwb's packages, so it imports none.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

_NICE = 10  # a backup and a page come first
_PATIENCE_S = 5.0  # Git removes its temporary files when it is told to end


def main(pipe: int, command: list[str]) -> int:
    """Run the command; gives its exit status, 128 and the signal's number where one ended it."""
    # A handler, as an ignored signal would be ignored by the command too.
    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(one, _stay)
    os.set_inheritable(pipe, False)
    os.nice(_NICE)
    threading.Thread(target=_watch, args=(pipe,), daemon=True).start()
    try:
        status = subprocess.call(command, stdin=subprocess.DEVNULL, close_fds=False)  # noqa: S603 - netwb names it
    except OSError as error:
        sys.stderr.write(f"fatal: {command[0]} cannot be started: {error.strerror}\n")
        return 127
    return status if status >= 0 else 128 - status


def _watch(pipe: int) -> None:
    os.read(pipe, 1)  # nothing is ever written: it returns when the other end is closed
    os.killpg(0, signal.SIGTERM)
    time.sleep(_PATIENCE_S)
    os.killpg(0, signal.SIGKILL)


def _stay(_signal: int, _frame: FrameType | None) -> None:
    """What ends the command ends this too, once the command has ended."""


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
