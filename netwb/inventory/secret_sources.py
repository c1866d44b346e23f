"""Where a credential's secrets come from: `env:NAME`, `file:PATH` or a person's answer.

Never an argument itself: arguments stand in the process table and in shells' history. No message
here holds a secret, nor the text that was given in place of a source, for it may be one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from netwb.errors import InventoryError
from netwb.inventory.records import SecretKind, SecretSource

LONGEST_SECRET = 65536  # bytes; the longest private keys are far below
WORDS: Mapping[SecretKind, str] = {
    "password": "password",
    "private_key": "private key",
    "passphrase": "passphrase",
    "enable": "enable password",
    "snmp_community": "SNMP community",
    "snmp_auth": "SNMP authentication password",
    "snmp_priv": "SNMP privacy password",
    "token": "token",
    "url": "URL",
    "store_url": "URL of the database",
}


class Secrets:
    """Reads sources; `environment` is the process's own, handed in."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def read(self, kind: SecretKind, source: SecretSource) -> str:
        """The secret that a source gives now; InventoryError with the cure."""
        if source.answer is not None:
            return _whole(kind, source.answer, "the prompt")
        return self.resolve(kind, source.origin)

    def resolve(self, kind: SecretKind, reference: str) -> str:
        """The secret behind `env:NAME` or `file:PATH`."""
        scheme, _, place = check_reference(kind, reference).partition(":")
        text = self._variable(kind, place) if scheme == "env" else _file(kind, place)
        return _whole(kind, text, reference)

    def _variable(self, kind: SecretKind, name: str) -> str:
        if name not in self._environment:
            msg = (
                f"{WORDS[kind]}: environment variable {name} is not set; export it, then try again"
            )
            raise InventoryError(msg)
        return self._environment[name]


def check_reference(kind: SecretKind, reference: str) -> str:
    """`env:NAME` or `file:PATH`; anything else may be the secret itself and is not shown."""
    if not re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*|file:[^\x00-\x1f]+", reference):
        msg = (
            f"{WORDS[kind]} is never taken from an argument; "
            "give env:NAME, file:PATH or prompt (and change it, if this was the secret)"
        )
        raise InventoryError(msg)
    return reference


def lasting(reference: str) -> str:
    """The reference as it is stored: a run from another folder has to find the same file."""
    scheme, _, place = reference.partition(":")
    return reference if scheme == "env" else f"file:{Path(place).expanduser().absolute()}"


def _file(kind: SecretKind, place: str) -> str:
    path = Path(place).expanduser()
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_SECRET + 1)
        return content.decode()
    except OSError as error:
        msg = f"{WORDS[kind]}: file {path} cannot be read: {error.strerror}; check path and owner"
        raise InventoryError(msg) from error
    except UnicodeDecodeError:
        msg = f"{WORDS[kind]}: file {path} is no text; give the secret as UTF-8 or ASCII"
        raise InventoryError(msg) from None  # the cause would show the content


def _whole(kind: SecretKind, text: str, origin: str) -> str:
    """The secret without the line end that editors and `echo` add; a key keeps its lines."""
    secret = text.replace("\r\n", "\n").rstrip("\n")
    lines = 1 if kind != "private_key" else LONGEST_SECRET
    if not secret.strip() or "\x00" in secret or secret.count("\n") >= lines:
        msg = (
            f"{WORDS[kind]} from {origin} is empty, or is not the one line that it should be; let it"
            " hold the secret alone"
        )
        raise InventoryError(msg)
    if len(secret.encode()) > LONGEST_SECRET:
        msg = f"{WORDS[kind]} from {origin} is longer than {LONGEST_SECRET} bytes; is it the right one?"
        raise InventoryError(msg)
    return _key(secret, origin) if kind == "private_key" else secret


def _key(text: str, origin: str) -> str:
    """A private key's text; a path or a password in its place is seen before a login fails."""
    if not text.startswith("-----BEGIN ") or "PRIVATE KEY-----" not in text:
        msg = f"private key from {origin} is no private key; give an OpenSSH or PEM file"
        raise InventoryError(msg)
    return text + "\n"
