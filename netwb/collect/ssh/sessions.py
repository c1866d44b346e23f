"""Open sessions: connect, check the host key, log in with the first login that is accepted.

One `Sessions` serves one run on one event loop: it remembers refusals, keys and jump hosts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, TypedDict

from netwb.collect.ssh.algorithms import Algorithms, offered
from netwb.collect.ssh.client import Clocks, Dial
from netwb.collect.ssh.faults import Place
from netwb.collect.ssh.host_keys import KeyLookedAt, KnownKey
from netwb.collect.ssh.jumps import JumpHosts
from netwb.collect.ssh.keys import PrivateKeys
from netwb.collect.ssh.lockout import Attempt, LockoutBreaker
from netwb.collect.ssh.proofs import Proofs
from netwb.collect.ssh.session import LoggedIn, Session
from netwb.collect.ssh.shell import Shell
from netwb.errors import (
    CommandRejectedError,
    DeadlineError,
    DeviceError,
    LoginNotTriedError,
    LoginRefusedError,
)
from netwb.inventory.records import Jump, Login, Target
from netwb.loading import lazy
from netwb.platforms.record import Platform
from netwb.settings import CollectSettings

if TYPE_CHECKING:
    import asyncssh
else:
    asyncssh = lazy("asyncssh")

# Wide enough that no line of a configuration is wrapped, high enough that no pager starts before it
# is switched off; a dumb terminal spares the text colours and cursor moves.
TERMINAL = ("dumb", 511, 1000)
GOODBYE_S = 1.0  # a device that does not confirm the end of a connection is left

OnNewHostKey = Callable[[Target, str], None]


class _Cure(TypedDict):
    """What KnownKey says of a device."""

    cure: str
    device_id: str


class Sessions:
    """Opens sessions; both clocks of a device run in here."""

    def __init__(
        self,
        settings: CollectSettings,
        on_new_host_key: OnNewHostKey,
        *,
        on_new_jump_key: OnNewHostKey | None = None,
        agent_path: str | None = None,
    ) -> None:
        """Hold what a run shares.

        on_new_host_key   called on the loop, with the OpenSSH public key line, once for a device
                          that had none; also when its login is refused afterwards
        on_new_jump_key   the same for the jump host before that device
        agent_path        socket of an SSH agent, for logins that have neither password nor key
        """
        self._settings = settings
        self._on_new_host_key = on_new_host_key
        self._on_new_jump_key = on_new_jump_key
        self._keys = PrivateKeys(agent_path)
        self.lockout = LockoutBreaker(settings.refusals)
        self._jumps = JumpHosts(self._dial_jump, remember_s=settings.connect_timeout_s)
        self._seen: dict[str, str] = {}  # host keys learned in this run, by device id
        self._seen_jumps: dict[tuple[str, int], str] = {}

    @asynccontextmanager
    async def open(self, target: Target, platform: Platform) -> AsyncIterator[Session]:
        """A prepared session; closed, or cut off, at the end. Raises the DeviceError of its fault.

        The total deadline holds for all that happens inside.
        """
        async with self._within_deadline(target), self.connected(target) as (connection, login):
            session = await self._session(target, platform, connection, login)
            await session.prepare()
            yield session

    @asynccontextmanager
    async def kept(self, target: Target, platform: Platform) -> AsyncIterator[Session]:
        """A prepared session that lasts as long as its context: the deadline is that of its opening."""
        async with AsyncExitStack() as stack:
            async with self._within_deadline(target):
                connection, login = await stack.enter_async_context(self.connected(target))
                session = await self._session(target, platform, connection, login)
                await session.prepare()
            yield session

    async def test_login(self, target: Target) -> Login:
        """Log in, ask for nothing, and leave; gives the login that was accepted."""
        async with self._within_deadline(target), self.connected(target) as (_, login):
            return login

    async def look_at_key(self, target: Target) -> str:
        """The host key that a device shows, for a login that another library makes.

        Checked and remembered as at a login of our own, and no secret is sent.
        """
        known = KeyLookedAt(self._trusted(target), **_cure(target))
        nobody = Login(credential="", username="netwb")
        proofs = Proofs(nobody, (), before=_nothing)
        dial = Dial(Place.of(target), nobody, known=known, proofs=proofs, clocks=self._clocks())
        try:
            await dial.open(tunnel=None, algorithms=self._algorithms(target))
        except DeviceError:
            if known.shown is None or known.changed:
                raise
        self._remember(target, known)
        return known.shown or ""

    @asynccontextmanager
    async def connected(
        self, target: Target
    ) -> AsyncIterator[tuple[asyncssh.SSHClientConnection, Login]]:
        """A connection that is logged in, and the login that was accepted; no command line yet."""
        connection, login = await self._log_in(target)
        try:
            yield connection, login
        except BaseException:
            connection.abort()
            await _closed(connection)
            raise
        await _say_goodbye(connection)

    async def close(self) -> None:
        """End the connections to jump hosts and to the agent."""
        await self._jumps.close()
        await self._keys.close()

    # -- logging in

    @asynccontextmanager
    async def _within_deadline(self, target: Target) -> AsyncIterator[None]:
        seconds = self._settings.total_deadline_s
        try:
            async with asyncio.timeout(seconds) as clock:
                yield
        except TimeoutError as error:
            if not clock.expired():
                raise
            msg = (
                f"{Place.of(target)}: not done within {seconds:g} s; look at the device's load and "
                f"the line to it, or raise collect.total_deadline_s"
            )
            raise DeadlineError(msg) from error

    async def _log_in(self, target: Target) -> tuple[asyncssh.SSHClientConnection, Login]:
        """Try the logins in order; only a refusal moves on to the next."""
        if not target.logins:
            reason = target.no_login or (
                "has no credential; give it, its site or its tenant one with "
                "`netwb device set --credential`"
            )
            msg = f"{Place.of(target)}: {reason}"
            raise LoginNotTriedError(msg)
        refusals: list[DeviceError] = []
        for login in target.logins:
            try:
                return await self._dial(target, login), login
            except (LoginRefusedError, LoginNotTriedError) as error:
                refusals.append(error)
        refused = [error for error in refusals if isinstance(error, LoginRefusedError)]
        raise (refused or refusals)[-1]

    async def _dial(self, target: Target, login: Login) -> asyncssh.SSHClientConnection:
        known, algorithms = (
            KnownKey(self._trusted(target), **_cure(target)),
            self._algorithms(target),
        )
        # outside the attempt: a refusal by the jump host says nothing about the device's credential
        tunnel = await self._jumps.through(target.jump, target) if target.jump else None
        try:
            with self.lockout.attempt(login.credential, Place.of(target)) as attempt:
                dial = await self._dialing(Place.of(target), login, known, attempt)
                return await dial.open(tunnel=tunnel, algorithms=algorithms)
        finally:
            self._remember(target, known)

    async def _dialing(self, place: Place, login: Login, known: KnownKey, attempt: Attempt) -> Dial:
        proofs = Proofs(login, await self._keys.of(login), before=attempt.begin)
        return Dial(place, login, known=known, proofs=proofs, clocks=self._clocks())

    def _clocks(self) -> Clocks:
        return Clocks(
            connect_s=self._settings.connect_timeout_s, login_s=self._settings.idle_timeout_s
        )

    def _algorithms(self, target: Target) -> Algorithms:
        return offered(legacy=target.legacy, trusted_key=self._trusted(target))

    def _trusted(self, target: Target) -> str | None:
        """Its key in the inventory, or else the one that it showed earlier in this run."""
        return target.host_key or self._seen.get(target.device_id)

    def _remember(self, target: Target, known: KnownKey) -> None:
        if known.new and known.shown is not None:
            self._seen[target.device_id] = known.shown
            self._on_new_host_key(target, known.shown)

    async def _dial_jump(self, jump: Jump, target: Target) -> asyncssh.SSHClientConnection:
        trusted = jump.host_key or self._seen_jumps.get((jump.address, jump.port))
        known = KnownKey(trusted, cure="set the jump host's new key with `netwb site set`")
        with self.lockout.attempt(jump.login.credential, Place.of(jump)) as attempt:
            dial = await self._dialing(Place.of(jump), jump.login, known, attempt)
            algorithms = offered(legacy=False, trusted_key=trusted)
            connection = await dial.open(tunnel=None, algorithms=algorithms)
        if known.new and known.shown is not None:
            self._seen_jumps[jump.address, jump.port] = known.shown
            if self._on_new_jump_key is not None:
                self._on_new_jump_key(target, known.shown)
        return connection

    # -- the command line

    async def _session(
        self,
        target: Target,
        platform: Platform,
        connection: asyncssh.SSHClientConnection,
        login: Login,
    ) -> Session:
        who = LoggedIn(
            target=target,
            platform=platform,
            login=login,
            host_key=target.host_key or self._seen[target.device_id],
        )
        shell = await self._shell(target, connection)
        return Session(who, shell, self._settings, self.lockout)

    async def _shell(self, target: Target, connection: asyncssh.SSHClientConnection) -> Shell:
        loop, (term, columns, rows) = asyncio.get_running_loop(), TERMINAL
        shell = Shell(loop, self._settings.max_bytes)
        place, idle_s = Place.of(target), self._settings.idle_timeout_s
        try:
            async with asyncio.timeout(idle_s):
                await connection.create_session(
                    lambda: shell,  # type: ignore[arg-type,return-value]  # it has the methods
                    term_type=term,
                    term_size=(columns, rows),
                    encoding=None,
                )
        except TimeoutError as error:
            msg = f"{place}: gave no command line within {idle_s:g} s; look at the device's load"
            raise DeadlineError(msg) from error
        except (asyncssh.Error, OSError) as error:
            msg = (
                f"{place}: accepted {target.hostname}'s login but gave no command line ({error}); "
                f"check that the user may open a terminal"
            )
            raise CommandRejectedError(msg) from error
        return shell


async def _say_goodbye(connection: asyncssh.SSHClientConnection) -> None:
    connection.close()
    if not await _closed(connection):
        connection.abort()


async def _closed(connection: asyncssh.SSHClientConnection) -> bool:
    """Wait a moment for the socket to be closed."""
    try:
        async with asyncio.timeout(GOODBYE_S):
            await connection.wait_closed()
    except (TimeoutError, OSError):
        return False
    return True


def _cure(target: Target) -> _Cure:
    cure = f"run `netwb device trust {target.tenant}/{target.hostname}`"
    return {"cure": cure, "device_id": target.device_id}


async def _nothing() -> None:
    """Nothing is shown that would have to wait."""
