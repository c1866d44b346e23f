"""The words that stand for secrets in a redacted text, made by HMAC-SHA256. Pure.

`<netwb:secret:` + 16 hex digits + `>`; all 64 digits where the short form is taken by another
secret of the tenant. Nothing else in a redacted text begins with `<netwb:`.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Set as AbstractSet

from netwb.configs.obfuscation import decoded
from netwb.configs.records import Secret

RESERVED = b"<netwb:"
TOKEN = re.compile(rb"<netwb:secret:[0-9a-f]{16}(?:[0-9a-f]{48})?>")
SHORT = 16  # hex digits: 64 bits, unique among a tenant's secrets but for a rare conflict


class Tokens:
    """Gives each secret of one text its token, and remembers what each stands for."""

    __slots__ = ("_by_value", "_digits", "_keyed", "_longer", "secrets")

    def __init__(self, key: bytes, longer: AbstractSet[str], *, digits: int = SHORT) -> None:
        self._keyed = hmac.new(key, digestmod="sha256")
        self._longer = longer
        self._digits = digits
        self._by_value: dict[bytes, str] = {}
        self.secrets: dict[str, Secret] = {}

    def token(self, value: bytes, rule: str, encoding: bytes) -> str:
        """The token of `value`; the first rule that meets a value gives it its name."""
        known = self._by_value.get(value)
        if known is None:
            known = self._by_value[value] = self._new(value, rule, encoding)
        return known

    def _new(self, value: bytes, rule: str, encoding: bytes) -> str:
        full = self._hmac(value)
        token = f"<netwb:secret:{full[: self._digits]}>"
        if full in self._longer or token in self.secrets:
            token = f"<netwb:secret:{full}>"
        self.secrets[token] = Secret(
            token=token,
            full=full,
            value=value,
            fingerprint=self._fingerprint(value, encoding, full),
            rule=rule,
        )
        return token

    def _fingerprint(self, value: bytes, encoding: bytes, full: str) -> str:
        """Digits that are equal for equal decoded values; a token never shows them."""
        plain = decoded(value, encoding)
        return (full if plain == value else self._hmac(plain))[-SHORT:]

    def _hmac(self, value: bytes) -> str:
        keyed = self._keyed.copy()  # the key is worked in once: a third faster for each value
        keyed.update(value)
        return keyed.hexdigest()
