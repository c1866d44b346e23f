"""The demo's attacks: whose addresses there are, who announces and drops, and what is attacked when. Pure.

Its space is that of documentation (RFC 5737, RFC 3849): text on pages and routers, to which nothing
ever connects. The provider's route reflectors announce, its other routers hear of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

PROVIDER = "nordwind"
SENDER = "fnm1"
SHADOW = "umbra/osl1"  # site at which it is only written down what would have been done
MOST_TRIGGERS, MOST_EDGES = 2, 2
_HOSTS = 12  # addresses of a kind, one after the other: a repeat would stand longer


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPrefix:
    """Own space of a tenant."""

    tenant: str
    network: str
    mode: Literal["auto", "approve"]
    by_customer: bool = False
    site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAttack:
    """What the detector says of one."""

    address: str
    kind: str
    pps: int
    mbps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRouters:
    """Keys of devices that announce blackholes, and of those that obey."""

    triggers: tuple[str, ...]
    edges: tuple[str, ...]


PREFIXES = (
    DemoPrefix(tenant="acme", network="203.0.113.0/24", mode="auto", by_customer=True),
    DemoPrefix(tenant="acme", network="203.0.113.48/28", mode="approve"),
    DemoPrefix(tenant="acme", network="2001:db8:cafe::/48", mode="auto", by_customer=True),
    DemoPrefix(tenant="umbra", network="203.0.113.240/28", mode="auto", site="osl1"),
)
FIRST = DemoAttack(address="203.0.113.20", kind="udp_flood", pps=21_400, mbps=970)
WAITS = DemoAttack(address="203.0.113.53", kind="udp_flood", pps=41_000, mbps=1_900)


def routers_among(keys: Sequence[str]) -> DemoRouters:
    """Of the demo's devices, as many as there are; the reflectors announce."""
    own = [key for key in keys if key.partition("/")[0] == PROVIDER]
    reflectors = [key for key in own if key.partition("/")[2].startswith("rr")]
    triggers = tuple((reflectors or own)[:MOST_TRIGGERS])
    routers = (key for key in own if key.partition("/")[2].startswith("pe") and key not in triggers)
    return DemoRouters(triggers=triggers, edges=tuple(routers)[:MOST_EDGES])


def attack(number: int) -> DemoAttack:
    """The one of that number: most are blackholed, some only written down, some denied."""
    host = number // 5 % _HOSTS
    match number % 5:
        case 0:
            return DemoAttack(
                address=f"203.0.113.{21 + host}", kind="udp_flood", pps=18_200, mbps=840
            )
        case 1:
            address = f"2001:db8:cafe::{0x20 + host:x}"
            return DemoAttack(address=address, kind="syn_flood", pps=64_000, mbps=41)
        case 2:  # a site in shadow
            address = f"203.0.113.{242 + host}"
            return DemoAttack(address=address, kind="udp_flood", pps=9_700, mbps=310)
        case 3:
            address = f"203.0.113.{100 + host}"
            return DemoAttack(address=address, kind="icmp_flood", pps=12_600, mbps=120)
    return DemoAttack(address="203.0.113.1", kind="udp_flood", pps=7_300, mbps=260)  # a gateway
