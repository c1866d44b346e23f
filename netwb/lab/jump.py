"""A jump host of the lab: it forwards to the fleet's own devices, and to nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

import asyncssh

from netwb.lab.device import LabJump
from netwb.lab.tally import Tally


class JumpServer(asyncssh.SSHServer):
    """One connection to a jump host.

    inside      where each destination really is: by the device's address, and by its key, which
                is a name that only the jump host can resolve
    """

    def __init__(
        self, jump: LabJump, inside: Mapping[tuple[str, int], tuple[str, int]], tally: Tally
    ) -> None:
        self._jump = jump
        self._inside = inside
        self._tally = tally
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Count the connection."""
        self._connection = conn
        self._tally.opened(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        del exc
        if self._connection is not None:
            self._tally.closed(self._connection)

    def password_auth_supported(self) -> bool:
        """Ask for a password."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Let the one account in."""
        right = username == self._jump.username and password == self._jump.password
        self._tally.judged(right=right)
        return right

    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> Awaitable[asyncssh.SSHTCPSession[bytes]]:
        """Forward to a device of the fleet; refuse everything else."""
        del orig_host, orig_port
        place = self._inside.get((dest_host, dest_port))
        if place is None or self._connection is None:
            raise asyncssh.ChannelOpenError(
                asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "not a device of this lab"
            )
        self._tally.commands.append(f"forward {dest_host}:{dest_port}")
        # asyncssh documents exactly this use; its types call a forwarder no session
        forwarder: Awaitable[Any] = self._connection.forward_connection(*place)
        return forwarder
