"""Undo the reversible ways in which devices write secrets, to tell what is shared or changed.

The decoded value is never stored: only its keyed fingerprint is. Type 7 is the published Vigenere
of Cisco IOS: two decimal digits of offset, then hex pairs XORed with a fixed text.
"""

from __future__ import annotations

import hmac
import re

_TYPE7 = re.compile(rb"\d\d(?:[0-9A-Fa-f]{2})+")
_TYPE7_KEY = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_ONE_WAY = {b"4", b"5", b"8", b"9", b"sha512", b"hash"}


def decode_type7(value: bytes) -> bytes | None:
    """What a type 7 string says; None when it is none.

    >>> decode_type7(b"0822455D0A16")
    b'cisco'
    """
    if not _TYPE7.fullmatch(value):
        return None
    offset = int(value[:2])
    hidden = bytes.fromhex(value[2:].decode())
    return bytes(
        byte ^ _TYPE7_KEY[(offset + place) % len(_TYPE7_KEY)] for place, byte in enumerate(hidden)
    )


def decoded(value: bytes, encoding: bytes) -> bytes:
    """The value behind `encoding` ("7", "plain", ...); itself where it cannot be decoded.

    Some platforms print 7 before a cipher of their own (EOS, NX-OS); that stays as it is.
    """
    if encoding in (b"7", b"type7"):
        return decode_type7(value) or value
    return value


def fingerprint(key: bytes, value: bytes, encoding: bytes) -> str:
    """16 hex digits that are equal for equal decoded values under one key.

    A one-way hash and a plain text never meet, even when their bytes are the same.
    """
    kind = b"hash" if encoding in _ONE_WAY else b"value"
    message = b"fingerprint\0" + kind + b"\0" + decoded(value, encoding)
    return hmac.digest(key, message, "sha256").hex()[:16]
