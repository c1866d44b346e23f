"""A webhook receiver on loopback that answers as it is told to, and remembers what it was sent."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["_Handler"], None]


@dataclass
class Receiver:
    """Its URL, what it got (headers and body), and how it answers from now on."""

    url: str
    answer: Answer
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]

    def await_one(self, timeout_s: float = 30) -> None:
        assert self.came.acquire(timeout=timeout_s), "nothing came"


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.got.append((headers, body))
        self.receiver.came.release()
        self.receiver.answer(self)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def status(code: int, text: str = "", **headers: str) -> Answer:
    """Answer so."""

    def answer(handler: _Handler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(text.encode())))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(text.encode())

    return answer


GOOD = status(204)


def hang(handler: _Handler) -> None:
    """Say nothing until the other side gives up."""
    handler.connection.settimeout(60)
    handler.rfile.read(1)
    handler.close_connection = True


def drip(handler: _Handler) -> None:
    """Say a letter of a header now and then, without end."""
    handler.close_connection = True
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while True:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        return


def close_midway(handler: _Handler) -> None:
    """End in the middle of the status line."""
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 2")
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)


def flood(code: int) -> Answer:
    """Ten megabytes of answer."""

    def answer(handler: _Handler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", str(10 * 1024 * 1024))
        handler.end_headers()
        handler.close_connection = True
        try:
            for _ in range(160):
                handler.wfile.write(b"x" * 65536)
        except OSError:
            return

    return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A client that goes in the middle is what is tested here."""


@contextmanager
def receiving(
    answer: Answer = GOOD, *, context: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """A receiver while the block runs; with a context it speaks TLS as `localhost`."""
    receiver = Receiver(url="", answer=answer)
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    server = _Server(("127.0.0.1", 0), handler)
    where = f":{server.server_port}/hook/S3cretPath"
    receiver.url = f"https://localhost{where}" if context else f"http://127.0.0.1{where}"
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
