"""Play many simulated devices on 127.x addresses, in a thread and an event loop of their own.

    with Fleet(world) as fleet:
        fleet.set_night(3)
        fleet.set_faults({"acme/edge1": "cut_without_end"})
        fleet.address("acme/edge1"), fleet.port, fleet.host_key("acme/edge1")

Every method may be called from any thread, at any time between enter and exit. Nothing listens
outside 127.0.0.0/8.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeVar

from netwb.errors import NetwbError
from netwb.lab.faults import Fault
from netwb.lab.loopback import addresses_from, allow_files
from netwb.lab.shelf import Shelf
from netwb.lab.static_routes import Host, RouteFault
from netwb.lab.world import World
from netwb.loading import lazy

if TYPE_CHECKING:
    from netwb.lab import listening
    from netwb.lab.device import LabJump
    from netwb.lab.tally import Seen
else:
    listening = lazy("netwb.lab.listening")  # asyncssh, when a fleet starts

Result = TypeVar("Result")
FIRST_ADDRESS = "127.1.0.1"
_FILES_PER_DEVICE = 3  # one that listens, and two sessions at once
_OPEN_FILES = 200  # everything else of the process


class Fleet:
    """The devices of a World, listening while the context lasts.

    jumps           jump hosts; they reach a device by its address and by its key
    first_address   the devices take this one and those after it, in the world's order
    port            0: one free port for all
    think_s         how long a device thinks before it shows a configuration
    seed            of the host keys: the same fleet started again has the same keys
    """

    def __init__(  # noqa: PLR0913  each has a default that does
        self,
        world: World,
        *,
        jumps: Sequence[LabJump] = (),
        first_address: str = FIRST_ADDRESS,
        port: int = 0,
        think_s: float = 0.0,
        seed: str = "lab",
    ) -> None:
        self.world = world
        self._jumps = tuple(jumps)
        keys = [*self.keys, *(jump.key for jump in self._jumps)]
        self._addresses = dict(zip(keys, addresses_from(first_address), strict=False))
        self._asked_port = port
        self._think_s = think_s
        self._seed = seed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stage: listening.Stage | None = None

    def __enter__(self) -> Self:
        allow_files(len(self._addresses) * _FILES_PER_DEVICE + _OPEN_FILES)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lab", daemon=True)
        self._thread.start()
        self._stage = listening.Stage(
            Shelf(self.world),
            self._jumps,
            self._addresses,
            seed=self._seed,
            think_s=self._think_s,
        )
        try:
            self._wait(self._stage.open(self._asked_port))
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop()

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the devices, in the world's order."""
        return tuple(device.key for device in self.world.devices)

    @property
    def port(self) -> int:
        """Port on which all of them listen."""
        return self._ready().port

    def address(self, key: str) -> str:
        """Address on which the device or jump host listens."""
        return self._addresses[self._known(key)]

    def host_key(self, key: str) -> str:
        """OpenSSH line of the key that the device or jump host shows now."""
        return self._ready().host_key(self._known(key))

    @property
    def night(self) -> int:
        """The night that is being played."""
        return self._ready().shelf.night

    def set_night(self, night: int) -> None:
        """Let every device show that night's texts from its next command on."""
        self._wait(self._ready().turn_to(night))

    def set_fault(self, key: str, fault: Fault | None) -> None:
        """Give one device a fault, from its next connection on; None heals it."""
        self._wait(self._ready().set_faults({self.world.device(key).key: fault}))

    def set_faults(self, faults: Mapping[str, Fault | None]) -> None:
        """Give these devices these faults, and heal all others."""
        for key in faults:
            self.world.device(key)
        self._wait(self._ready().set_faults({**dict.fromkeys(self.keys), **faults}))

    def set_password(self, key: str, password: str) -> None:
        """Let the device's account in with this password instead, from the next login on."""
        self._wait(self._ready().set_password(self.world.device(key).key, password))

    def set_route_fault(self, key: str, fault: RouteFault | None) -> None:
        """Let the device answer lines of its configuration wrongly, from the next one on."""
        self._wait(self._ready().set_route_fault(self.world.device(key).key, fault))

    def put_route(self, key: str, host: Host, tag: int | None) -> None:
        """Let a host route that discards stand there, as if a person had typed it."""
        self._wait(self._ready().put_route(self.world.device(key).key, host, tag))

    def routes(self, key: str) -> Mapping[Host, int | None]:
        """Tags of the host routes that were typed at the device, by host."""
        return self._wait(self._ready().routes(self.world.device(key).key))

    def reboot(self, key: str) -> None:
        """End the device's connections, and forget the routes that were not saved."""
        self._wait(self._ready().reboot(self.world.device(key).key))

    def prepare(self) -> None:
        """Make every text of the night now, so that no login pays for it."""
        self._wait(self._ready().prepare())

    def seen(self, key: str) -> Seen:
        """What the device or jump host saw since the fleet started."""
        return self._wait(self._ready().seen(self._known(key)))

    def _known(self, key: str) -> str:
        if key not in self._addresses:
            self.world.device(key)  # raises, naming the cure
        return key

    def _ready(self) -> listening.Stage:
        if self._stage is None:
            msg = "the lab's fleet is not running; use it inside `with Fleet(...)`"
            raise NetwbError(msg)
        return self._stage

    def _wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _stop(self) -> None:
        """Close every door and connection, then the loop and its thread."""
        loop, thread, stage = self._loop, self._thread, self._stage
        self._loop = self._thread = self._stage = None
        if loop is None or thread is None:
            return
        if stage is not None:
            asyncio.run_coroutine_threadsafe(stage.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
