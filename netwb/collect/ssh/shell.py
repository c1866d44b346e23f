"""The receiving end of one interactive channel: keeps every byte, wakes the reader rarely.

A waiting session costs one timer and one future, not one of each per packet: a long configuration
comes in thousands of packets, and only one whose last byte may end an answer wakes anybody.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncssh

_MAY_END = frozenset(b"#>$%:) ]-m\x1b")  # prompts, "Password:", a pager, the end of a colour code


class Shell:
    """What asyncssh calls a session: it is told of data and of the end."""

    def __init__(self, loop: asyncio.AbstractEventLoop, max_bytes: int) -> None:
        self.text = bytearray()
        self.heard_at = loop.time()
        self.ended = False
        self.overflowed = False
        self._loop = loop
        self._max_bytes = max_bytes
        self._waiter: asyncio.Future[bool] | None = None
        self._news = False
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None

    # -- what asyncssh calls

    def connection_made(self, channel: asyncssh.SSHClientChannel[bytes]) -> None:
        """The channel is open."""
        self._channel = channel

    def session_started(self) -> None:
        """The device's shell runs."""

    def data_received(self, data: bytes, datatype: object) -> None:
        """A packet; of output and of errors alike."""
        del datatype
        self.text += data
        self.heard_at = self._loop.time()
        if len(self.text) > self._max_bytes:
            self.overflowed = True
        if self.overflowed or data[-1] in _MAY_END:
            self._wake()

    def eof_received(self) -> bool:
        """No more output; the channel may close."""
        self.ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is gone."""
        del exc
        self.ended = True
        self._wake()

    def exit_status_received(self, status: int) -> None:
        """The shell ended; what it says is known by connection_lost."""

    def exit_signal_received(self, signal: str, core: bool, msg: str, lang: str) -> None:  # noqa: FBT001 - asyncssh calls it so
        """The shell was killed; what it says is known by connection_lost."""

    def pause_writing(self) -> None:
        """Commands are short; nothing to hold back."""

    def resume_writing(self) -> None:
        """See pause_writing."""

    # -- what a session calls

    def write(self, line: bytes) -> None:
        """Type one line and its return key."""
        self._type(line + b"\n")

    def press(self, key: bytes) -> None:
        """Type a key alone."""
        self._type(key)

    def clear(self) -> None:
        """Forget the text so far."""
        self.text = bytearray()
        self._news = False

    async def more(self, quiet_s: float) -> bool:
        """Wait for data that may end an answer, or for the end.

        False when nothing at all came for quiet_s.
        """
        if not (self._news or self.ended):
            self._waiter = self._loop.create_future()
            timer = self._loop.call_later(quiet_s, self._look_at_the_clock, quiet_s)
            self._timer = timer
            try:
                return await self._waiter
            finally:
                self._timer.cancel()
                self._waiter = None
                self._news = False
        self._news = False
        return True

    def _type(self, keys: bytes) -> None:
        if self._channel is None or self.ended:
            return
        try:
            self._channel.write(keys)
        except OSError:  # the channel is closing; whoever waits for the answer is told
            self.ended = True
            self._wake()

    def _wake(self) -> None:
        self._news = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)

    def _look_at_the_clock(self, quiet_s: float) -> None:
        if self._waiter is None or self._waiter.done():
            return
        left = self.heard_at + quiet_s - self._loop.time()
        if left <= 0:
            self._waiter.set_result(False)
        else:
            self._timer = self._loop.call_later(left, self._look_at_the_clock, quiet_s)
