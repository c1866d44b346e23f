"""What a simulated device is configured to do, apart from how its platform writes it. Pure.

`build` makes one from a seed, `edits` changes it, a dialect renders it. Addresses are those of
documents (RFC 5737, RFC 3849) and of private networks; AS numbers are those of RFC 5398.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from netwb.lab.draw import Secret

Lapse = Literal["telnet", "timeout", "http"]
"""What somebody left open: telnet beside SSH, a console that never logs out, plain HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A local account."""

    name: str
    secret: Secret
    privilege: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One routed port, by its number from 0; the dialect gives it the platform's name."""

    number: int
    description: str
    address: str | None  # IPv4; its mask is /30 on links
    address6: str | None  # with prefix length
    enabled: bool
    ospf_key: Secret | None
    mtu: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbor:
    """One BGP neighbor."""

    address: str
    remote_as: int
    description: str
    password: Secret | None
    prefix_list: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """One line of a prefix list: `permit network/length [le N]`."""

    network: str
    length: int
    le: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixList:
    """A named list of IPv4 prefixes; sequence numbers go by fives."""

    name: str
    entries: tuple[Prefix, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of an access list; `source` is a /24 network or None for any."""

    action: str  # permit or deny
    protocol: str  # ip, tcp, udp
    source: str | None
    port: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessList:
    """A named extended access list."""

    name: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticRoute:
    """One static route, IPv4 or IPv6; `next_hop` None discards. An empty name is none."""

    network: str
    length: int
    next_hop: str | None
    name: str
    tag: int | None = None

    @property
    def prefix(self) -> str:
        """`203.0.113.10/32`."""
        return f"{self.network}/{self.length}"

    @property
    def words(self) -> str:
        """Where it leads, and what else is said of it."""
        tag = "" if self.tag is None else f" tag {self.tag}"
        return f"{self.next_hop or 'Null0'}{tag}{f' name {self.name}' if self.name else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Management:
    """Who may log in, who is asked, and who is told."""

    enable: Secret
    users: tuple[User, ...]
    console: Secret
    tacacs: tuple[str, ...]
    tacacs_key: Secret
    radius: str
    radius_key: Secret
    community_read: Secret
    community_write: Secret | None
    trap_host: str
    trap_community: Secret
    snmp_user: str
    snmp_auth: Secret
    snmp_priv: Secret
    location: str
    contact: str
    ntp: tuple[str, ...]
    ntp_key: Secret
    syslog: tuple[str, ...]
    ftp: Secret
    banner: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WideArea:
    """What larger routers have beside Ethernet: tunnels, dial-up, IS-IS, and a certificate."""

    ike_key: Secret
    nhrp_key: Secret
    chap: Secret
    isis_key: Secret
    certificate: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One device's whole configuration; what it lets by is in `lapses`."""

    hostname: str
    domain: str
    asn: int
    router_id: str
    management: Management
    tunnel_key: Secret  # pre-shared key of an IPsec peer
    chain_key: Secret  # key chain of the routing protocols
    standby_key: Secret
    wide_area: WideArea | None
    interfaces: tuple[Interface, ...]
    neighbors: tuple[Neighbor, ...]
    prefix_lists: tuple[PrefixList, ...]
    access_lists: tuple[AccessList, ...]
    routes: tuple[StaticRoute, ...]
    lapses: frozenset[Lapse] = frozenset()
