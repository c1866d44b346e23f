"""How addresses and networks are written. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network


def written(one: IPv4Address | IPv6Address | IPv4Network | IPv6Network) -> str:
    """As people write it: an IPv4 host within IPv6 by its dots, which Python does from 3.13 on alone.

    >>> written(IPv6Network("::ffff:c000:201/128")), written(IPv6Address("::ffff:c000:201"))
    ('::ffff:192.0.2.1/128', '::ffff:192.0.2.1')
    >>> written(IPv6Network("2001:db8::/32")), written(IPv4Network("192.0.2.0/24"))
    ('2001:db8::/32', '192.0.2.0/24')
    """
    if isinstance(one, IPv4Address | IPv4Network):
        return str(one)
    if isinstance(one, IPv6Address):
        return str(one) if one.ipv4_mapped is None else f"::ffff:{one.ipv4_mapped}"
    mapped = one.network_address.ipv4_mapped
    is_host = one.prefixlen == one.max_prefixlen
    return f"::ffff:{mapped}/{one.prefixlen}" if is_host and mapped is not None else str(one)
