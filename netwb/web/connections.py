"""Which connections a server takes, and for how long one may say nothing.

Whoever opens connections and sends a byte at a time holds each of them for nothing, and a process
that has no descriptor left opens neither its database nor a repository. So a connection has its
time for headers and for a body, one address has a share of all connections, and some descriptors
are never given to connections. Trusted proxies speak for many and have no share.
"""

from __future__ import annotations

import logging
import resource
from collections import defaultdict
from dataclasses import dataclass
from time import monotonic
from typing import Any
from weakref import WeakSet

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

from netwb.web import process
from netwb.web.origin import is_trusted, share_of

# For a request's head, and between two requests; nginx gives a connection up after 60 s, first.
HEAD_S = 75.0
BODY_S = 120.0  # 16 MiB by a line of about 1 Mbit/s
PING_S = 30.0  # of websockets; within a proxy's usual patience of 60 s
HEAD_BYTES = 64 * 1024
BODY_BYTES = 1024 * 1024  # where a handler says nothing else; it is held in memory whole
MOST = 10_000  # connections of a process
KEPT_BACK = 200  # descriptors for database, repositories and files
TOLD_EVERY_S = 60.0
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many connections there may be in all, and from one address."""

    most: int
    of_one: int


def bounds_of(descriptors: int) -> Bounds:
    """What a process with so many descriptors can hold, with some kept for its own work.

    >>> bounds_of(1024)
    Bounds(most=824, of_one=412)
    """
    most = max(16, min(MOST, descriptors - KEPT_BACK))
    return Bounds(most=most, of_one=max(8, most // 2))


def raise_descriptors() -> int:
    """Take as many descriptors as the system lets this process have; gives their number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST if hard == resource.RLIM_INFINITY else min(hard, 2 * MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return wanted if soft == resource.RLIM_INFINITY else soft


class BoundedServer(HTTPServer):
    """Tornado's server with bounds; made as that one is."""

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        """What is not asked for otherwise has a bound."""
        kwargs.setdefault("idle_connection_timeout", HEAD_S)
        kwargs.setdefault("body_timeout", BODY_S)
        kwargs.setdefault("max_header_size", HEAD_BYTES)
        kwargs.setdefault("max_body_size", BODY_BYTES)
        self._bounds = bounds_of(raise_descriptors())
        self._open: defaultdict[str, WeakSet[IOStream]] = defaultdict(WeakSet)
        self._refused = 0
        self._told_at_s = -TOLD_EVERY_S
        super().initialize(*args, **kwargs)

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Serve it, or close it at once where there are too many."""
        peer = str(address[0]) if address else ""
        place = share_of(peer)
        proxied = is_trusted(peer, process.trusted_so_far())
        if not self._has_room(place, speaks_for_many=proxied):
            stream.close()
            self._note_refused(place)
            return
        self._open[place].add(stream)
        super().handle_stream(stream, address)

    def _has_room(self, place: str, *, speaks_for_many: bool) -> bool:
        """Whether one more may come from there; what was closed meanwhile counts no more."""
        if sum(map(len, self._open.values())) >= self._bounds.most:
            for other in tuple(self._open):
                self._forget_closed(other)
            if sum(map(len, self._open.values())) >= self._bounds.most:
                return False
        if len(self._open.get(place, ())) < self._bounds.of_one:
            return True
        self._forget_closed(place)
        return speaks_for_many or len(self._open.get(place, ())) < self._bounds.of_one

    def _forget_closed(self, place: str) -> None:
        live = WeakSet(stream for stream in self._open[place] if not stream.closed())
        if live:
            self._open[place] = live
        else:
            del self._open[place]

    def _note_refused(self, place: str) -> None:
        """One line a minute, however many there are."""
        self._refused += 1
        if monotonic() - self._told_at_s >= TOLD_EVERY_S:
            logger.warning(
                "%d connections refused, the newest from %s: more than one server can hold",
                self._refused,
                place,
            )
            self._refused, self._told_at_s = 0, monotonic()
