"""A fleet in a process of its own, so that what a client costs can be measured without it.

    with FleetApart(world, think_s=1.0) as fleet:
        fleet.address("acme/edge1"), fleet.port, fleet.host_key("acme/edge1")
        fleet.set_faults({...}); fleet.cpu_s()

The child is spawned, not forked: it inherits no lock, thread or socket of this process. It ends
with the context, or when this process dies.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING, Any, Self

from netwb.errors import NetwbError
from netwb.lab.faults import Fault
from netwb.lab.fleet import FIRST_ADDRESS, Fleet
from netwb.lab.world import World

if TYPE_CHECKING:
    from netwb.lab.device import LabJump
    from netwb.lab.tally import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipe:
    """What the child makes its Fleet from; see there."""

    world: World
    jumps: tuple[LabJump, ...]
    first_address: str
    port: int
    think_s: float
    seed: str
    core: int | None


class FleetApart:
    """The same as Fleet, from the other side of a pipe. One thread may use it at a time.

    core        CPU that the child is bound to; None: any
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
        core: int | None = None,
    ) -> None:
        self.world = world
        self._recipe = _Recipe(
            world=world,
            jumps=tuple(jumps),
            first_address=first_address,
            port=port,
            think_s=think_s,
            seed=seed,
            core=core,
        )
        self._pipe: Connection | None = None
        self._process: SpawnProcess | None = None

    def __enter__(self) -> Self:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_serve, args=(self._recipe, theirs), daemon=True)
        self._process.start()
        theirs.close()
        try:
            self._answer()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        pipe, process = self._pipe, self._process
        self._pipe = self._process = None
        if pipe is not None:
            pipe.close()  # the child reads the end of it and leaves
        if process is not None:
            process.join()
            process.close()

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the devices, in the world's order."""
        return tuple(device.key for device in self.world.devices)

    @property
    def port(self) -> int:
        """Port on which all of them listen."""
        return int(self._ask("port"))

    def address(self, key: str) -> str:
        """Address on which the device or jump host listens."""
        return str(self._ask("address", key))

    def host_key(self, key: str) -> str:
        """OpenSSH line of the key that the device or jump host shows now."""
        return str(self._ask("host_key", key))

    def set_night(self, night: int) -> None:
        """Let every device show that night's texts from its next command on."""
        self._ask("set_night", night)

    def set_fault(self, key: str, fault: Fault | None) -> None:
        """Give one device a fault, from its next connection on; None heals it."""
        self._ask("set_fault", key, fault)

    def set_faults(self, faults: Mapping[str, Fault | None]) -> None:
        """Give these devices these faults, and heal all others."""
        self._ask("set_faults", dict(faults))

    def set_password(self, key: str, password: str) -> None:
        """Let the device's account in with this password instead, from the next login on."""
        self._ask("set_password", key, password)

    def prepare(self) -> None:
        """Make every text of the night now, so that no login pays for it."""
        self._ask("prepare")

    def seen(self, key: str) -> Seen:
        """What the device or jump host saw since the fleet started."""
        answer: Seen = self._ask("seen", key)
        return answer

    def cpu_s(self) -> float:
        """CPU time that the fleet's process has used, user and system."""
        return float(self._ask("cpu_s"))

    def _ask(self, name: str, *arguments: object) -> Any:
        if self._pipe is None:
            msg = "the lab's fleet is not running; use it inside `with FleetApart(...)`"
            raise NetwbError(msg)
        self._pipe.send((name, arguments))
        return self._answer()

    def _answer(self) -> Any:
        assert self._pipe is not None
        try:
            answer = self._pipe.recv()
        except EOFError as error:
            msg = "the lab's process ended by itself; its stderr says why"
            raise NetwbError(msg) from error
        if isinstance(answer, BaseException):
            raise answer
        return answer


def _serve(recipe: _Recipe, pipe: Connection) -> None:
    """Play the fleet in the child until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the parent; it closes the pipe
    if recipe.core is not None:
        os.sched_setaffinity(0, {recipe.core})
    fleet = Fleet(
        recipe.world,
        jumps=recipe.jumps,
        first_address=recipe.first_address,
        port=recipe.port,
        think_s=recipe.think_s,
        seed=recipe.seed,
    )
    try:
        running = fleet.__enter__()
    except Exception as error:  # noqa: BLE001  carried to the parent, which raises it
        pipe.send(error)
        return
    with running:
        pipe.send(None)
        _answer_calls(running, pipe)


def _answer_calls(fleet: Fleet, pipe: Connection) -> None:
    while True:
        try:
            name, arguments = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(_call(fleet, name, arguments))
        except NetwbError as error:
            pipe.send(error)


def _call(fleet: Fleet, name: str, arguments: tuple[Any, ...]) -> Any:
    if name == "cpu_s":
        times = os.times()
        return times.user + times.system
    found = getattr(fleet, name)
    return found(*arguments) if callable(found) else found
