"""Boards that pages share: one comparison is laid out and held once, however many people read it.

Thousands of hunks take a while to lay out: pages call this in a thread.
"""

from __future__ import annotations

from threading import Lock
from weakref import WeakSet

from netwb.configs.diff import ConfigDiff
from netwb.views.diff.rows import Board, Extent, Moved

_boards: WeakSet[Board] = WeakSet()
_laying = Lock()


def lay_out(diff: ConfigDiff, *, extent: Extent, moved: Moved) -> Board:
    """The board of an equal comparison that a page holds already, or a new one."""
    with _laying:
        for board in tuple(_boards):
            if (board.extent, board.moved) == (extent, moved) and _same(board.diff, diff):
                return board
    made = Board(diff, extent=extent, moved=moved)
    with _laying:
        _boards.add(made)
    return made


def _same(one: ConfigDiff, other: ConfigDiff) -> bool:
    """The texts first: they are compared at once, lines one by one."""
    texts = (one.old_text, one.new_text) == (other.old_text, other.new_text)
    return one is other or (texts and one == other)
