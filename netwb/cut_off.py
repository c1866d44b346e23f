"""Cut a connection at the end of its time, however slowly the other side drips.

A timeout of a socket is one of single reads, which a letter now and then never meets.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LEAST_S = 0.1  # a time that is over already is told by the cut, as one that ends in the middle is


@contextmanager
def cut_after(seconds: float, line: socket.socket) -> Iterator[None]:
    """While the block runs, for so long; TimeoutError in the place of what the cut then causes."""
    over = threading.Event()

    def cut() -> None:
        over.set()
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(LEAST_S, seconds), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if over.is_set():
            raise TimeoutError from error
        raise
    else:
        if over.is_set():  # headers that end in the middle are whole ones to http.client
            raise TimeoutError
    finally:
        timer.cancel()
