"""Whole IOS configurations of any length, and edits spread over them."""

from __future__ import annotations

import random
from datetime import datetime

from netwb.collect.gather import Gathered
from netwb.collect.replay import recorded
from netwb.inventory.records import Facts
from tests.benches import START, ios_text

END = b"line con 0\n"
PORT_LINES = 5


def long_ios(  # a device's name and size, and what was edited
    hostname: str, lines: int, *, edits: int = 0, by: str = "ana", at: datetime = START
) -> Gathered:
    """About so many lines, of which `edits` differ from those without; the byte count is right."""
    body = _body(lines, edits)
    text = ios_text(hostname, by=by, at=at).replace(END, body + END)
    said = text.partition(b" bytes\n")[0].rpartition(b": ")[2]
    counted = len(text.partition(b" bytes\n")[2].replace(b"\n", b"\r\n"))
    text = text.replace(b": " + said + b" bytes", b": " + str(counted).encode() + b" bytes")
    return recorded(text, prompt=f"{hostname}#".encode(), facts=Facts(serial=f"SN-{hostname}"))


def _body(lines: int, edits: int) -> bytes:
    edited = set(random.Random(lines).sample(range(lines // PORT_LINES), edits))
    return "".join(
        _port(number, number in edited) for number in range(lines // PORT_LINES)
    ).encode()


def _port(number: int, edited: object) -> str:
    speed = number % 97 + 1000 if edited else number % 97
    return (
        f"interface GigabitEthernet{number // 48}/{number % 48}\n"
        f" description port {number} of customer {number * 7 % 991}\n"
        f" bandwidth {speed}\n"
        f" ip address 198.51.{number % 100}.1 255.255.255.0\n"
        "!\n"
    )
