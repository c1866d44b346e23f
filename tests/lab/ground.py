"""Shared ground of the lab's tests: small worlds, and a person at a terminal over real SSH."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncssh

from netwb.lab.device import LabDevice
from netwb.lab.edits import Edit, EditKind
from netwb.lab.fleet import Fleet
from netwb.lab.world import World

FIRST_NIGHT = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
PASSWORD = "lab-password"
ENABLE = "lab-enable"
PROMPTS = {"cisco_ios": "edge1#", "arista_eos": "edge1#", "frr": "edge1# ", "cisco_nxos": "edge1# "}
ENDS = {"cisco_ios": "\nend", "arista_eos": "\nend", "frr": "\nend", "cisco_nxos": ""}


def make_device(key: str = "acme/edge1", **more: Any) -> LabDevice:
    values = {"platform": "cisco_ios", "username": "netwb", "password": PASSWORD, "lines": 200}
    return LabDevice(key=key, hostname=key.rpartition("/")[2], **{**values, **more})


def make_world(*devices: LabDevice, edits: Sequence[Edit] = (), seed: str = "tests") -> World:
    return World(devices, edits, seed=seed, first_night=FIRST_NIGHT)


def make_edit(
    key: str,
    *,
    night: int,
    at: datetime = FIRST_NIGHT,
    by: str = "ana",
    kind: EditKind = "describe_port",
    saved: bool = True,
) -> Edit:
    return Edit(key=key, night=night, at=at, by=by, kind=kind, seed=f"t{night}", saved=saved)


async def connect(fleet: Fleet, key: str, **more: Any) -> asyncssh.SSHClientConnection:
    """Log in as a client without habits of its own: no agent, no keys, no known hosts."""
    values: dict[str, Any] = {
        "username": "netwb",
        "password": PASSWORD,
        "known_hosts": None,
        "config": None,
        "agent_path": None,
        "client_keys": None,
    }
    return await asyncssh.connect(fleet.address(key), fleet.port, **{**values, **more})


class Terminal:
    """A terminal over one connection: what is typed, and what is read up to a mark."""

    def __init__(self, process: asyncssh.SSHClientProcess[bytes]) -> None:
        self._process = process

    async def read_until(self, mark: str) -> str:
        """Read until the screen ends with the mark, or the session ends."""
        seen = b""
        while not seen.endswith(mark.encode()):
            more = await asyncio.wait_for(self._process.stdout.read(1 << 20), 10)
            if not more:
                break
            seen += more
        return seen.decode("latin-1")

    async def read_some(self) -> str:
        more: bytes = await asyncio.wait_for(self._process.stdout.read(1 << 20), 10)
        return more.decode("latin-1")

    def pour(self, keys: str) -> None:
        """Type, and close the input, as a shell's pipe does."""
        self._process.stdin.write(keys.encode())
        self._process.stdin.write_eof()

    async def type(self, keys: str, mark: str) -> str:
        self._process.stdin.write(keys.encode())
        return await self.read_until(mark)


@asynccontextmanager
async def terminal_on(fleet: Fleet, key: str, **more: Any) -> AsyncIterator[Terminal]:
    """Log in and open a terminal."""
    connection = await connect(fleet, key, **more)
    try:
        yield Terminal(await connection.create_process(term_type="vt100", encoding=None))
    finally:
        connection.abort()
        await connection.wait_closed()


def show_running(fleet: Fleet, key: str, prompt: str, **more: Any) -> str:
    """Fetch a configuration as a simple collector does; LF line ends, no echo, no prompt."""

    async def fetch() -> str:
        async with terminal_on(fleet, key, **more) as terminal:
            screen = await _running(terminal, prompt)
        return screen.replace("\r\n", "\n").partition("\n")[2].removesuffix(prompt)

    return asyncio.run(fetch())


async def _running(terminal: Terminal, prompt: str) -> str:
    await terminal.read_until(prompt)
    await terminal.type("terminal length 0\n", prompt)
    return await terminal.type("show running-config\n", prompt)
