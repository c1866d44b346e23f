"""Whose message is it? Pure.

A device is known by the address that its messages come from: those of its `syslog_source`, without
one its own address. A trusted relay sends for others, and is believed the name or address that the
message bears; a relay of one tenant for that tenant's devices only. What devices of several tenants
claim is nobody's, so that no tenant hears of another one's people.
"""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from netwb.configs.names import readings, same_name
from netwb.errors import SettingsError
from netwb.inventory.fields import parse_sources
from netwb.inventory.records import SLUG_PATTERN, Sender
from netwb.settings import SyslogSettings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A network of relays; `tenant` is the slug of the one whose devices they send for, "" all."""

    network: Network
    tenant: str = ""


def check_syslog(settings: SyslogSettings) -> None:
    """Raise SettingsError for what no listener can be made of."""
    address = settings.address.strip()
    if address and not plain_address(address):
        msg = f"setting syslog.address is {address!r}; write an address, as 0.0.0.0 or ::"
        raise SettingsError(msg)
    if settings.most_s < settings.wait_s:
        msg = (
            f"setting syslog.most_s is {settings.most_s:g} and syslog.wait_s {settings.wait_s:g}; "
            "the most must be at least the wait"
        )
        raise SettingsError(msg)
    parse_relays(settings.relays)


def parse_relays(text: str) -> tuple[Relay, ...]:
    """`192.0.2.0/24, 198.51.100.7=acme`; SettingsError names what is no network."""
    return tuple(_relay(word.strip()) for word in text.split(",") if word.strip())


def relay_test(text: str) -> Callable[[str], bool]:
    """Whether an address is one of the relays in the setting."""
    networks = [relay.network for relay in parse_relays(text)]

    def is_relay(address: str) -> bool:
        plain = plain_address(address)
        return bool(plain) and any(ipaddress.ip_address(plain) in one for one in networks)

    return is_relay


def _relay(word: str) -> Relay:
    network, _, tenant = word.partition("=")
    try:
        found = ipaddress.ip_network(network.strip())
    except ValueError as error:
        msg = (
            f"setting syslog.relays: {network.strip()!r} is no address or network ({error}); write "
            "192.0.2.0/24, or 192.0.2.7=TENANT for a relay of one tenant"
        )
        raise SettingsError(msg) from error
    if "=" in word and not re.fullmatch(SLUG_PATTERN, tenant.strip()):
        msg = f"setting syslog.relays: {tenant.strip()!r} is no tenant; write 192.0.2.7=TENANT"
        raise SettingsError(msg)
    return Relay(network=found, tenant=tenant.strip())


@lru_cache(maxsize=8192)
def plain_address(text: str) -> str:
    """An address in its short form, IPv4 within IPv6 as IPv4; "" where it is none."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


class Sources:
    """The devices as they are known now; made anew when the inventory changes."""

    def __init__(self, senders: Iterable[Sender], relays: Sequence[Relay] = ()) -> None:
        self._relays = tuple(relays)
        self._given: dict[str, list[Sender]] = defaultdict(list)
        self._own: dict[str, list[Sender]] = defaultdict(list)
        self._named: dict[str, list[tuple[str, Sender]]] = defaultdict(list)
        self._relay_of: dict[str, Relay | None] = {}
        for sender in senders:
            self._add(sender)

    def _add(self, sender: Sender) -> None:
        given = parse_sources(sender.source)
        for one in given:
            if address := plain_address(one):
                self._given[address].append(sender)
        if not given and (address := plain_address(sender.address)):
            self._own[address].append(sender)
        names = {sender.hostname, sender.sysname or sender.hostname}
        names.update(one for one in given if not plain_address(one))
        for name in sorted(names):
            self._named[_shortest(name)].append((name, sender))

    def relay(self, address: str) -> Relay | None:
        """The relay that has this address; the narrowest network decides."""
        if address not in self._relay_of:
            if len(self._relay_of) > 10_000:  # strangers' addresses must not fill the memory
                self._relay_of.clear()
            self._relay_of[address] = self._find_relay(address)
        return self._relay_of[address]

    def at(self, address: str, relay: Relay | None = None) -> tuple[Sender, ...]:
        """The devices whose messages may come from this address; several: it is nobody's."""
        given = _of_tenant(self._given.get(address, ()), relay)
        own = _of_tenant(self._own.get(address, ()), relay)
        both = (*given, *own)
        return _each(both if len({one.tenant_id for one in both}) > 1 else given or own)

    def behind(self, relay: Relay, hostname: str) -> tuple[Sender, ...]:
        """The devices that a relay's message may name."""
        if address := plain_address(hostname):
            return self.at(address, relay)
        if not hostname:
            return ()
        near = [
            (name, sender)
            for name, sender in self._named.get(_shortest(hostname), ())
            if same_name(hostname, name)
        ]
        exact = [sender for name, sender in near if name.casefold() == hostname.casefold()]
        return _each(_of_tenant(exact, relay) or _of_tenant([one for _, one in near], relay))

    def meant(self, address: str, hostname: str) -> tuple[Sender, ...]:
        """The devices that a message from there may be of; one from a relay bears a hostname."""
        relay = self.relay(address)
        return self.behind(relay, hostname) if relay and hostname else self.at(address, relay)

    def _find_relay(self, address: str) -> Relay | None:
        if not address or not self._relays:
            return None
        parsed = ipaddress.ip_address(address)
        found = [relay for relay in self._relays if parsed in relay.network]
        return max(found, key=lambda relay: relay.network.prefixlen, default=None)


def _shortest(name: str) -> str:
    return min(readings(name), key=lambda one: (len(one), one))


def _of_tenant(senders: Sequence[Sender], relay: Relay | None) -> list[Sender]:
    tenant = relay.tenant if relay else ""
    return [one for one in senders if not tenant or one.tenant == tenant]


def _each(senders: Iterable[Sender]) -> tuple[Sender, ...]:
    return tuple({sender.device_id: sender for sender in senders}.values())
