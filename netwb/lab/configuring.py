"""The configuration mode of simulated devices, as far as host routes that discard go. Pure.

Sources: FRR 8.4.4 as run (a wrong tag removes the route all the same; absent is no error); command
references of IOS and EOS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from types import MappingProxyType

from netwb.lab.model import StaticRoute
from netwb.lab.static_routes import Host, StaticRoutes, as_routes

_LINE = re.compile(
    r"(?P<no>no )?ip(?:v6)? route (?P<address>[0-9A-Fa-f.:]+)"
    r"(?P<length>/32|/128| 255\.255\.255\.255) Null0(?: tag (?P<tag>\d{1,9}))?"
)
_LOOKUP = re.compile(r"(?P<address>[0-9A-Fa-f.:]+)(?:/(?:32|128)| 255\.255\.255\.255)?(?: json)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigWords:
    """How a platform answers in and around configuration mode.

    mask       whether IPv4 hosts are written with a mask
    ignored    lines that are taken and do nothing
    """

    entered: str
    gone_already: str
    saved: str
    mask: bool = False
    ignored: tuple[str, ...] = ("!",)


CONFIG_WORDS: Mapping[str, ConfigWords] = MappingProxyType(
    {
        "frr": ConfigWords(
            entered="",
            gone_already="% Refusing to remove a non-existent route\n",
            saved=(
                "Note: this version of vtysh never writes vtysh.conf\nBuilding Configuration...\n"
                "Integrated configuration saved to /etc/frr/frr.conf\n[OK]\n"
            ),
            ignored=("!", "XFRR_start_configuration", "XFRR_end_configuration"),
        ),
        "cisco_ios": ConfigWords(
            entered="Enter configuration commands, one per line.  End with CNTL/Z.\n",
            gone_already="%No matching route to delete\n",
            saved="Building configuration...\n[OK]\n",
            mask=True,
        ),
        "arista_eos": ConfigWords(
            entered="", gone_already="", saved="Copy completed successfully.\n"
        ),
    }
)


def take_line(line: str, platform: str, key: str, routes: StaticRoutes) -> str | None:
    """Do what one line of configuration says; gives the answer. None: no such command."""
    words = CONFIG_WORDS[platform]
    found = _LINE.fullmatch(line)
    host = None if found is None else _host(found["address"])
    if found is None or host is None or not _is_written(found["length"], host, words):
        return "" if line in words.ignored else None
    if found["no"]:
        return "" if routes.remove(key, host) else words.gone_already
    routes.put(key, host, None if found["tag"] is None else int(found["tag"]))
    return ""


def show_route(asked: str, platform: str, key: str, routes: StaticRoutes) -> str | None:
    """Answer where an address is sent, as far as host routes go. None: no such command."""
    found = _LOOKUP.fullmatch(asked)
    host = None if found is None else _host(found["address"])
    if host is None:
        return None
    return _SHOWN[platform](host, routes.discards(key, host))


def unsaved(platform: str, key: str, routes: StaticRoutes) -> str:
    """The differences between what was saved and what runs, as far as typed routes go."""
    running, saved = routes.standing(key).items(), routes.saved(key).items()
    signs = (("+", dict(running - saved)), ("-", dict(saved - running)))
    lines = [
        f"{sign}{_line(route, platform)}\n" for sign, tags in signs for route in as_routes(tags)
    ]
    heading = "!Contextual Config Diffs:\n" if platform == "cisco_ios" else ""
    return heading + "".join(lines)


def _line(route: StaticRoute, platform: str) -> str:
    if CONFIG_WORDS[platform].mask and route.length == 32:
        return f"ip route {route.network} 255.255.255.255 {route.words}"
    return f"{'ipv6' if route.length == 128 else 'ip'} route {route.prefix} {route.words}"


def _host(address: str) -> Host | None:
    try:
        return ip_network(address)
    except ValueError:
        return None


def _is_written(length: str, host: Host, words: ConfigWords) -> bool:
    wanted = " 255.255.255.255" if words.mask and host.version == 4 else f"/{host.prefixlen}"
    return length == wanted


def _frr(host: Host, known: str | None) -> str:
    if known is None:
        return "{}\n"
    hop = {"fib": True, "unreachable": True, "blackhole": True, "active": True, "weight": 1}
    route = {"prefix": str(host), "protocol": known, "selected": True, "nexthops": [hop]}
    return json.dumps({str(host): [route]}, indent=2) + "\n"


def _ios(host: Host, known: str | None) -> str:
    if known is None:
        return "%Prefix not found\n"
    recursive = "  recursive via 192.0.2.1\n" if known == "bgp" else ""
    return f"{str(host).upper()}\n{recursive}    attached to Null0\n"


def _eos(host: Host, known: str | None) -> str:
    code = {None: "", "bgp": " B I", "static": " S"}[known]
    route = f"{code}      {host} [200/0] is directly connected, Null0\n" if known else ""
    return f"\nVRF: default\nCodes: C - connected, S - static, B I - iBGP\n\n{route}\n"


_SHOWN = {"frr": _frr, "cisco_ios": _ios, "arista_eos": _eos}
