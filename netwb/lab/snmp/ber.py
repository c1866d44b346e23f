"""The part of BER that SNMPv2c is written in. Pure: octets in, values out, and back.

Sources: ITU-T X.690 (identifiers, lengths, contents), RFC 3416 (PDUs), RFC 2578 (application types).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Oid = tuple[int, ...]

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
COUNTER32, GAUGE32, TIMETICKS, COUNTER64 = 0x41, 0x42, 0x43, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_VIEW = 0x80, 0x81, 0x82
GET, GET_NEXT, RESPONSE, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA5
_LONG = 0x80  # first octet of a length that has octets of its own


class BerError(Exception):
    """Octets that are no such message; an agent drops them in silence, as RFC 3412 has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a manager asks. `first`, `second`: error status and index, of GETBULK the two numbers."""

    community: bytes
    kind: int
    request_id: int
    first: int
    second: int
    oids: tuple[Oid, ...]


def element(tag: int, content: bytes) -> bytes:
    """Identifier, length and content."""
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A whole number in the fewest octets; counters above their half have a leading zero."""
    size = value.bit_length() // 8 + 1
    return element(tag, value.to_bytes(size, "big", signed=True))


def subidentifier(number: int) -> bytes:
    """One number of an OID: seven bits an octet, the highest first."""
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(0x80 | (number & 0x7F))
    return bytes(reversed(octets))


def oid_content(oid: Oid) -> bytes:
    """An OID without identifier and length; its first two numbers share an octet."""
    return b"".join(map(subidentifier, (oid[0] * 40 + oid[1], *oid[2:])))


def response(request: Request, status: int, index: int, varbinds: Iterable[bytes]) -> bytes:
    """The whole answer; each varbind is an element already."""
    body = b"".join(
        (
            integer(request.request_id),
            integer(status),
            integer(index),
            element(SEQUENCE, b"".join(varbinds)),
        )
    )
    community = element(OCTETS, request.community)
    return element(SEQUENCE, integer(1) + community + element(RESPONSE, body))


def parse_request(packet: bytes) -> Request:
    """A message of SNMPv2c; BerError where it is none, or ends early."""
    try:
        return _request(packet)
    except (IndexError, ValueError) as error:
        msg = "no message of SNMPv2c"
        raise BerError(msg) from error


def _request(packet: bytes) -> Request:
    message, _ = _expect(packet, 0, SEQUENCE)
    version, at = _whole(message, 0)
    community, at = _expect(message, at, OCTETS)
    kind, pdu, _ = _read(message, at)
    if version != 1 or kind not in {GET, GET_NEXT, GET_BULK}:
        msg = "another version or kind"
        raise ValueError(msg)
    request_id, at = _whole(pdu, 0)
    first, at = _whole(pdu, at)
    second, at = _whole(pdu, at)
    varbinds, _ = _expect(pdu, at, SEQUENCE)
    return Request(
        community=community,
        kind=kind,
        request_id=request_id,
        first=first,
        second=second,
        oids=tuple(_oids(varbinds)),
    )


def _oids(varbinds: bytes) -> Iterable[Oid]:
    at = 0
    while at < len(varbinds):
        varbind, at = _expect(varbinds, at, SEQUENCE)
        content, _ = _expect(varbind, 0, OID)
        yield _oid(content)


def _oid(content: bytes) -> Oid:
    numbers, number = [], 0
    for octet in content:
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(number)
            number = 0
    if content[-1] & 0x80:
        msg = "an OID ends within a number"
        raise ValueError(msg)
    first = min(numbers[0] // 40, 2)
    return (first, numbers[0] - 40 * first, *numbers[1:])


def _read(octets: bytes, at: int) -> tuple[int, bytes, int]:
    """Tag, content, and where the next element begins."""
    tag, size, begins = octets[at], octets[at + 1], at + 2
    if size & _LONG:
        begins += size & 0x7F
        size = int.from_bytes(octets[at + 2 : begins], "big")
    if begins + size > len(octets):
        msg = "an element ends beyond its message"
        raise ValueError(msg)
    return tag, octets[begins : begins + size], begins + size


def _expect(octets: bytes, at: int, wanted: int) -> tuple[bytes, int]:
    tag, content, rest = _read(octets, at)
    if tag != wanted:
        msg = f"tag {tag:#x} where {wanted:#x} belongs"
        raise ValueError(msg)
    return content, rest


def _whole(octets: bytes, at: int) -> tuple[int, int]:
    content, rest = _expect(octets, at, INTEGER)
    return int.from_bytes(content, "big", signed=True), rest
