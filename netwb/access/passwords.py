"""Passwords: argon2id hashes. Which passwords are taken: `access.password_rule`.

A name that nobody has is checked against a hash too, so that the time of the answer does not tell
who exists. Source: RFC 9106 (argon2-cffi's low-memory profile: 64 MiB, some 50 ms on a server).
"""

from __future__ import annotations

import base64
import secrets
import threading
import unicodedata
from dataclasses import dataclass
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from netwb.access.password_rule import MOST

AT_ONCE = 2  # hashes; each takes 64 MiB and all of a core


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the password is right; `renewed` is its hash by the parameters of today."""

    word: Literal["right", "wrong"]
    renewed: str | None = None


class Passwords:
    """Makes and checks hashes, a few at once."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._gate = threading.Semaphore(AT_ONCE)
        self._nobody = self._of_nobody()

    def hash(self, password: str) -> str:
        """An encoded hash with parameters and salt in it."""
        with self._gate:
            return self._hasher.hash(_normal(password))

    def check(self, encoded: str | None, password: str) -> Verdict:
        """Compare; without a hash it takes as long, and is wrong."""
        given = _normal(password[:MOST])
        try:
            with self._gate:
                self._hasher.verify(encoded or self._nobody, given)
        except (VerificationError, InvalidHashError):
            return Verdict("wrong")
        if encoded is None or len(password) > MOST:
            return Verdict("wrong")
        stale = self._hasher.check_needs_rehash(encoded)
        return Verdict("right", self.hash(password) if stale else None)

    def _of_nobody(self) -> str:
        """A hash that no password gives, by the same parameters; made without hashing."""
        one = self._hasher
        salt, digest = (_base64(secrets.token_bytes(n)) for n in (one.salt_len, one.hash_len))
        costs = f"m={one.memory_cost},t={one.time_cost},p={one.parallelism}"
        return f"$argon2id$v=19${costs}${salt}${digest}"


def _normal(password: str) -> bytes:
    """One form for what looks the same: keyboards differ in how they compose letters."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).rstrip(b"=").decode()
