"""Which addresses are hosts at all: one address, and none of a special form. Pure.

Sources: the registries of special addresses (RFC 6890), RFC 4291 (the routers' anycast address, IPv4
within IPv6), RFC 5635 and 6666 (where what is discarded goes to). Private and documentation
addresses are hosts like others: what is somebody's own, the registered prefixes say.
"""

from __future__ import annotations

from ipaddress import ip_network

from netwb.blackhole.guard.case import Case
from netwb.blackhole.guard.reasons import NOT_LOOKED_AT, allow, deny
from netwb.blackhole.guard.words import label, within
from netwb.blackhole.records import IPNetwork, Reason

SPECIAL: dict[int, tuple[tuple[IPNetwork, str], ...]] = {
    4: tuple(
        (ip_network(network), name)
        for network, name in (
            ("0.0.0.0/8", "the unspecified address or of its network"),
            ("127.0.0.0/8", "a loopback address"),
            ("169.254.0.0/16", "a link-local address"),
            ("192.0.2.1/32", "the next hop of what is discarded"),
            ("224.0.0.0/4", "a multicast address"),
            ("255.255.255.255/32", "the broadcast address of every link"),
            ("240.0.0.0/4", "a reserved address"),
        )
    ),
    6: tuple(
        (ip_network(network), name)
        for network, name in (
            ("::/128", "the unspecified address"),
            ("::1/128", "the loopback address"),
            ("::/96", "an IPv4 address in its old compatible form"),
            ("::ffff:0:0/96", "an IPv4 address mapped into IPv6"),
            ("::ffff:0:0:0/96", "an IPv4 address translated into IPv6"),
            ("64:ff9b::/96", "an IPv4 address behind NAT64"),
            ("64:ff9b:1::/48", "an IPv4 address behind NAT64"),
            ("100::/64", "of the network of what is discarded"),
            ("2001::/32", "an IPv4 address in Teredo"),
            ("2002::/16", "an IPv4 address in 6to4"),
            ("fe80::/10", "a link-local address"),
            ("ff00::/8", "a multicast address"),
        )
    ),
}


def host(case: Case) -> Reason:
    """It is one host's route, /32 or /128."""
    network = case.network
    if network.prefixlen == network.max_prefixlen:
        return allow("host", f"A single host, /{network.prefixlen}")
    cure = "name the one address that is attacked"
    return deny("host", f"{network} is a network, and only single hosts are blackholed; {cure}")


def special(case: Case) -> Reason:
    """It is, or has within it, no address of a special form."""
    rows = SPECIAL[case.network.version]
    name = next((name for network, name in rows if network.overlaps(case.network)), None)
    if name is None:
        return allow("special", "No address of a special form")
    wide = case.network.prefixlen < case.network.max_prefixlen
    verb = "has within it what is" if wide else "is"
    own = within(case.network)
    cure = "name the attacked host's own address" if own is None else f"name {own} itself"
    return deny("special", f"{label(case.network)} {verb} {name}; {cure}")


def ends(case: Case) -> Reason:
    """It is neither end of its prefix: networks and broadcasts are no hosts."""
    if case.prefix is None:
        return allow("ends", NOT_LOOKED_AT)
    within, first = case.prefix.network, case.network.network_address
    if within.prefixlen >= within.max_prefixlen - 1:
        return allow("ends", f"{within} has hosts only")
    if first == within.network_address:
        name = "network address" if within.version == 4 else "address of all its routers"
    elif within.version == 4 and first == within.broadcast_address:
        name = "broadcast address"
    else:
        return allow("ends", f"Neither end of {within}")
    return deny("ends", f"{first} is the {name} of {within}; name the attacked host's own address")
