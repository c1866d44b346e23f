"""Have Python's cycle collector look at little at a time: while it looks, nobody else is served.

By its own measure it looked, with fifty open pages, at 60,000 objects in the midst of somebody's act
(25 to 40 ms, measured), and at all 170,000 for every fifteenth page that was opened (90 to 110 ms).
Here what stands when the server begins is set apart for good, looks at what is young stay small, and
what is old is looked at while few pages are open. Closed ones fall apart without it (`closing`).
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import monotonic

YOUNG, MIDDLE = 5_000, 2  # a look at the middle ones sees 20,000 objects at most: 5 to 10 ms
OFTEN, SELDOM = 10, 60  # looks at the middle ones for one at the old: a million new ones at most
FEW = 3  # open pages: 3,400 objects each
AGAIN_S = 60.0


def leave_alone() -> None:
    """No looks while a server loads what it needs: a fifth of the time that it takes to begin."""
    gc.disable()


def set_apart() -> None:
    """What is there now stays, and is never looked at again. For a server without pages.

    Not even once before: a look at the half million objects of a server that begins takes 0.4 s of
    a processor, and finds 2,600 of them, half a megabyte, that nobody holds.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OFTEN)
    gc.enable()


class Old:
    """Of a server with pages, which are nearly all that is old: says when to look at that."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._looked_at = clock()
        gc.set_threshold(YOUNG, MIDDLE, SELDOM)

    def look(self, pages: int) -> None:
        """Now, where no page is open, or so few are and the last look was a while ago."""
        if pages and (pages > FEW or self._clock() < self._looked_at + AGAIN_S):
            return
        gc.collect()
        if not pages:
            gc.freeze()  # what the first pages loaded stays too
        self._looked_at = self._clock()
