"""Opaque identifiers: random, stable, never reused, safe in a file name and in a URL."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to misread
_LETTERS = frozenset(ALPHABET)
LENGTH = 16  # 80 random bits: a collision is expected after 2**40 ids


def new_id() -> str:
    """Sixteen lower-case letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def is_id(text: str) -> bool:
    """Whether the text may be one of ours.

    >>> is_id("0123456789abcdef"), is_id("edge1"), is_id("0123456789ABCDEF")
    (True, False, False)
    """
    return len(text) == LENGTH and set(text) <= _LETTERS
