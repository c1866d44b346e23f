"""The file that an export becomes: whole and readable by its owner alone, or not there at all."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, FileIO
from pathlib import Path
from typing import BinaryIO

from netwb.errors import ExportError, InputError

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}


@contextmanager
def new_file(path: Path) -> Iterator[FileIO]:
    """A file to write, which gets its name when the block ends well.

    What a killed process left behind is taken over. Raises InputError where the name is taken,
    ExportError where there is no room.
    """
    _refuse_taken(path)
    part = path.with_name(path.name + ".part")
    with _sole(part, path) as file:
        try:
            yield file
            os.fsync(file.fileno())
            _name(part, path)
        except OSError as error:
            raise unwritable(path, error) from error
        finally:
            part.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextmanager
def buffered(file: FileIO) -> Iterator[BinaryIO]:
    """For a writer that does not look how much of what it gave was taken."""
    buffer = BufferedWriter(file)
    yield buffer
    buffer.flush()
    buffer.detach()  # it would close the file, which is not named yet


def unwritable(path: Path, error: OSError) -> ExportError:
    """What the system said about the file."""
    return ExportError(
        f"export {path} cannot be written: {error.strerror}; make room for it, or name another"
        " place; nothing is left of it"
    )


def sync_folder(folder: Path) -> None:
    """Make names in it survive a crash of the machine."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_taken(path: Path) -> None:
    if os.path.lexists(path):
        msg = f"file {path} is there already and is never overwritten; name another one"
        raise InputError(msg)


@contextmanager
def _sole(part: Path, path: Path) -> Iterator[FileIO]:
    """The unfinished file, which no other process writes."""
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        msg = f"export {path} cannot be made: {error.strerror}; name another place"
        raise InputError(msg) from error
    with os.fdopen(descriptor, "r+b", 0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = f"export {path} is being written by another process; wait for it to end"
            raise InputError(msg) from error
        os.fchmod(file.fileno(), 0o600)
        file.truncate(0)
        yield file


def _name(part: Path, path: Path) -> None:
    """A link refuses a name that was taken meanwhile; where there are none, a renaming has to do."""
    try:
        os.link(part, path)
    except FileExistsError:
        _refuse_taken(path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _refuse_taken(path)
        part.rename(path)
