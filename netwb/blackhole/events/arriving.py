"""Judge what a notify script posted: is it whole, of now, signed by a key we know, and an event?

Pure: the answer is a record either way, and says by a name what was wrong. In this order: the cheap
looks first, and nothing of the body is read before its signature holds. Whether the same id came
before is for who keeps ids; whether a ban is late is the guard's, by its `observed_at`.
Source: Standard Webhooks 1.0, whose five minutes hold in both directions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from netwb.blackhole.attack_records import AttackEvent
from netwb.blackhole.events.advanced import BODY_BYTES
from netwb.blackhole.events.sent import parse
from netwb.errors import InputError
from netwb.notify.signing import find_signer

RefusalName = Literal[
    "too-large", "headers-missing", "too-old", "too-new", "bad-signature", "unreadable"
]
SENDER_HEADER = "netwb-sender"  # whose keys to look for; the signature proves it
TOLERANCE = timedelta(minutes=5)
_NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # no full stop: it divides what is signed
_MOMENT = re.compile(r"[0-9]{1,11}")
_SIGNATURE_CHARACTERS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What came, and that it came from who it says.

    message_id   the same at each try: by it the receiver knows what it has already
    key          place of the key that signed among those given: 0 is the newest
    event        None: a test, on which nothing is done
    """

    message_id: str
    sent_at: datetime
    key: int
    event: AttackEvent | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why it is not taken: a name for programs, a sentence for people."""

    name: RefusalName
    text: str


def receive(
    headers: Mapping[str, str], body: bytes, *, now: datetime, keys: Sequence[bytes]
) -> Arrival | Refusal:
    """Judge one request; `keys` are the sender's, newest first. Names of headers are of any case."""
    if len(body) > BODY_BYTES:
        return Refusal(
            name="too-large", text=f"the event has {len(body)} bytes; {BODY_BYTES} are the most"
        )
    found = _signed(headers)
    if isinstance(found, Refusal):
        return found
    message_id, sent_at, marks = found
    if abs(now - sent_at) > TOLERANCE:
        return _of_another_time(sent_at, now)
    key = find_signer(message_id, sent_at, body, keys, marks=marks)
    if key is None:
        return Refusal(
            name="bad-signature",
            text="no key of this sender made the signature; give the script the key that"
            " `netwb sender rotate` showed last",
        )
    try:
        event = parse(body)
    except InputError as error:
        return Refusal(name="unreadable", text=str(error))
    return Arrival(message_id=message_id, sent_at=sent_at, key=key, event=event)


def _signed(headers: Mapping[str, str]) -> tuple[str, datetime, str] | Refusal:
    """Id, time of sending, signatures."""
    lower = {name.lower(): value for name, value in headers.items()}
    message_id, moment, marks = (lower.get(name, "") for name in _NAMES)
    shapes = (
        _ID.fullmatch(message_id),
        _MOMENT.fullmatch(moment),
        0 < len(marks) <= _SIGNATURE_CHARACTERS,
    )
    wrong = [name for name, good in zip(_NAMES, shapes, strict=True) if not good]
    if wrong:
        text = f"headers are missing or malformed: {', '.join(wrong)}; netwb_notify.py sends them"
        return Refusal(name="headers-missing", text=text)
    return message_id, datetime.fromtimestamp(int(moment), UTC), marks


def _of_another_time(sent_at: datetime, now: datetime) -> Refusal:
    apart = round(abs(now - sent_at).total_seconds())
    cure = "look at the clocks of both machines"
    if sent_at < now:
        return Refusal(
            name="too-old", text=f"it was signed {apart} s ago, 300 are the most; {cure}"
        )
    return Refusal(name="too-new", text=f"it was signed {apart} s ahead, 300 are the most; {cure}")
