"""Take a syslog message apart. Pure, and it never raises: whatever came is some message.

Both formats, and what devices send instead: IOS and NX-OS leave the hostname out and write their
own time into the text, relays write an ISO time. Sources: RFC 3164 section 4, RFC 5424 section 6,
rsyslog's forward format, messages of the platforms' guides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST = 8192  # bytes of a message that are read; RFC 5424 asks for 2,048
_PRI = re.compile(rb"<\d{1,3}>")
_OLD = re.compile(rb"[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d ([^\s:][^\s]*) ")
_ISO = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) ([^\s]+) ")
_NIL = b"-"
_CONTROL = bytes.maketrans(bytes(range(32)) + b"\x7f", b" " * 33)
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message.

    hostname   as the sender wrote it; "" where it wrote none
    at         its own time, where that names its zone; the text's is not read
    text       what it says, its tag or message id before it; one line without control characters
    """

    hostname: str
    at: datetime | None
    text: bytes


def parse_message(data: bytes) -> Message:
    """What came in one datagram or one frame."""
    line = data[:LONGEST].translate(_CONTROL).strip()
    head = _PRI.match(line)
    body = line[head.end() :] if head else line
    if head and body.startswith(b"1 "):
        return _new(body[2:])
    return _relayed(body) or _old(body)


def _old(body: bytes) -> Message:
    """RFC 3164, or what is taken for it."""
    found = _OLD.match(body)
    if found is None or found[1].endswith(b":"):
        return Message(hostname="", at=None, text=body)
    return Message(hostname=_name(found[1]), at=None, text=body[found.end() :].strip())


def _relayed(body: bytes) -> Message | None:
    found = _ISO.match(body)
    if found is None:
        return None
    return Message(
        hostname=_name(found[2]), at=_instant(found[1]), text=body[found.end() :].strip()
    )


def _new(body: bytes) -> Message:
    """RFC 5424: time, hostname, application, process, message id, structured data, words."""
    at, hostname, _app, _process, kind, rest = [*body.split(b" ", 5), *[b""] * 6][:6]
    data, words = _structured(rest)
    said = words.strip().removeprefix(_BOM).strip() or data
    text = said if kind in {_NIL, b""} or said.startswith(kind) else kind + b": " + said
    return Message(hostname=_name(hostname), at=_instant(at), text=text)


def _structured(rest: bytes) -> tuple[bytes, bytes]:
    """The structured data, and what stands after it."""
    if not rest.startswith(b"["):
        return b"", rest.removeprefix(_NIL)
    quoted = escaped = False
    for place, byte in enumerate(rest):
        if escaped:
            escaped = False
        elif byte == 0x5C:  # backslash
            escaped = quoted
        elif byte == 0x22:  # quotation mark
            quoted = not quoted
        elif byte == 0x5D and not quoted and rest[place + 1 : place + 2] != b"[":
            return rest[: place + 1], rest[place + 1 :]
    return rest, b""


def _name(value: bytes) -> str:
    name = value.decode("ascii", "replace")
    return "" if name == "-" else name


def _instant(value: bytes) -> datetime | None:
    try:
        at = datetime.fromisoformat(value.decode("ascii", "replace"))
        return None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
