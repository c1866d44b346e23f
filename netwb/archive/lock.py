"""One writer at a time for each repository: flock on a file beside it.

The lock belongs to the open descriptor, which the Git children inherit; when netwb is killed, it
lasts until the last of them has ended. A pid that still stands in the file says that its writer did
not end well, and that the repository is to be tidied first.

Whoever waits for the lock holds a second file meanwhile, so that upkeep, which can be broken off at
any moment, sees that it is awaited and makes room.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from netwb.archive.faults import git_error
from netwb.errors import ArchiveBusyError

_POLL_S = 0.05  # flock cannot wait with a limit; a batch takes about 0.1 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The lock is ours. `after_a_crash`: the writer before us did not end well."""

    descriptor: int
    after_a_crash: bool


@contextmanager
def writer_lock(path: Path, *, timeout_s: float) -> Iterator[Held]:
    """Hold the lock file; raises ArchiveBusyError with the holder's pid after `timeout_s`.

    Leaving by an error keeps our pid in the file, as after a crash.
    """
    descriptor = _opened(path)
    try:
        _wait(descriptor, path, time.monotonic() + timeout_s)
        held = Held(descriptor=descriptor, after_a_crash=bool(_holder(descriptor)))
        _write(descriptor, str(os.getpid()).encode())
        yield held
        _write(descriptor, b"")
    finally:
        os.close(descriptor)


def is_awaited(path: Path) -> bool:
    """Whether somebody waits for the lock file's lock now."""
    descriptor = _opened(_mark(path))
    try:
        return not _taken(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


def _wait(descriptor: int, path: Path, until: float) -> None:
    """The first try leaves no mark: who does not want to wait makes nobody make room."""
    if _taken(descriptor, fcntl.LOCK_EX):
        return
    mark = _opened(_mark(path))
    try:
        while time.monotonic() < until:
            fcntl.flock(mark, fcntl.LOCK_SH)  # waits for a glance of `is_awaited` at most
            time.sleep(_POLL_S)
            if _taken(descriptor, fcntl.LOCK_EX):
                return
    finally:
        os.close(mark)
    holder = _holder(descriptor) or "unknown"
    msg = (
        f"repository {path.with_suffix('.git')} is being written by process {holder};"
        " wait for it to end, then try again"
    )
    raise ArchiveBusyError(msg)


def _taken(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _mark(path: Path) -> Path:
    return path.with_suffix(".awaited")


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise git_error(str(path), error.strerror or "") from error


def _holder(descriptor: int) -> str:
    return os.pread(descriptor, 32, 0).decode(errors="replace").strip()


def _write(descriptor: int, content: bytes) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, content, 0)
