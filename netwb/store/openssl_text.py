"""Encrypt for somebody who has no netwb: what `openssl enc` of any machine decrypts by a passphrase.

Salted__, 8 bytes of salt, AES-256-CBC; key and IV by PBKDF2-HMAC-SHA-256. It is not authenticated,
as that command knows no such mode: it goes to people, and netwb itself never reads it.
Source: openssl-enc(1); OWASP's number of rounds for this function.
"""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7

ROUNDS = 600_000
COMMAND = f"openssl enc -d -aes-256-cbc -md sha256 -pbkdf2 -iter {ROUNDS}"
_KEY, _IV, _BITS = 32, 16, 128


def encrypt(passphrase: str, plain: bytes) -> bytes:
    """What COMMAND decrypts; a second call gives other bytes."""
    salt = secrets.token_bytes(8)
    derived = PBKDF2HMAC(SHA256(), _KEY + _IV, salt, ROUNDS).derive(passphrase.encode())
    padder = PKCS7(_BITS).padder()
    cipher = Cipher(AES(derived[:_KEY]), CBC(derived[_KEY:])).encryptor()
    text = cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize()
    return b"Salted__" + salt + text
