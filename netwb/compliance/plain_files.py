"""Read a file that somebody put there, if it is one: a pipe or a device would never come to an end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from netwb.errors import RuleError


def read_plain(path: Path, longest: int) -> bytes:
    """Its bytes, one more than `longest` at most. Raises RuleError for what is no file, and OSError."""
    _refuse_others(path.stat().st_mode)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    with os.fdopen(descriptor, "rb") as file:
        _refuse_others(os.fstat(descriptor).st_mode)  # it may be another one by now
        return file.read(longest + 1)


def _refuse_others(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a pipe, a socket or a device"
        msg = f"this is {kind} and no file; give it another name, or write the rules into a file"
        raise RuleError(msg)
