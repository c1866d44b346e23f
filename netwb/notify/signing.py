"""Sign what is sent, as Standard Webhooks 1.0 has it: HMAC-SHA-256 over id, time and body. Pure.

During a rotation both keys sign, and a receiver that knows either accepts. A receiver refuses what
is older than five minutes, so each try is signed anew; the id stays.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from datetime import datetime

from netwb.errors import InputError

PREFIX = "whsec_"
KEY_BYTES = 32  # the specification wants 24 to 64
LEAST_BYTES, MOST_BYTES = 24, 64


def key_text(key: bytes) -> str:
    """A key as people and receivers write it: `whsec_` and base64."""
    return PREFIX + b64encode(key).decode()


def parse_key(text: str) -> bytes:
    """The key behind that text; raises InputError, which shows none of it."""
    try:
        key = b64decode(text.removeprefix(PREFIX), validate=True)
    except (Error, ValueError):
        key = b""
    if not LEAST_BYTES <= len(key) <= MOST_BYTES:
        msg = f"the key is not {PREFIX} and {LEAST_BYTES} to {MOST_BYTES} bytes in base64"
        raise InputError(msg)
    return key


def signed_headers(
    message_id: str, at: datetime, body: bytes, keys: Sequence[bytes]
) -> dict[str, str]:
    """The three headers of one try; `keys` newest first."""
    moment = str(int(at.timestamp()))
    marks = (_mark(message_id, moment, body, key) for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(marks),
    }


def find_signer(
    message_id: str, at: datetime, body: bytes, keys: Sequence[bytes], *, marks: str
) -> int | None:
    """The place among `keys` of one that made any of the signatures `marks`; None: none did.

    `marks` is the header as it came. How long it takes tells nothing of a key.
    """
    moment = str(int(at.timestamp()))
    came = [mark.encode("utf-8", "replace") for mark in marks.split()]
    for place, key in enumerate(keys):
        own = _mark(message_id, moment, body, key).encode()
        if any(hmac.compare_digest(own, mark) for mark in came):
            return place
    return None


def _mark(message_id: str, moment: str, body: bytes, key: bytes) -> str:
    content = b".".join((message_id.encode(), moment.encode(), body))
    return f"v1,{b64encode(hmac.digest(key, content, 'sha256')).decode()}"
