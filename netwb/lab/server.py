"""The SSH side of simulated devices: what is offered, and who is let in. One event loop for all.

The cost of a login is what the handshake costs (facts-tools section 10): devices that differ only
in their host key share everything else, and the cheapest strong algorithms are offered. asyncssh's
empty packet before each packet is left out: no router sends one, and it was 12 of 31 of a login. Nor
are packets logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncssh

from netwb.lab.device import Algorithms, Authentication
from netwb.lab.terminal import Played, TerminalSession

_IGNORE = 2  # SSH_MSG_IGNORE, RFC 4253 section 11.2
_MODERN = {
    # the first of each is the cheapest; the others are for Paramiko, which lacks those names
    "kex_algs": ["curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256"],
    "encryption_algs": ["aes128-gcm@openssh.com", "aes128-ctr"],
    "mac_algs": ["hmac-sha2-256"],
    "signature_algs": ["ssh-ed25519"],
}
_OLD = {
    "kex_algs": ["diffie-hellman-group14-sha1"],
    "encryption_algs": ["aes128-cbc", "3des-cbc"],
    "mac_algs": ["hmac-sha1"],
    "signature_algs": ["ssh-rsa"],
}


def options(
    host_key: asyncssh.SSHKey,
    *,
    authentication: Authentication,
    algorithms: Algorithms,
    version: str,
) -> asyncssh.SSHServerConnectionOptions:
    """Give the options of one host, with everything off that a router has not."""
    return asyncssh.SSHServerConnectionOptions(
        server_host_keys=[host_key],
        server_version=version,
        password_auth=authentication == "password",
        kbdint_auth=authentication == "keyboard-interactive",
        public_key_auth=authentication == "publickey",
        host_based_auth=False,
        gss_host=None,
        compression_algs=["none"],
        agent_forwarding=False,
        x11_forwarding=False,
        allow_scp=False,
        line_editor=False,
        encoding=None,
        login_timeout=0,
        **(_OLD if algorithms == "old" else _MODERN),
    )


class DeviceServer(asyncssh.SSHServer):
    """One connection to one device."""

    def __init__(self, played: Played) -> None:
        self._played = played
        self._fault = played.fault  # of this connection: a later one does not reach back
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remember the connection, so that the fleet can end it."""
        self._connection = conn
        _speak_as_routers_do(conn)
        self._played.tally.opened(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        del exc
        if self._connection is not None:
            self._played.tally.closed(self._connection)

    def begin_auth(self, username: str) -> bool:
        """Ask everybody to prove who they are."""
        del username
        return True

    def password_auth_supported(self) -> bool:
        """Say whether the device asks for a password."""
        return self._played.device.authentication == "password"

    def kbdint_auth_supported(self) -> bool:
        """Say whether the device asks questions."""
        return self._played.device.authentication == "keyboard-interactive"

    def public_key_auth_supported(self) -> bool:
        """Say whether the device wants a key."""
        return self._played.device.authentication == "publickey"

    def validate_password(self, username: str, password: str) -> bool:
        """Let the one account in."""
        played = self._played
        right = username == played.device.username and password == played.password
        return self._judged(right=right)

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        """Ask as RADIUS and TACACS+ behind a router do."""
        del username, lang, submethods
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        """Let the one account in."""
        return self.validate_password(username, responses[0] if responses else "")

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Let the one account in, by the key of its record."""
        device = self._played.device
        known = asyncssh.import_public_key(device.public_key) if device.public_key else None
        return self._judged(right=username == device.username and key == known)

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        """Open a terminal."""
        return TerminalSession(self._played, self._fault)

    def _judged(self, *, right: bool) -> bool:
        let_in = right and self._fault != "login_refused"
        self._played.tally.judged(right=let_in)
        return let_in


def _speak_as_routers_do(connection: Any) -> None:
    send = connection.send_packet

    def send_packet(pkttype: int, *args: bytes, handler: Any = None) -> None:
        del handler  # whose log it would be
        if pkttype != _IGNORE:
            send(pkttype, *args)

    connection.send_packet = send_packet  # its one door
    connection.log_sent_packet = connection.log_received_packet = _unlogged


def _unlogged(*_packet: Any) -> None:
    """Spare the line: asyncssh words one for each packet before it asks whether anybody reads it."""
