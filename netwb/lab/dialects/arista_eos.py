"""Arista EOS 4.28 as it prints. Pure. Written after the user manual, not recorded.

The running configuration does not say who changed it; the startup configuration does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from netwb.lab.dialects.dialect import CliWords, Moment, ago, join_lines
from netwb.lab.edits import EDIT_KINDS
from netwb.lab.model import AccessList, Interface, Model, Neighbor, PrefixList

RELEASE = "4.28.3M"
COLLECTOR = "/usr/bin/TerminAttr -ingestgrpcurl=198.51.100.50:9910"
HARDWARE = "DCS-7280SR-48C6"
_TELNET = ("management telnet", "   ip access-group MANAGEMENT in", "   no shutdown", "!")


class AristaEos:
    """The command line of an EOS switch."""

    edit_kinds = EDIT_KINDS
    words = CliWords(
        ssh_version="OpenSSH_8.7",
        user_prompt="{hostname}>",
        privileged_prompt="{hostname}#",
        greeting="",
        pager=b"\x1b[7m--More--\x1b[0m",
        pager_erase=b"\r\x1b[K",
        width_set="Width set to {width} columns.\n",
        length_set="Pagination disabled.\n",
        enable_refused="% Bad secret\n",
        not_privileged="% Invalid input (privileged mode required)\n",
        authorization_failed="% Authorization denied for command 'show running-config'\n",
        level_shows=True,
        always_privileged=False,
    )

    def running(self, model: Model, moment: Moment) -> str:
        """Answer `show running-config`."""
        del moment
        return join_lines(["! Command: show running-config", *_head(model), *_body(model), "end"])

    def startup(self, model: Model, moment: Moment) -> str:
        """Answer `show startup-config`."""
        at = f"{moment.saved_at:%a %b} {moment.saved_at.day:2} {moment.saved_at:%H:%M:%S %Y}"
        return join_lines(
            [
                "! Command: show startup-config",
                f"! Startup-config last modified at {at} by {moment.saved_by}",
                *_head(model),
                *_body(model),
                "end",
            ]
        )

    def restricted(self, model: Model, moment: Moment) -> str:
        """Answer a role that may see ports only."""
        del moment
        ports = [line for port in model.interfaces for line in (f"interface {_name(port)}", "!")]
        return join_lines(["! Command: show running-config", *_head(model), *ports, "end"])

    def version(self, model: Model, moment: Moment) -> str:
        """Answer `show version`."""
        del model
        uptime = "{} weeks, {} days, {} hours and {} minutes".format(*ago(moment.uptime_s))
        return join_lines(
            [
                f"Arista {HARDWARE}",
                "Hardware version: 11.01",
                f"Serial number: JPE{moment.serial}",
                "Hardware MAC address: 0200.5e10.0001",
                "System MAC address: 0200.5e10.0001",
                "",
                f"Software image version: {RELEASE}",
                "Architecture: x86_64",
                f"Internal build version: {RELEASE}-28837868.4283M",
                "Image format version: 3.0",
                "Image optimization: Default",
                "",
                f"Uptime: {uptime}",
                "Total memory: 8098984 kB",
                "Free memory: 5573924 kB",
                "",
            ]
        )

    def version_json(self, model: Model, moment: Moment) -> str | None:
        """Answer `show version | json`, which NAPALM asks when it opens."""
        del model
        answer = {
            "mfgName": "Arista",
            "modelName": HARDWARE,
            "hardwareRevision": "11.01",
            "serialNumber": f"JPE{moment.serial}",
            "systemMacAddress": "02:00:5e:10:00:01",
            "version": RELEASE,
            "architecture": "x86_64",
            "uptime": float(moment.uptime_s),
            "bootupTimestamp": moment.now.timestamp() - moment.uptime_s,
            "memTotal": 8098984,
            "memFree": 5573924,
        }
        return json.dumps(answer, indent=4) + "\n"

    def port_name(self, port: Interface) -> str:
        """Give the name of an interface."""
        return _name(port)

    def unknown(self, line: str, prompt_width: int) -> str:
        """Complain about a command that is not known."""
        del line, prompt_width
        return "% Invalid input\n"


def _name(port: Interface) -> str:
    return f"Ethernet{port.number + 1}"


def _head(model: Model) -> list[str]:
    return [
        f"! device: {model.hostname} ({HARDWARE}, EOS-{RELEASE})",
        "!",
        f"! boot system flash:/EOS-{RELEASE}.swi",
        "!",
    ]


def _body(model: Model) -> list[str]:
    return [
        *_system(model),
        *_management(model),
        *(line for port in model.interfaces for line in _interface(port)),
        *("interface Loopback0", f"   ip address {model.router_id}/32", "!"),
        *(line for filters in model.access_lists for line in _access_list(filters)),
        "ip routing",
        "no ip icmp redirect",
        "!",
        *(line for prefixes in model.prefix_lists for line in _prefix_list(prefixes)),
        *_routing(model),
        *_last(model),
    ]


def _system(model: Model) -> Iterator[str]:
    management = model.management
    yield "no aaa root"
    yield "!"
    for user in management.users:
        role = "network-admin" if user.privilege == 15 else "network-operator"
        yield (
            f"username {user.name} privilege {user.privilege} role {role}"
            f" secret sha512 {user.secret.sha512()}"
        )
    yield from (
        "!",
        "daemon TerminAttr",
        f"   exec {COLLECTOR} -ingestauth=key,{model.tunnel_key.plain} -taillogs",
        "   no shutdown",
        "!",
        "transceiver qsfp default-mode 4x10G",
        "!",
        "service routing protocols model multi-agent",
        "!",
        f"hostname {model.hostname}",
        "ip name-server vrf default 198.51.100.53",
        f"dns domain {model.domain}",
        "!",
    )
    yield "logging format timestamp high-resolution"
    yield from (f"logging host {host}" for host in management.syslog)
    yield "logging source-interface Loopback0"
    yield "ntp local-interface Loopback0"
    yield f"ntp authentication-key 1 md5 7 {management.ntp_key.type7()}"
    yield "ntp authenticate"
    yield "ntp trusted-key 1"
    yield from (f"ntp server {host} key 1" for host in management.ntp)
    yield "!"


def _management(model: Model) -> Iterator[str]:
    management = model.management
    engine = "f5717f02005e100001"
    yield f"snmp-server location {management.location}"
    yield f"snmp-server contact {management.contact}"
    yield f"snmp-server community {management.community_read.plain} ro"
    if management.community_write:
        yield f"snmp-server community {management.community_write.plain} rw"
    yield f"snmp-server host {management.trap_host} version 2c {management.trap_community.plain}"
    yield f"snmp-server group {management.snmp_user}s v3 priv"
    yield (
        f"snmp-server user {management.snmp_user} {management.snmp_user}s v3 localized {engine}"
        f" auth sha {management.snmp_auth.localized(20)}"
        f" priv aes {management.snmp_priv.localized(16)}"
    )
    yield from ("!", "spanning-tree mode mstp", "!")
    for host in management.tacacs:
        yield f"tacacs-server host {host} key 7 {management.tacacs_key.type7()}"
    yield "!"
    yield f"radius-server host {management.radius} key 7 {management.radius_key.type7()}"
    yield from (
        "!",
        "aaa authentication login default group tacacs+ local",
        "aaa authorization exec default group tacacs+ local",
        "aaa accounting exec default start-stop group tacacs+",
        "aaa accounting commands all default start-stop group tacacs+",
        "aaa authentication policy on-success log",
        "aaa authentication policy on-failure log",
        "aaa authentication policy lockout failure 5 duration 900",
        "!",
        f"enable password sha512 {management.enable.sha512()}",
        "!",
    )


def _interface(port: Interface) -> Iterator[str]:
    yield f"interface {_name(port)}"
    if port.description:
        yield f"   description {port.description}"
    if port.mtu:
        yield f"   mtu {port.mtu}"
    if not port.enabled:
        yield "   shutdown"
    if port.address:
        yield "   no switchport"
        yield f"   ip address {port.address}/30"
    if port.address6:
        yield f"   ipv6 address {port.address6}"
    if port.ospf_key:
        yield "   ip ospf authentication message-digest"
        yield f"   ip ospf message-digest-key 1 md5 7 {port.ospf_key.base64()}"
    yield "!"


def _access_list(filters: AccessList) -> Iterator[str]:
    yield f"ip access-list {filters.name}"
    for place, rule in enumerate(filters.rules, 1):
        source = f"{rule.source}/24" if rule.source else "any"
        port = f" eq {rule.port}" if rule.port else ""
        yield f"   {place * 10} {rule.action} {rule.protocol} {source} any{port}"
    yield "!"


def _prefix_list(prefixes: PrefixList) -> Iterator[str]:
    yield f"ip prefix-list {prefixes.name}"
    for place, entry in enumerate(prefixes.entries, 1):
        le = f" le {entry.le}" if entry.le else ""
        yield f"   seq {place * 5} permit {entry.network}/{entry.length}{le}"
    yield "!"


def _routing(model: Model) -> Iterator[str]:
    for route in model.routes:
        yield f"{'ipv6' if ':' in route.network else 'ip'} route {route.prefix} {route.words}"
    yield from ("!", f"router bgp {model.asn}", f"   router-id {model.router_id}")
    for neighbor in model.neighbors:
        yield from _neighbor(neighbor)
    yield from (
        "   network 203.0.113.0/24",
        "!",
        "router ospf 1",
        f"   router-id {model.router_id}",
        "   passive-interface default",
        "   network 10.0.0.0/8 area 0.0.0.0",
        "   max-lsa 12000",
        "!",
    )


def _neighbor(neighbor: Neighbor) -> Iterator[str]:
    at = f"   neighbor {neighbor.address}"
    yield f"{at} remote-as {neighbor.remote_as}"
    yield f"{at} description {neighbor.description}"
    if neighbor.password:
        yield f"{at} password 7 {neighbor.password.base64()}"
    if neighbor.prefix_list:
        yield f"{at} prefix-list {neighbor.prefix_list} in"


def _last(model: Model) -> Iterator[str]:
    yield from ("banner motd", *model.management.banner, "EOF", "!")
    yield from (
        "management api http-commands",
        *(["   protocol http"] if "http" in model.lapses else []),
        "   no shutdown",
        "!",
        "management console",
        f"   idle-timeout {0 if 'timeout' in model.lapses else 15}",
        "!",
        "management security",
        "   password minimum length 12",
        "!",
        "management ssh",
        "   ip access-group MANAGEMENT in",
        "   idle-timeout 15",
        "!",
        *(_TELNET if "telnet" in model.lapses else ()),
    )
