"""Which addresses a tenant's targets may be at: public ones alone. Pure.

A tenant must not reach, through netwb, what only netwb's own network does: loopback, private and
link-local addresses, unique local ones, a cloud's metadata service (169.254.169.254, fd00:ec2::254),
and the forms of IPv6 that carry an IPv4 address inside. Source: the IANA special-purpose registries
(RFC 6890), by Python's `ipaddress`; RFC 4291, 6052, 3056, 4380 for the forms.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")  # IPv4-compatible, deprecated by RFC 4291
# What IANA gives out. Python takes all of IPv6 that no registry names for public: site-local
# addresses too (fec0::/10), which Linux routes as any other, and translated ones (::ffff:0:0:0/96).
_GIVEN_OUT = IPv6Network("2000::/3")
_DOCUMENTATION = IPv6Network("3fff::/20")  # RFC 9637; younger than this Python


def is_public(text: str) -> bool:
    """Whether anybody may be sent there; False also for what is no address.

    >>> is_public("8.8.8.8"), is_public("::ffff:10.0.0.1"), is_public("169.254.169.254")
    (True, False, False)
    """
    try:
        address = ip_address(text.partition("%")[0])  # a zone is local by its nature
    except ValueError:
        return False
    return "%" not in text and _is_open(address)


def _is_open(address: IPv4Address | IPv6Address) -> bool:
    inner = _inner(address) if isinstance(address, IPv6Address) else ()
    open_here = address.is_global and not address.is_multicast and not address.is_unspecified
    if isinstance(address, IPv6Address):
        open_here = open_here and address in _GIVEN_OUT and address not in _DOCUMENTATION
    return (open_here or bool(inner)) and all(map(_is_open, inner))


def _inner(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """IPv4 addresses that a packet to it would, or could, end at."""
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _COMPATIBLE or any(address in network for network in _NAT64):
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()
