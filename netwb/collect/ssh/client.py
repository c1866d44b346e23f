"""One SSH connection, opened stage by stage with a clock for each: TCP, banner, keys, login.

asyncssh has one clock for all of them; a person needs to know which one stopped.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from netwb.collect.ssh.algorithms import Algorithms
from netwb.collect.ssh.connecting import connect
from netwb.collect.ssh.faults import Place, Stage, timed_out, translated
from netwb.collect.ssh.host_keys import KnownKey
from netwb.collect.ssh.keys import Key
from netwb.collect.ssh.proofs import Proofs
from netwb.collect.ssh.wire import DirectWire
from netwb.errors import DeviceError
from netwb.inventory.records import Login
from netwb.loading import lazy

if TYPE_CHECKING:
    import asyncssh
else:
    asyncssh = lazy("asyncssh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Longest waits of one connection attempt, s."""

    connect_s: float
    login_s: float


class Dial:
    """One connection attempt: how far it came, and what it shows."""

    def __init__(
        self, place: Place, login: Login, *, known: KnownKey, proofs: Proofs, clocks: Clocks
    ) -> None:
        self.known = known
        self.proofs = proofs
        self.clocks = clocks
        self._place = place
        self._login = login
        self._stage = Stage.TCP
        self._clock: asyncio.Timeout | None = None

    def reached(self, stage: Stage) -> None:
        """A new stage begins, with its own time."""
        self._stage = stage
        seconds = self.clocks.login_s if stage is Stage.LOGIN else self.clocks.connect_s
        if self._clock is not None:
            self._clock.reschedule(asyncio.get_running_loop().time() + seconds)

    async def open(
        self, *, tunnel: asyncssh.SSHClientConnection | None, algorithms: Algorithms
    ) -> asyncssh.SSHClientConnection:
        """Connect and log in, or raise the DeviceError that names what stopped it."""
        client = _client_class()(self)
        try:
            async with asyncio.timeout(self.clocks.connect_s) as self._clock:
                return await connect(
                    self._place,
                    username=self._login.username,
                    algorithms=algorithms,
                    wire=tunnel or DirectWire(),
                    client=lambda: client,
                )
        except TimeoutError as error:
            raise self._timed_out(client.connection) from error
        except (asyncssh.Error, OSError, ValueError) as error:
            raise self._cause(error, client.connection) from error

    def _timed_out(self, connection: asyncssh.SSHClientConnection | None) -> DeviceError:
        stage = self._true_stage(connection)
        login = stage is Stage.LOGIN
        seconds = self.clocks.login_s if login else self.clocks.connect_s
        return timed_out(self._place, stage, seconds)

    def _cause(
        self, error: Exception, connection: asyncssh.SSHClientConnection | None
    ) -> DeviceError:
        if self.known.changed:
            return self.known.change_of(self._place)
        if self.proofs.withheld is not None:
            return self.proofs.withheld
        return translated(error, self._place, self._true_stage(connection), self._login)

    def _true_stage(self, connection: asyncssh.SSHClientConnection | None) -> Stage:
        """The banner is not announced; it shows in the connection."""
        if self._stage is Stage.BANNER and connection is not None:
            return Stage.KEYS if connection.get_extra_info("server_version") else Stage.BANNER
        return self._stage


class _Callbacks:
    """What asyncssh calls on an SSHClient."""

    def __init__(self, dial: Dial) -> None:
        self.dial = dial
        self.connection: asyncssh.SSHClientConnection | None = None

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        self.connection = conn
        self.dial.reached(Stage.BANNER)

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        del host, addr, port
        self.dial.reached(Stage.KEYS)
        return self.dial.known.accepts(key)

    def begin_auth(self, username: str) -> None:
        del username
        self.dial.reached(Stage.LOGIN)

    async def public_key_auth_requested(self) -> Key | None:
        key = await self.dial.proofs.next_key()
        self.dial.reached(Stage.LOGIN)  # waiting for its turn was our time, not the device's
        return key

    async def password_auth_requested(self) -> str | None:
        password = await self.dial.proofs.password()
        self.dial.reached(Stage.LOGIN)
        return password

    def kbdint_auth_requested(self) -> str | None:
        return "" if self.dial.proofs.tries_questions() else None

    async def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> Sequence[str] | None:
        """Answer the one hidden question that asks for the password; nothing else is told."""
        del name, instructions, lang
        if not prompts:
            return []  # a message alone
        if len(prompts) > 1 or prompts[0][1]:
            return None  # a visible or a second answer is not a password
        password = await self.password_auth_requested()
        return None if password is None else [password]


@cache
def _client_class() -> Any:
    """The class itself; made on first use, because its base loads asyncssh."""
    # cryptography warns that group exchange over finite fields is old. It is, and so is the gear.
    warnings.filterwarnings("ignore", "Diffie-Hellman over finite fields", module=r"asyncssh\.")
    return type("Client", (_Callbacks, asyncssh.SSHClient), {})
