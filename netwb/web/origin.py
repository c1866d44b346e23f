"""Where a request comes from. Forwarding headers are believed from trusted proxies only.

Tornado's own `xheaders` believes everybody, so it stays off; and where somebody turns it on with
Panel's `--use-xheaders`, the socket's own peer is asked here all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from tornado.httputil import HTTPServerRequest

from netwb.access.records import Origin
from netwb.errors import SettingsError

Networks = Sequence[IPv4Network | IPv6Network]

IPV6_SITE = 64  # bits; one customer has them all
BROWSER_CHARACTERS = 200  # of a User-Agent, as kept with a login


def parse_networks(text: str) -> Networks:
    """`web.trusted_proxies` as networks. Raises SettingsError."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        return [ip_network(word) for word in words]
    except ValueError as error:
        msg = f"setting web.trusted_proxies is {text!r}; write networks such as 127.0.0.1/32, comma between"
        raise SettingsError(msg) from error


def origin_of(request: HTTPServerRequest, trusted: Networks) -> Origin:
    """The nearest address that is no trusted proxy's."""
    browser = request.headers.get("User-Agent", "")[:BROWSER_CHARACTERS]
    address = peer(request)
    hops = [hop.strip() for hop in ",".join(_all(request, "X-Forwarded-For")).split(",")]
    while hops and is_trusted(address, trusted) and _is_address(hops[-1]):
        address = _plain(hops.pop())
    return Origin(address=address, browser=browser)


def is_secure(request: HTTPServerRequest, trusted: Networks, public_url: str = "") -> bool:
    """Whether the browser speaks TLS: to us, or to a trusted proxy that says so.

    Where the server's public address is one of TLS it does, whatever a proxy says or leaves out.
    """
    if public_url.lower().startswith("https:"):
        return True
    if is_trusted(peer(request), trusted):
        said = ",".join(_all(request, "X-Forwarded-Proto")).split(",")[-1].strip().lower()
        if said:
            return said == "https"
    return _is_tls(request)


def peer(request: HTTPServerRequest) -> str:
    """Address of the socket's other end, whatever headers say."""
    context = getattr(request.connection, "context", None)
    address = getattr(context, "address", None)
    found = address[0] if isinstance(address, tuple) and address else request.remote_ip
    return _plain(str(found))


def is_trusted(address: str, trusted: Networks) -> bool:
    """Whether it lies in one of the networks."""
    return _is_address(address) and any(ip_address(address) in network for network in trusted)


def share_of(address: str) -> str:
    """Who has one share of what is shared by address: it, or the site of an IPv6 one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address  # a socket of this machine without an address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    if found.is_loopback:
        return str(found)
    return str(IPv6Address(int(found) >> (128 - IPV6_SITE) << (128 - IPV6_SITE)))


def _is_tls(request: HTTPServerRequest) -> bool:
    context = getattr(request.connection, "context", None)
    return bool(getattr(context, "_orig_protocol", request.protocol) == "https")


def _all(request: HTTPServerRequest, name: str) -> list[str]:
    return request.headers.get_list(name)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _plain(address: str) -> str:
    """An IPv4 peer of a dual-stack socket (`::ffff:192.0.2.1`) as IPv4, without a zone."""
    address = address.partition("%")[0]
    if not _is_address(address):
        return address
    found = ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
