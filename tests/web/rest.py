"""A REST server on loopback over a rig's workbench, and a client that speaks plain HTTP to it."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from netwb.web.handler import Doors
from netwb.web.origin import origin_of
from netwb.web.rates import Rates
from netwb.web.routes import api_rules
from netwb.web.tally import Tally
from netwb.workbench import Workbench

MAX_BODY_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json["items"]
        return found


@dataclass(slots=True)
class Client:
    """One caller. `token` goes into the Authorization header."""

    port: int
    token: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        document: Any = None,
    ) -> Reply:
        sent = {**self.headers, **(headers or {})}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if document is not None:
            body = json.dumps(document)
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=sent)
            reply = connection.getresponse()
            lowered = {name.lower(): value for name, value in reply.getheaders()}
            return Reply(status=reply.status, headers=lowered, body=reply.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", f"/api/v1{path}", headers=headers)

    def post(self, path: str, document: Any, **headers: str) -> Reply:
        return self.ask("POST", f"/api/v1{path}", document=document, headers=headers)


@contextmanager
def serving(
    bench: Workbench | Callable[[], Workbench],
    *,
    max_body_bytes: int = MAX_BODY_BYTES,
    threads: int = 8,
    rates: Rates | None = None,
) -> Iterator[int]:
    """Port of a server whose own workbench is this one; it lives in a thread of its own."""
    counted = rates or Rates(per_token=20_000, per_tenant=40_000)
    opened = bench if callable(bench) else lambda: bench
    loop = asyncio.new_event_loop()
    executor = ThreadPoolExecutor(threads)

    async def run(call: Callable[..., Any], *args: Any) -> Any:
        return await loop.run_in_executor(executor, partial(call, *args))

    def most_body_bytes() -> int:
        opened()  # it is a setting, and they come with the home
        return max_body_bytes

    doors = Doors(
        workbench=opened,
        run=run,
        origin=partial(origin_of, trusted=()),
        named=lambda _request: "",
        most_body_bytes=most_body_bytes,
        tally=Tally(),
        rates=lambda: counted,
    )
    (socket,) = bind_sockets(0, "127.0.0.1")
    port: int = socket.getsockname()[1]
    servers: list[HTTPServer] = []

    async def start() -> None:
        server = HTTPServer(Application(api_rules(doors)))
        server.add_socket(socket)
        servers.append(server)

    async def stop() -> None:
        servers[0].stop()
        await servers[0].close_all_connections()

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        executor.shutdown()
        loop.close()
