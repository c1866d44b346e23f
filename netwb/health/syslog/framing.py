"""Cut a TCP stream into messages. Pure; source: RFC 6587, both ways, told apart at each message.

A message that begins with a digit gives its length first, any other one ends at a line feed (or NUL,
as some send). What is longer than a message can be is skipped and counted, and the stream goes on.
"""

from __future__ import annotations

from netwb.health.syslog.messages import LONGEST

_MOST_DIGITS = 7  # of a length: what says more is no length


class Frames:
    """The bytes of one connection; `cut` counts messages that were too long."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._held = b""
        self._skip = 0  # bytes of a counted message that are still to come and not wanted
        self._dropping = False  # until the end of a line that is too long
        self.cut = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now."""
        self._held += data
        found: list[bytes] = []
        while self._held:
            if self._skip:
                gone = min(self._skip, len(self._held))
                self._held, self._skip = self._held[gone:], self._skip - gone
                continue
            step = self._next()
            if step is None:
                break
            if step:
                found.append(step)
        return found

    def end(self) -> list[bytes]:
        """The connection is closed: what came without its end is a message too."""
        held, self._held = self._held, b""
        return [held] if held and not (self._skip or self._dropping) else []

    def _next(self) -> bytes | None:
        """One message (empty: none that counts), or None where more bytes are needed."""
        if not self._dropping and self._held[:1] in b"123456789":
            digits, space, _rest = self._held[: _MOST_DIGITS + 1].partition(b" ")
            if not space and digits.isdigit() and len(self._held) <= _MOST_DIGITS:
                return None
            if space and digits.isdigit():
                return self._counted(int(digits), len(digits) + 1)
        return self._line()

    def _counted(self, length: int, start: int) -> bytes | None:
        if length > self._longest:
            self.cut += 1
            self._held, self._skip = self._held[start:], length
            return b""
        if len(self._held) < start + length:
            return None
        message, self._held = self._held[start : start + length], self._held[start + length :]
        return message

    def _line(self) -> bytes | None:
        ends = [place for mark in (b"\n", b"\0") if (place := self._held.find(mark)) >= 0]
        if not ends:
            if len(self._held) > self._longest:
                self.cut += not self._dropping
                self._held, self._dropping = b"", True
            return None
        end = min(ends)
        line, self._held = self._held[:end], self._held[end + 1 :]
        if self._dropping:
            self._dropping = False
            return b""
        if len(line) > self._longest:
            self.cut += 1
            return b""
        return line.rstrip(b"\r")
