"""Something on loopback in an InfluxDB's place: it gives recorded answers, and writes down what it is asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One answer. `cut`: the connection ends after so many bytes of the body."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`form` holds the query, and a form's body."""

    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]
    body: bytes


@dataclass
class RecordedInflux:
    """Answers by path; a path without one is 404, and one whose value is None gets none in time."""

    answers: dict[str, Recorded | None] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    url: str = ""
    gone: threading.Event = field(default_factory=threading.Event)


@contextmanager
def recorded_influx(answers: Mapping[str, Recorded | None]) -> Iterator[RecordedInflux]:
    """One that runs for the block."""
    influx = RecordedInflux(answers=dict(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            form = parse_qs(parts.query)
            if self.headers.get("Content-Type") == "application/x-www-form-urlencoded":
                form |= parse_qs(body.decode())
            one = {name: values[0] for name, values in form.items()}
            influx.asked.append(
                Request(path=parts.path, headers=dict(self.headers), form=one, body=body)
            )
            answer = influx.answers.get(parts.path, Recorded(status=404, body=b"404 page"))
            if answer is None:
                influx.gone.wait(30)
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body if answer.cut is None else answer.body[: answer.cut])
            if answer.cut is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Tests say what they need."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    influx.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield influx
    finally:
        influx.gone.set()
        server.shutdown()
        thread.join()
        server.server_close()
