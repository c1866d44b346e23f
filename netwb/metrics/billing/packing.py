"""Windows of a frozen bill as few bytes, and back. Pure.

The bytes of equal weight stand together, so that the high ones, nearly all alike, cost next to
nothing (zlib, RFC 1950). A head says the form, how many ports and windows there are, and where they
begin.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from netwb.errors import StoreError
from netwb.metrics.samples import Whole
from netwb.metrics.series.percentiles import WINDOW_S
from netwb.metrics.series.windows import Volumes

_HEAD = struct.Struct("<4sIIq")  # form, ports, windows, since
_FORM = b"nwb1"
_LEVEL = 1  # higher ones take three times as long for a twentieth of the size
_BYTES = 8


def pack(volumes: Volumes) -> bytes:
    """What `unpack` gives back."""
    ports, windows = volumes.received.shape
    since = int(volumes.begin[0]) if windows else 0
    both = np.concatenate((volumes.received.ravel(), volumes.sent.ravel())).astype("<i8")
    turned = both.view(np.uint8).reshape(-1, _BYTES).T.tobytes()
    return _HEAD.pack(_FORM, ports, windows, since) + zlib.compress(turned, _LEVEL)


def unpack(packed: bytes) -> Volumes:
    """Raises StoreError where the bytes are none of these."""
    try:
        form, ports, windows, since = _HEAD.unpack_from(packed)
        turned = np.frombuffer(zlib.decompress(packed[_HEAD.size :]), np.uint8)
        both: Whole = turned.reshape(_BYTES, -1).T.copy().view("<i8").astype(np.int64)
        received, sent = both.reshape(2, ports, windows)
    except (struct.error, zlib.error, ValueError) as error:
        raise _damaged() from error
    if form != _FORM:
        raise _damaged()
    begin = since + WINDOW_S * np.arange(windows, dtype=np.int64)
    return Volumes(begin=begin, received=received, sent=sent)


def _damaged() -> StoreError:
    return StoreError(
        "the windows of a frozen bill are damaged in the database; restore it from a backup"
    )
