"""Build a device's configuration from a seed, of about as many lines as wanted. Pure.

The parts grow with the size: a switch of 100 lines has 4 ports, an edge router of 20,000 has
hundreds of neighbors, and what is then missing is filled with prefix lists and access lists, which
is where such routers have their lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from netwb.lab.draw import Draw
from netwb.lab.model import (
    AccessList,
    Interface,
    Management,
    Model,
    Neighbor,
    Prefix,
    PrefixList,
    Rule,
    StaticRoute,
    User,
    WideArea,
)

_PLACES = ("fra1", "ams2", "vie1", "waw1", "lis3", "osl1")
_CUSTOMERS = ("Nordwind", "Aster", "Kestrel", "Umbra", "Fjord", "Lumen", "Tern", "Basalt")
_DESCRIPTIONS = (  # people write what they like, also what looks like a prompt
    "{0} {1} circuit {2}",
    "{0} {1} circuit {2}",
    "to {1}-sw1> port 3, {0} # {2}",
    '"{0}" <noc@example.net> & co; {1}/{2}',
)
_LARGE = 250  # lines; smaller devices are switches
_PER_LIST = 60  # entries of one prefix list: about what a customer announces


def build_model(
    seed: str, key: str, *, hostname: str, lines: int, count_lines: Callable[[Model], int]
) -> Model:
    """Make the configuration of the device `key`; `count_lines` renders and counts."""
    bare = _skeleton(seed, key, hostname=hostname, lines=lines)
    missing = lines - count_lines(bare)
    return bare if missing <= 0 else _fill(bare, Draw(seed, key, "fill"), missing)


def _skeleton(seed: str, key: str, *, hostname: str, lines: int) -> Model:
    draw = Draw(seed, key, "system")
    neighbors = _neighbors(Draw(seed, key, "bgp"), count=min(400, max(1, lines // 120)))
    return Model(
        hostname=hostname,
        domain="example.net",
        asn=64500,
        router_id=f"10.255.{draw.number(0, 255)}.{draw.number(1, 254)}",
        management=_management(Draw(seed, key, "management")),
        tunnel_key=draw.secret(20),
        chain_key=draw.secret(16),
        standby_key=draw.secret(8),
        wide_area=_wide_area(Draw(seed, key, "wide area")) if lines >= _LARGE else None,
        interfaces=_interfaces(Draw(seed, key, "ports"), count=min(900, max(2, lines // 25 - 2))),
        neighbors=neighbors,
        prefix_lists=(PrefixList(name="OWN", entries=(Prefix(network="203.0.113.0", length=24),)),),
        access_lists=(_management_list(draw),),
        routes=_routes(Draw(seed, key, "routes"), count=min(500, max(1, lines // 100))),
    )


def _management(draw: Draw) -> Management:
    return Management(
        enable=draw.secret(),
        users=tuple(
            User(name=name, secret=draw.secret(), privilege=level)
            for name, level in (("netwb", 15), ("breakglass", 15), ("noc", 1))
        ),
        console=draw.secret(10),
        tacacs=("198.51.100.11", "198.51.100.12"),
        tacacs_key=draw.secret(18),
        radius="198.51.100.13",
        radius_key=draw.secret(16),
        community_read=draw.secret(12),
        community_write=draw.secret(12) if draw.chance(8) else None,
        trap_host="198.51.100.20",
        trap_community=draw.secret(11),
        snmp_user="poller",
        snmp_auth=draw.secret(16),
        snmp_priv=draw.secret(16),
        location=f"{draw.one(_PLACES)} rack {draw.number(1, 40)}",
        contact="noc@example.net",
        ntp=("198.51.100.31", "198.51.100.32"),
        ntp_key=draw.secret(10),
        syslog=("198.51.100.41",),
        ftp=draw.secret(9),
        banner=("Authorized use only.", "Sessions are recorded."),
    )


def _wide_area(draw: Draw) -> WideArea:
    return WideArea(
        ike_key=draw.secret(22),
        nhrp_key=draw.secret(8),
        chap=draw.secret(12),
        isis_key=draw.secret(13),
        certificate=draw.octets(512),
    )


def _interfaces(draw: Draw, *, count: int) -> tuple[Interface, ...]:
    return tuple(_interface(draw, number) for number in range(count))


def _interface(draw: Draw, number: int) -> Interface:
    enabled = draw.chance(85)
    words = draw.one(_DESCRIPTIONS).format(draw.one(_CUSTOMERS), draw.one(_PLACES), draw.digits(6))
    return Interface(
        number=number,
        description=words if enabled else "",
        address=f"10.{1 + number // 64}.{number % 64 * 4}.1" if enabled else None,
        address6=f"2001:db8:cafe:{number + 1:x}::1/64" if enabled and draw.chance(60) else None,
        enabled=enabled,
        ospf_key=draw.secret(12) if enabled and number % 4 == 0 else None,
        mtu=draw.one((None, None, 9000)) if enabled else None,
    )


def _neighbors(draw: Draw, *, count: int) -> tuple[Neighbor, ...]:
    return tuple(
        Neighbor(
            address=f"10.{1 + number // 64}.{number % 64 * 4}.2",
            remote_as=64501 + number % 11,
            description=f"{draw.one(_CUSTOMERS)} {draw.digits(4)}",
            password=draw.secret() if draw.chance(70) else None,
            prefix_list=None,
        )
        for number in range(count)
    )


def _management_list(draw: Draw) -> AccessList:
    return AccessList(
        name="MANAGEMENT",
        rules=(
            Rule(action="permit", protocol="tcp", source="198.51.100.0", port=22),
            Rule(action="permit", protocol="udp", source="198.51.100.0", port=161),
            Rule(
                action="permit", protocol="tcp", source=f"10.{draw.number(100, 120)}.0.0", port=22
            ),
            Rule(action="deny", protocol="ip", source=None, port=None),
        ),
    )


def _routes(draw: Draw, *, count: int) -> tuple[StaticRoute, ...]:
    discard = StaticRoute(network="192.0.2.1", length=32, next_hop=None, name="discard")
    return (
        discard,
        *(
            StaticRoute(
                network=f"10.{200 + number // 256}.{number % 256}.0",
                length=24,
                next_hop=f"10.1.{draw.number(0, 15) * 4}.2",
                name=draw.one(_CUSTOMERS).lower(),
            )
            for number in range(1, count)
        ),
    )


def _fill(model: Model, draw: Draw, missing: int) -> Model:
    """Add prefix lists (two thirds) and access lists until about `missing` lines are there."""
    prefixes = max(1, missing * 2 // 3)
    lists = [
        PrefixList(name=f"CUST-{number:03d}-IN", entries=_entries(draw, number, count))
        for number, count in enumerate(_shares(prefixes, _PER_LIST))
    ]
    filters = [
        AccessList(name=f"CUST-{number:03d}", rules=_rules(draw, count))
        for number, count in enumerate(_shares(missing - prefixes, _PER_LIST))
    ]
    neighbors = tuple(
        replace(neighbor, prefix_list=lists[place % len(lists)].name)
        for place, neighbor in enumerate(model.neighbors)
    )
    return replace(
        model,
        neighbors=neighbors,
        prefix_lists=(*model.prefix_lists, *lists),
        access_lists=(*model.access_lists, *filters),
    )


def _shares(total: int, size: int) -> list[int]:
    full, rest = divmod(total, size)
    return [size] * full + ([rest] if rest else [])


def _entries(draw: Draw, number: int, count: int) -> tuple[Prefix, ...]:
    return tuple(
        Prefix(
            network=f"10.{number % 256}.{place * 4 % 256}.0",
            length=22,
            le=draw.one((None, 24, 24)),
        )
        for place in range(count)
    )


def _rules(draw: Draw, count: int) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            action=draw.one(("permit", "permit", "deny")),
            protocol=draw.one(("tcp", "udp")),
            source=f"10.{draw.number(0, 255)}.{draw.number(0, 255)}.0",
            port=draw.one((22, 25, 53, 80, 123, 161, 443, 3389, 5060, 8443)),
        )
        for _ in range(count)
    )
