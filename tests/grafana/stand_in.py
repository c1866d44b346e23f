"""A server that answers as Grafana 13 does behind `auth.proxy`: no Grafana can be had here.

The shapes are those of its sources: `/api/org` and `/api/user` with a login, 401 with a `messageId`
without one; an account sees the organization that it is a member of, whatever `orgId` says.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ACCOUNTS = {"netwb": (1, "Main Org."), "netwb-acme": (2, "acme"), "netwb-umbra": (3, "umbra")}
UNAUTHORIZED = {
    "extra": None,
    "message": "Unauthorized",
    "messageId": "auth.unauthorized",
    "statusCode": 401,
    "traceID": "",
}


@dataclass(slots=True)
class Grafana:
    """A running one; what it was asked is in `asked`.

    anonymous   auth.anonymous.enabled
    trusts      whether it takes X-WEBAUTH-USER from whoever connects
    status      what it answers instead, where it is ill; 0: it is well
    """

    port: int = 0
    anonymous: bool = False
    trusts: bool = False
    status: int = 0
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, path: str, headers: Mapping[str, str]) -> tuple[int, Any]:
        self.asked.append((path, headers))
        if self.status:
            return self.status, {"message": "ill"}
        account = headers.get("x-webauth-user", "") if self.trusts else ""
        member = ACCOUNTS.get(account, ACCOUNTS["netwb"] if self.anonymous else None)
        if member is None:
            return 401, UNAUTHORIZED
        if path.startswith("/api/org"):
            return 200, {"id": member[0], "name": member[1], "address": {}}
        return 200, {"orgId": member[0], "login": account, "isGrafanaAdmin": False}


@contextmanager
def running_grafana(*, anonymous: bool = False, trusts: bool = False) -> Iterator[Grafana]:
    """On loopback, until the block ends."""
    grafana = Grafana(anonymous=anonymous, trusts=trusts)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, document = grafana.answer(self.path, headers)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Frame-Options", "deny")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    grafana.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield grafana
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
