"""Grafana's HTTP API for its admin, as far as `set_up.py` uses it: answers have the shapes of Grafana 13."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PASSWORD = "f00dfeed"


@dataclass(slots=True)
class GrafanaApi:
    """What it holds; `members` are the organizations of each user, `sources` and `boards` by organization."""

    port: int = 0
    organizations: dict[int, str] = field(default_factory=lambda: {1: "Main Org."})
    users: dict[str, int] = field(default_factory=dict)
    members: dict[int, dict[int, str]] = field(default_factory=dict)
    sources: dict[int, dict[str, Any]] = field(default_factory=dict)
    boards: dict[int, dict[str, Any]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(  # noqa: PLR0911 - one a route
        self, method: str, path: str, document: Any, within: int
    ) -> tuple[int, Any]:
        parts = urlsplit(path)
        if method != "GET":
            self.written.append(f"{method} {parts.path}")
        match method, parts.path.split("/")[2:]:
            case "GET", ["orgs", "name", name]:
                known = {name: number for number, name in self.organizations.items()}
                return _found(known.get(unquote(name)), "Organization not found")
            case "POST", ["orgs"]:
                number = max(self.organizations) + 1
                self.organizations[number] = document["name"]
                return 200, {"orgId": number, "message": "Organization created"}
            case "GET", ["users", "lookup"]:
                login = parse_qs(parts.query)["loginOrEmail"][0]
                return _found(self.users.get(login), "user not found")
            case "POST", ["admin", "users"]:
                assert len(document["password"]) >= 32
                user = self.users[document["login"]] = len(self.users) + 2
                self.members[user] = {document["OrgId"]: "Viewer"}
                return 200, {"id": user, "uid": f"u{user}", "message": "User created"}
            case "GET", ["users", user, "orgs"]:
                return 200, [
                    {"orgId": number, "name": self.organizations[number], "role": role}
                    for number, role in self.members[int(user)].items()
                ]
            case "GET", ["datasources", "uid", "netwb"]:
                return _found(1 if within in self.sources else None, "Data source not found")
            case ("POST", ["datasources"]) | ("PUT", ["datasources", "uid", "netwb"]):
                self.sources[within] = document
                return 200, {"id": 1, "name": document["name"], "message": "Datasource added"}
            case "POST", ["dashboards", "db"]:
                self.boards[within] = document["dashboard"]
                return 200, {"id": 1, "uid": document["dashboard"]["uid"], "status": "success"}
        return 404, {"message": "Not found"}


def _found(number: int | None, missing: str) -> tuple[int, Any]:
    return (404, {"message": missing}) if number is None else (200, {"id": number})


@contextmanager
def running_api() -> Iterator[GrafanaApi]:
    """On loopback, until the block ends; its admin's password is PASSWORD."""
    api = GrafanaApi()
    login = f"Basic {b64encode(f'admin:{PASSWORD}'.encode()).decode()}"

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            document = json.loads(self.rfile.read(length) or b"null")
            within = int(self.headers.get("X-Grafana-Org-Id", 1))
            status, said = 401, {"message": "Invalid username or password"}
            if self.headers.get("Authorization") == login:
                status, said = api.answer(self.command, self.path, document, within)
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - names of http.server

        def log_message(self, *_args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
