"""A process of the demo, run by its name alone: `netwb serve`, `netwb scheduler` or `netwb poll`
that does not outlive it.

Its stdin is a pipe of which the demo holds the other end, and writes nothing: it ends with the demo,
however that ends, also by `kill -9`.
"""

from __future__ import annotations

import os
import signal
import sys
from threading import Thread

from netwb.cli.main import run


def _end_with_the_demo() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    Thread(target=_end_with_the_demo, name="netwb-demo", daemon=True).start()
    run()
