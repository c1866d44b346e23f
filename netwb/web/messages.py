"""What a page's websocket may send, how fast, and how little of it reaches the log. Wraps ours.

Bokeh logs each message that it cannot read or do, whole and with a trace: one person with a login
could fill a disk. So what a page never sends is refused before it is looked at, messages have a
pace, and of what Bokeh logs only the beginning is kept, some lines a minute, with a count of the
rest. A browser that answers no ping is given up: what waits for it would lie in memory.
Sources: bokeh.server.views.ws, bokeh.server.protocol_handler (3.9).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from time import monotonic

from bokeh.protocol.exceptions import ProtocolError
from bokeh.protocol.message import Message

from netwb.log_lines import one_line, trace_of
from netwb.web import connections
from netwb.web.buckets import Allowed, Buckets
from netwb.web.documents import PageSocket

A_SOCKET = Allowed(
    burst=3000, a_second=300.0
)  # parts of messages; a dragged slider sends 200 a second
FROM_PAGES = frozenset({"PATCH-DOC", "PULL-DOC-REQ"})  # a browser sends nothing else
LINES = Allowed(burst=20, a_second=1 / 6)  # of the log
MESSAGE_CHARACTERS = 300
TRACE_LINES = 16  # the last ones: they say what broke, and where
LOGGERS = (
    "bokeh.server.views.ws",
    "bokeh.server.protocol_handler",
    "bokeh.server.session",
    "tornado.application",
    "tornado.general",
)


class BoundedSocket(PageSocket):
    """A page's websocket that neither hurries the server nor waits for ever."""

    @property
    def ping_interval(self) -> float:
        """Tornado's own pings, whose answers it waits for; Bokeh's are for proxies alone."""
        return float(self.settings.get("websocket_ping_interval") or connections.PING_S)

    @property
    def ping_timeout(self) -> float:
        """As long as the next ping is away."""
        return self.ping_interval

    async def on_message(self, fragment: str | bytes) -> None:
        """Slow down who hurries: the next one is read when this one is done."""
        if self._pace.take("") > 0:
            await asyncio.sleep(1.0)
        await super().on_message(fragment)

    def initialize(self, *args: object, **kwargs: object) -> None:
        """Begin with a full measure."""
        self._pace = Buckets(A_SOCKET)
        super().initialize(*args, **kwargs)  # type: ignore[no-untyped-call]  # Bokeh's

    async def _handle(self, message: Message[object]) -> object:
        if message.msgtype not in FROM_PAGES:  # one would put another document in the place of ours
            self._protocol_error(str(ProtocolError("a message that no page sends")))
            return None
        return await super()._handle(message)


class Bounded(logging.Filter):
    """Of a logger's lines: short ones, few, and each of them one line."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._buckets = Buckets(LINES, clock=clock)
        self._left_out = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether there is room for it; what is left out is counted in the next one."""
        with self._lock:
            if self._buckets.take(""):
                self._left_out += 1
                return False
            left_out, self._left_out = self._left_out, 0
        message = one_line(record.getMessage(), MESSAGE_CHARACTERS)
        record.msg = (
            f"{message} ({left_out} lines before it were left out)" if left_out else message
        )
        record.args = ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = trace_of(
                record.exc_info[1], lines=TRACE_LINES, characters=MESSAGE_CHARACTERS
            )
            record.exc_info = None
        return True


def install() -> None:
    """Once or more often: the second time changes nothing."""
    for name in LOGGERS:
        log = logging.getLogger(name)
        if not any(isinstance(one, Bounded) for one in log.filters):
            log.addFilter(Bounded())
