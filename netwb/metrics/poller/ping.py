"""Echo requests to many devices over one socket a family, where the machine permits it.

Linux gives ping sockets to the groups of `net.ipv4.ping_group_range`, and raw ones to who has
CAP_NET_RAW. Where neither is had nothing is measured, and `refusal` says so: a loss that nobody
measured must not look like one. Sources: RFC 792, RFC 4443, icmp(7).
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from time import time
from typing import Self

_TIMEOUT_S = 1.0  # as ping(8) waits
_HEADER = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence
_REQUEST = {socket.AF_INET: 8, socket.AF_INET6: 128}
_REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}
_PROTOCOL = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
_NONCE_BYTES = 16
_LONGEST = 1500  # bytes of a reply that are read
_REPLIES_A_TURN = 100  # of the loop, so that others have theirs
_SO_TIMESTAMPNS = 35  # asm-generic/socket.h: the kernel says when a reply came
_SO_RCVBUFFORCE = 33  # the same: beyond net.core.rmem_max, for who may
_SOL_RAW, _ICMP_FILTER = 255, 1  # linux/icmp.h: the types that a raw socket is not to be given
_BUFFER_BYTES = 2 * 1024 * 1024  # replies of two thousand devices at once
_STAMP = struct.Struct("qq")  # seconds, nanoseconds
_REFUSAL = (
    "pings are not measured: this machine lets netwb send none; add its group to the sysctl "
    "net.ipv4.ping_group_range, or give it CAP_NET_RAW"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What became of the echo requests to one device."""

    at: float  # epoch seconds
    sent: int
    delays_ms: tuple[float, ...]  # of those that came back

    def values(self) -> dict[str, float]:
        """As they are stored; without an answer there is no delay."""
        lost = 100.0 * (self.sent - len(self.delays_ms)) / self.sent
        if not self.delays_ms:
            return {"percent_packet_loss": lost}
        mean = sum(self.delays_ms) / len(self.delays_ms)
        return {"percent_packet_loss": lost, "average_response_ms": round(mean, 3)}


class Pinger:
    """Open while the context lasts, on the running loop. `refusal` is empty where it may ping."""

    def __init__(self) -> None:
        self.refusal = ""
        self._doors: dict[socket.AddressFamily, socket.socket] = {}
        self._waiting: dict[bytes, asyncio.Future[float]] = {}
        self._sequence = 0

    async def __aenter__(self) -> Self:
        for family in _REQUEST:
            door = _open(family)
            if door is not None:
                self._doors[family] = door
                asyncio.get_running_loop().add_reader(door, self._read, door, family)
        if socket.AF_INET not in self._doors:
            self.refusal = _REFUSAL
        return self

    async def __aexit__(self, *exc: object) -> None:
        for door in self._doors.values():
            asyncio.get_running_loop().remove_reader(door)
            door.close()
        self._doors.clear()

    async def ping(self, address: str, times: int) -> Echo | None:
        """So many requests, one after the other; None where none may be sent."""
        family = socket.AF_INET if ip_address(address).version == 4 else socket.AF_INET6
        door = self._doors.get(family)
        if door is None or times == 0:
            return None
        at = time()
        delays = [await self._one(door, family, address) for _ in range(times)]
        return Echo(at=at, sent=times, delays_ms=tuple(ms for ms in delays if ms is not None))

    async def _one(
        self, door: socket.socket, family: socket.AddressFamily, address: str
    ) -> float | None:
        nonce = os.urandom(_NONCE_BYTES)
        answer: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[nonce] = answer
        self._sequence = (self._sequence + 1) % 2**16
        sent_at = time()
        try:
            door.sendto(_request(family, self._sequence, nonce), (address, 0))
            back_at = await asyncio.wait_for(answer, _TIMEOUT_S)
        except OSError:  # no answer in time, no route, or no room in the queue: lost
            return None
        finally:
            del self._waiting[nonce]
        return max(0.0, (back_at - sent_at) * 1000)

    def _read(self, door: socket.socket, family: socket.AddressFamily) -> None:
        for _ in range(_REPLIES_A_TURN):
            try:
                packet, beside, _, _ = door.recvmsg(_LONGEST, socket.CMSG_SPACE(_STAMP.size))
            except OSError:  # nothing more, or an error that came back for some request
                return
            raw = door.type == socket.SOCK_RAW
            self._take(packet, family, raw=raw, at=_stamped(beside))

    def _take(self, packet: bytes, family: socket.AddressFamily, *, raw: bool, at: float) -> None:
        begins = (packet[0] & 0x0F) * 4 if raw and family == socket.AF_INET and packet else 0
        if len(packet) < begins + _HEADER.size or packet[begins] != _REPLY[family]:
            return
        answer = self._waiting.get(packet[begins + _HEADER.size :])
        if answer is not None and not answer.done():
            answer.set_result(at)


def _open(family: socket.AddressFamily) -> socket.socket | None:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            door = socket.socket(family, kind, _PROTOCOL[family])
        except OSError:
            continue
        door.setblocking(False)
        for level, option, value in _options(family, kind):
            with suppress(OSError):  # each makes it better, and it works without
                door.setsockopt(level, option, value)
        return door
    return None


def _options(
    family: socket.AddressFamily, kind: socket.SocketKind
) -> Iterator[tuple[int, int, int | bytes]]:
    yield socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1
    yield socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES
    yield socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES
    if family == socket.AF_INET and kind == socket.SOCK_RAW:
        yield _SOL_RAW, _ICMP_FILTER, struct.pack("I", ~(1 << _REPLY[family]) & 0xFFFFFFFF)


def _stamped(beside: Sequence[tuple[int, int, bytes]]) -> float:
    """When a reply came: a loop that has much to do reads it late, and the delay must not show it."""
    for level, kind, content in beside:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(content) == _STAMP.size:
            seconds, nanoseconds = _STAMP.unpack(content)
            at: float = seconds + nanoseconds / 1e9
            return at
    return time()


def _request(family: socket.AddressFamily, sequence: int, nonce: bytes) -> bytes:
    identifier = os.getpid() & 0xFFFF
    blank = _HEADER.pack(_REQUEST[family], 0, 0, identifier, sequence)
    if family == socket.AF_INET6:  # the kernel works the checksum out, as it knows the addresses
        return blank + nonce
    checksum = _checksum(blank + nonce)
    return _HEADER.pack(_REQUEST[socket.AF_INET], 0, checksum, identifier, sequence) + nonce


def _checksum(octets: bytes) -> int:
    """RFC 1071."""
    total: int = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF
