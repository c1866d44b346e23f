"""Open and close the doors of simulated devices: one listening socket a device, by its fault.

A fault that shows before the login (closed, silent, another host key, old algorithms) changes
what listens; all others are played inside the session.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import asyncssh

from netwb.lab.device import LabDevice, LabJump
from netwb.lab.dialects import DIALECTS
from netwb.lab.faults import Fault
from netwb.lab.hostkeys import ed25519_key, rsa_key
from netwb.lab.jump import JumpServer
from netwb.lab.server import DeviceServer, options
from netwb.lab.shelf import Shelf
from netwb.lab.static_routes import Host, RouteFault
from netwb.lab.tally import Seen, Tally
from netwb.lab.terminal import Played

Door = Literal["closed", "silent", "changed_key", "old", "modern"]
Server = asyncio.Server | asyncssh.SSHAcceptor
_PORT_TRIES = 20  # free on the first address is nearly always free on all
_BACKLOG = 256
_TURNS_TO_PROTOCOL = 3  # of the loop: the transport is made, the protocol told, the waiter woken


class Stage:
    """All doors of a fleet. Lives on the fleet's event loop.

    addresses   of devices and jump hosts, by key
    """

    def __init__(
        self,
        shelf: Shelf,
        jumps: Iterable[LabJump],
        addresses: Mapping[str, str],
        *,
        seed: str,
        think_s: float,
    ) -> None:
        self.shelf = shelf
        self.port = 0
        self._seed = seed
        self._addresses = addresses
        self._played = {
            device.key: Played(
                device=device,
                shelf=shelf,
                tally=Tally(),
                think_s=think_s,
                password=device.password,
            )
            for device in shelf.world.devices
        }
        self._jumps = {jump.key: (jump, Tally()) for jump in jumps}
        self._doors: dict[str, tuple[Door, Server]] = {}
        self._keys: dict[tuple[str, Door], asyncssh.SSHKey] = {}
        self._silent: set[asyncio.BaseTransport] = set()
        self._changing = asyncio.Lock()  # doors: several threads may set faults at once

    async def open(self, port: int) -> None:
        """Listen everywhere on one port; a free one is looked for when `port` is 0."""
        for attempt in range(_PORT_TRIES):
            self.port = port
            try:
                await self._open_all()
            except OSError as error:
                await self._close_doors()
                if port or error.errno != errno.EADDRINUSE or attempt == _PORT_TRIES - 1:
                    raise
            else:
                return

    async def close(self) -> None:
        """Stop listening, cut every connection, and wait for the last task."""
        async with self._changing:
            await self._close_doors()
        alive = [connection for tally in self._tallies() for connection in tally.alive]
        for connection in alive:
            connection.abort()
        for transport in self._silent:
            transport.close()
        for connection in alive:
            await connection.wait_closed()
        mine = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not mine]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def turn_to(self, night: int) -> None:
        """Play another night."""
        self.shelf.turn_to(night)

    async def prepare(self) -> None:
        """Make every text of the night; between two devices others are served."""
        for key, played in self._played.items():
            self.shelf.config("running", key, played.fault)
            self.shelf.version(key)
            await asyncio.sleep(0)

    async def set_faults(self, faults: Mapping[str, Fault | None]) -> None:
        """Set faults, and change the doors that must be others now."""
        async with self._changing:
            for key, fault in faults.items():
                await self._set_fault(self._played[key], fault)

    async def _set_fault(self, played: Played, fault: Fault | None) -> None:
        played.fault = fault
        key = played.device.key
        standing = self._doors.get(key)
        if (standing[0] if standing else "closed") != _door(played.device, fault):
            await self._close_door(key)
            await self._open_device(played)

    async def set_password(self, key: str, password: str) -> None:
        """Let the account in with another password from its next login on."""
        self._played[key].password = password

    async def set_route_fault(self, key: str, fault: RouteFault | None) -> None:
        """Let a device answer lines of its configuration wrongly."""
        self.shelf.routes.set_fault(key, fault)

    async def put_route(self, key: str, host: Host, tag: int | None) -> None:
        """Let a host route that discards stand at a device."""
        self.shelf.routes.put(key, host, tag)

    async def routes(self, key: str) -> Mapping[Host, int | None]:
        """Tags by host, of what was typed at a device."""
        return self.shelf.routes.standing(key)

    async def reboot(self, key: str) -> None:
        """End a device's connections; its routes stand as saved."""
        alive = tuple(self._played[key].tally.alive)
        for connection in alive:
            connection.abort()
        for connection in alive:
            await connection.wait_closed()
        self.shelf.routes.reboot(key)
        self.shelf.ports.reboot(key)

    async def seen(self, key: str) -> Seen:
        """Copy what a device or a jump host saw."""
        tally = self._jumps[key][1] if key in self._jumps else self._played[key].tally
        return tally.seen()

    def host_key(self, key: str) -> str:
        """OpenSSH line of the key that the device or jump host shows now."""
        door: Door = "modern"
        if key in self._played:
            door = _door(self._played[key].device, self._played[key].fault)
        return self._key(key, door).export_public_key("openssh").decode().strip()

    async def _open_all(self) -> None:
        for played in self._played.values():
            await self._open_device(played)
        for jump, tally in self._jumps.values():
            await self._open_jump(jump, tally)

    async def _open_device(self, played: Played) -> None:
        device = played.device
        door = _door(device, played.fault)
        if door == "closed":
            return
        if door == "silent":
            loop = asyncio.get_running_loop()
            address = self._addresses[device.key]
            server: Server = await loop.create_server(
                lambda: _Silent(self._silent), address, self.port
            )
        else:
            offered = options(
                self._key(device.key, door),
                authentication=device.authentication,
                algorithms="old" if door == "old" else "modern",
                version=DIALECTS[device.platform].words.ssh_version,
            )
            server = await self._listen(device.key, offered, lambda: DeviceServer(played))
        self._doors[device.key] = (door, server)
        self.port = self.port or server.sockets[0].getsockname()[1]

    async def _open_jump(self, jump: LabJump, tally: Tally) -> None:
        offered = options(
            self._key(jump.key, "modern"),
            authentication="password",
            algorithms="modern",
            version="OpenSSH_9.2p1",
        )
        inside = {
            (name, self.port): (self._addresses[key], self.port)
            for key in self._played
            for name in (key, self._addresses[key])
        }
        server = await self._listen(jump.key, offered, lambda: JumpServer(jump, inside, tally))
        self._doors[jump.key] = ("modern", server)

    async def _listen(
        self,
        key: str,
        offered: asyncssh.SSHServerConnectionOptions,
        factory: Callable[[], asyncssh.SSHServer],
    ) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            self._addresses[key],
            self.port,
            options=offered,
            server_factory=factory,
            backlog=_BACKLOG,
        )

    def _key(self, key: str, door: Door) -> asyncssh.SSHKey:
        """Give the host key shown at that door; an RSA key takes long to find, so it is kept."""
        if (key, door) not in self._keys:
            seed = f"{self._seed} changed" if door == "changed_key" else self._seed
            make = rsa_key if door == "old" else ed25519_key
            self._keys[key, door] = make(seed, key)
        return self._keys[key, door]

    def _tallies(self) -> list[Tally]:
        of_jumps = [tally for _, tally in self._jumps.values()]
        return [*(played.tally for played in self._played.values()), *of_jumps]

    async def _close_doors(self) -> None:
        for key in tuple(self._doors):
            await self._close_door(key)

    async def _close_door(self, key: str) -> None:
        """Stop accepting, let what was just accepted come to its protocol, then close.

        CPython 3.11 loses a connection whose server closes between these two steps.
        """
        standing = self._doors.pop(key, None)
        if standing is None:
            return
        server = standing[1]
        for listener in server.sockets:
            asyncio.get_running_loop().remove_reader(listener.fileno())
        for _ in range(_TURNS_TO_PROTOCOL):
            await asyncio.sleep(0)
        server.close()
        if isinstance(server, asyncssh.SSHAcceptor):
            await server.wait_closed()


class _Silent(asyncio.Protocol):
    """Accept a connection and never say a word, not even SSH's banner."""

    def __init__(self, alive: set[asyncio.BaseTransport]) -> None:
        self._alive = alive
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember it, so that the fleet can end it."""
        self._transport = transport
        self._alive.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        del exc
        if self._transport is not None:
            self._alive.discard(self._transport)


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
