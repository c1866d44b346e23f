"""The file of an export: a tar that is written as a stream, and read back by name.

How long a member is shows only when it ends, so its header is written again then; nothing is kept
in memory or beside the file. Source: tar(5), GNU format, which has no limit of size or name.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BufferedReader, FileIO, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO

from netwb.errors import ExportRefusedError
from netwb.health.exporting.manifest import Member, is_name

PIECE = 1024 * 1024  # bytes in memory
_BLOCK = 512


class ExportWriter:
    """Writes members one after the other, and remembers what they were."""

    def __init__(self, file: FileIO, at: datetime) -> None:
        self._file = file
        self._at = int(at.timestamp())
        self.members: list[Member] = []

    @contextmanager
    def member(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """Gives what takes its bytes, piece by piece."""
        start = self._file.tell()
        self._write(self._header(name, 0))
        digest, size = hashlib.sha256(), 0

        def put(piece: bytes) -> None:
            nonlocal size
            self._write(piece)
            digest.update(piece)
            size += len(piece)

        yield put
        self._write(bytes(-size % _BLOCK))
        end = self._file.tell()
        self._file.seek(start)
        self._write(self._header(name, size))
        self._file.seek(end)
        self.members.append(Member(name=name, size=size, digest=digest.hexdigest()))

    def add(self, name: str, content: bytes) -> None:
        """A member that is there already."""
        with self.member(name) as put:
            put(content)

    def end(self) -> None:
        """Two empty blocks, by which tar knows that nothing was cut off."""
        self._write(bytes(2 * _BLOCK))

    def _write(self, piece: bytes) -> None:
        """All of it: the file has no buffer, whose rest would fail once more when it is closed."""
        left = memoryview(piece)
        while left:
            left = left[self._file.write(left) :]

    def _header(self, name: str, size: int) -> bytes:
        return _header(name, size, self._at)


class ExportFile:
    """An export as it lies; nothing of it is believed yet. Close it."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def walk(self, note: Callable[[int], None]) -> Iterator[tuple[tarfile.TarInfo, BinaryIO]]:
        """Every member in the order of the file, and its bytes; a tar that breaks off just ends."""
        self._file.seek(0)
        names = set()
        try:
            with tarfile.open(fileobj=self._file, mode="r:", errorlevel=2) as tar:
                for info in tar:
                    stream = tar.extractfile(info) if info.isreg() else None
                    if stream is None or not is_name(info.name) or info.name in names:
                        msg = "it was changed; take another copy of it"
                        raise ExportRefusedError(msg)
                    names.add(info.name)
                    yield info, stream  # type: ignore[misc]  # it reads, which is all that is asked
                    note(info.offset_data + info.size)
        except tarfile.TarError as error:
            msg = "it is no export of netwb, or its beginning was changed; name the right file"
            raise ExportRefusedError(msg) from error

    def goes_on(self, last: tarfile.TarInfo) -> bool:
        """Whether a header stands after the last member that could be read: one that was changed."""
        end = last.offset_data + last.size
        self._file.seek(end + -end % _BLOCK)
        header = self._file.read(_BLOCK)
        return len(header) == _BLOCK and any(header)

    def odd_place(self, members: Iterable[tarfile.TarInfo], at: datetime) -> str | None:
        """Where what lies around the members is not what was written; None where all of it is.

        members   each of them, in the order of the file
        at        when the export was made
        """
        place = 0
        for info in members:
            header = _header(info.name, info.size, int(at.timestamp()))
            end = place + len(header) + info.size
            if not self._has(place, header) or not self._has(end, bytes(-end % _BLOCK)):
                return info.name
            place = end + -end % _BLOCK
        return None if self._has(place, bytes(2 * _BLOCK)) and not self._file.read(1) else "its end"

    def _has(self, place: int, wanted: bytes) -> bool:
        self._file.seek(place)
        return self._file.read(len(wanted)) == wanted

    def stream(self, info: tarfile.TarInfo) -> BufferedReader:
        """A member's bytes; several may be read in turn."""
        part = _Part(self._file, info.offset_data, info.size)
        return BufferedReader(part, PIECE)


def _header(name: str, size: int, at: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, at, 0o600
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


class _Part(RawIOBase):
    """A piece of a file as a file of its own."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._file, self._place, self._end = file, start, start + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._end - self._place)
        self._file.seek(self._place)
        piece = self._file.read(wanted)
        buffer[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)


def digest_of(stream: BinaryIO) -> str:
    """SHA-256 of what is left in it, hex."""
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]  # needs readinto alone
