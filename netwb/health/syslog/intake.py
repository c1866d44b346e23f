"""Take messages in: whose is it, what does it say, does it begin or go on with a burst? Pure.

Used by one thread. Nothing of a message is kept but a name, and no word of it is logged: a logged
command may hold a secret.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from netwb.health.syslog.bursts import Bursts
from netwb.health.syslog.changes import find_rule
from netwb.health.syslog.messages import Message, parse_message
from netwb.health.syslog.records import Said
from netwb.health.syslog.sources import Sources, plain_address
from netwb.inventory.records import Sender
from netwb.platforms.messages import MessageRule

Rules = Mapping[str, Sequence[MessageRule]]
Fate = Literal["change", "own", "other", "unknown", "ambiguous", "cut", "lost", "full", "refused"]
FATES: Mapping[Fate, str] = {
    "change": "told of a change of a configuration",
    "own": "told of one by netwb's own login, which starts nothing",
    "other": "told of something else",
    "unknown": "came from an address, or bore a name, that no device has",
    "ambiguous": "came from an address, or bore a name, that several devices have",
    "cut": "were longer than a message can be",
    "lost": "came faster than they could be read",
    "full": "were connections over the limit",
    "refused": "were connections of strangers",
}
OLDEST = timedelta(days=1)  # a relay may hold messages back; what is older is a wrong clock
_MOST_STRANGERS = 20  # addresses that are told by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """A device, and where a message came from that several may have sent.

    hostname   as the message bore it, from a relay; else ""
    """

    sender: Sender
    address: str
    hostname: str


class Intake:
    """One listener's desk; `counts`, `strangers` and `contested` are taken by who writes them down.

    contested    by device: a message that may be its own, or another device's
    """

    def __init__(self, bursts: Bursts, rules: Rules) -> None:
        self._rules = rules
        self._words = {
            platform: tuple({_spelled(rule.word) for rule in held})
            for platform, held in rules.items()
        }
        self._all_words = tuple({word for words in self._words.values() for word in words})
        self.bursts = bursts
        self.sources = Sources(())
        self.counts: Counter[Fate] = Counter()
        self.strangers: set[str] = set()
        self.contested: dict[str, Contested] = {}

    def take(self, data: bytes, peer: str, now: datetime) -> Fate:
        """One message, from that address; gives what became of it."""
        fate = self._take(data, plain_address(peer), now)
        self.counts[fate] += 1
        return fate

    def knows(self, peer: str) -> bool:
        """Whether anything from that address can be of use."""
        address = plain_address(peer)
        return self.sources.relay(address) is not None or bool(self.sources.at(address))

    def _take(self, data: bytes, address: str, now: datetime) -> Fate:
        if self.sources.relay(address) is not None:
            return self._relayed(data, address, now)
        meant = self.sources.at(address)
        if len(meant) != 1:
            return self._strange(address, "", meant)
        if not _any_of(self._words.get(meant[0].platform, ()), data):
            return "other"
        return self._hear(meant[0], parse_message(data), now)

    def _relayed(self, data: bytes, address: str, now: datetime) -> Fate:
        if not _any_of(self._all_words, data):
            return "other"  # most of what relays send, of whomever
        message = parse_message(data)  # of a device within the relays' network: IOS bears no name
        meant = self.sources.meant(address, message.hostname)
        if len(meant) != 1:
            return self._strange(address, message.hostname, meant)
        return self._hear(meant[0], message, now)

    def _strange(self, address: str, hostname: str, meant: Sequence[Sender]) -> Fate:
        if len(self.strangers) < _MOST_STRANGERS:
            self.strangers.add(address)
        for sender in meant:
            self.contested[sender.device_id] = Contested(
                sender=sender, address=address, hostname=hostname
            )
        return "ambiguous" if meant else "unknown"

    def _hear(self, sender: Sender, message: Message, now: datetime) -> Fate:
        found = find_rule(message.text, self._rules.get(sender.platform, ()))
        if found is None or found[0].means == "nothing":
            return "other"
        rule, name = found
        if name and name == sender.username:
            self.bursts.hear_own(sender.device_id, now=now)
            return "own"
        at = message.at if message.at and now - OLDEST <= message.at <= now else now
        heard = self.bursts.hear(
            sender.device_id,
            sender.tenant_id,
            Said(by=name, at=at, note=rule.note),
            now=now,
            complete=rule.means == "complete",
        )
        return "change" if heard else "own"


def _spelled(word: str) -> bytes:
    """What of a rule's word stands in the message as it came.

    RFC 5424 has a colon behind no message id, and structured data between it and the words.
    """
    before, _, after = word.partition(": ")
    return (before or after or word).encode()


def _any_of(words: Sequence[bytes], data: bytes) -> bool:
    return any(word in data for word in words)
