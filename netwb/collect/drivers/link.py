"""From a thread to the loop: a session that a driver holds while it lives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from netwb.collect.loop import LoopThread
from netwb.collect.ssh import RawOutput, Session, Sessions
from netwb.collect.ssh.faults import Place
from netwb.collect.ssh.lockout import Attempt
from netwb.errors import DeviceError, UnknownPlatformError
from netwb.inventory.records import Login, Target
from netwb.platforms.record import BytesPattern, Platform
from netwb.settings import CollectSettings

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a driver needs to reach a device: one run's sessions and the loop they live on."""

    loop: LoopThread
    sessions: Sessions
    platforms: Mapping[str, Platform]
    settings: CollectSettings

    def platform(self, target: Target) -> Platform:
        """The target's platform record."""
        if target.platform not in self.platforms:
            msg = (
                f"{target.hostname}: platform {target.platform} is unknown; known are "
                f"{', '.join(sorted(self.platforms))}"
            )
            raise UnknownPlatformError(msg)
        return self.platforms[target.platform]

    def hold(self, target: Target) -> HeldSession:
        """Open a session and keep it open until the holder closes it."""
        return HeldSession(self, target)

    @contextmanager
    def attempt(self, target: Target, login: Login) -> Iterator[None]:
        """Around a login that is not made by our sessions, so that it counts like one.

        Raises LoginNotTriedError; may wait for its turn. Not for the loop's own thread.
        """
        attempt = self.sessions.lockout.attempt(login.credential, Place.of(target))
        self.loop.run(_begun(attempt))
        try:
            yield
        except BaseException as error:
            self.loop.run(_over(attempt, error))
            raise
        self.loop.run(_over(attempt, None))


@contextmanager
def open_link(
    sessions: Sessions, platforms: Mapping[str, Platform], settings: CollectSettings
) -> Iterator[Link]:
    """A loop and the sessions on it, for one run; both are ended at its end."""
    loop = LoopThread()
    try:
        yield Link(loop=loop, sessions=sessions, platforms=platforms, settings=settings)
    finally:
        loop.run(sessions.close())
        loop.close()


class HeldSession:
    """A session for a thread: each call waits for the loop.

    One coroutine holds the session from its opening to its end, because the clocks in it belong to
    the task that started them. When the total deadline ends it, the call under way says so.
    """

    def __init__(self, link: Link, target: Target) -> None:
        self.target = target
        self.platform = link.platform(target)
        self._link = link
        self._opened: Future[Session] = Future()
        self._release: Callable[[], None] = lambda: None
        self._holding = link.loop.start(self._hold())
        self._session = self._opened.result()

    def send(self, command: str, *, idle_s: float | None = None) -> RawOutput:
        """See Session.send."""
        return self._call(self._session.send(command, idle_s=idle_s))

    def converse(
        self, line: str, until: BytesPattern | None = None, *, idle_s: float | None = None
    ) -> RawOutput:
        """See Session.converse."""
        return self._call(self._session.converse(line, until, idle_s=idle_s))

    @property
    def alive(self) -> bool:
        """Whether commands can be sent."""
        return not self._holding.done() and not self._session.ended

    @property
    def privileged(self) -> bool:
        """See Session.privileged."""
        return self._session.privileged

    @property
    def prompt(self) -> str:
        """The prompt as text."""
        return self._session.prompt.decode(errors="replace")

    def close(self) -> None:
        """End the session; may be called twice, and from any thread."""
        self._release()

    async def _hold(self) -> None:
        loop, released = asyncio.get_running_loop(), asyncio.Event()
        self._release = lambda: _from_any_thread(loop, released)
        try:
            async with self._link.sessions.open(self.target, self.platform) as session:
                self._opened.set_result(session)
                await released.wait()
        except BaseException as error:
            if not self._opened.done():
                self._opened.set_exception(error)
            raise

    def _call(self, work: Coroutine[Any, Any, Value]) -> Value:
        try:
            return self._link.loop.run(work)
        except DeviceError as error:
            raise self._true_cause(error) from error

    def _true_cause(self, error: DeviceError) -> DeviceError:
        """A connection that our own deadline cut is no lost one."""
        try:
            cause = self._holding.exception(timeout=0.2)
        except TimeoutError:
            return error
        return cause if isinstance(cause, DeviceError) else error


async def _begun(attempt: AbstractContextManager[Attempt]) -> None:
    begun = attempt.__enter__()
    try:
        await begun.begin()
    except BaseException as error:
        attempt.__exit__(type(error), error, error.__traceback__)
        raise


async def _over(attempt: AbstractContextManager[Attempt], error: BaseException | None) -> None:
    attempt.__exit__(type(error) if error else None, error, None)


def _from_any_thread(loop: asyncio.AbstractEventLoop, released: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(released.set)
