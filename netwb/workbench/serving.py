"""What a server process asks of its home on the facade: settings and its own keys.

Only the login that runs the process may: settings may hold a database's password.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from netwb.loading import load_ours
from netwb.settings import Settings
from netwb.workbench.face import Face

STOOD_ON = tuple(
    f"netwb.{name}."
    for name in (
        *("access", "archive", "collect", "configs", "health", "inventory", "notify"),
        *("platforms", "schedules", "store", "telegraf", "workbench"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerKeys:
    """The same in every process on the home, so that a page survives a restart of its server."""

    cookie: bytes = field(repr=False)
    pages: bytes = field(repr=False)  # signs what a page shows when it opens its websocket


class ServingFace(Face):
    """`settings`, `server_keys`, `make_ready`."""

    @property
    def settings(self) -> Settings:
        """Settings in force."""
        self._require_local("the settings")
        return self._parts.settings

    def server_keys(self) -> ServerKeys:
        """Keys of this home's server processes."""
        self._require_local("the server's keys")
        keyring = self._parts.keyring
        return ServerKeys(cookie=keyring.key("cookie"), pages=keyring.key("pages"))

    def make_ready(self) -> None:
        """Load and make now what methods would at their first call: a server's loop may not wait."""
        load_ours(*STOOD_ON)
        self._parts.make_all()
