"""Authenticated encryption of one value: AES-256-GCM. Pure, but for the random nonce.

Sealed bytes: version (1 byte), nonce (12), cipher text with its tag (16). The context is
authenticated with the value, so that a sealed value that was moved elsewhere does not open.
Source: NIST SP 800-38D; random nonces are good for 2**32 values under one key.
"""

from __future__ import annotations

import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12


def seal(key: bytes, context: bytes, plain: bytes) -> bytes:
    """Encrypt; a second call gives other bytes."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + _cipher(key).encrypt(nonce, plain, context)


def unseal(key: bytes, context: bytes, sealed: bytes) -> bytes | None:
    """Decrypt; None when the key or the context is another one, or a byte was changed."""
    if not sealed.startswith(_VERSION):
        return None
    nonce, text = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return _cipher(key).decrypt(nonce, text, context)
    except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce and a tag
        return None


@lru_cache(maxsize=64)
def _cipher(key: bytes) -> AESGCM:
    """Made ready once a key: a fourth of what sealing a short secret takes."""
    return AESGCM(key)


def context_bytes(*parts: str) -> bytes:
    """Parts joined so that no two lists of parts give the same bytes."""
    return b"".join(len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts))
