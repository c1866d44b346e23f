"""Cookies of browsers that a person logged in from before: they tell a known device, and open nothing.

Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

import re

from netwb.access.secrets import new_secret, same, token_mac
from netwb.store.keyring import Keyring

_COOKIE = re.compile(r"([A-Za-z0-9_-]{43})\.([0-9a-f]{64})")


class DeviceCookies:
    """Makes and proves them, each for one account."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def make(self, name: str) -> str:
        """A new one for that account."""
        device = new_secret()
        return f"{device}.{self._mac(name, device)}"

    def prove(self, name: str, cookie: str) -> str:
        """Id of the device, where the cookie was made for that account; else empty."""
        found = _COOKIE.fullmatch(cookie)
        if found is None or not same(found[2], self._mac(name, found[1])):
            return ""
        return found[1]

    def _mac(self, name: str, device: str) -> str:
        return token_mac(self._keyring.key("device"), name.casefold(), device)
