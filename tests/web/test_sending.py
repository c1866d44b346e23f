"""What a page is told reaches it by itself, whenever it is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.document.events import TitleChangedEvent
from bokeh.protocol import Protocol
from panel.io import document

from netwb.web import sending


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
