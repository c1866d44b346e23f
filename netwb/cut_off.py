"""Connections that are cut at the end of their time, however slowly the other side drips.

A timeout of a socket is one of single reads, which a letter now and then never meets.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult

from netwb.errors import SettingsError

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


@contextmanager
def connected(
    url: SplitResult, *, answer_s: float, ca_file: str, setting: str, plain_port: int = 80
) -> Iterator[http.client.HTTPConnection]:
    """An HTTP connection for that time; no proxy is asked, and no redirect followed.

    ca_file      PEM certificates that https is trusted by; empty: the system's
    setting      that names the file: SettingsError where there are none in it
    plain_port   of http, where the address names none
    """
    connection = _connection(url, answer_s, ca_file, setting, plain_port)
    try:
        connection.connect()
        assert connection.sock is not None
        with cut_after(answer_s, connection.sock):
            yield connection
    finally:
        connection.close()


def _connection(
    url: SplitResult, answer_s: float, ca_file: str, setting: str, plain_port: int
) -> http.client.HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "http":
        return http.client.HTTPConnection(host, url.port or plain_port, timeout=answer_s)
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        msg = f"setting {setting} {ca_file} holds no certificates; correct it"
        raise SettingsError(msg) from error
    return http.client.HTTPSConnection(host, url.port or 443, timeout=answer_s, context=context)
