"""Flow records as a router exports them: NetFlow v5, and sFlow v5 with raw packet headers.

As a script it sends the records of a flood to a collector on this machine, and those of quiet
traffic besides, until its time is over or its input ends.

Sources: Cisco's NetFlow export datagram formats (version 5: header of 24 octets, records of 48);
sflow.org, sFlow version 5 (flow sample 1, raw packet header 1); RFC 768, 791, 8200 for the headers.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from itertools import count

NETFLOW_PORT, SFLOW_PORT = 2055, 6343
SAMPLING_RATE = 100  # one packet in so many is an sFlow sample
PACKET_BYTES = 120
_STEP_S = 0.05
_MOST_RECORDS = 24  # of a datagram, so that each stays below 1,500 octets; 30 is NetFlow v5's limit
_MOST_SAMPLES = 7
_HEADER_BYTES = 82  # of a sample: Ethernet 14, IPv6 40, UDP 8 and some of what follows
_SOURCES = 200  # addresses that a flood comes from
_UDP = 17


@dataclass(frozen=True)
class Packets:
    """So many packets of UDP, all alike."""

    source: str
    target: str
    number: int
    source_port: int = 40000
    target_port: int = 53


def netflow5(flows: Sequence[Packets], *, sequence: int, uptime_ms: int, now: float) -> bytes:
    """One datagram; each flow lasted one step, and has ended just now."""
    seconds, part = divmod(now, 1)
    header = struct.pack(
        "!HHIIIIBBH", 5, len(flows), uptime_ms, int(seconds), int(part * 1e9), sequence, 0, 0, 0
    )
    return header + b"".join(_netflow5_record(flow, uptime_ms) for flow in flows)


def _netflow5_record(flow: Packets, uptime_ms: int) -> bytes:
    return struct.pack(
        "!4s4s4sHHIIIIHHBBBBHHBBH",
        IPv4Address(flow.source).packed,
        IPv4Address(flow.target).packed,
        bytes(4),  # next hop
        1,  # input interface
        2,  # output interface
        flow.number,
        flow.number * PACKET_BYTES,
        max(0, uptime_ms - int(_STEP_S * 1000)),
        uptime_ms,
        flow.source_port,
        flow.target_port,
        0,  # padding
        0,  # TCP flags
        _UDP,
        0,  # type of service
        64501,
        64500,
        24,  # bits of the source's network
        24,
        0,  # padding
    )


def sflow5(samples: Sequence[Packets], *, sequence: int, uptime_ms: int) -> bytes:
    """One datagram with a sample of each; a sample stands for SAMPLING_RATE packets."""
    header = struct.pack(
        "!II4sIIII", 5, 1, bytes([127, 0, 0, 1]), 0, sequence, uptime_ms, len(samples)
    )
    each = (_sample(one, sequence * _MOST_SAMPLES + n) for n, one in enumerate(samples))
    return header + b"".join(each)


def _sample(packet: Packets, sequence: int) -> bytes:
    frame = _frame(packet)
    raw = struct.pack(
        "!IIII", 1, len(frame), 4, _HEADER_BYTES
    )  # Ethernet; 4 octets of checksum off
    raw += frame[:_HEADER_BYTES].ljust(-(-_HEADER_BYTES // 4) * 4, b"\0")
    record = struct.pack("!II", 1, len(raw)) + raw
    pool = sequence * SAMPLING_RATE
    body = struct.pack("!IIIIIIII", sequence, 1, SAMPLING_RATE, pool, 0, 1, 2, 1) + record
    return struct.pack("!II", 1, len(body)) + body


def _frame(packet: Packets) -> bytes:
    source, target = ip_address(packet.source), ip_address(packet.target)
    payload = bytes(PACKET_BYTES - 28)
    udp = (
        struct.pack("!HHHH", packet.source_port, packet.target_port, 8 + len(payload), 0) + payload
    )
    if target.version == 4:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, _UDP, 0)
        kind = 0x0800
    else:
        head = struct.pack("!IHBB", 6 << 28, len(udp), _UDP, 64)
        kind = 0x86DD
    ethernet = bytes.fromhex("020000000002 020000000001") + struct.pack("!H", kind)
    return ethernet + head + source.packed + target.packed + udp


def sources(target: str) -> Iterator[str]:
    """Addresses that packets to the target come from, again and again."""
    numbers = count()
    while True:
        number = next(numbers) % _SOURCES + 1
        yield f"2001:db8:bad::{number:x}" if ":" in target else f"198.51.100.{number}"


def outgoing(packets: Packets) -> Packets:
    """The same the other way: our host floods."""
    return Packets(packets.target, packets.source, packets.number)


class Flood:
    """Packets due to each target at a moment, at `pps` each; what is over goes into the next step."""

    def __init__(self, targets: Sequence[str], pps: float) -> None:
        self._pps = pps
        self._sources = {target: sources(target) for target in targets}
        self._sent = 0

    def due(self, elapsed_s: float, *, lump: int) -> list[Packets]:
        """All since the last call, in flows of about `lump` packets."""
        number = (int(elapsed_s * self._pps) - self._sent) // lump
        self._sent += number * lump
        return [
            Packets(next(sources), target, lump)
            for target, sources in self._sources.items()
            for _ in range(number)
        ]


class Exporter:
    """A router that exports to a collector on this machine."""

    def __init__(self, kind: str, started_at: float) -> None:
        self._kind = kind
        self._started_at = started_at
        self._sequence = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", NETFLOW_PORT if kind == "netflow5" else SFLOW_PORT))

    def export(self, flows: Sequence[Packets]) -> None:
        """Send them in as many datagrams as they need."""
        most = _MOST_RECORDS if self._kind == "netflow5" else _MOST_SAMPLES
        for begin in range(0, len(flows), most):
            self._socket.send(self._datagram(flows[begin : begin + most]))

    def _datagram(self, flows: Sequence[Packets]) -> bytes:
        uptime_ms = int((time.monotonic() - self._started_at) * 1000) + 60_000
        sequence = self._sequence
        if self._kind == "netflow5":
            self._sequence += len(flows)
            return netflow5(flows, sequence=sequence, uptime_ms=uptime_ms, now=time.time())
        self._sequence += 1
        return sflow5(flows, sequence=sequence, uptime_ms=uptime_ms)


def main(given: str) -> None:
    """Send what the document asks for: kind, targets, pps, seconds, outgoing, quiet."""
    asked = json.loads(given)
    began_at = time.monotonic()
    exporter = Exporter(asked["kind"], began_at)
    flood = Flood(asked["targets"], asked["pps"])
    quiet = Flood(asked["quiet"], asked["quiet_pps"])
    lump = SAMPLING_RATE if asked["kind"] == "sflow5" else max(1, int(asked["pps"] * _STEP_S / 4))
    quiet_lump = SAMPLING_RATE if asked["kind"] == "sflow5" else 1
    for step in range(1, int(asked["seconds"] / _STEP_S) + 1):
        flows = flood.due(step * _STEP_S, lump=lump)
        exporter.export([outgoing(one) for one in flows] if asked["outgoing"] else flows)
        exporter.export(quiet.due(step * _STEP_S, lump=quiet_lump))
        if step == 1:
            print(began_at, flush=True)  # noqa: T201 - its answer
        rest = began_at + step * _STEP_S - time.monotonic()
        if select.select([sys.stdin], [], [], max(0, rest))[0]:
            return


if __name__ == "__main__":
    main(sys.argv[1])
