"""The TCP connection under SSH, which sends what one turn of the loop wrote in one packet.

asyncssh writes each of its packets at once, so that a login costs 33 system calls. Joined there are
13, which is a third of the CPU of a session, and the device's small processor takes fewer
interrupts. It also puts an empty IGNORE packet before each one. That keeps an eavesdropper from
knowing the vector that a CBC cipher begins with (RFC 4251 section 9.3.1); other ciphers have none
that could be known, and do without: 12 of 30 packets of a login. And it words a line of log for
each packet before it asks whether anybody reads it, which is a twentieth of a session.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, cast

_IGNORE = 2  # SSH_MSG_IGNORE, RFC 4253 section 11.2


class Wire(Protocol):
    """What a connection to a device is opened over: TCP itself, or the connection to a jump host."""

    async def create_connection(
        self, session_factory: Callable[[], Any], remote_host: str, remote_port: int
    ) -> tuple[Any, Any]:
        """Open it; gives the SSH connection that the factory made as the second of two."""


class DirectWire:
    """TCP itself."""

    async def create_connection(
        self, session_factory: Callable[[], Any], remote_host: str, remote_port: int
    ) -> tuple[Any, Any]:
        """Open TCP and put the SSH connection that the factory makes on it."""
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(
            lambda: _Protocol(session_factory, loop), remote_host, remote_port
        )
        return None, protocol.connection


class _Protocol(asyncio.Protocol):
    """Hands everything on to asyncssh's connection."""

    def __init__(self, factory: Callable[[], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.connection = _sparing(factory())
        self._loop = loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Another loop's transport has the methods, and need not be a subclass.
        self.connection.connection_made(_Joined(cast(asyncio.Transport, transport), self._loop))

    def data_received(self, data: bytes) -> None:
        self.connection.data_received(data)

    def eof_received(self) -> None:
        self.connection.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self.connection.connection_lost(exc)

    def pause_writing(self) -> None:
        self.connection.pause_writing()

    def resume_writing(self) -> None:
        self.connection.resume_writing()


class _Joined:
    """A transport that waits for the end of the loop's turn before it sends."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self._send)
        self._held.append(data)

    def _send(self) -> None:
        if self._held:
            data = b"".join(self._held)
            self._held.clear()
            self._transport.write(data)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def abort(self) -> None:
        self._held.clear()
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)


def _sparing(connection: Any) -> Any:
    """The same connection, which leaves empty packets out where its cipher has no use for them.

    Its packets are not logged, nor those that a channel sends over it.
    """
    send = connection.send_packet

    def send_packet(pkttype: int, *args: bytes, handler: Any = None) -> None:
        del handler  # whose log it would be
        if pkttype == _IGNORE and not connection.get_extra_info("send_cipher", "").endswith("cbc"):
            return
        send(pkttype, *args)

    connection.send_packet = send_packet
    connection.log_sent_packet = connection.log_received_packet = _unlogged
    return connection


def _unlogged(*_packet: Any) -> None:
    """Spare the line: asyncssh tells of each packet at a level below DEBUG."""
