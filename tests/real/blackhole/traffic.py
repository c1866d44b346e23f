"""The customer's real traffic, and what became of each of its packets."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tests.real.blackhole.addresses import BYSTANDER, VICTIM, VICTIM6
from tests.real.blackhole.helper import Helper
from tests.real.blackhole.traffic_ends import ARRIVED, SENT
from tests.real.namespaces import Namespaces

# packets a second; all of it together is 450
RATES: dict[str, float] = {VICTIM: 200, BYSTANDER: 200, VICTIM6: 50}
_ADDRESSES = tuple(RATES)
_MOST_S = 600  # a sender that everybody forgot ends by itself
_ON_THE_WAY_S = 0.5  # a packet younger than that may still arrive


@dataclass(frozen=True, slots=True, order=True)
class Packet:
    """One that was delivered; times of the monotonic clock."""

    arrived_at: float
    sent_at: float
    number: int


class Traffic:
    """Packets from outside to the victim's two addresses and to the bystander, until `stop`."""

    def __init__(self, folder: Path, *, outside: Namespaces, customer: Namespaces) -> None:
        folder.mkdir()
        self._sent, self._arrived = folder / "sent", folder / "arrived"
        receiver = {"end": "receiver", "file": str(self._arrived), "addresses": _ADDRESSES}
        sender = {"file": str(self._sent), "targets": list(RATES.items()), "seconds": _MOST_S}
        self._receiver = Helper(customer, "traffic_ends.py", receiver)
        self._sender = Helper(outside, "traffic_ends.py", {"end": "sender", **sender})

    def stop(self) -> None:
        """End both; what they wrote down stays."""
        self._sender.stop()
        self._receiver.stop()

    def delivered(
        self, address: str, *, since: float = 0, until: float | None = None
    ) -> list[Packet]:
        """What arrived at the address between two moments, earliest first."""
        end = time.monotonic() if until is None else until
        which = _ADDRESSES.index(address)
        return [
            Packet(arrived_at, sent_at, number)
            for target, number, sent_at, arrived_at in ARRIVED.iter_unpack(
                _whole(self._arrived, ARRIVED.size)
            )
            if target == which and since <= arrived_at <= end
        ]

    def last_before(self, address: str, moment: float) -> float | None:
        """When the last packet before that moment arrived."""
        found = self.delivered(address, until=moment)
        return found[-1].arrived_at if found else None

    def first_after(self, address: str, moment: float) -> float | None:
        """When the first packet after that moment arrived."""
        found = self.delivered(address, since=moment)
        return found[0].arrived_at if found else None

    def lost(self, address: str, *, since: float, until: float | None = None) -> list[float]:
        """When those packets were sent, between two moments, that have not arrived until now.

        until    None: half a second ago, so that none is missed that is still on its way
        """
        end = time.monotonic() - _ON_THE_WAY_S if until is None else until
        which = _ADDRESSES.index(address)
        arrived = {packet.number for packet in self.delivered(address)}
        return [
            sent_at
            for target, number, sent_at in SENT.iter_unpack(_whole(self._sent, SENT.size))
            if target == which and since <= sent_at <= end and number not in arrived
        ]


def _whole(file: Path, size: int) -> bytes:
    """What is in it, without a record that is being written."""
    content = file.read_bytes() if file.exists() else b""
    return content[: len(content) // size * size]
