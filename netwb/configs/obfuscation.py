"""Undo the reversible ways in which devices write secrets, to tell what is shared or changed.

The decoded value is never stored, only its keyed fingerprint (`tokens`). Type 7 is the published Vigenere
of Cisco IOS: two decimal digits of offset, then hex pairs XORed with a fixed text.
"""

from __future__ import annotations

import re

_TYPE7 = re.compile(rb"\d\d(?:[0-9A-Fa-f]{2})+")
_TYPE7_KEY = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"


def decode_type7(value: bytes) -> bytes | None:
    """What a type 7 string says; None when it is none.

    >>> decode_type7(b"0822455D0A16")
    b'cisco'
    """
    if not _TYPE7.fullmatch(value):
        return None
    hidden = bytes.fromhex(value[2:].decode())
    start = int(value[:2]) % len(_TYPE7_KEY)
    key = (_TYPE7_KEY * (2 + len(hidden) // len(_TYPE7_KEY)))[start : start + len(hidden)]
    plain = int.from_bytes(hidden, "big") ^ int.from_bytes(key, "big")
    return plain.to_bytes(len(hidden), "big")


def decoded(value: bytes, encoding: bytes) -> bytes:
    """The value behind `encoding` ("7", "plain", ...); itself where it cannot be decoded.

    Some platforms print 7 before a cipher of their own (EOS, NX-OS); that stays as it is.
    """
    if encoding in (b"7", b"type7"):
        return decode_type7(value) or value
    return value
