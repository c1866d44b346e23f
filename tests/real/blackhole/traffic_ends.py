"""Both ends of the customer's real traffic, as a script: who sends it from outside, who receives it.

Each packet carries its target's number, its own, and when it was sent. Each end writes what it saw
into a file: 20 octets a packet sent, 28 a packet received. Times are of the monotonic clock, which
all processes of a machine share.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import struct
import sys
import time
from collections.abc import Sequence
from typing import Any

PORT = 9000
SENT = struct.Struct("!IQd")  # target, number, sent at
ARRIVED = struct.Struct("!IQdd")  # the same, and when it arrived


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def send(file: int, targets: Sequence[tuple[str, float]], seconds: float) -> None:
    """Packets to each target at its own rate a second; one that has no route counts as sent."""
    sockets = [socket.socket(_family(address), socket.SOCK_DGRAM) for address, _ in targets]
    numbers = [0] * len(targets)
    began_at = time.monotonic()
    print(began_at, flush=True)  # noqa: T201 - its answer
    step_s = 1 / max(rate for _, rate in targets)
    ended = selectors.DefaultSelector()
    ended.register(sys.stdin, selectors.EVENT_READ)
    while (elapsed := time.monotonic() - began_at) < seconds:
        for which, (address, rate) in enumerate(targets):
            while numbers[which] < elapsed * rate:
                packet = SENT.pack(which, numbers[which], time.monotonic())
                os.write(file, packet)
                with contextlib.suppress(OSError):  # no route, or one that discards
                    sockets[which].sendto(packet, (address, PORT))
                numbers[which] += 1
        if ended.select(step_s):
            return


def receive(file: int, addresses: Sequence[str]) -> None:
    """Write down what arrives at each address."""
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    for address in addresses:
        one = socket.socket(_family(address), socket.SOCK_DGRAM)
        one.bind((address, PORT))
        selector.register(one, selectors.EVENT_READ)
    print(time.monotonic(), flush=True)  # noqa: T201 - its answer
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                return
            arrival: Any = key.fileobj
            packet = arrival.recv(2048)
            os.write(file, packet + struct.pack("!d", time.monotonic()))


def main(given: str) -> None:
    """Do what the document asks for."""
    asked = json.loads(given)
    file = os.open(asked["file"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    if asked["end"] == "sender":
        send(file, asked["targets"], asked["seconds"])
    else:
        receive(file, asked["addresses"])


if __name__ == "__main__":
    main(sys.argv[1])
