"""What a page is told reaches it by itself, whenever it is told."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.document.events import TitleChangedEvent
from bokeh.protocol import Protocol
from panel.io import document
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from netwb.web import sending
from netwb.web.documents import PageSocket


class Socket:
    """A browser's, as Panel takes others than its own: each message waits until it is let go."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.ways: list[asyncio.Future[None]] = []

    def send(self, _connection: object, msg: Any) -> list[asyncio.Future[None]]:
        self.sent.append(msg)
        self.ways.append(asyncio.get_running_loop().create_future())
        return self.ways[-1:]


class Connection:
    """Of a page's document."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self.protocol = Protocol()


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Panel's own is back after the test."""
    monkeypatch.setattr(document, "_dispatch_msgs", document._dispatch_msgs)
    monkeypatch.setattr(document, "dispatch_tornado", document.dispatch_tornado)
    monkeypatch.setitem(
        document.extra_socket_handlers, Socket, lambda c, msg: c._socket.send(c, msg)
    )
    sending.install()


async def turns(many: int = 5) -> None:
    """Of the loop: as many as Panel's tasks may take."""
    for _ in range(many):
        await asyncio.sleep(0)


def told(page: Document, connection: Connection) -> None:
    event = TitleChangedEvent(page, "told")
    document.schedule_write_events(page, [connection], [event])  # type: ignore[list-item]  # a lookalike


@pytest.mark.parametrize("last", ["while it waits", "as it ends"])
def test_what_is_told_while_something_is_on_its_way_follows_it(last: str) -> None:
    async def story() -> None:
        page, socket = Document(), Socket()
        connection = Connection(socket)
        told(page, connection)
        await turns()
        assert len(socket.sent) == 1

        if last == "as it ends":
            socket.ways[0].set_result(None)
        told(page, connection)
        await turns()

        assert len(socket.sent) == 2
        for way in socket.ways:
            if not way.done():
                way.set_result(None)
        await turns()
        assert page not in document._WRITE_MSGS
        assert page not in document._WRITE_BLOCK

    asyncio.run(story())


class Sent(WebSocketHandler):
    """Sends more than the line holds, and waits for none of it."""

    gone: asyncio.Event

    def open(self, *_args: str, **_kwargs: str) -> None:
        for _ in range(8):
            self.write_message(b"x" * 1_000_000, binary=True)

    def on_close(self) -> None:
        self.gone.set()


class Heeded(sending.HeededSocket, Sent):
    """With frames that are looked after."""


async def left_alone(kind: type[Sent]) -> list[str]:
    """What the loop is told of a browser that goes away while frames are on their way to it."""
    found: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: found.append(str(context["message"]))
    )
    kind.gone = asyncio.Event()
    server = HTTPServer(Application([("/", kind)]))
    (place,) = bind_sockets(0, "127.0.0.1")
    server.add_sockets([place])
    reader, writer = await asyncio.open_connection(*place.getsockname())
    writer.write(
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await reader.readexactly(300)  # the page has begun to come

    writer.transport.abort()
    await kind.gone.wait()
    await turns(20)
    gc.collect()
    await turns()
    server.stop()
    await server.close_all_connections()
    return found


def test_a_browser_that_goes_away_in_the_middle_of_a_page_is_no_fault() -> None:
    of_tornado = asyncio.run(left_alone(Sent))
    of_ours = asyncio.run(left_alone(Heeded))

    assert "Task exception was never retrieved" in of_tornado, "it is needed no more"
    assert of_ours == []


def test_each_page_has_such_a_socket() -> None:
    assert issubclass(PageSocket, sending.HeededSocket)
    assert PageSocket.get_websocket_protocol is sending.HeededSocket.get_websocket_protocol


def test_nothing_is_written_to_a_browser_that_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_args: object, **_kwargs: object) -> None:
        raise WebSocketClosedError

    monkeypatch.setattr(sending, "_panels_writing", closed)

    assert sending.write(object(), []) == []
