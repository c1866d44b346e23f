"""Open and close the doors of simulated devices: one listening socket a device, by its fault.

A fault that shows before the login (closed, silent, another host key, old algorithms) changes
what listens; all others are played inside the session.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import asyncssh

from netwb.lab.device import LabDevice
from netwb.lab.faults import Fault
from netwb.lab.hostkeys import ed25519_key, rsa_key
from netwb.lab.server import DeviceServer, Played, Tally, options
from netwb.lab.shelf import Shelf

__all__ = ["Stage", "Tally"]

Door = Literal["closed", "silent", "changed_key", "old", "modern"]
_PORT_TRIES = 20  # free on the first address is nearly always free on all
_BACKLOG = 256


class Stage:
    """All doors of a fleet. Lives on the fleet's event loop."""

    def __init__(self, shelf: Shelf, *, seed: str, think_s: float) -> None:
        self.shelf = shelf
        self.port = 0
        self._seed = seed
        self._played = {
            device.key: Played(device=device, shelf=shelf, tally=Tally(), think_s=think_s)
            for device in shelf.world.devices
        }
        self._addresses: dict[str, str] = {}
        self._doors: dict[str, tuple[Door, asyncio.AbstractServer | asyncssh.SSHAcceptor]] = {}

    async def open(self, addresses: Mapping[str, str], port: int) -> None:
        """Listen everywhere on one port; a free one is looked for when `port` is 0."""
        self._addresses = dict(addresses)
        for attempt in range(_PORT_TRIES):
            self.port = port
            try:
                for played in self._played.values():
                    await self._open_door(played)
            except OSError as error:
                await self._close_doors()
                if port or error.errno != errno.EADDRINUSE or attempt == _PORT_TRIES - 1:
                    raise
            else:
                return

    async def close(self) -> None:
        """Stop listening, cut every connection, and wait for the last task."""
        await self._close_doors()
        open_connections = [conn for one in self._played.values() for conn in one.connections]
        for connection in open_connections:
            connection.abort()
        for connection in open_connections:
            await connection.wait_closed()
        mine = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not mine]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def turn_to(self, night: int) -> None:
        """Play another night."""
        self.shelf.turn_to(night)

    async def set_faults(self, faults: Mapping[str, Fault | None]) -> None:
        """Set faults, and change the doors that must be others now."""
        for key, fault in faults.items():
            played = self._played[key]
            played.fault = fault
            standing = self._doors.get(key)
            if (standing[0] if standing else "closed") != _door(played.device, fault):
                await self._close_door(key)
                await self._open_door(played)

    async def tally(self, key: str) -> Tally:
        """Copy what a device saw."""
        tally = self._played[key].tally
        return replace(tally, commands=list(tally.commands))

    def host_key(self, key: str) -> str:
        """OpenSSH line of the key that the device shows now."""
        played = self._played[key]
        line = self._key(played.device, _door(played.device, played.fault))
        return line.export_public_key("openssh").decode().strip()

    async def _open_door(self, played: Played) -> None:
        key, door = played.device.key, _door(played.device, played.fault)
        address = self._addresses[key]
        if door == "closed":
            return
        loop = asyncio.get_running_loop()
        server: asyncio.AbstractServer | asyncssh.SSHAcceptor
        if door == "silent":
            server = await loop.create_server(_Silent, address, self.port, backlog=_BACKLOG)
        else:
            server = await asyncssh.listen(
                address,
                self.port,
                options=options(played.device, self._key(played.device, door), old=door == "old"),
                server_factory=lambda: DeviceServer(played),
                backlog=_BACKLOG,
            )
        self._doors[key] = (door, server)
        if not self.port:
            self.port = server.sockets[0].getsockname()[1]

    def _key(self, device: LabDevice, door: Door) -> asyncssh.SSHKey:
        if door == "old":
            return rsa_key(self._seed, device.key)
        seed = f"{self._seed} changed" if door == "changed_key" else self._seed
        return ed25519_key(seed, device.key)

    async def _close_door(self, key: str) -> None:
        standing = self._doors.pop(key, None)
        if standing is not None:
            standing[1].close()
            if isinstance(standing[1], asyncssh.SSHAcceptor):
                await standing[1].wait_closed()

    async def _close_doors(self) -> None:
        for key in tuple(self._doors):
            await self._close_door(key)


class _Silent(asyncio.Protocol):
    """Accept a connection and never say a word, not even SSH's banner."""


def _door(device: LabDevice, fault: Fault | None) -> Door:
    match fault:
        case "port_closed":
            return "closed"
        case "no_banner":
            return "silent"
        case "host_key_changed":
            return "changed_key"
        case "old_algorithms_only":
            return "old"
    return "old" if device.algorithms == "old" else "modern"
