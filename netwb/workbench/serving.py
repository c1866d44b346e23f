"""What a server process asks of its home on the facade: settings, its own keys, a held login step.

Only the login that runs the process may: settings may hold a database's password.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import timedelta

from netwb.roles import require_local
from netwb.settings import Settings
from netwb.store.sealing import context_bytes, seal, unseal
from netwb.workbench.face import Face

STEP_LASTS = timedelta(minutes=5)  # between the password and the one-time code
_STEP = context_bytes("login step")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerKeys:
    """The same in every process on the home, so that a page survives a restart of its server."""

    cookie: bytes = field(repr=False)
    pages: bytes = field(repr=False)  # signs what a page shows when it opens its websocket


class ServingFace(Face):
    """`settings`, `server_keys`, `hold_step`, `held_step`."""

    @property
    def settings(self) -> Settings:
        """Settings in force."""
        require_local(self._actor, "the settings")
        return self._parts.settings

    def server_keys(self) -> ServerKeys:
        """Keys of this home's server processes."""
        require_local(self._actor, "the server's keys")
        keyring = self._parts.keyring
        return ServerKeys(cookie=keyring.key("cookie"), pages=keyring.key("pages"))

    def hold_step(self, name: str, password: str) -> str:
        """Sealed text that stands for both for five minutes, in whichever process it comes back."""
        require_local(self._actor, "the server's keys")
        until = (self._parts.clock() + STEP_LASTS).timestamp()
        plain = json.dumps([name, password, until]).encode()
        sealed = seal(self._parts.keyring.key("cookie"), _STEP, plain)
        return base64.urlsafe_b64encode(sealed).decode()

    def held_step(self, text: str) -> tuple[str, str] | None:
        """Name and password that `hold_step` sealed; None where that was edited or is too old."""
        require_local(self._actor, "the server's keys")
        try:
            sealed = base64.urlsafe_b64decode(text.encode())
        except ValueError:
            return None
        plain = unseal(self._parts.keyring.key("cookie"), _STEP, sealed)
        if plain is None:
            return None
        name, password, until = json.loads(plain)
        return (name, password) if self._parts.clock().timestamp() < until else None
