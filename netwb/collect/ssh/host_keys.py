"""Whether the key that a device shows is the one that is trusted: first use trusts, a change stops.

The keys are ours to compare, not a known_hosts file's: they belong to a device id, not to an address
that another device may get tomorrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwb.errors import HostKeyChangedError
from netwb.loading import lazy

if TYPE_CHECKING:
    import asyncssh
else:
    asyncssh = lazy("asyncssh")


def key_line(key: asyncssh.SSHKey) -> str:
    """The key as an OpenSSH public key line without a comment."""
    kind, data = key.export_public_key("openssh").decode().split()[:2]
    return f"{kind} {data}"


def fingerprint(line: str) -> str:
    """`SHA256:...` of an OpenSSH public key line."""
    return str(asyncssh.import_public_key(line).get_fingerprint())


class KnownKey:
    """The trusted key of one device during one connection, and the one that it showed."""

    def __init__(self, trusted: str | None, *, cure: str, device_id: str = "") -> None:
        self._cure = cure  # what a person does when the change is right
        self._device_id = device_id  # empty for a jump host
        self._trusted = " ".join(trusted.split()[:2]) if trusted else None
        self.shown: str | None = None

    def accepts(self, key: asyncssh.SSHKey) -> bool:
        """Whether to go on with this key; the answer comes before any secret is sent."""
        self.shown = key_line(key)
        return self._trusted is None or self.shown == self._trusted

    @property
    def changed(self) -> bool:
        """Whether another key than the trusted one was shown."""
        return None not in (self._trusted, self.shown) and self.shown != self._trusted

    @property
    def new(self) -> bool:
        """Whether a key was shown where none was known."""
        return self._trusted is None and self.shown is not None

    def change_of(self, place: object) -> HostKeyChangedError:
        """The error that names both keys and the way out."""
        trusted, shown = fingerprint(self._trusted or ""), fingerprint(self.shown or "")
        return HostKeyChangedError(
            f"{place}: shows host key {shown}, trusted is {trusted}; no secret was sent to it. If "
            f"its key was renewed on purpose, {self._cure}",
            shown=self.shown or "",
            device_id=self._device_id,
        )


class KeyLookedAt(KnownKey):
    """The same for a connection that is only made to see the key: it never goes on."""

    def accepts(self, key: asyncssh.SSHKey) -> bool:
        """Keep the key, and end the connection."""
        super().accepts(key)
        return False
