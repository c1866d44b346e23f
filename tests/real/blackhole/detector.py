"""A detector that signs as it likes: of now or of another time, by a right or a wrong key, again.

Source: Standard Webhooks 1.0. One detector is one connection, and one thread's.
"""

from __future__ import annotations

import http.client
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import digest
from typing import Any
from uuid import uuid4

from tests.real.namespaces import Namespaces

PLACE = "/api/v1/fastnetmon/events"
_WAIT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What netwb answered, and after how long."""

    status: int
    said: Mapping[str, Any]
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One event, ready to be sent any number of times."""

    id: str
    body: bytes


def message(
    action: str, address: str, *, observed_at: datetime | None = None, padding: int = 0
) -> Message:
    """Of a flood to an address, seen just now unless told otherwise; `padding` bytes of report."""
    seen_at = observed_at or datetime.now(UTC)
    body = {
        "ip": address,
        "action": action,
        "alert_scope": "host",
        "attack_details": {
            "attack_direction": "incoming",
            "attack_detection_source": "automatic",
            "initial_attack_power": 20000,
        },
        "observed_at": seen_at.isoformat().replace("+00:00", "Z"),
        "report": "x" * padding,
    }
    return Message(id=f"msg_{uuid4().hex}", body=json.dumps(body).encode())


class Detector:
    """Posts from a node of the lab."""

    def __init__(self, node: Namespaces, where: tuple[str, int], *, sender: str, key: str) -> None:
        self._node = node
        self._line = http.client.HTTPConnection(*where, timeout=_WAIT_S)
        self._sender = sender
        self._key = b64decode(key.removeprefix("whsec_"))

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def say(self, action: str, address: str) -> Told:
        """Report it as new, now."""
        return self.post(message(action, address))

    def post(self, one: Message, *, sent_at: float | None = None) -> Told:
        """Sign and send; `sent_at` of the epoch, where it is not now."""
        if self._line.sock is None:
            with self._node.entered():
                self._line.connect()
        moment = str(int(time.time() if sent_at is None else sent_at))
        signed = b".".join((one.id.encode(), moment.encode(), one.body))
        headers = {
            "content-type": "application/json",
            "netwb-sender": self._sender,
            "webhook-id": one.id,
            "webhook-timestamp": moment,
            "webhook-signature": f"v1,{b64encode(digest(self._key, signed, sha256)).decode()}",
        }
        began = time.perf_counter()
        self._line.request("POST", PLACE, one.body, headers)
        answer = self._line.getresponse()
        text = answer.read()
        took_s = time.perf_counter() - began
        return Told(status=answer.status, said=json.loads(text), took_s=took_s)
