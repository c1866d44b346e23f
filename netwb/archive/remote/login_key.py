"""Whether a private key opens without a passphrase, as ssh is to use it with nobody there. Pure.

Source: PROTOCOL.key of OpenSSH (the name of the cipher comes first), RFC 1421 and 5958 for PEM.
"""

from __future__ import annotations

import base64
import binascii
import re

from netwb.errors import InputError

_OPENSSH = re.compile(
    r"-----BEGIN OPENSSH PRIVATE KEY-----(.*?)-----END OPENSSH PRIVATE KEY-----", re.DOTALL
)
_MAGIC = b"openssh-key-v1\0"
_LOCKED_PEM = ("BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED")


def require_unlocked(key: str) -> None:
    """Raise InputError for a key that asks for a passphrase; nothing of it is shown."""
    if _is_locked(key):
        msg = (
            "the private key has a passphrase, which nobody is there to give; give a key of netwb's"
            " own without one: `ssh-keygen -t ed25519 -N '' -f netwb_push`"
        )
        raise InputError(msg)


def _is_locked(key: str) -> bool:
    if any(mark in key for mark in _LOCKED_PEM):
        return True
    found = _OPENSSH.search(key)
    if found is None:
        return False
    try:
        body = base64.b64decode("".join(found[1].split()))
    except binascii.Error:
        return False  # ssh says what is wrong with it
    start = len(_MAGIC) + 4
    length = int.from_bytes(body[len(_MAGIC) : start])
    return body.startswith(_MAGIC) and body[start : start + length] != b"none"
