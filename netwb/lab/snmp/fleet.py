"""Play many SNMP agents on 127.x addresses, in a thread and an event loop of their own.

    with AgentFleet(agents) as fleet:
        fleet.set_fault("edge1", "silent")
        fleet.address("edge1"), fleet.port

Every method may be called from any thread between enter and exit. Nothing listens outside
127.0.0.0/8.
"""

from __future__ import annotations

import asyncio
import errno
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Self, TypeVar

from netwb.errors import NetwbError
from netwb.lab.loopback import addresses_from, allow_files
from netwb.lab.snmp.answering import Answering
from netwb.lab.snmp.device import Agent, AgentFault

Result = TypeVar("Result")
FIRST_ADDRESS = "127.2.0.1"
SLOW_S = 1.5  # what a slow agent waits before each answer
_PORT_TRIES = 20  # free on the first address is nearly always free on all
_OPEN_FILES = 200  # everything else of the process


class AgentFleet:
    """Agents that listen while the context lasts.

    addresses   where each is, by key; by default from `first_address` on
    port        0: one free port for all
    clock       epoch seconds: at what moment every question is answered
    """

    def __init__(
        self,
        agents: Sequence[Agent],
        *,
        addresses: Mapping[str, str] | None = None,
        first_address: str = FIRST_ADDRESS,
        port: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        keys = [agent.key for agent in agents]
        self._agents = {agent.key: Answering(agent) for agent in agents}
        self._addresses = addresses or dict(zip(keys, addresses_from(first_address), strict=False))
        self._clock = clock
        self._faults: dict[str, AgentFault | None] = {}
        self._doors: dict[str, asyncio.DatagramTransport] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="agents", daemon=True)
        self.port = port

    def __enter__(self) -> Self:
        allow_files(len(self._agents) + _OPEN_FILES)
        self._thread.start()
        try:
            self._wait(self._open())
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop()

    def address(self, key: str) -> str:
        """Address on which the agent listens."""
        return self._addresses[self._known(key)]

    def set_fault(self, key: str, fault: AgentFault | None) -> None:
        """Give one agent a fault, from its next packet on; None heals it."""
        self._wait(self._set_fault(self._known(key), fault))

    def asked(self, key: str) -> int:
        """How many requests of its community an agent had since it was made."""
        return self._agents[self._known(key)].requests

    def refused(self, key: str) -> int:
        """How many of another community."""
        return self._agents[self._known(key)].refused

    def _known(self, key: str) -> str:
        if key not in self._agents:
            msg = f"the lab has no agent {key!r}; it has {', '.join(list(self._agents)[:5])}"
            raise NetwbError(msg)
        return key

    async def _open(self) -> None:
        asked = self.port
        for attempt in range(_PORT_TRIES):
            self.port = asked
            try:
                for key in self._agents:
                    await self._open_door(key)
            except OSError as error:
                self._close_doors()
                if asked or error.errno != errno.EADDRINUSE or attempt == _PORT_TRIES - 1:
                    raise
            else:
                return

    async def _open_door(self, key: str) -> None:
        loop = asyncio.get_running_loop()
        place = (self._addresses[key], self.port)
        door, _ = await loop.create_datagram_endpoint(
            lambda: _Door(self._reply, key), local_addr=place
        )
        self._doors[key] = door
        self.port = self.port or door.get_extra_info("sockname")[1]

    async def _set_fault(self, key: str, fault: AgentFault | None) -> None:
        self._faults[key] = fault
        if fault == "refused" and key in self._doors:
            self._doors.pop(key).close()
            await asyncio.sleep(0)  # the transport closes its socket in the loop's next turn
        elif fault != "refused" and key not in self._doors:
            await self._open_door(key)

    def _reply(self, key: str, packet: bytes, sender: Any) -> None:
        fault = self._faults.get(key)
        if fault == "silent":
            return
        answer = self._agents[key].answer(packet, self._clock(), fault)
        if answer is None:
            return
        if fault == "slow":
            self._loop.call_later(SLOW_S, self._send, key, answer, sender)
        else:
            self._send(key, answer, sender)

    def _send(self, key: str, answer: bytes, to: Any) -> None:
        door = self._doors.get(key)
        if door is not None:
            door.sendto(answer, to)

    def _close_doors(self) -> None:
        for door in self._doors.values():
            door.close()
        self._doors.clear()

    def _wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _stop(self) -> None:
        """Close every door, then the loop and its thread."""

        async def close() -> None:
            self._close_doors()
            await asyncio.sleep(0)

        self._wait(close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _Door(asyncio.DatagramProtocol):
    """One agent's socket."""

    def __init__(self, reply: Callable[[str, bytes, Any], None], key: str) -> None:
        self._reply = reply
        self._key = key

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._reply(self._key, data, addr)
