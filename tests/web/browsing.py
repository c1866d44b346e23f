"""A browser of the tests without a screen: cookies, forms, and Bokeh's websocket in the raw."""

from __future__ import annotations

import base64
import html
import http.client
import json
import re
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

SESSION, DEVICE = "netwb_session", "netwb_device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, str]  # name -> the whole Set-Cookie line
    text: str

    @property
    def token(self) -> str:
        """What the page's script opens its websocket with."""
        found = re.search(r'"token":\s*"([^"]+)"', html.unescape(self.text))
        assert found, self.text[:2000]
        return found[1]

    @property
    def token_payload(self) -> dict[str, Any]:
        return payload_of(self.token)

    @property
    def xsrf(self) -> str:
        found = re.search(r'name="_xsrf" value="([^"]+)"', self.text)
        assert found, self.text
        return found[1]

    @property
    def hidden(self) -> dict[str, str]:
        pairs = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self.text)
        return {name: html.unescape(value) for name, value in pairs}


@dataclass(slots=True)
class Browser:
    """Keeps cookies, follows no redirect.

    own    loopback address that it asks from
    """

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    own: str = "127.0.0.1"

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = self._connection()
        sent = {
            **self.headers,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if self.cookies and "Cookie" not in sent:
            sent["Cookie"] = self.cookie
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return self._kept(answer, answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, **headers)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        form = {"Content_Type": "application/x-www-form-urlencoded", **headers}
        return self.ask("POST", path, urlencode(fields).encode(), **form)

    def log_in(self, name: str, password: str, *, path: str = "/login", **headers: str) -> Answer:
        """By the form, as a person does."""
        form = self.get(path, **headers)
        return self.post("/login", {**form.hidden, "name": name, "password": password}, **headers)

    def log_out(self) -> Answer:
        return self.post("/logout", {"_xsrf": self.get("/logout").xsrf})

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @asynccontextmanager
    async def opened(
        self, path: str, token: str, **headers: str
    ) -> AsyncIterator[WebSocketClientConnection]:
        """The websocket of a page; HTTPClientError where the handshake is refused."""
        sent = {"Origin": f"http://127.0.0.1:{self.port}", "Cookie": self.cookie, **headers}
        request = HTTPRequest(
            f"ws://127.0.0.1:{self.port}{path}/ws",
            headers={name: value for name, value in sent.items() if value},
        )
        socket = await websocket_connect(request, subprotocols=["bokeh", token])
        assert socket.protocol is not None
        socket.protocol.set_nodelay(True)  # as browsers do
        try:
            yield socket
        finally:
            ended = socket.close_code is not None  # its end was read already, and comes once
            socket.close()
            while not ended and await socket.read_message() is not None:
                pass

    def _connection(self) -> http.client.HTTPConnection:
        place, own = ("127.0.0.1", self.port), (self.own, 0)
        if self.tls is None:
            return http.client.HTTPConnection(*place, timeout=30, source_address=own)
        return http.client.HTTPSConnection(*place, timeout=30, context=self.tls, source_address=own)

    def _kept(self, answer: http.client.HTTPResponse, text: str) -> Answer:
        lines = answer.headers.get_all("Set-Cookie") or []
        cookies = {line.partition("=")[0]: line for line in lines}
        for name, line in cookies.items():
            value = line.partition("=")[2].partition(";")[0].strip('"')
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(status=answer.status, headers=headers, cookies=cookies, text=text)


def raw_answer(port: int, request: bytes, *, own: str = "127.0.0.1") -> bytes:
    """What a server says to bytes that no browser would send, until it closes."""
    where = ("127.0.0.1", port)
    with socket.create_connection(where, timeout=10, source_address=(own, 0)) as raw:
        raw.sendall(request)
        told = b""
        with suppress(ConnectionResetError):
            while part := raw.recv(65536):
                told += part
        return told


async def message(socket: WebSocketClientConnection) -> dict[str, Any] | None:
    """One message of Bokeh's protocol: header, metadata, content; None where it was closed."""
    parts = []
    for _ in range(3):
        part = await socket.read_message()
        if part is None:
            return None
        parts.append(json.loads(part))
    return {"type": parts[0]["msgtype"], "content": parts[2]}


async def pulled(socket: WebSocketClientConnection) -> str:
    """The whole document as the server sends it, as text; empty where it was closed."""
    await socket.write_message(json.dumps({"msgid": "1", "msgtype": "PULL-DOC-REQ"}))
    await socket.write_message("{}")
    await socket.write_message("{}")
    while (found := await message(socket)) is not None:
        if found["type"] == "PULL-DOC-REPLY":
            return json.dumps(found["content"])
    return ""


def payload_of(token: str) -> dict[str, Any]:
    """What a page's token says to whoever reads the source."""
    found: dict[str, Any] = json.loads(_decoded(token.partition(".")[0]))
    packed = found.pop("__bk__zlib_", None)
    if packed:
        found |= json.loads(zlib.decompress(_decoded(packed)))
    return found


def token_of(payload: Mapping[str, Any]) -> str:
    """A token as somebody would write it who has no key."""
    inner = {"session_id", "session_expiry"}
    packed = zlib.compress(
        json.dumps({k: v for k, v in payload.items() if k not in inner}).encode(), level=9
    )
    outer = {k: v for k, v in payload.items() if k in inner}
    whole = {**outer, "__bk__zlib_": _encoded(packed)}
    return _encoded(json.dumps(whole).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
