"""A tiny SSH server that plays a script: for moments that the lab's devices do not have.

A script is a coroutine that reads what is typed and writes what is shown, byte for byte.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import asyncssh

from netwb.inventory.records import Target
from tests.collect.ground import PASSWORD, make_target


@cache
def server_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


@dataclass
class Screen:
    """The device's end of a terminal."""

    process: asyncssh.SSHServerProcess[bytes]

    def show(self, text: bytes) -> None:
        self.process.stdout.write(text)

    async def typed(self) -> bytes:
        """One line, without its end."""
        line = b""
        while not line.endswith((b"\n", b"\r", b"\x03")):
            key = await self.process.stdin.read(1)
            if not key:
                raise EOFError
            line += key
        return line

    async def serve(self, prompt: bytes, answers: dict[bytes, bytes], echo: bool = True) -> None:  # noqa: FBT001, FBT002
        """Answer commands until the other side leaves."""
        while True:
            command = (await self.typed()).strip()
            if echo:
                self.show(command + b"\r\n")
            self.show(answers.get(command, b"") + prompt)


Script = Callable[[Screen], Awaitable[None]]


@asynccontextmanager
async def device(script: Script, **options: Any) -> AsyncIterator[Target]:
    """Listen on a free loopback port while the context lasts; gives the target."""

    connections: list[asyncssh.SSHServerConnection] = []

    class Server(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            connections.append(conn)

        def begin_auth(self, username: str) -> bool:
            del username
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            del username
            return password == PASSWORD

    async def play(process: asyncssh.SSHServerProcess[bytes]) -> None:
        with suppress(EOFError, BrokenPipeError, asyncssh.Error):
            await script(Screen(process))
        process.exit(0)

    usual = {"server_factory": Server, "process_factory": play, "server_host_keys": [server_key()]}
    listener = await asyncssh.listen(
        "127.0.0.1", 0, line_editor=False, encoding=None, **{**usual, **options}
    )
    try:
        yield make_target(port=listener.get_port())
    finally:
        listener.close()
        for connection in connections:
            connection.abort()
            await connection.wait_closed()
        await asyncio.wait_for(listener.wait_closed(), 5)
