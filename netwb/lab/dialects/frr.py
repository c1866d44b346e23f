"""FRRouting 8.4.4 by vtysh as login shell, as it prints. Pure. Written after its user guide.

vtysh starts privileged, knows no `enable`, has no SNMP, NTP or AAA of its own, names nobody, and
writes secrets as they are, but for its own passwords.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netwb.lab.dialects.dialect import CliWords, Moment, join_lines
from netwb.lab.edits import EditKind
from netwb.lab.model import AccessList, Interface, Model, Neighbor, PrefixList

RELEASE = "8.4.4"
_HEAD = ("Building configuration...", "", "Current configuration:", "!")


class Frr:
    """The command line of an FRR router."""

    edit_kinds: tuple[EditKind, ...] = (
        "describe_port",
        "shut_port",
        "add_neighbor",
        "permit_prefix",
        "drop_prefix",
        "add_route",
        "add_filter_rule",
        "rotate_ospf_keys",
        "rotate_bgp_password",
        "rotate_user_password",
    )
    words = CliWords(
        ssh_version="OpenSSH_9.2p1",
        user_prompt="{hostname}> ",
        privileged_prompt="{hostname}# ",
        greeting=(
            f"\nHello, this is FRRouting (version {RELEASE}).\n"
            "Copyright 1996-2005 Kunihiro Ishiguro, et al.\n\n"
        ),
        pager=b"--More-- ",
        pager_erase=b"\r" + b" " * 9 + b"\r",
        width_set="",
        length_set="",
        enable_refused="% Unknown command: enable\n",
        not_privileged="",
        authorization_failed="% Authorization failed\n",
        level_shows=False,
        always_privileged=True,
    )

    def running(self, model: Model, moment: Moment) -> str:
        """Answer `show running-config`."""
        del moment
        return join_lines([*_HEAD, *_body(model), "end"])

    def startup(self, model: Model, moment: Moment) -> str:
        """Answer `show startup-config`: vtysh knows it, and says nothing (FRRouting/frr issue 5032)."""
        del model, moment
        return ""

    def restricted(self, model: Model, moment: Moment) -> str:
        """Answer a user without the right groups: nothing but what belongs to vtysh itself."""
        del model, moment
        return join_lines([*_HEAD, "service integrated-vtysh-config", "!", "end"])

    def version(self, model: Model, moment: Moment) -> str:
        """Answer `show version`."""
        del moment
        return join_lines(
            [
                f"FRRouting {RELEASE} ({model.hostname}) on Linux(6.1.0-18-amd64).",
                "Copyright 1996-2005 Kunihiro Ishiguro, et al.",
                "configured with:",
                "    '--build=x86_64-linux-gnu' '--prefix=/usr' '--sysconfdir=/etc/frr'",
            ]
        )

    def version_json(self, model: Model, moment: Moment) -> str | None:
        """Vtysh has `json` as a word of some commands, and no pipe."""
        del model, moment
        return None

    def port_name(self, port: Interface) -> str:
        """Give the name of an interface."""
        return f"eth{port.number}"

    def unknown(self, line: str, prompt_width: int) -> str:
        """Complain about a command that is not known."""
        del prompt_width
        return f"% Unknown command: {line}\n"


def _body(model: Model) -> list[str]:
    return [
        *_system(model),
        *_routes(model),
        *(line for port in model.interfaces for line in _interface(port)),
        *_routing(model),
        *(line for filters in model.access_lists for line in _access_list(filters)),
        *(line for prefixes in model.prefix_lists for line in _prefix_list(prefixes)),
    ]


def _system(model: Model) -> Iterator[str]:
    yield from (
        f"frr version {RELEASE}",
        "frr defaults traditional",
        f"hostname {model.hostname}",
        "log syslog informational",
        "service password-encryption",
        "service integrated-vtysh-config",
        "!",
        f"password 8 {model.management.users[0].secret.crypt()}",
        f"enable password 8 {model.management.enable.crypt()}",
        "!",
        "key chain CORE",
        " key 1",
        f"  key-string {model.chain_key.plain}",
        " exit",
        "exit",
        "!",
    )


def _routes(model: Model) -> Iterator[str]:
    for route in model.routes:
        unnamed = replace(route, name="")  # FRR keeps no names of routes
        yield f"{'ipv6' if ':' in route.network else 'ip'} route {route.prefix} {unnamed.words}"
    yield "!"


def _interface(port: Interface) -> Iterator[str]:
    yield f"interface eth{port.number}"
    if port.description:
        yield f" description {port.description}"
    if port.address:
        yield f" ip address {port.address}/30"
    if port.ospf_key:
        yield " ip ospf authentication message-digest"
        yield f" ip ospf message-digest-key 1 md5 {port.ospf_key.plain}"
    if port.address6:
        yield f" ipv6 address {port.address6}"
    if not port.enabled:
        yield " shutdown"
    yield "exit"
    yield "!"


def _routing(model: Model) -> Iterator[str]:
    yield f"router bgp {model.asn}"
    yield f" bgp router-id {model.router_id}"
    for neighbor in model.neighbors:
        yield from _neighbor(neighbor)
    yield from (" !", " address-family ipv4 unicast", "  network 203.0.113.0/24")
    for neighbor in model.neighbors:
        if neighbor.prefix_list:
            yield f"  neighbor {neighbor.address} prefix-list {neighbor.prefix_list} in"
    yield from (
        " exit-address-family",
        "exit",
        "!",
        "router ospf",
        f" ospf router-id {model.router_id}",
        " passive-interface default",
        " network 10.0.0.0/8 area 0",
        "exit",
        "!",
    )
    if model.wide_area:
        yield from (
            "router isis CORE",
            " net 49.0001.0102.5500.0001.00",
            f" area-password md5 {model.wide_area.isis_key.plain}",
            "exit",
            "!",
        )


def _neighbor(neighbor: Neighbor) -> Iterator[str]:
    at = f" neighbor {neighbor.address}"
    yield f"{at} remote-as {neighbor.remote_as}"
    yield f"{at} description {neighbor.description}"
    if neighbor.password:
        yield f"{at} password {neighbor.password.plain}"


def _access_list(filters: AccessList) -> Iterator[str]:
    for place, rule in enumerate(filters.rules, 1):
        source = f"{rule.source}/24" if rule.source else "any"
        yield f"access-list {filters.name} seq {place * 5} {rule.action} {source}"
    yield "!"


def _prefix_list(prefixes: PrefixList) -> Iterator[str]:
    for place, entry in enumerate(prefixes.entries, 1):
        le = f" le {entry.le}" if entry.le else ""
        yield (
            f"ip prefix-list {prefixes.name} seq {place * 5} permit"
            f" {entry.network}/{entry.length}{le}"
        )
    yield "!"
