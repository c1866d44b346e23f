"""A process of the demo, run by its name alone: `netwb serve`, `netwb scheduler` or `netwb poll`
that does not outlive it.

Its stdin is a pipe of which the demo holds the other end, and writes nothing: it ends with the demo,
however that ends, also by `kill -9`.
"""

from __future__ import annotations

import os
import signal
from threading import Thread

from netwb.cli.main import run

_STDIN = 0


def _end_with_the_demo() -> None:
    # Past sys.stdin: a thread that waits inside of its buffer holds its lock, and an interpreter that
    # ends meanwhile cannot close it and aborts.
    while os.read(_STDIN, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    Thread(target=_end_with_the_demo, name="netwb-demo", daemon=True).start()
    run()
