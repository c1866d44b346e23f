"""Debian's snmpd for one test session: on a loopback port, with users of every SNMPv3 protocol.

Its configuration, its state and the users' keys lie in a folder of its own and go with it.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = shutil.which("snmpd", path="/usr/sbin:/usr/bin:/sbin:/bin")
COMMUNITY = "lab-community"
NARROW = "lab-narrow"  # the community that is shown the group `system` alone
KEY = "Lab-Passphrase-1"  # of every user, for authentication and for privacy
_READY = b"NET-SNMP version"
_AUTH = {
    "md5": "MD5",
    "sha": "SHA",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
}
_PRIV = {
    "des": "DES",
    "aes": "AES",
    "aes192": "AES-192",
    "aes256": "AES-256",
    "aes192c": "AES-192-C",
    "aes256c": "AES-256-C",
}
PROTOCOLS = (
    *((auth, priv) for auth in _AUTH for priv in ("aes", "aes256", "aes256c")),
    *(("sha", priv) for priv in _PRIV if priv not in {"aes", "aes256", "aes256c"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snmpd:
    """A running agent."""

    port: int


def user(auth: str | None, priv: str | None) -> str:
    """Name of the user with these protocols."""
    return "-".join(("user", auth or "open", priv or "open"))


def _config(port: int) -> str:
    users = [f'createUser {user(a, p)} {_AUTH[a]} "{KEY}" {_PRIV[p]} "{KEY}"' for a, p in PROTOCOLS]
    rights = [f"rouser {user(a, p)} priv" for a, p in PROTOCOLS]
    return "\n".join(
        (
            f"agentaddress udp:127.0.0.1:{port}",
            "dontLogTCPWrappersConnects yes",  # nobody reads what it says, and a full pipe stops it
            f"rocommunity {COMMUNITY} 127.0.0.1",
            "view sys included .1.3.6.1.2.1.1",
            f"rocommunity {NARROW} 127.0.0.1 -V sys",
            f'createUser {user("sha256", None)} SHA-256 "{KEY}"',
            f"rouser {user('sha256', None)} auth",
            f"createUser {user(None, None)}",
            f"rouser {user(None, None)} noauth",
            *users,
            *rights,
            "",
        )
    )


@contextmanager
def running_snmpd(program: str) -> Iterator[Snmpd]:
    """Start it on a free port; it has ended when the context does."""
    with (
        tempfile.TemporaryDirectory(prefix="netwb-snmpd-") as name,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free,
    ):
        folder = Path(name)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        (folder / "snmpd.conf").write_text(_config(port))
        own = ["-c", str(folder / "snmpd.conf"), "-p", str(folder / "pid")]
        command = [program, "-f", "-Le", "-C", *own]
        environment = {"SNMP_PERSISTENT_DIR": name, "SNMPCONFPATH": name, "MIBS": ""}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
            try:
                _wait_until_ready(process)
                yield Snmpd(port=port)
            finally:
                process.kill()


def _wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    """It says its version once it listens."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if line.startswith(_READY):
            return
    msg = f"snmpd ended: {b''.join(said).decode(errors='replace')}"
    raise AssertionError(msg)
