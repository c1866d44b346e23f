"""A NetBox on loopback: its list of devices as version 4 answers it, and what it may do wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "0123456789abcdef0123456789abcdef01234567"


def device(number: int, name: str | None = None, **other: Any) -> dict[str, Any]:
    """One device as NetBox 4.1 gives it, without the fields that netwb does not read."""
    return {
        "id": number,
        "url": f"https://netbox.example.net/api/dcim/devices/{number}/",
        "display": name or f"Device {number}",
        "name": name,
        "device_type": {
            "id": 1,
            "manufacturer": {"id": 1, "name": "Cisco", "slug": "cisco"},
            "model": "C9300-48P",
            "slug": "c9300-48p",
        },
        "role": {"id": 2, "name": "Provider Edge", "slug": "pe"},
        "tenant": {"id": 3, "name": "Acme Ltd", "slug": "acme"},
        "platform": {"id": 4, "name": "Cisco IOS", "slug": "cisco-ios"},
        "serial": f"FDO{number}",
        "site": {"id": 5, "name": "Frankfurt 1", "slug": "fra1"},
        "status": {"value": "active", "label": "Active"},
        "primary_ip": {
            "id": 100 + number,
            "family": {"value": 4, "label": "IPv4"},
            "address": f"192.0.2.{number}/24",
        },
        "tags": [{"id": 1, "name": "Core", "slug": "core", "color": "9e9e9e"}],
        "custom_fields": {"owner": "noc"},
        "created": "2026-01-01T10:00:00Z",
        **other,
    }


@dataclass
class Netbox:
    """What it has, what it was asked, and how it answers; None: as NetBox does.

    most       devices of a page, whatever is asked for
    answer     instead of its own: gets the handler, and its own answer
    """

    devices: list[dict[str, Any]] = field(default_factory=list)
    most: int = 1000
    answer: Callable[[Handler, bytes], None] | None = None
    asked: list[str] = field(default_factory=list)
    url: str = ""
    gone: threading.Event = field(default_factory=threading.Event)

    def page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        """One page, as it is asked for."""
        meant = [one for one in self.devices if self._is_meant(one, query)]
        offset = int(query.get("offset", ["0"])[0])
        limit = min(self.most, int(query.get("limit", ["50"])[0]))
        end = offset + limit
        follows = f"{self.url}/api/dcim/devices/?limit={limit}&offset={end}"
        return {
            "count": len(meant),
            "next": follows if end < len(meant) else None,
            "previous": None,
            "results": meant[offset:end],
        }

    def _is_meant(self, one: dict[str, Any], query: dict[str, list[str]]) -> bool:
        wanted = query.get("tenant", [])
        return not wanted or one["tenant"]["slug"] in wanted


class Handler(BaseHTTPRequestHandler):
    """One request; `netbox` is set on the class that a server uses."""

    netbox: Netbox

    def do_GET(self) -> None:
        self.netbox.asked.append(self.path)
        parts = urlsplit(self.path)
        if self.headers["Authorization"] != f"Token {TOKEN}":
            self.send(403, b'{"detail": "Invalid token"}')
        elif parts.path != "/api/dcim/devices/":
            self.send(404, b"{}")
        else:
            body = json.dumps(self.netbox.page(parse_qs(parts.query))).encode()
            if self.netbox.answer is not None:
                self.netbox.answer(self, body)
            else:
                self.send(200, body)

    def send(self, status: int, body: bytes, *, length: int | None = None, **headers: str) -> None:
        """An answer; `length` is what it says of itself, where that is not so."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """It is silent."""


@contextmanager
def serving(*devices: dict[str, Any]) -> Iterator[Netbox]:
    """A NetBox with these devices, on a port of its own."""
    netbox = Netbox(devices=list(devices))
    handler = type("OwnHandler", (Handler,), {"netbox": netbox})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        netbox.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield netbox
        finally:
            netbox.gone.set()
            server.shutdown()
            thread.join()
