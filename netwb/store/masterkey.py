"""The master key: a file of one or several keys, newest first, that wraps all other keys.

One key a line, 64 hex digits; empty lines and `#` lines are left out. Only the newest one wraps;
the older ones open what is not wrapped anew yet. Nobody but the owner may read the file.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from netwb.errors import KeyringError
from netwb.store.sealing import KEY_BYTES

_LINE = re.compile(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}")
_NOTE = (
    "# netwb master key, newest first. Keep a copy away from the database; without it all is lost."
)


@dataclass(frozen=True, slots=True)
class MasterKey:
    """Keys of one file, newest first; `source` is how messages call the file."""

    keys: tuple[bytes, ...] = field(repr=False)
    source: str

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new file with one random key. Raises KeyringError when there is one already."""
        made = cls((secrets.token_bytes(KEY_BYTES),), str(path))
        _write_new(path, made)
        return made

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file that only its owner can read. Raises KeyringError with the cure."""
        try:
            with path.open("rb") as file:
                _refuse_loose(path, os.fstat(file.fileno()))
                text = file.read()
        except FileNotFoundError as error:
            msg = f"master key {path} is not there; put it back, or set keys.master_file"
            raise KeyringError(msg) from error
        except OSError as error:
            msg = f"master key {path} is unreadable: {error.strerror}; check its owner and mode"
            raise KeyringError(msg) from error
        return cls(_keys(path, text), str(path))

    def renewed(self) -> Self:
        """A new random key in front of these; `write` it before the rows are wrapped by it."""
        return type(self)((secrets.token_bytes(KEY_BYTES), *self.keys), self.source)

    def newest(self) -> Self:
        """Without the older keys, which nothing needs once all rows are wrapped by the newest."""
        return type(self)(self.keys[:1], self.source)

    def write(self, path: Path) -> None:
        """Put the file in place of the old one in one step; a crash leaves one of the two.

        A symlink stays one: what it points to is replaced, on the medium where it lies.
        """
        place = path.resolve()
        fresh = place.with_name(place.name + ".new")
        try:
            fresh.unlink(missing_ok=True)
            _write_new(fresh, self)
            fresh.replace(place)
            _sync_folder(place.parent)
        except OSError as error:
            raise _unwritable(place, error) from error


@contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """Keep other processes from writing that master key: flock on a file beside what it resolves to.

    Read the key inside, or it may be one that another process has just replaced.
    """
    place = path.resolve()
    try:
        lock = os.open(place.with_name(place.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unwritable(place, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _keys(path: Path, text: bytes) -> tuple[bytes, ...]:
    found = []
    for number, line in enumerate(text.decode("ascii", "replace").splitlines(), start=1):
        word = line.strip()
        if word and not word.startswith("#"):
            if not _LINE.fullmatch(word):
                msg = (
                    f"master key {path} line {number} is no key (64 hex digits); put the file back"
                )
                raise KeyringError(msg)
            found.append(bytes.fromhex(word))
    if not found:
        msg = f"master key {path} holds no key; put the file back from its copy"
        raise KeyringError(msg)
    return tuple(found)


def _refuse_loose(path: Path, status: os.stat_result) -> None:
    if stat.S_IMODE(status.st_mode) & 0o077:
        msg = f"master key {path} can be read by others; run `chmod 600 {path}`"
        raise KeyringError(msg)


def _write_new(path: Path, key: MasterKey) -> None:
    text = "\n".join([_NOTE, *(one.hex() for one in key.keys), ""])
    try:
        with open(path, "x", encoding="ascii", opener=_owner_only) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
    except FileExistsError as error:
        msg = f"master key {path} is there already; it is never overwritten"
        raise KeyringError(msg) from error
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> KeyringError:
    return KeyringError(f"master key {path} cannot be written: {error.strerror}; check its folder")


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    """Make a new name in the folder survive a crash of the machine."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
