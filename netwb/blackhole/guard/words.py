"""How reasons say numbers and addresses. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from netwb.blackhole.addresses import written
from netwb.blackhole.records import IPNetwork

_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def label(network: IPNetwork) -> str:
    """A host by its address alone, an IPv4 one within IPv6 as people write it; a network with its length."""
    if network.prefixlen < network.max_prefixlen:
        return str(network)
    return written(network.network_address)


def within(network: IPNetwork) -> IPv4Address | None:
    """The IPv4 address that an IPv6 host is mapped from; None: it is none such."""
    first = network.network_address
    is_host = network.prefixlen == network.max_prefixlen
    return first.ipv4_mapped if is_host and isinstance(first, IPv6Address) else None


def minutes(count: int) -> str:
    """`1 minute`, `10 minutes`."""
    return f"{count} minute" if count == 1 else f"{count} minutes"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `11th`."""
    ending = "th" if number % 100 in {11, 12, 13} else _ENDINGS.get(number % 10, "th")
    return f"{number}{ending}"
