"""Many samples as few bytes: counters as differences, their bytes sorted by weight, compressed. Pure.

Columns of one kind, `shape (series, moments)`, are packed each for itself, so that whoever asks for two
of twelve fields unpacks two. Differences are taken modulo 2**64: every bit comes back, also of a
counter that wraps, is reset, or counts in its upper half.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import MISSING

Numbers = NDArray[np.int64]
Planes = NDArray[Any]
# Number of byte planes, of those that stand there as they are; whether a bitmap of what is missing
# comes first in the rest.
_HEAD = struct.Struct("<BB?")
_LENGTHS = struct.Struct("<H")  # number of columns; a length of 4 bytes each follows
_FIRST = struct.Struct("<q")
_LEVEL = 6  # of zlib: 9 takes twice as long for a hundredth
_NOISE = 0.85  # a plane that is hardly smaller compressed is read ten times as quickly as it is
_WORD = 8  # bytes of a number


def pack(columns: Sequence[Numbers]) -> bytes:
    """Any number of columns, each of any shape of two axes."""
    packed = [_pack(column) for column in columns]
    lengths = struct.pack(f"<{len(packed)}I", *map(len, packed))
    return _LENGTHS.pack(len(packed)) + lengths + b"".join(packed)


def unpack(data: bytes, wanted: Sequence[int], series: int, moments: int) -> list[Numbers]:
    """Those of the columns; ValueError, zlib.error or struct.error where they are none.

    The first column is that of the moments, which all series share: its shape is (1, moments).
    """
    return [
        _unpack(packed, series if place else 1, moments)
        for place, packed in zip(wanted, _parted(data, wanted), strict=True)
    ]


def unpack_in_a_row(
    chunks: Sequence[tuple[int, bytes]], wanted: Sequence[int]
) -> tuple[Numbers, list[Numbers]]:
    """The moments and those columns of one series that lies in several chunks, end to end.

    chunks   how many moments each has, and its bytes
    The same as `unpack` of each, in a fourth of the time: a month of a port is thirty chunks.
    """
    moments = np.array([number for number, _ in chunks], np.int64)
    each = [0, *wanted]
    parts = [_parted(data, each) for _, data in chunks]
    at = [_moments(own[0], number) for (number, _), own in zip(chunks, parts, strict=True)]
    columns = [_in_a_row(packed, moments) for packed in list(zip(*parts, strict=True))[1:]]
    return np.concatenate(at), columns


def _parted(data: bytes, wanted: Sequence[int]) -> list[bytes]:
    """The bytes of those columns; struct.error where they are none."""
    (count,) = _LENGTHS.unpack_from(data)
    lengths = struct.unpack_from(f"<{count}I", data, _LENGTHS.size)
    ends = list(accumulate(lengths, initial=_LENGTHS.size + 4 * count))
    return [data[ends[place] : ends[place + 1]] for place in wanted]


@lru_cache(maxsize=512)
def _moments(packed: bytes, moments: int) -> Numbers:
    """Of a chunk; the ports of a device are polled at once, and share theirs."""
    at: Numbers = _unpack(packed, 1, moments)[0]
    at.flags.writeable = False
    return at


def _in_a_row(parts: Sequence[bytes], moments: Numbers) -> Numbers:
    """One column of one series: the bytes are put in their places, and counted up all at once."""
    widest = max(packed[0] for packed in parts)  # byte planes
    ends = np.cumsum(moments)
    begins = (ends - moments).tolist()
    kind: Any = np.uint32 if widest <= 4 else np.uint64
    folded = np.zeros((int(ends[-1]) if widest else 0, kind().itemsize), np.uint8)
    first, absent = np.empty(len(parts), np.int64), []
    for place, (packed, begin, number) in enumerate(
        zip(parts, begins, moments.tolist(), strict=True)
    ):
        first[place], gone = _put_planes(packed, folded[begin : begin + number], number)
        if gone is not None:
            absent.append(begin + gone)
    column = _counted_up(folded, kind, first, moments, begins) if widest else first.repeat(moments)
    if absent:
        column[np.concatenate(absent)] = MISSING
    return column


def _put_planes(packed: bytes, folded: Planes, number: int) -> tuple[int, Planes | None]:
    """Put a chunk's bytes into its rows; gives its first number, and where nothing is known."""
    used, plain, holes = _HEAD.unpack_from(packed)
    if not used and not holes:
        return _constant(packed), None
    rest = zlib.decompress(memoryview(packed)[_HEAD.size + plain * number :])
    edge = -(-number // 8) if holes else 0
    heavy = edge + _WORD
    for plane in range(plain):
        folded[:, plane] = np.frombuffer(packed, np.uint8, number, _HEAD.size + plane * number)
    for plane in range(plain, used):
        folded[:, plane] = np.frombuffer(rest, np.uint8, number, heavy + (plane - plain) * number)
    first: int = _FIRST.unpack_from(rest, edge)[0]
    if not holes:
        return first, None
    present = np.unpackbits(np.frombuffer(rest, np.uint8, edge), count=number)
    return first, np.flatnonzero(present == 0)


@lru_cache(maxsize=512)
def _constant(packed: bytes) -> int:
    """The one number of a chunk in which nothing changes: a state, a counter of errors."""
    first: int = _FIRST.unpack(zlib.decompress(packed[_HEAD.size :]))[0]
    return first


def _counted_up(
    folded: Planes, kind: Any, first: Numbers, moments: Numbers, begins: list[int]
) -> Numbers:
    """Each chunk from its own first number on; modulo 2**64, as it was packed."""
    whole = folded.view(kind)[:, 0]
    sign = whole & kind(1)
    np.negative(sign, out=sign)  # all bits of a fall
    whole >>= kind(1)
    whole ^= sign
    signed = whole.view(np.int32 if kind is np.uint32 else np.int64)
    column: Numbers = np.cumsum(signed, dtype=np.int64)
    column += np.repeat(first - column[begins], moments)
    return column


def bits(column: NDArray[Any]) -> Numbers:
    """Real numbers by their bits."""
    return column.view(np.int64)


def _pack(column: Numbers) -> bytes:
    column = np.ascontiguousarray(column)
    present = column != MISSING
    whole = bool(present.all())
    if not whole:
        column = _filled(column, present)
    first = column[:, 0].astype("<i8").tobytes()
    changes = np.diff(column, axis=1, prepend=column[:, :1])
    folded = ((changes << 1) ^ (changes >> 63)).astype("<i8")  # small, negative ones too
    planes: NDArray[np.uint8] = np.ascontiguousarray(folded.view(np.uint8).reshape(-1, _WORD).T)
    heaviest = np.flatnonzero(planes.max(axis=1, initial=0))
    used = int(heaviest[-1]) + 1 if len(heaviest) else 0
    each = [planes[place].tobytes() for place in range(used)]
    # What is noise are the planes of least weight: a counter's lowest bytes.
    noise = [len(zlib.compress(plane, 1)) > _NOISE * len(plane) for plane in each]
    plain = next((place for place, is_noise in enumerate(noise) if not is_noise), used)
    bitmap = b"" if whole else np.packbits(present).tobytes()
    packed = zlib.compress(bitmap + first + b"".join(each[plain:]), _LEVEL)
    return _HEAD.pack(used, plain, not whole) + b"".join(each[:plain]) + packed


def _unpack(data: bytes, series: int, moments: int) -> Numbers:
    used, plain, holes = _HEAD.unpack_from(data)
    size = series * moments
    rest = zlib.decompress(data[_HEAD.size + plain * size :])
    edge = -(-size // 8) if holes else 0
    heavy = edge + series * _WORD
    kind: Any = (
        np.uint32 if used <= 4 else np.uint64
    )  # half the bytes to move for nearly every counter
    folded: NDArray[Any] = np.zeros(size, dtype=kind)
    for place in range(used):
        source, start = (
            (data, _HEAD.size + place * size)
            if place < plain
            else (rest, heavy + (place - plain) * size)
        )
        plane = np.frombuffer(source, np.uint8, size, start).astype(kind)
        folded |= plane << kind(8 * place) if place else plane
    changes = (folded >> kind(1)) ^ (kind(0) - (folded & kind(1)))
    signed = changes.view(np.int32 if kind is np.uint32 else np.int64).reshape(series, moments)
    column = np.cumsum(signed, axis=1, dtype=np.int64)
    column += np.frombuffer(rest, "<i8", series, edge)[:, None]
    if holes:
        present = np.unpackbits(np.frombuffer(rest, np.uint8, edge), count=size)
        column[present.reshape(series, moments) == 0] = MISSING
    return column


def _filled(column: Numbers, present: NDArray[np.bool_]) -> Numbers:
    """What is missing as what was last there, so that nothing seems to change; else 0."""
    places = np.where(present, np.arange(column.shape[1]), 0)
    np.maximum.accumulate(places, axis=1, out=places)
    filled = np.take_along_axis(column, places, axis=1)
    filled[filled == MISSING] = 0
    return filled
