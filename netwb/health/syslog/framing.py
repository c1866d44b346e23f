"""Cut a TCP stream into messages. Pure; source: RFC 6587, both ways, told apart at each message.

A message that begins with a digit gives its length first, any other one ends at a line feed (or NUL,
as some send). What is longer than a message can be is skipped and counted, and the stream goes on.
"""

from __future__ import annotations

import re

from netwb.health.syslog.messages import LONGEST

_MOST_DIGITS = 7  # of a length: what says more is no length
_END = re.compile(rb"[\n\0]+")  # an empty line is no message


class Frames:
    """The bytes of one connection; `cut` counts messages that were too long."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._held = b""
        self._at = (
            0  # what stands before it is read: to cut it off at each message would take minutes
        )
        self._skip = 0  # bytes of a counted message that are still to come and not wanted
        self._dropping = False  # until the end of a line that is too long
        self.cut = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now."""
        self._held += data
        found: list[bytes] = []
        while self._left:
            if self._skip:
                gone = min(self._skip, self._left)
                self._at, self._skip = self._at + gone, self._skip - gone
                continue
            step = self._next()
            if step is None:
                break
            if step:
                found.append(step)
        self._held, self._at = self._held[self._at :], 0
        return found

    def end(self) -> list[bytes]:
        """The connection is closed: what came without its end is a message too."""
        held, self._held = self._held, b""
        return [held] if held and not (self._skip or self._dropping) else []

    @property
    def _left(self) -> int:
        return len(self._held) - self._at

    def _next(self) -> bytes | None:
        """One message (empty: none that counts), or None where more bytes are needed."""
        head = self._held[self._at : self._at + _MOST_DIGITS + 1]
        if not self._dropping and head[:1] in b"123456789":
            digits, space, _rest = head.partition(b" ")
            if not space and digits.isdigit() and self._left <= _MOST_DIGITS:
                return None
            if space and digits.isdigit():
                return self._counted(int(digits), self._at + len(digits) + 1)
        return self._line()

    def _counted(self, length: int, start: int) -> bytes | None:
        if length > self._longest:
            self.cut += 1
            self._at, self._skip = start, length
            return b""
        end = start + length
        if len(self._held) < end:
            return None
        self._at = end
        return self._held[start:end]

    def _line(self) -> bytes | None:
        found = _END.search(self._held, self._at)
        if found is None:
            if self._left > self._longest:
                self.cut += not self._dropping
                self._at, self._dropping = len(self._held), True
            return None
        line, self._at = self._held[self._at : found.start()], found.end()
        if self._dropping:
            self._dropping = False
            return b""
        if len(line) > self._longest:
            self.cut += 1
            return b""
        return line.rstrip(b"\r")
