"""Play a Dialogue over one SSH channel: octets in, steps out, in order and with their pauses."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import asyncssh

from netwb.lab.device import LabDevice
from netwb.lab.dialogue import Dialogue
from netwb.lab.faults import Fault
from netwb.lab.screen import Drop, Hang, Leave, Send, Step, Think, Trickle
from netwb.lab.shelf import Shelf
from netwb.lab.tally import Tally

_TICK_S = 0.1  # one piece of a slow trickle


@dataclass(slots=True)
class Played:
    """One device as it is being played; password, fault and the shelf's night may change."""

    device: LabDevice
    shelf: Shelf
    tally: Tally
    think_s: float
    password: str = field(repr=False)
    fault: Fault | None = None


class TerminalSession(asyncssh.SSHServerSession[bytes]):
    """Carry octets to a Dialogue and its steps back, in order, pauses kept."""

    def __init__(self, played: Played, fault: Fault | None) -> None:
        self._played = played
        self._dialogue = Dialogue(
            played.device,
            played.shelf,
            fault=fault,
            think_s=played.think_s,
            on_command=played.tally.commands.append,
        )
        self._steps: deque[Step] = deque()
        self._typed = b""
        self._timer: asyncio.TimerHandle | None = None
        self._hung = False
        self._over = False  # the other side will not type any more
        self._command: bytes | None = None
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """Count the session."""
        self._channel = chan
        self._played.tally.session_opened()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop whatever was still to be said."""
        del exc
        self._played.tally.session_closed()
        self._steps.clear()
        self._channel = None
        if self._timer is not None:
            self._timer.cancel()

    def pty_requested(
        self,
        term_type: str,
        term_size: tuple[int, int, int, int],
        term_modes: Mapping[int, int],
    ) -> bool:
        """Accept a terminal of any kind."""
        del term_type, term_size, term_modes
        return True

    def shell_requested(self) -> bool:
        """Accept."""
        return True

    def exec_requested(self, command: str) -> bool:
        """Run one command, as IOS does."""
        self._command = command.encode()
        return True

    def session_started(self) -> None:
        """Greet, or run the one command: the channel is ready for octets only now."""
        if self._command is None:
            self._play(self._dialogue.start())
        else:
            self._play(self._dialogue.execute(self._command))

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Take what was typed; while the device thinks it waits in the line's buffer."""
        del datatype
        if self._timer is not None or self._hung:
            self._typed += data
        else:
            self._play(self._dialogue.receive(data))

    def eof_received(self) -> bool:
        """Say what is still to be said, and leave then, as a router does."""
        self._over = True
        if self._timer is None and not self._hung:
            self._advance()
        return True

    def _play(self, steps: list[Step]) -> None:
        self._steps.extend(steps)
        self._advance()

    def _advance(self) -> None:
        """Do steps until one takes time."""
        while (channel := self._open_channel()) is not None:
            if not self._steps and self._typed:
                typed, self._typed = self._typed, b""
                self._steps.extend(self._dialogue.receive(typed))
            elif not self._steps and self._over:
                channel.exit(0)
            elif not self._steps or self._do(self._steps.popleft(), channel) == "wait":
                return

    def _open_channel(self) -> asyncssh.SSHServerChannel[bytes] | None:
        """Give the channel while it takes octets: a client may close it at any time."""
        channel = self._channel
        return None if channel is None or channel.is_closing() else channel

    def _do(
        self, step: Step, channel: asyncssh.SSHServerChannel[bytes]
    ) -> Literal["go on", "wait"]:
        match step:
            case Send(data):
                channel.write(data)
            case Think(seconds):
                return self._later(seconds)
            case Trickle(data, bytes_per_s):
                size = max(1, int(bytes_per_s * _TICK_S))
                channel.write(data[:size])
                if data[size:]:
                    self._steps.appendleft(Trickle(data[size:], bytes_per_s))
                return self._later(_TICK_S)
            case Hang():
                self._hung = True
                return "wait"
            case Drop():
                channel.get_connection().abort()
                return "wait"
            case Leave():
                channel.exit(0)
        return "go on"

    def _later(self, seconds: float) -> Literal["wait"]:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._wake)
        return "wait"

    def _wake(self) -> None:
        self._timer = None
        self._advance()
