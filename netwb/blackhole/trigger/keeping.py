"""Kept sessions: one a router, used by one at a time and in order, proved alive before each use.

Logging in takes longer than all that is typed afterwards; an attack does not wait for it. A session
that stays idle is closed, and every wait has an end; a dead one is opened anew, and one to where the
inventory does not lead any more. A router that was out
of reach a moment ago is not waited for again by each that stands in line, and a login that was
refused is not repeated: repeats lock the account.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

from netwb.blackhole.commands import words_for
from netwb.blackhole.records import Router
from netwb.collect.ssh import Session, Sessions
from netwb.collect.ssh.sessions import OnNewHostKey
from netwb.errors import (
    DeadlineError,
    DeviceError,
    LoginNotTriedError,
    LoginRefusedError,
)
from netwb.inventory.records import Login, Target
from netwb.platforms.blackhole import BlackholeWords
from netwb.platforms.record import Platform
from netwb.settings import CollectSettings

logger = logging.getLogger(__name__)

MOST_BYTES = 8 << 20  # of one answer: a trigger's static routes are a thousandth of that


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a router is waited for, s. An attack lasts while netwb waits.

    answer_s   silence in an answer: an old IOS builds its configuration before it shows a line
    use_s      one use of a session, with its login
    proof_s    the answer to an empty line of a session that was idle for `idle_s`
    kept_s     how long an unused session stays open; IOS closes it after 600
    renewed_s  how long any does, used or not
    again_s    a router that failed fails for this long without being tried
    refused_s  the same after a refused login
    """

    connect_s: float = 5.0
    answer_s: float = 10.0
    use_s: float = 30.0
    proof_s: float = 2.0
    idle_s: float = 0.5
    kept_s: float = 300.0
    renewed_s: float = 1800.0
    again_s: float = 2.0
    refused_s: float = 600.0


@dataclass(slots=True)
class _Place:
    """What is remembered of one router."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    session: Session | None = None
    target: Target | None = None
    stack: AsyncExitStack | None = None
    opened_at: float = 0.0
    used_at: float = 0.0
    closing: asyncio.TimerHandle | None = None
    fault: DeviceError | None = None
    fault_until: float = 0.0
    refused: tuple[Login, ...] = ()
    refused_until: float = 0.0


class Keeper:
    """Sessions by router. Lives on one event loop.

    targets   the connection target of a device id; asked in a thread, at each use
    """

    def __init__(  # noqa: PLR0913 - what a login needs; all go by keyword
        self,
        *,
        targets: Callable[[str], Target],
        platforms: Mapping[str, Platform],
        settings: CollectSettings,
        on_new_host_key: OnNewHostKey,
        patience: Patience = Patience(),
        agent_path: str | None = None,
    ) -> None:
        self.patience = patience
        self._targets = targets
        self._platforms = platforms
        self._settings = replace(
            settings,
            connect_timeout_s=min(patience.connect_s, settings.connect_timeout_s),
            idle_timeout_s=min(patience.answer_s, settings.idle_timeout_s),
            total_deadline_s=min(patience.use_s, settings.total_deadline_s),
            max_bytes=min(MOST_BYTES, settings.max_bytes),
        )
        self._on_new_host_key = on_new_host_key
        self._agent_path = agent_path
        self._places: dict[str, _Place] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def use(self, router: Router) -> AsyncIterator[Session]:
        """The router's session, alone and in turn. Raises the DeviceError of what went wrong.

        Whatever is raised inside ends the session, so that nothing half typed is left in it.
        """
        place = self._places.setdefault(router.device_id, _Place())
        async with place.lock:
            try:
                async with asyncio.timeout(self.patience.use_s) as clock:
                    yield await self._alive(router, place)
            except TimeoutError as error:
                await _drop(place, error)
                if not clock.expired():
                    raise
                msg = (
                    f"{router.label}: not done within {self.patience.use_s:g} s; look at the "
                    "router's load and the line to it"
                )
                raise DeadlineError(msg) from error
            except BaseException as error:
                await _drop(place, error)
                raise
            await self._keep(place)

    def words(self, router: Router) -> BlackholeWords:
        """What is typed at it; raises UnknownPlatformError."""
        return words_for(self._platforms, router.platform, router.label)

    async def close(self) -> None:
        """End every session."""
        for place in self._places.values():
            async with place.lock:
                await _leave(place)
        await asyncio.gather(*self._closing)

    # -- one router

    async def _alive(self, router: Router, place: _Place) -> Session:
        if place.session is None and place.fault is not None and _now() < place.fault_until:
            raise type(place.fault)(str(place.fault))
        target = await asyncio.to_thread(self._targets, router.device_id)
        if (
            place.session is not None
            and place.target is not None
            and _way(place.target) != _way(target)
        ):
            logger.info("%s: the way to it has changed; the session is opened anew", router.label)
            await _leave(place)
        if place.session is not None and await self._is_alive(router, place, place.session):
            return place.session
        return await self._open(router, place, target)

    async def _is_alive(self, router: Router, place: _Place, session: Session) -> bool:
        """Whether it answers; a router may have been rebooted while nobody looked."""
        if _now() - place.used_at < self.patience.idle_s and not session.ended:
            return True
        try:
            async with asyncio.timeout(self.patience.proof_s):
                await session.ask("")
        except (DeviceError, TimeoutError) as error:
            logger.info("%s: the kept session is dead and opened anew", router.label)
            await _drop(place, error)
            return False
        return True

    async def _open(self, router: Router, place: _Place, target: Target) -> Session:
        if target.logins == place.refused and _now() < place.refused_until:
            msg = (
                f"{router.label}: not tried, as it refused {target.logins[0].credential} less than "
                f"{self.patience.refused_s:g} s ago; set the right secret with "
                f"`{target.logins[0].setting()}`"
            )
            raise LoginNotTriedError(msg)
        try:
            return await self._log_in(router, place, target)
        except LoginRefusedError:
            place.refused, place.refused_until = target.logins, _now() + self.patience.refused_s
            raise
        except DeviceError as error:
            place.fault, place.fault_until = error, _now() + self.patience.again_s
            raise

    async def _log_in(self, router: Router, place: _Place, target: Target) -> Session:
        """A Sessions of its own: what one router's login went through is no other's."""
        async with AsyncExitStack() as stack:
            sessions = Sessions(self._settings, self._tell_key, agent_path=self._agent_path)
            stack.push_async_callback(sessions.close)
            platform = self._platforms[router.platform]
            session = await stack.enter_async_context(sessions.kept(target, platform))
            place.session, place.stack, place.opened_at = session, stack.pop_all(), _now()
            place.target = target
        place.refused, place.fault = (), None
        return session

    def _tell_key(self, target: Target, host_key: str) -> None:
        """The loop does not wait until it is written down."""
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, self._on_new_host_key, target, host_key)

    async def _keep(self, place: _Place) -> None:
        """Close it when nobody has used it for a while; at once where it is old."""
        place.used_at = _now()
        if place.closing is not None:
            place.closing.cancel()
        if place.used_at - place.opened_at >= self.patience.renewed_s:
            await _leave(place)
            return
        place.closing = asyncio.get_running_loop().call_later(
            self.patience.kept_s, self._close_idle, place
        )

    def _close_idle(self, place: _Place) -> None:
        task = asyncio.get_running_loop().create_task(self._close_unused(place))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _close_unused(self, place: _Place) -> None:
        async with place.lock:
            if _now() - place.used_at >= self.patience.kept_s:
                await _leave(place)


def _way(target: Target) -> tuple[object, ...]:
    """What a login goes by. A host key that was learned on the way is none of it."""
    jump = None if target.jump is None else replace(target.jump, host_key=None)
    return target.address, target.port, target.platform, target.transport, target.logins, jump


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _leave(place: _Place) -> None:
    """Log out."""
    if place.closing is not None:
        place.closing.cancel()
    stack, place.stack, place.session = place.stack, None, None
    if stack is not None:
        await stack.aclose()


async def _drop(place: _Place, error: BaseException) -> None:
    """Cut the connection: what was typed and not committed is forgotten by the router."""
    stack, place.stack, place.session = place.stack, None, None
    if stack is not None:
        with suppress(type(error)):
            await stack.__aexit__(type(error), error, error.__traceback__)
