"""Shared ground of the tests of what is typed at routers: platforms, networks, recorded answers."""

from __future__ import annotations

from importlib.resources import files
from ipaddress import ip_network
from pathlib import Path

from netwb.blackhole.records import IPNetwork
from netwb.platforms.blackhole import BlackholeWords
from netwb.platforms.parse import parse_platform
from netwb.platforms.record import Platform

DATA = Path(__file__).parents[1] / "data"
NAMES = ("arista_eos", "cisco_ios", "cisco_xr", "frr", "juniper_junos")
FOUR, SIX = ip_network("203.0.113.10/32"), ip_network("2001:db8:cafe::10/128")


def net(address: str) -> IPNetwork:
    return ip_network(address)


def read_platform(name: str) -> Platform:
    source = (files("netwb.platforms") / f"{name}.toml").read_text()
    return parse_platform(source, origin=f"{name}.toml")


PLATFORMS = {name: read_platform(name) for name in NAMES}


def words(name: str) -> BlackholeWords:
    found = PLATFORMS[name].blackhole
    assert found is not None
    return found


def recorded(name: str, case: str) -> bytes:
    """An answer as it came over the wire, with CR LF."""
    return (DATA / name / "blackhole" / f"{case}.txt").read_bytes().replace(b"\n", b"\r\n")
