"""The lines in which logins wait for a thread that hashes: one each address, served in turn.

A password's hash takes all of a core, and anybody may ask for one. So few are worked at once, each
address has a short line of its own, and whoever floods waits behind himself alone: somebody else's
login is the next but a few. A browser that the person logged in from before stands in a line of that
person, and every second turn is of those. Where all lines together are full, the longest one gives up
its newest. For one event loop.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar, cast

from netwb.errors import LoginThrottledError
from netwb.web.origin import share_of

T = TypeVar("T")
AT_ONCE = 2  # of all cores some must be left for who is in already
MOST_OF_ONE = 10  # of one address, or of one known person
MOST = 100  # of all addresses, and as many of known people: some seconds of work
BUSY_S = 5.0
Kind = Literal["known", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comer:
    """In which line somebody stands: `name` is an address, or a person whose device is known."""

    kind: Kind
    name: str


def comer_of(address: str, person: str) -> Comer:
    """`person` is the name of somebody whose device is known, or empty."""
    if person:
        return Comer(kind="known", name=person.casefold())
    return Comer(kind="other", name=share_of(address))


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    call: Callable[[], Any]
    future: asyncio.Future[Any]


class _Lines:
    """Those of one kind; each is served once a round."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[_Waiting]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def join(self, name: str, one: _Waiting) -> None:
        """At the end of its line. Raises LoginThrottledError where that may not grow."""
        mine = len(self._lines.get(name, ()))
        if mine >= MOST_OF_ONE:
            raise _busy()
        if len(self) >= MOST:
            self._shorten(longer_than=mine + 1)
        self._lines.setdefault(name, deque()).append(one)

    def next(self) -> _Waiting | None:
        """The first of the line whose turn it is."""
        if not self._lines:
            return None
        name, line = self._lines.popitem(last=False)
        one = line.popleft()
        if line:
            self._lines[name] = line  # at the end of the round
        return one

    def leave(self, name: str, one: _Waiting) -> None:
        """Whoever waited has gone."""
        line = self._lines.get(name)
        if line is not None and one in line:
            line.remove(one)
            if not line:
                del self._lines[name]

    def _shorten(self, *, longer_than: int) -> None:
        longest = max(self._lines.values(), key=len)
        if len(longest) <= longer_than:
            raise _busy()
        newest = longest.pop()
        if not newest.future.done():
            newest.future.set_exception(_busy())


class Logins:
    """Of one process."""

    def __init__(self, threads: Executor) -> None:
        self._threads = threads
        self._lines: dict[Kind, _Lines] = {"known": _Lines(), "other": _Lines()}
        self._first: Kind = "known"
        self._works = 0

    async def run(self, comer: Comer, call: Callable[[], T]) -> T:
        """What the call gives, when its turn came. Raises LoginThrottledError in a flood."""
        one = _Waiting(call, asyncio.get_running_loop().create_future())
        lines = self._lines[comer.kind]
        lines.join(comer.name, one)
        self._begin()
        try:
            return await cast(Awaitable[T], one.future)
        finally:
            lines.leave(comer.name, one)

    def _begin(self) -> None:
        while self._works < AT_ONCE and (one := self._next()) is not None:
            if not one.future.done():
                self._works += 1
                work = asyncio.get_running_loop().run_in_executor(self._threads, one.call)
                work.add_done_callback(partial(self._end, one))

    def _next(self) -> _Waiting | None:
        """Of both kinds in turn, where both wait."""
        first = self._first
        self._first = "other" if first == "known" else "known"
        return self._lines[first].next() or self._lines[self._first].next()

    def _end(self, one: _Waiting, done: asyncio.Future[Any]) -> None:
        self._works -= 1
        error = done.exception()
        if not one.future.done():  # else whoever waited has gone
            if error is not None:
                one.future.set_exception(error)
            else:
                one.future.set_result(done.result())
        self._begin()


def _busy() -> LoginThrottledError:
    msg = "very many people log in at this moment; try again in some seconds"
    return LoginThrottledError(msg, retry_after_s=BUSY_S)
