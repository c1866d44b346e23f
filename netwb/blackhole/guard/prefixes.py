"""A prefix as people and detectors write it. Pure.

Python's `ipaddress` also takes masks after the slash and zone ids, and says of leading zeros what
only a programmer reads; here each form has its sentence and its cure.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from netwb.blackhole.records import IPAddress, IPNetwork
from netwb.errors import InputError

LONGEST = 60  # characters; the longest IPv6 prefix that can be written has 49
EXAMPLES = "write it like 203.0.113.10, 203.0.113.0/24 or 2001:db8::/32"


def parse_prefix(text: str) -> IPNetwork:
    """A network; a bare address is its /32 or /128.

    >>> parse_prefix("2001:0db8:cafe::0010")
    IPv6Network('2001:db8:cafe::10/128')
    """
    shown = repr(text[:LONGEST])
    _require_plain(text, shown)
    address, slash, length = text.partition("/")
    first = _address(address, shown)
    if not slash:
        return ip_network(first)
    return _network(first, _length(length, first, shown), shown)


def _require_plain(text: str, shown: str) -> None:
    if not text.strip():
        msg = f"no address is given; {EXAMPLES}"
    elif len(text) > LONGEST:
        msg = f"{shown} is cut and still longer than any address; {EXAMPLES}"
    elif any(sign.isspace() for sign in text):
        msg = f"{shown} has a space in it; write the address without"
    elif not text.isascii():
        msg = f"{shown} has signs that only look like digits or dots; type it anew"
    elif "%" in text:
        msg = f"{shown} has a zone after the %, which no router elsewhere knows; leave it out"
    else:
        return
    raise InputError(msg)


def _address(text: str, shown: str) -> IPAddress:
    try:
        return ip_address(text)
    except ValueError as exc:
        octets = text.rpartition(":")[2].split(".")
        if len(octets) == 4 and any(one.isdigit() and one != str(int(one)) for one in octets):
            msg = (
                f"{shown} has a number with leading zeros, which some read as octal; leave them out"
            )
            raise InputError(msg) from exc
        msg = f"{shown} is no IPv4 or IPv6 address; {EXAMPLES}"
        raise InputError(msg) from exc


def _length(text: str, first: IPAddress, shown: str) -> int:
    plain = text.isdigit() and text == str(int(text))
    if not plain or int(text) > first.max_prefixlen:
        msg = f"{shown} has no length from 0 to {first.max_prefixlen} after the slash; {EXAMPLES}"
        raise InputError(msg)
    return int(text)


def _network(first: IPAddress, length: int, shown: str) -> IPNetwork:
    whole = ip_network((first, length), strict=False)
    if whole.network_address != first:
        msg = (
            f"{shown} is an address within a network; write {whole} for the network, or {first}"
            " for that address alone"
        )
        raise InputError(msg)
    return whole
