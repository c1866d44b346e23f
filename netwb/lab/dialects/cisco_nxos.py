"""Cisco NX-OS 9.3 as it prints. Pure. Written after the configuration guides, not recorded.

Every login may see everything, the text has no end mark, and nobody is named in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from netwb.lab.dialects.dialect import CliWords, Moment, ago, join_lines
from netwb.lab.edits import EDIT_KINDS
from netwb.lab.model import AccessList, Interface, Model, Neighbor, PrefixList

RELEASE = "9.3(8)"


class CiscoNxos:
    """The command line of a Nexus switch."""

    edit_kinds = EDIT_KINDS
    words = CliWords(
        ssh_version="OpenSSH_7.3",
        user_prompt="{hostname}> ",
        privileged_prompt="{hostname}# ",
        greeting="Cisco Nexus Operating System (NX-OS) Software\n\n",
        pager=b"--More--",
        pager_erase=b"\r" + b" " * 8 + b"\r",
        width_set="",
        length_set="",
        enable_refused="% Permission denied\n",
        not_privileged="% Permission denied for the role\n",
        authorization_failed="% Authorization failed: Unable to run the command\n",
        level_shows=False,
        always_privileged=True,
    )

    def running(self, model: Model, moment: Moment) -> str:
        """Answer `show running-config`."""
        head = (
            "",
            "!Command: show running-config",
            f"!Running configuration last done at: {_clock(moment.changed_at)}",
            f"!Time: {_clock(moment.now)}",
            "",
        )
        return join_lines([*head, *_body(model), ""])

    def startup(self, model: Model, moment: Moment) -> str:
        """Answer `show startup-config`."""
        head = (
            "",
            "!Command: show startup-config",
            f"!Running configuration last done at: {_clock(moment.changed_at)}",
            f"!Time: {_clock(moment.now)}",
            f"!Startup config saved at: {_clock(moment.saved_at)}",
            "",
        )
        return join_lines([*head, *_body(model), ""])

    def restricted(self, model: Model, moment: Moment) -> str:
        """Answer a role that may see ports only."""
        ports = [line for port in model.interfaces for line in ("", f"interface {_name(port)}")]
        head = ("", "!Command: show running-config", f"!Time: {_clock(moment.now)}")
        return join_lines([*head, *ports, ""])

    def version(self, model: Model, moment: Moment) -> str:
        """Answer `show version`."""
        weeks, days, hours, minutes = ago(moment.uptime_s)
        uptime = f"{weeks * 7 + days} day(s), {hours} hour(s), {minutes} minute(s), 0 second(s)"
        return join_lines(
            [
                "Cisco Nexus Operating System (NX-OS) Software",
                "TAC support: http://www.cisco.com/tac",
                "Copyright (C) 2002-2021, Cisco and/or its affiliates.",
                "All rights reserved.",
                "",
                "Software",
                "  BIOS: version 05.45",
                f"  NXOS: version {RELEASE}",
                "  BIOS compile time:  07/05/2021",
                "  NXOS image file is: bootflash:///nxos.9.3.8.bin",
                "",
                "",
                "Hardware",
                "  cisco Nexus9000 C93180YC-EX chassis ",
                "  Intel(R) Xeon(R) CPU  @ 1.80GHz with 24632252 kB of memory.",
                f"  Processor Board ID FDO{moment.serial}",
                "",
                f"  Device name: {model.hostname}",
                "  bootflash:   53298520 kB",
                f"Kernel uptime is {uptime}",
                "",
            ]
        )

    def version_json(self, model: Model, moment: Moment) -> str | None:
        """NX-OS has the pipe, but with words of its own; nothing asks for it here."""
        del model, moment
        return None

    def port_name(self, port: Interface) -> str:
        """Give the name of an interface."""
        return _name(port)

    def unknown(self, line: str, prompt_width: int) -> str:
        """Point at the word that is not known."""
        place = prompt_width + line.rfind(" ") + 1
        return f"{' ' * place}^\n% Invalid command at '^' marker.\n"


def _clock(at: datetime) -> str:
    return f"{at:%a %b} {at.day:2} {at:%H:%M:%S %Y}"


def _name(port: Interface) -> str:
    return f"Ethernet{1 + port.number // 54}/{1 + port.number % 54}"


def _body(model: Model) -> list[str]:
    return [
        *_system(model),
        *_management(model),
        *(line for filters in model.access_lists for line in _access_list(filters)),
        *(line for prefixes in model.prefix_lists for line in _prefix_list(prefixes)),
        *(line for port in model.interfaces for line in _interface(port)),
        *_routing(model),
        *_last(model),
    ]


def _system(model: Model) -> Iterator[str]:
    yield from (
        f"version {RELEASE} Bios:version 05.45 ",
        f"hostname {model.hostname}",
        f"vdc {model.hostname} id 1",
        "  limit-resource vlan minimum 16 maximum 4094",
        "  limit-resource vrf minimum 2 maximum 4096",
        "",
        "feature ospf",
        "feature bgp",
        "feature interface-vlan",
        "feature tacacs+",
        *(["feature telnet"] if "telnet" in model.lapses else []),
        *(["feature nxapi", "nxapi http port 80"] if "http" in model.lapses else []),
        "",
    )
    for user in model.management.users:
        role = "network-admin" if user.privilege == 15 else "network-operator"
        yield f"username {user.name} password 5 {user.secret.nxos5()}  role {role}"
    yield from (
        f"ip domain-name {model.domain}",
        "no ip source-route",
        "login on-failure log",
        "login on-success log",
        "login block-for 120 attempts 5 within 60",
        "copp profile strict",
    )
    yield ""


def _management(model: Model) -> Iterator[str]:
    management = model.management
    for host in management.tacacs:
        yield f'tacacs-server host {host} key 7 "{management.tacacs_key.nxos7()}" '
    yield f'radius-server host {management.radius} key 7 "{management.radius_key.nxos7()}" '
    yield (
        f"snmp-server user {management.snmp_user} network-operator"
        f" auth sha 0x{management.snmp_auth.localized(20)}"
        f" priv aes-128 0x{management.snmp_priv.localized(16)} localizedkey"
    )
    trap = management.trap_community.plain
    yield f"snmp-server host {management.trap_host} traps version 2c {trap}"
    yield f"snmp-server community {management.community_read.plain} group network-operator"
    if management.community_write:
        yield f"snmp-server community {management.community_write.plain} group network-admin"
    yield f"snmp-server location {management.location}"
    yield f"snmp-server contact {management.contact}"
    yield from (f"ntp server {host} use-vrf default key 1" for host in management.ntp)
    yield f"ntp authentication-key 1 md5 {management.ntp_key.nxos7()} 7"
    yield "ntp trusted-key 1"
    yield "ntp authenticate"
    yield "ntp source-interface loopback0"
    yield from (f"logging server {host} 5" for host in management.syslog)
    yield "logging source-interface loopback0"
    yield "logging timestamp milliseconds"
    yield "aaa authentication login default group tacacs+ local "
    yield "aaa authorization commands default group tacacs+ local "
    yield "aaa accounting default group tacacs+ "
    yield from ("", "key chain CORE", "  key 1")
    yield f"    key-string 7 {model.chain_key.nxos7()}"
    yield ""


def _access_list(filters: AccessList) -> Iterator[str]:
    yield f"ip access-list {filters.name}"
    for place, rule in enumerate(filters.rules, 1):
        source = f"{rule.source}/24" if rule.source else "any"
        port = f" eq {rule.port}" if rule.port else ""
        yield f"  {place * 10} {rule.action} {rule.protocol} {source} any{port} "


def _prefix_list(prefixes: PrefixList) -> Iterator[str]:
    for place, entry in enumerate(prefixes.entries, 1):
        le = f" le {entry.le}" if entry.le else ""
        yield (
            f"ip prefix-list {prefixes.name} seq {place * 5} permit"
            f" {entry.network}/{entry.length}{le} "
        )


def _interface(port: Interface) -> Iterator[str]:
    yield ""
    yield f"interface {_name(port)}"
    if port.description:
        yield f"  description {port.description}"
    if port.address:
        yield "  no switchport"
        yield "  no ip redirects"
    if port.mtu:
        yield f"  mtu {port.mtu}"
    if port.address:
        yield f"  ip address {port.address}/30"
    if port.address6:
        yield f"  ipv6 address {port.address6}"
    if port.ospf_key:
        yield "  ip ospf authentication message-digest"
        yield f"  ip ospf message-digest-key 1 md5 3 {port.ospf_key.localized(8)}"
    yield "  no shutdown" if port.enabled else "  shutdown"


def _routing(model: Model) -> Iterator[str]:
    yield from ("", "interface loopback0", f"  ip address {model.router_id}/32", "")
    for route in model.routes:
        yield f"{'ipv6' if ':' in route.network else 'ip'} route {route.prefix} {route.words}"
    yield from (
        "",
        "router ospf 1",
        f"  router-id {model.router_id}",
        "  passive-interface default",
    )
    yield f"router bgp {model.asn}"
    yield f"  router-id {model.router_id}"
    yield "  log-neighbor-changes"
    yield "  address-family ipv4 unicast"
    yield "    network 203.0.113.0/24"
    for neighbor in model.neighbors:
        yield from _neighbor(neighbor)


def _neighbor(neighbor: Neighbor) -> Iterator[str]:
    yield f"  neighbor {neighbor.address}"
    yield f"    remote-as {neighbor.remote_as}"
    yield f"    description {neighbor.description}"
    if neighbor.password:
        yield f"    password 3 {neighbor.password.localized(16)}"
    yield "    address-family ipv4 unicast"
    if neighbor.prefix_list:
        yield f"      prefix-list {neighbor.prefix_list} in"


def _last(model: Model) -> Iterator[str]:
    yield from ("", "banner motd ^", *model.management.banner, "^", "")
    yield from (
        "line console",
        f"  exec-timeout {0 if 'timeout' in model.lapses else 15}",
        "line vty",
        "  exec-timeout 15",
        "  access-class MANAGEMENT in",
        "boot nxos bootflash:/nxos.9.3.8.bin ",
    )
