"""What a simulated terminal does, as steps in order, and its pager. Pure: no socket, no clock."""

from __future__ import annotations

from dataclasses import dataclass

PAGE = 24  # lines of a terminal that nobody told otherwise


@dataclass(frozen=True, slots=True)
class Send:
    """Write these octets."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Think:
    """Say nothing for a while; what is typed meanwhile waits."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Trickle:
    """Write these octets slowly."""

    data: bytes
    bytes_per_s: int


@dataclass(frozen=True, slots=True)
class Hang:
    """Never say anything again, and stay connected."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Cut the TCP connection without a word."""


@dataclass(frozen=True, slots=True)
class Leave:
    """End the session in order."""


Step = Send | Think | Trickle | Hang | Drop | Leave


class Screen:
    """Collects the steps of one session; a long text waits in the pager.

    length      lines of a page; None: no paging
    pager       shown when a page is full; `eraser` is written over it when a key was pressed
    """

    def __init__(self, *, pager: bytes, eraser: bytes) -> None:
        self.length: int | None = PAGE
        self._pager = pager
        self._eraser = eraser
        self._unshown: list[bytes] = []
        self._steps: list[Step] = []

    @property
    def waits(self) -> bool:
        """Whether the pager waits for a key."""
        return bool(self._unshown)

    def say(self, data: bytes) -> None:
        """Write at once, in one piece where possible: a packet costs more than its octets."""
        if self._steps and isinstance(self._steps[-1], Send):
            self._steps[-1] = Send(self._steps[-1].data + data)
        elif data:
            self._steps.append(Send(data))

    def do(self, *steps: Step) -> None:
        """Do something else than writing."""
        self._steps += steps

    def show(self, data: bytes) -> None:
        """Write a text, by pages where the terminal has a length."""
        if self.length is None:
            self.say(data)
            return
        self._unshown = data.splitlines(keepends=True)
        self._next(self.length - 1)

    def press(self, key: bytes) -> None:
        """Answer the pager: space a page, return a line, anything else ends it."""
        self.say(self._eraser)
        if key == b" ":
            self._next((self.length or PAGE) - 1)
        elif key in b"\r\n":
            self._next(1)
        else:
            self._unshown.clear()

    def taken(self) -> list[Step]:
        """Give the steps since the last time."""
        steps, self._steps = self._steps, []
        return steps

    def _next(self, count: int) -> None:
        shown = max(1, count)
        self.say(b"".join(self._unshown[:shown]))
        del self._unshown[:shown]
        if self._unshown:
            self.say(self._pager)
