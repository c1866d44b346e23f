"""What simulated devices say of their state: interfaces, neighbors, ARP. Pure.

It follows from the configuration and from what clients switched off since. Two platforms answer:
FRR by JSON, IOS by text; the others complain of an unknown command, as a device does that lacks one.
Sources: `show interface json` and `show bgp vrf all neighbors json` of FRR 8.4.4 as run; IOS's
`show interfaces` and `show arp` after the command reference.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from ipaddress import ip_address, ip_network
from types import MappingProxyType

from netwb.lab.dialects import DIALECTS
from netwb.lab.model import Interface, Model, Neighbor

LINK = 30  # the length of a link's network


def switched(model: Model, ports: Mapping[int, bool]) -> Model:
    """The model with ports switched on or off, by their numbers."""
    if not ports:
        return model
    found = tuple(
        replace(port, enabled=ports.get(port.number, port.enabled)) for port in model.interfaces
    )
    return replace(model, interfaces=found)


def shown(words: str, platform: str, model: Model, uptime_s: int) -> str | None:
    """Answer `show interface json` and its like. None: no such command on that platform."""
    answer = _ANSWERS.get((platform, words))
    return None if answer is None else answer(model, uptime_s)


def _frr_interfaces(model: Model, uptime_s: int) -> str:
    del uptime_s
    found = {
        _name("frr", port): {
            "administrativeStatus": "up" if port.enabled else "down",
            "operationalStatus": "up" if port.enabled else "down",
            "vrfName": "default",
            "description": port.description,
            "index": port.number + 2,
            "mtu": port.mtu or 1500,
            "speed": 1000,
            "type": "Ethernet",
            "hardwareAddress": ":".join(_mac(model, port.number)),
            "ipAddresses": [{"address": f"{port.address}/{LINK}"}] if port.address else [],
        }
        for port in model.interfaces
    }
    return json.dumps(found, indent=2) + "\n"


def _frr_neighbors(model: Model, uptime_s: int) -> str:
    peers = {one.address: _frr_peer(model, one, uptime_s) for one in model.neighbors}
    return json.dumps({"default": {"vrfId": 0, "vrfName": "default", **peers}}, indent=2) + "\n"


def _frr_peer(model: Model, peer: Neighbor, uptime_s: int) -> dict[str, object]:
    up = _is_reached(model, peer.address)
    said: dict[str, object] = {
        "remoteAs": peer.remote_as,
        "localAs": model.asn,
        "nbrDesc": peer.description,
        "remoteRouterId": peer.address if up else "0.0.0.0",  # noqa: S104 - FRR's word for none
        "localRouterId": model.router_id,
        "bgpState": "Established" if up else "Idle",
        "addressFamilyInfo": {
            "ipv4Unicast": {
                "acceptedPrefixCounter": _prefixes(peer) if up else 0,
                "sentPrefixCounter": 1 if up else 0,
            }
        },
    }
    return said | ({"bgpTimerUpMsec": uptime_s * 1000} if up else {})


def _ios_interfaces(model: Model, uptime_s: int) -> str:
    del uptime_s
    return "".join(line + "\n" for port in model.interfaces for line in _ios_port(model, port))


def _ios_port(model: Model, port: Interface) -> Iterator[str]:
    state = "up" if port.enabled else "administratively down"
    mac = _dotted(model, port.number)
    yield f"{_name('cisco_ios', port)} is {state}, line protocol is {'up' if port.enabled else 'down'}"
    yield f"  Hardware is CN Gigabit Ethernet, address is {mac} (bia {mac})"
    if port.description:
        yield f"  Description: {port.description}"
    if port.address:
        yield f"  Internet address is {port.address}/{LINK}"
    yield f"  MTU {port.mtu or 1500} bytes, BW 1000000 Kbit/sec, DLY 10 usec,"
    yield "     reliability 255/255, txload 1/255, rxload 1/255"
    yield "  Encapsulation ARPA, loopback not set"
    yield "  Last input 00:00:00, output 00:00:01, output hang never"


def _ios_arp(model: Model, uptime_s: int) -> str:
    head = "Protocol  Address          Age (min)  Hardware Addr   Type   Interface"
    lines = [
        f"Internet  {address:<23}{age:>4}   {mac}  ARPA   {_name('cisco_ios', port)}"
        for port in model.interfaces
        if port.enabled and port.address
        for address, age, mac in (
            (port.address, "-", _dotted(model, port.number)),
            (_other_end(port.address), str(uptime_s % 240), _dotted(model, port.number + 500)),
        )
    ]
    return "\n".join((head, *lines)) + "\n"


def _is_reached(model: Model, address: str) -> bool:
    """Whether no port that leads to it is switched off; one beyond all links stays as it is."""
    links = [
        port
        for port in model.interfaces
        if port.address
        and ip_address(address) in ip_network(f"{port.address}/{LINK}", strict=False)
    ]
    return all(port.enabled for port in links)


def _other_end(address: str) -> str:
    own = ip_address(address)
    hosts = list(ip_network(f"{address}/{LINK}", strict=False).hosts())
    return str(next((one for one in hosts if one != own), own))


def _prefixes(peer: Neighbor) -> int:
    return 100 + peer.remote_as % 50


def _mac(model: Model, number: int) -> list[str]:
    digits = sha256(f"{model.hostname} {number}".encode()).hexdigest()[:8]
    return ["52", "54", *(digits[place : place + 2] for place in range(0, 8, 2))]


def _dotted(model: Model, number: int) -> str:
    digits = "".join(_mac(model, number))
    return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"


def _name(platform: str, port: Interface) -> str:
    return DIALECTS[platform].port_name(port)


_ANSWERS: Mapping[tuple[str, str], Callable[[Model, int], str]] = MappingProxyType(
    {
        ("frr", "show interface json"): _frr_interfaces,
        ("frr", "show bgp vrf all neighbors json"): _frr_neighbors,
        ("cisco_ios", "show interfaces"): _ios_interfaces,
        ("cisco_ios", "show arp"): _ios_arp,
    }
)
