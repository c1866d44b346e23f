"""Which registered prefix an address is in: the longest one decides. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from netwb.blackhole.records import MODES, REACHES, IPNetwork, OwnPrefix


def longest(prefixes: Iterable[OwnPrefix], network: IPNetwork) -> tuple[OwnPrefix, ...]:
    """The longest that hold all of it; several where one network was registered twice."""
    first, length = network.network_address, network.prefixlen
    found: list[OwnPrefix] = []
    best = -1
    for one in prefixes:
        its = one.network.prefixlen
        if best <= its <= length and first in one.network:
            found = [*found, one] if its == best else [one]
            best = its
    return tuple(found)


def strictest(prefixes: Iterable[OwnPrefix], network: IPNetwork) -> OwnPrefix | None:
    """The longest; of several alike the one that allows least, of several tenants none."""
    found = longest(prefixes, network)
    if len({one.tenant_id for one in found}) != 1:
        return None
    return min(found, key=_strictness)


def _strictness(one: OwnPrefix) -> tuple[bool, int, bool, int, str, str, str]:
    """By which they are in one order, however they came."""
    port = one.port
    return (
        port is None or port.tenant_id == one.tenant_id,
        -MODES.index(one.mode),
        one.by_customer,
        REACHES.index(one.reach),
        one.id,
        one.site_id or "",
        "" if port is None else f"{port.tenant_id} {port.id}",
    )
