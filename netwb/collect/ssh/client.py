"""One SSH connection, opened stage by stage with a clock for each: TCP, banner, keys, login.

asyncssh has one clock for all of them; a person needs to know which one stopped. The client object
also answers for the secret: each is shown to a device at most once, because a password that is tried
as `password` and again as `keyboard-interactive` counts as two failures on an AAA server.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from netwb.collect.ssh.faults import Place, Stage, timed_out, translated
from netwb.collect.ssh.host_keys import KnownKey
from netwb.collect.ssh.wire import DirectWire
from netwb.errors import DeviceError
from netwb.inventory.records import Login
from netwb.loading import lazy

if TYPE_CHECKING:
    import asyncssh
else:
    asyncssh = lazy("asyncssh")

# asyncssh reads ~/.ssh/config, known_hosts, default keys, the agent and GSSAPI unless it is told not
# to: what opens a device is its credential in the inventory, and nothing that lies around.
_NOTHING_FROM_HOME: Mapping[str, Any] = {
    "config": None,
    "known_hosts": b"",
    "client_keys": None,
    "agent_path": None,
    "client_host_keys": None,
    "x509_trusted_certs": None,
    "x509_trusted_cert_paths": (),
    "gss_host": None,
    "gss_kex": False,
    "gss_auth": False,
    "login_timeout": 0,
    "keepalive_interval": 0,
    "tcp_keepalive": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Longest waits of one connection attempt, s."""

    connect_s: float
    login_s: float


class Dial:
    """What one connection attempt knows and has to answer."""

    def __init__(
        self,
        *,
        place: Place,
        login: Login,
        known: KnownKey,
        clocks: Clocks,
        before_secret: Callable[[], Awaitable[None]],
    ) -> None:
        self.place = place
        self.login = login
        self.known = known
        self.clocks = clocks
        self.before_secret = before_secret
        self.stage = Stage.TCP
        self.clock: asyncio.Timeout | None = None
        self.stopped: DeviceError | None = None  # why no secret was shown
        self._unused = login.password
        self._interactive_left = True

    def reached(self, stage: Stage, seconds: float) -> None:
        """A new stage begins, with its own time."""
        self.stage = stage
        if self.clock is not None:
            self.clock.reschedule(asyncio.get_running_loop().time() + seconds)

    async def password(self) -> str | None:
        """The password, once; None where there is none, or where it must not be shown."""
        if self._unused is None or not await self.may_go_on():
            return None
        password, self._unused = self._unused, None
        return password

    def tries_interactive(self) -> bool:
        """Whether to ask for questions, once, with a password that this device has not seen yet.

        OpenSSH without PAM offers that method and refuses it unasked; asyncssh would try it until
        the server has had enough, and never come to the password.
        """
        first, self._interactive_left = self._interactive_left, False
        return first and self._unused is not None

    async def may_go_on(self) -> bool:
        """Ask whether a secret may be shown now; waits for its turn."""
        try:
            await self.before_secret()
        except DeviceError as error:
            self.stopped = error
            return False
        self.reached(Stage.LOGIN, self.clocks.login_s)
        return True

    async def open(
        self, *, tunnel: asyncssh.SSHClientConnection | None, options: Mapping[str, Any]
    ) -> asyncssh.SSHClientConnection:
        """Connect and log in, or raise the DeviceError that names what stopped it."""
        client = _client_class()(self)
        try:
            async with asyncio.timeout(self.clocks.connect_s) as self.clock:
                return await asyncssh.connect(
                    self.place.address,
                    self.place.port,
                    client_factory=lambda: client,
                    tunnel=tunnel or DirectWire(lambda: None),
                    username=self.login.username,
                    **{**_NOTHING_FROM_HOME, **options},
                )
        except TimeoutError as error:
            raise self._timed_out(client.connection) from error
        except asyncssh.HostKeyNotVerifiable as error:
            if self.known.changed:
                raise self.known.change_of(self.place) from error
            raise translated(error, self.place, self.stage, self.login) from error
        except (asyncssh.Error, OSError, ValueError) as error:
            raise self.stopped or self._translated(error, client.connection) from error

    def _timed_out(self, connection: asyncssh.SSHClientConnection | None) -> DeviceError:
        stage = self._true_stage(connection)
        login = stage is Stage.LOGIN
        seconds = self.clocks.login_s if login else self.clocks.connect_s
        return timed_out(self.place, stage, seconds)

    def _translated(
        self, error: Exception, connection: asyncssh.SSHClientConnection | None
    ) -> DeviceError:
        return translated(error, self.place, self._true_stage(connection), self.login)

    def _true_stage(self, connection: asyncssh.SSHClientConnection | None) -> Stage:
        """The banner is not announced; it shows in the connection."""
        if self.stage is Stage.BANNER and connection is not None:
            return Stage.KEYS if connection.get_extra_info("server_version") else Stage.BANNER
        return self.stage


@cache
def _client_class() -> Any:
    """The class that asyncssh calls back; made on first use, because its base loads asyncssh."""
    # cryptography warns that group exchange over finite fields is old. It is, and so is the gear.
    warnings.filterwarnings("ignore", "Diffie-Hellman over finite fields", module=r"asyncssh\.")

    class Client(asyncssh.SSHClient):
        def __init__(self, dial: Dial) -> None:
            self.dial = dial
            self.connection: asyncssh.SSHClientConnection | None = None

        def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
            self.connection = conn
            self.dial.reached(Stage.BANNER, self.dial.clocks.connect_s)

        def validate_host_public_key(
            self, host: str, addr: str, port: int, key: asyncssh.SSHKey
        ) -> bool:
            del host, addr, port
            self.dial.reached(Stage.KEYS, self.dial.clocks.connect_s)
            return self.dial.known.accepts(key)

        def begin_auth(self, username: str) -> None:
            del username
            self.dial.reached(Stage.LOGIN, self.dial.clocks.login_s)

        async def password_auth_requested(self) -> str | None:
            return await self.dial.password()

        def kbdint_auth_requested(self) -> str | None:
            return "" if self.dial.tries_interactive() else None

        async def kbdint_challenge_received(
            self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
        ) -> Sequence[str] | None:
            del name, instructions, lang
            if not prompts:
                return []  # a message alone
            if len(prompts) > 1 or prompts[0][1]:
                return None  # a visible or a second answer is not a password
            password = await self.dial.password()
            return None if password is None else [password]

    return Client
