"""Marks on the facade: where somebody left a list, sealed, so that a reader can hand it back.

A mark opens only for the same list and the same person, and only as it was given. Which of a person's
tokens holds it is no matter: it opens no right, and one that takes over goes on.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

from netwb.errors import InputError
from netwb.workbench.face import Face

PURPOSE = "cursor"  # of the key
_MAC_BYTES = 16  # a mark says where to read on, and opens nothing


class MarksFace(Face):
    """`mark`, `read_mark`."""

    def mark(self, place: str, state: Sequence[Any]) -> str:
        """`state` (JSON values), bound to a list and to who acts here."""
        content = json.dumps(list(state), separators=(",", ":")).encode()
        return _text(self._mark_mac(place, content) + content)

    def read_mark(self, place: str, mark: str) -> list[Any]:
        """What `mark` was given. Raises InputError for any other text."""
        try:
            raw = urlsafe_b64decode(mark.encode("ascii") + b"=" * (-len(mark) % 4))
        except ValueError:
            raw = b""
        mac, content = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        # The text too: base64 leaves letters out that it does not know, and ends in bits of no meaning.
        sealed = hmac.compare_digest(mac, self._mark_mac(place, content))
        if not sealed or _text(raw) != mark:
            msg = "this mark is not one of this list and this person; begin the list again"
            raise InputError(msg)
        found: list[Any] = json.loads(content)
        return found

    def _mark_mac(self, place: str, content: bytes) -> bytes:
        bound = json.dumps([self._actor.owner, place]).encode() + b"\0" + content
        return hmac.digest(self._parts.keyring.key(PURPOSE), bound, "sha256")[:_MAC_BYTES]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
