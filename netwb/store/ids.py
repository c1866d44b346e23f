"""Opaque identifiers: random, stable, never reused, safe in a file name and in a URL."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to misread
LENGTH = 16  # 80 random bits: a collision is expected after 2**40 ids


def new_id() -> str:
    """Sixteen lower-case letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
