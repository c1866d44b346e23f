"""The SSH side of simulated devices: asyncssh servers that play a Dialogue. One event loop for all.

The cost of a login is what the handshake costs (facts-tools section 10): devices that differ only
in their host key share everything else, and the cheapest strong algorithms are offered.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import asyncssh

from netwb.lab.device import Algorithms, Authentication, LabDevice
from netwb.lab.dialogue import Dialogue, Drop, Hang, Leave, Send, Step, Think, Trickle
from netwb.lab.faults import Fault
from netwb.lab.shelf import Shelf
from netwb.lab.tally import Tally

_TICK_S = 0.1  # one piece of a slow trickle
_MODERN = {
    # the first of each is the cheapest; the others are for Paramiko, which lacks those names
    "kex_algs": ["curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256"],
    "encryption_algs": ["aes128-gcm@openssh.com", "aes128-ctr"],
    "mac_algs": ["hmac-sha2-256"],
    "signature_algs": ["ssh-ed25519"],
}
_OLD = {
    "kex_algs": ["diffie-hellman-group14-sha1"],
    "encryption_algs": ["aes128-cbc", "3des-cbc"],
    "mac_algs": ["hmac-sha1"],
    "signature_algs": ["ssh-rsa"],
}


@dataclass(slots=True)
class Played:
    """One device as it is being played; password, fault and the shelf's night may change."""

    device: LabDevice
    shelf: Shelf
    tally: Tally
    think_s: float
    password: str = field(repr=False)
    fault: Fault | None = None


def options(
    host_key: asyncssh.SSHKey,
    *,
    authentication: Authentication,
    algorithms: Algorithms,
    version: str,
) -> asyncssh.SSHServerConnectionOptions:
    """Give the options of one host, with everything off that a router has not."""
    return asyncssh.SSHServerConnectionOptions(
        server_host_keys=[host_key],
        server_version=version,
        password_auth=authentication == "password",
        kbdint_auth=authentication == "keyboard-interactive",
        public_key_auth=authentication == "publickey",
        host_based_auth=False,
        gss_host=None,
        compression_algs=["none"],
        agent_forwarding=False,
        x11_forwarding=False,
        allow_scp=False,
        line_editor=False,
        encoding=None,
        login_timeout=0,
        **(_OLD if algorithms == "old" else _MODERN),
    )


class DeviceServer(asyncssh.SSHServer):
    """One connection to one device."""

    def __init__(self, played: Played) -> None:
        self._played = played
        self._fault = played.fault  # of this connection: a later one does not reach back
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remember the connection, so that the fleet can end it."""
        self._connection = conn
        self._played.tally.opened(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        del exc
        if self._connection is not None:
            self._played.tally.closed(self._connection)

    def begin_auth(self, username: str) -> bool:
        """Ask everybody to prove who they are."""
        del username
        return True

    def password_auth_supported(self) -> bool:
        """Say whether the device asks for a password."""
        return self._played.device.authentication == "password"

    def kbdint_auth_supported(self) -> bool:
        """Say whether the device asks questions."""
        return self._played.device.authentication == "keyboard-interactive"

    def public_key_auth_supported(self) -> bool:
        """Say whether the device wants a key."""
        return self._played.device.authentication == "publickey"

    def validate_password(self, username: str, password: str) -> bool:
        """Let the one account in."""
        played = self._played
        right = username == played.device.username and password == played.password
        return self._judged(right=right)

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        """Ask as RADIUS and TACACS+ behind a router do."""
        del username, lang, submethods
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        """Let the one account in."""
        return self.validate_password(username, responses[0] if responses else "")

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Let the one account in, by the key of its record."""
        device = self._played.device
        known = asyncssh.import_public_key(device.public_key) if device.public_key else None
        return self._judged(right=username == device.username and key == known)

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        """Open a terminal."""
        return TerminalSession(self._played, self._fault)

    def _judged(self, *, right: bool) -> bool:
        let_in = right and self._fault != "login_refused"
        self._played.tally.judged(right=let_in)
        return let_in


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
        """Leave when the other side will not type any more."""
        return False

    def _play(self, steps: list[Step]) -> None:
        self._steps.extend(steps)
        self._advance()

    def _advance(self) -> None:
        """Do steps until one takes time."""
        while self._steps and self._channel is not None:
            if self._do(self._steps.popleft(), self._channel) == "wait":
                return
        if self._typed and self._channel is not None:
            typed, self._typed = self._typed, b""
            self._play(self._dialogue.receive(typed))

    def _do(self, step: Step, channel: asyncssh.SSHServerChannel[bytes]) -> str:
        match step:
            case Send(data):
                channel.write(data)
            case Think(seconds):
                return self._later(seconds, self._advance)
            case Trickle(data, bytes_per_s):
                size = max(1, int(bytes_per_s * _TICK_S))
                channel.write(data[:size])
                if data[size:]:
                    self._steps.appendleft(Trickle(data[size:], bytes_per_s))
                return self._later(_TICK_S, self._advance)
            case Hang():
                self._hung = True
                return "wait"
            case Drop():
                channel.get_connection().abort()
                return "wait"
            case Leave():
                channel.exit(0)
        return "go on"

    def _later(self, seconds: float, then: Callable[[], None]) -> str:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._wake, then)
        return "wait"

    def _wake(self, then: Callable[[], None]) -> None:
        self._timer = None
        then()
