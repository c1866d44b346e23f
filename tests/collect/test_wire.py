"""What is sent on the wire, and what is not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from netwb.collect.ssh.wire import DirectWire

IGNORE, DATA = 2, 94


class Speaking(asyncio.Protocol):
    """Sends packets as asyncssh's connection does: an empty one before each."""

    def __init__(self, cipher: str) -> None:
        self.sent: list[int] = []
        self.transport: Any = None
        self._cipher = cipher

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"send_cipher": self._cipher}.get(name, default)

    def send_packet(self, pkttype: int, *args: bytes, handler: Any = None) -> None:
        del handler
        if pkttype != IGNORE:
            self.send_packet(IGNORE, b"")
        self.sent += [pkttype, *(len(part) for part in args if part)]


async def sent_with(cipher: str) -> list[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _, connection = await DirectWire().create_connection(
        lambda: Speaking(cipher), "127.0.0.1", port
    )
    connection.send_packet(DATA, b"abc", handler=None)
    connection.transport.abort()
    server.close()
    await asyncio.sleep(0)  # the transport closes its socket in the loop's next turn
    sent: list[int] = connection.sent
    return sent


@pytest.mark.parametrize("cipher", ["aes128-gcm@openssh.com", "aes256-ctr"])
def test_a_cipher_that_has_no_use_for_empty_packets_sends_none(cipher: str) -> None:
    assert asyncio.run(sent_with(cipher)) == [DATA, 3]


@pytest.mark.parametrize("cipher", ["aes128-cbc", "3des-cbc"])
def test_a_cbc_cipher_goes_on_hiding_its_vector(cipher: str) -> None:
    assert asyncio.run(sent_with(cipher)) == [IGNORE, DATA, 3]
