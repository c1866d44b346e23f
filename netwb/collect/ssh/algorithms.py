"""Which algorithms are offered to a device, best first.

Old gear is reached on purpose: a router that knows only SHA-1 key exchange still needs its backup,
and a client library that dropped it reports a timeout instead of the cause. `Target.legacy` says
whether the second lists are offered; they always come last, so that no modern device falls to them.
"""

from __future__ import annotations

from collections.abc import Mapping

_KEX = (
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group-exchange-sha256",
)
_LEGACY_KEX = (
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group1-sha1",
)
_HOST_KEYS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-256",
    "rsa-sha2-512",
)
_LEGACY_HOST_KEYS = ("ssh-rsa", "ssh-dss")
_CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
    "chacha20-poly1305@openssh.com",
)
_LEGACY_CIPHERS = ("aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc")
_MACS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
    "hmac-sha1",
)
_LEGACY_MACS = ("hmac-sha1-96", "hmac-md5")

Algorithms = Mapping[str, tuple[str, ...]]


def offered(*, legacy: bool, trusted_key: str | None) -> Algorithms:
    """Keyword arguments of a connection.

    trusted_key   OpenSSH public key line; its kind is asked for first, so that a device that gained
                  a second host key still shows the one that is trusted
    """
    return {
        "kex_algs": _KEX + (_LEGACY_KEX if legacy else ()),
        "server_host_key_algs": _host_keys(legacy=legacy, trusted_key=trusted_key),
        "encryption_algs": _CIPHERS + (_LEGACY_CIPHERS if legacy else ()),
        "mac_algs": _MACS + (_LEGACY_MACS if legacy else ()),
        "compression_algs": ("none",),
    }


def _host_keys(*, legacy: bool, trusted_key: str | None) -> tuple[str, ...]:
    allowed = _HOST_KEYS + (_LEGACY_HOST_KEYS if legacy else ())
    kind = trusted_key.split()[0] if trusted_key else ""
    wanted = {"rsa-sha2-256", "rsa-sha2-512", "ssh-rsa"} if kind == "ssh-rsa" else {kind}
    first = tuple(name for name in allowed if name in wanted)
    return first + tuple(name for name in allowed if name not in wanted)
