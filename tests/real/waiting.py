"""Await what has no event to await: short looks with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tests.real.namespaces import RigError

Found = TypeVar("Found")
_LOOK_S = 0.01


def until(look: Callable[[], Found], *, within_s: float, what: str) -> Found:
    """The first answer that is true; RigError, which names `what`, where none comes in time."""
    end = time.monotonic() + within_s
    while not (found := look()):
        if time.monotonic() > end:
            msg = f"{what}: not within {within_s} s, at last {found!r}"
            raise RigError(msg)
        time.sleep(_LOOK_S)
    return found
